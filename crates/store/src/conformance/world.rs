//! What the checks have in common: a small world around an empty store.

use std::sync::Arc;

use engine::creation::{Creation, create};
use engine::settlement::settle;
use engine::{
    Account, AccountId, ChargeId, Currency, CustomerId, Decline, DeclineKind, Instant, Instruction,
    LaneId, Mode, Money, Outcome, PaymentId, Percentage, Plan, Policies, Position, RecipientId,
    RetryPolicy, Run, Schedule, ScheduleId, Settlement, Term, Timing, TransferAmount, Zone,
};
use jiff::civil::{Date, Time};
use recurrence::{DaysOfMonth, Recurrence, Rule};

use crate::event::EventKind;
use crate::page::PageQuery;
use crate::store::{Claim, NewSchedule, Settled, Store};

/// Where everything runs, unless a check says otherwise.
pub const LANE: LaneId = LaneId(1);
/// Whose everything is.
pub const ACCOUNT: AccountId = AccountId(1);
/// Money has moved.
pub const PAID: Outcome = Outcome::Succeeded(PaymentId::Charge(ChargeId(1)));
/// The answer never came.
pub const UNKNOWN: Outcome = Outcome::Unknown;

/// The card was refused.
#[must_use]
pub fn refused() -> Outcome {
    Outcome::Declined(Decline {
        payment: Some(PaymentId::Charge(ChargeId(1))),
        kind: DeclineKind::Payer,
        message: Some("charge could not be captured".into()),
    })
}

/// An instant, as RFC 3339 writes it.
#[must_use]
pub fn at(text: &str) -> Instant {
    Instant::from_timestamp(text.parse().unwrap()).unwrap()
}

/// Charges of a customer's card at 08:30 in Bangkok.
#[must_use]
pub fn charges(rule: Rule, start: Date, end: Date) -> Plan {
    Plan {
        cadence: Recurrence::new(rule, start, end).unwrap().into(),
        except: Box::default(),
        policies: Policies {
            timing: Timing::new(Zone::named("Asia/Bangkok").unwrap(), Time::constant(8, 30, 0, 0)),
            retry: RetryPolicy::TWO_DAYS_THEN_SUSPEND,
            run_at_start: false,
            catch_up: engine::CatchUp::ALL,
        },
        instruction: Instruction::Charge {
            customer: CustomerId(11),
            card: None,
            money: Money::new(19_900, Currency::THB),
            description: Some("ค่าสมาชิก".into()),
        },
    }
}

/// Transfers of all there is.
#[must_use]
pub fn transfers(rule: Rule, start: Date, end: Date) -> Plan {
    Plan {
        instruction: Instruction::Transfer {
            recipient: RecipientId(21),
            amount: TransferAmount::Share { share: Percentage::WHOLE, currency: Currency::THB },
        },
        ..charges(rule, start, end)
    }
}

/// Every month on a day.
#[must_use]
pub fn monthly(day: u8) -> Rule {
    Rule::months_on_days(1, DaysOfMonth::new(&[day]).unwrap()).unwrap()
}

/// Every day.
#[must_use]
pub fn daily() -> Rule {
    Rule::days(1).unwrap()
}

/// Charges on a day of each month of 2026.
#[must_use]
pub fn charges_on(day: u8) -> Plan {
    charges(monthly(day), Date::constant(2026, 1, 1), Date::constant(2026, 12, 31))
}

/// An account that is nobody's yet.
#[must_use]
pub fn account() -> Account {
    let mut attributes = serde_json::Map::new();
    attributes.insert("email".to_owned(), "owner@example.com".into());
    Account {
        id: AccountId(0),
        lane: LANE,
        mode: Mode::Test,
        country: "TH".to_owned(),
        currency: Currency::THB,
        zone: Zone::named("Asia/Bangkok").unwrap(),
        three_d_secure: false,
        created_at: at("2026-01-01T00:00:00.123456789Z"),
        attributes,
    }
}

/// A store and a node that works on it.
pub struct World {
    pub store: Arc<dyn Store>,
    pub term: Term,
}

impl World {
    pub async fn around(store: Arc<dyn Store>) -> World {
        let term = store.begin_term().await.unwrap();
        World { store, term }
    }

    /// The same store after another start of a node.
    pub async fn restarted(&self) -> World {
        World::around(self.store.clone()).await
    }

    /// A schedule that could be created.
    pub async fn new_schedule(&self, account: AccountId, plan: Plan, now: &str) -> NewSchedule {
        let id = self.store.allocate_schedules(1).await.unwrap();
        new_schedule(id, account, LANE, plan, at(now))
    }

    /// A schedule made on 2025-12-01.
    pub async fn schedule(&self, plan: Plan) -> Schedule {
        self.schedule_made(plan, "2025-12-01T00:00:00Z").await
    }

    pub async fn schedule_made(&self, plan: Plan, now: &str) -> Schedule {
        let new = self.new_schedule(ACCOUNT, plan, now).await;
        self.store.create_schedules(vec![new]).await.unwrap().remove(0)
    }

    /// As it is stored now.
    pub async fn stored(&self, schedule: &Schedule) -> Schedule {
        self.store.schedule(schedule.id).await.unwrap().unwrap()
    }

    pub async fn position(&self, schedule: &Schedule, now: &str) -> Position {
        let stored = self.stored(schedule).await;
        self.store.positions(&[stored], at(now)).await.unwrap().remove(0)
    }

    /// A claim with a lease of two minutes by a wall clock that agrees.
    #[must_use]
    pub fn wish(&self, now: &str, limit: u32) -> Claim {
        Claim {
            lane: LANE,
            now: at(now),
            limit,
            term: self.term,
            lease_until: at(now).plus_seconds(120),
            wall_now: at(now),
        }
    }

    pub async fn claim(&self, now: &str) -> Vec<Run> {
        self.store.claim(self.wish(now, 100)).await.unwrap()
    }

    pub async fn claim_one(&self, now: &str) -> Run {
        let mut runs = self.claim(now).await;
        assert_eq!(runs.len(), 1, "{runs:?}");
        runs.remove(0)
    }

    pub async fn recover(&self, now: &str) -> Vec<Run> {
        self.store.recover(self.wish(now, 100)).await.unwrap()
    }

    pub async fn write(&self, settlement: Settlement) -> Settled {
        self.store.settle(self.term, vec![settlement]).await.unwrap().remove(0)
    }

    pub async fn settle(&self, run: &Run, outcome: Outcome, now: &str) -> Settled {
        self.write(settle(run, outcome, at(now))).await
    }

    /// Claims the one run that is due, and settles it at once.
    pub async fn run(&self, outcome: Outcome, now: &str) {
        let run = self.claim_one(now).await;
        assert_eq!(self.settle(&run, outcome, now).await, Settled::Written);
    }

    /// `date attempt status` of each of a schedule's occurrences.
    pub async fn recorded(&self, schedule: &Schedule, now: &str) -> Vec<String> {
        let schedule = self.stored(schedule).await;
        let page = self.store.occurrences(&schedule, at(now), PageQuery::first(100)).await.unwrap();
        assert_eq!(page.total, page.entries.len() as u64, "{page:?}");
        page.entries
            .iter()
            .map(|it| format!("{} {} {:?}", it.slot.date(), it.attempt, it.status))
            .collect()
    }

    /// What an account was told, in order.
    pub async fn told(&self) -> Vec<EventKind> {
        let page = self.store.events(ACCOUNT, PageQuery::first(100)).await.unwrap();
        page.entries.into_iter().map(|event| event.body.kind).collect()
    }

    /// `date attempt due` of the run that carries a schedule on.
    pub async fn next(&self, schedule: &Schedule, now: &str) -> Option<String> {
        let next = self.position(schedule, now).await.next?;
        let link = next.link;
        Some(format!("{} {} {}", link.slot.date(), link.attempt, link.due))
    }
}

/// A schedule that could be created.
#[must_use]
pub fn new_schedule(
    id: ScheduleId,
    account: AccountId,
    lane: LaneId,
    plan: Plan,
    now: Instant,
) -> NewSchedule {
    let mut attributes = serde_json::Map::new();
    attributes.insert("metadata".to_owned(), serde_json::json!({"zebra": 1, "ant": [2]}));
    let creation = Creation { attributes, ..Creation::of(id, account, lane, plan) };
    let created = create(creation, now).unwrap();
    NewSchedule { created, request: None }
}
