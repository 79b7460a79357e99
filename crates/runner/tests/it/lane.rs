//! A lane in front of a gateway that does as it is told: what it makes of lost
//! requests, failed quotes and runs that were left behind.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use engine::creation::{Creation, create};
use engine::{
    AccountId, Currency, CustomerId, IdempotencyKey, InstallationId, Instant, Instruction, Money,
    NotSent, OccurrenceStatus, Outcome, PaymentId, PaymentRequest, Percentage, Plan, Policies,
    RecipientId, RetryPolicy, Schedule, Term, Timing, TransferAmount, TransferId, Zone,
};
use gateway::{Character, Gateway, Inquiry, Lookup, Permit, Quote};
use jiff::civil::{Time, date};
use recurrence::{Recurrence, Rule};
use runner::{Lane, Trouble, WallTime};
use store::model::ModelStore;
use store::{Beat, Claim, ClockMode, ClockState, NewSchedule, PageQuery, Resumption, Store};

use crate::world::{LANE, at};

const PAID: Outcome = Outcome::Succeeded(PaymentId::Transfer(TransferId(1)));
const THROTTLED: Outcome = Outcome::NotSent(NotSent::Throttled { retry_after_seconds: None });

/// Answers what it was told to, in order, and keeps what it was asked.
struct Obedient {
    character: Character,
    outcomes: Mutex<VecDeque<Outcome>>,
    quotes: Mutex<VecDeque<Result<Money, Outcome>>>,
    /// What it knows of payments that it is asked about; nothing, when these run out.
    lookups: Mutex<VecDeque<Lookup>>,
    keys: Mutex<Vec<IdempotencyKey>>,
    open_quotes: Mutex<i32>,
    open_quotes_max: Mutex<i32>,
}

fn gateway(outcomes: &[Outcome]) -> Obedient {
    Obedient {
        character: Character {
            batch_max: 1,
            key_window: None,
            absence_conclusive_after: None,
            timeout: Duration::from_secs(10),
        },
        outcomes: Mutex::new(outcomes.iter().cloned().collect()),
        quotes: Mutex::default(),
        lookups: Mutex::default(),
        keys: Mutex::default(),
        open_quotes: Mutex::default(),
        open_quotes_max: Mutex::default(),
    }
}

#[async_trait]
impl Gateway for Obedient {
    async fn pay(&self, requests: Vec<PaymentRequest>, _permit: Permit) -> Vec<Outcome> {
        tokio::task::yield_now().await;
        let mut outcomes = self.outcomes.lock().unwrap();
        *self.open_quotes.lock().unwrap() -= 1;
        requests
            .into_iter()
            .map(|request| {
                self.keys.lock().unwrap().push(request.key);
                outcomes.pop_front().expect("no more payments than were foreseen")
            })
            .collect()
    }

    async fn look_up(&self, inquiries: Vec<Inquiry>) -> Vec<Lookup> {
        let mut lookups = self.lookups.lock().unwrap();
        inquiries.iter().map(|_| lookups.pop_front().unwrap_or(Lookup::Absent)).collect()
    }

    async fn quote(&self, quotes: Vec<Quote>) -> Vec<Result<Money, Outcome>> {
        {
            let mut open = self.open_quotes.lock().unwrap();
            *open += 1;
            let mut most = self.open_quotes_max.lock().unwrap();
            *most = (*most).max(*open);
        }
        tokio::task::yield_now().await;
        let mut answers = self.quotes.lock().unwrap();
        quotes.iter().map(|_| answers.pop_front().expect("no more quotes than foreseen")).collect()
    }

    fn character(&self) -> Character {
        self.character
    }
}

/// A wall clock that stands.
struct Standing(Instant);

impl WallTime for Standing {
    fn now(&self) -> Instant {
        self.0
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }
}

fn lane(store: &Arc<ModelStore>, gateway: &Arc<Obedient>, term: Term, now: &str) -> Lane {
    let clock = ClockState { mode: ClockMode::Wall, target: None };
    Lane::new(store.clone(), gateway.clone(), Arc::new(Standing(at(now))), LANE, term, clock)
}

fn charge() -> Instruction {
    Instruction::Charge {
        customer: CustomerId(1),
        card: None,
        money: Money::new(19_900, Currency::THB),
        description: None,
    }
}

fn share() -> Instruction {
    let share = Percentage::from_ten_thousandths(500_000).unwrap();
    let amount = TransferAmount::Share { share, currency: Currency::THB };
    Instruction::Transfer { recipient: RecipientId(1), amount }
}

/// Schedules that all fall on the 5th of January 2026, at 08:30 in Bangkok, and on the 6th.
async fn store_with(instructions: Vec<Instruction>) -> (Arc<ModelStore>, Vec<Schedule>) {
    let store = Arc::new(ModelStore::exclusive(InstallationId(7)));
    let mut schedules = Vec::new();
    for instruction in instructions {
        let plan = Plan {
            cadence: Recurrence::new(Rule::days(1).unwrap(), date(2026, 1, 5), date(2026, 1, 6))
                .unwrap()
                .into(),
            except: Box::default(),
            policies: Policies {
                timing: Timing::new(
                    Zone::named("Asia/Bangkok").unwrap(),
                    Time::constant(8, 30, 0, 0),
                ),
                retry: RetryPolicy::NEVER,
                run_at_start: false,
                catch_up: engine::CatchUp::ALL,
            },
            instruction,
        };
        let creation =
            Creation::of(store.allocate_schedules(1).await.unwrap(), AccountId(1), LANE, plan);
        let created = create(creation, at("2026-01-01T00:00:00Z")).unwrap();
        let new = vec![NewSchedule { created, request: None }];
        schedules.extend(store.create_schedules(new).await.unwrap());
    }
    (store, schedules)
}

async fn recorded(store: &ModelStore, schedule: &Schedule) -> Vec<OccurrenceStatus> {
    let now = at("2026-02-01T00:00:00Z");
    let page = store.occurrences(schedule, now, PageQuery::first(100)).await.unwrap();
    page.entries.iter().map(|occurrence| occurrence.status).collect()
}

const ON_THE_FIFTH: &str = "2026-01-05T02:00:00Z";

#[tokio::test]
async fn a_request_that_never_arrived_is_asked_for_again_under_its_key() {
    let (store, schedules) = store_with(vec![charge()]).await;
    let gateway = Arc::new(gateway(&[Outcome::Unknown, PAID]));
    let term = store.begin_term().await.unwrap();
    let lane = lane(&store, &gateway, term, ON_THE_FIFTH);
    lane.run_due().await.unwrap();
    assert_eq!(recorded(&store, &schedules[0]).await, []);
    lane.resolve_awaiting().await.unwrap();
    assert_eq!(recorded(&store, &schedules[0]).await, [OccurrenceStatus::Successful]);
    let keys = gateway.keys.lock().unwrap().clone();
    assert_eq!((keys.len(), &keys[0]), (2, &keys[1]));
}

#[tokio::test]
async fn a_request_is_not_asked_for_again_once_its_schedule_was_ended() {
    let (store, schedules) = store_with(vec![charge()]).await;
    let gateway = Arc::new(gateway(&[Outcome::Unknown]));
    let term = store.begin_term().await.unwrap();
    let lane = lane(&store, &gateway, term, ON_THE_FIFTH);
    lane.run_due().await.unwrap();
    store.delete_schedule(schedules[0].id, at(ON_THE_FIFTH)).await.unwrap();
    lane.resolve_awaiting().await.unwrap();
    assert_eq!(recorded(&store, &schedules[0]).await, []);
    assert_eq!(gateway.keys.lock().unwrap().len(), 1);
    // It may have been taken all the same: it is looked up further on.
    assert_eq!(store.awaiting(LANE, None, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_request_is_not_asked_for_again_once_its_key_may_be_forgotten() {
    let (store, schedules) = store_with(vec![charge()]).await;
    let mut gateway = gateway(&[Outcome::Unknown]);
    gateway.character.key_window = Some(Duration::from_hours(24));
    let gateway = Arc::new(gateway);
    let term = store.begin_term().await.unwrap();
    lane(&store, &gateway, term, ON_THE_FIFTH).run_due().await.unwrap();
    let later = lane(&store, &gateway, term, "2026-01-05T20:00:00Z");
    later.resolve_awaiting().await.unwrap();
    assert_eq!(recorded(&store, &schedules[0]).await, []);
    assert_eq!(gateway.keys.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_quote_that_is_not_known_is_nothing_sent() {
    let (store, schedules) = store_with(vec![share()]).await;
    let gateway = gateway(&[]);
    gateway.quotes.lock().unwrap().push_back(Err(Outcome::Unknown));
    let gateway = Arc::new(gateway);
    let term = store.begin_term().await.unwrap();
    lane(&store, &gateway, term, ON_THE_FIFTH).run_due().await.unwrap();
    assert_eq!(recorded(&store, &schedules[0]).await, []);
    assert_eq!(store.awaiting(LANE, None, 10).await.unwrap(), []);
    assert_eq!(store.next_due(LANE).await.unwrap(), Some(at("2026-01-05T02:00:30Z")));
}

#[tokio::test]
async fn a_balance_is_quoted_again_only_after_the_quote_before_is_paid() {
    let (store, _) = store_with(vec![share(), share(), share()]).await;
    let gateway = gateway(&[PAID, PAID, PAID]);
    let quote = Ok(Money::new(5_000, Currency::THB));
    *gateway.quotes.lock().unwrap() = vec![quote.clone(), quote.clone(), quote].into();
    let gateway = Arc::new(gateway);
    let term = store.begin_term().await.unwrap();
    let counts = lane(&store, &gateway, term, ON_THE_FIFTH).run_due().await.unwrap();
    assert_eq!(counts.successful, 3);
    assert_eq!(*gateway.open_quotes_max.lock().unwrap(), 1);
}

#[tokio::test]
async fn what_may_have_been_sent_is_not_given_back_when_it_is_throttled() {
    let (store, _) = store_with(vec![charge()]).await;
    let gateway = Arc::new(gateway(&[THROTTLED]));
    let now = at(ON_THE_FIFTH);
    let lost = store.begin_term().await.unwrap();
    let claim = Claim {
        lane: LANE,
        now,
        limit: 1,
        term: lost,
        lease_until: now.plus_seconds(120),
        wall_now: now,
    };
    assert_eq!(store.claim(claim).await.unwrap().len(), 1);
    let term = store.begin_term().await.unwrap();
    lane(&store, &gateway, term, ON_THE_FIFTH).recover_all().await.unwrap();
    // In flight still: no claim finds it, and a deletion leaves it.
    assert_eq!(store.next_due(LANE).await.unwrap(), None);
    assert_eq!(store.queue_depth(LANE).await.unwrap(), 1);
}

#[tokio::test]
async fn what_cannot_be_looked_up_is_looked_up_again_under_the_same_claim() {
    let (store, schedules) = store_with(vec![charge()]).await;
    let gateway = Arc::new(claimed_and_lost(&store).await);
    gateway.lookups.lock().unwrap().extend([Lookup::Unreachable, Lookup::Found(PAID)]);
    let term = store.begin_term().await.unwrap();
    let lane = lane(&store, &gateway, term, ON_THE_FIFTH);
    lane.recover_all().await.unwrap();
    assert!(lane.keeps_any());
    assert_eq!(recorded(&store, &schedules[0]).await, []);
    lane.recover_all().await.unwrap();
    assert!(!lane.keeps_any());
    assert_eq!(recorded(&store, &schedules[0]).await, [OccurrenceStatus::Successful]);
    assert_eq!(gateway.keys.lock().unwrap().len(), 0, "nothing was asked for");
}

#[tokio::test]
async fn a_key_that_is_refused_stops_the_lane_and_no_failure_is_counted() {
    let (store, schedules) = store_with(vec![charge(); 5]).await;
    let refused = Outcome::NotSent(NotSent::Unauthorised);
    let gateway = Arc::new(gateway(&[refused.clone(), refused.clone(), refused]));
    let term = store.begin_term().await.unwrap();
    let lane = lane(&store, &gateway, term, ON_THE_FIFTH);
    for _ in 0..3 {
        lane.run_due().await.unwrap();
    }
    // What was in flight when the first answer came, and nothing after.
    assert_eq!(gateway.keys.lock().unwrap().len(), 3);
    assert_eq!(lane.stopped(), Some((Trouble::Unauthorised, Duration::from_mins(1))));
    for schedule in &schedules {
        assert_eq!(recorded(&store, schedule).await, []);
    }
    assert_eq!(store.queue_depth(LANE).await.unwrap(), 5);
}

/// A share that was claimed and never quoted, at a gateway whose absence proves nothing.
async fn claimed_and_lost(store: &ModelStore) -> Obedient {
    let now = at(ON_THE_FIFTH);
    let term = store.begin_term().await.unwrap();
    let lease_until = now.plus_seconds(120);
    let claim = Claim { lane: LANE, now, limit: 1, term, lease_until, wall_now: now };
    assert_eq!(store.claim(claim).await.unwrap().len(), 1);
    let mut gateway = gateway(&[PAID]);
    gateway.character.key_window = Some(Duration::ZERO);
    gateway.quotes.lock().unwrap().push_back(Ok(Money::new(5_000, Currency::THB)));
    gateway
}

#[tokio::test]
async fn a_share_that_a_crash_left_without_a_quote_was_never_sent_and_is_quoted() {
    let (store, schedules) = store_with(vec![share()]).await;
    let gateway = Arc::new(claimed_and_lost(&store).await);
    let term = store.begin_term().await.unwrap();
    lane(&store, &gateway, term, ON_THE_FIFTH).recover_all().await.unwrap();
    assert_eq!(recorded(&store, &schedules[0]).await, [OccurrenceStatus::Successful]);
}

#[tokio::test]
async fn a_share_that_an_original_may_have_sent_is_not_quoted_anew() {
    let (store, schedules) = store_with(vec![share()]).await;
    let gateway = Arc::new(claimed_and_lost(&store).await);
    store.hold_lane(LANE, at(ON_THE_FIFTH)).await.unwrap();
    let resumption = Resumption { lane: LANE, now: at(ON_THE_FIFTH), entries: Vec::new() };
    store.resume_lane(resumption).await.unwrap();
    let term = store.begin_term().await.unwrap();
    lane(&store, &gateway, term, ON_THE_FIFTH).recover_all().await.unwrap();
    assert_eq!(recorded(&store, &schedules[0]).await, []);
    assert_eq!(store.awaiting(LANE, None, 10).await.unwrap().len(), 1, "it waits for a person");
    assert_eq!(gateway.quotes.lock().unwrap().len(), 1);
}

/// The lane was last worked on New Year's Day.
async fn silent_since_new_year(store: &ModelStore) {
    let then = at("2026-01-01T00:00:00Z");
    let silence_max = Duration::from_mins(5);
    store.beat(Beat { lane: LANE, wall_now: then, now: then, silence_max }).await.unwrap();
}

#[tokio::test]
async fn what_was_due_while_nobody_was_heard_of_is_looked_up_before_it_is_first_sent() {
    for instruction in [charge(), share()] {
        let (store, schedules) = store_with(vec![instruction]).await;
        silent_since_new_year(&store).await;
        let gateway = gateway(&[]);
        gateway.lookups.lock().unwrap().push_back(Lookup::Found(PAID));
        let gateway = Arc::new(gateway);
        let term = store.begin_term().await.unwrap();
        lane(&store, &gateway, term, ON_THE_FIFTH).run_due().await.unwrap();
        assert_eq!(recorded(&store, &schedules[0]).await, [OccurrenceStatus::Successful]);
        assert_eq!(gateway.keys.lock().unwrap().clone(), []);
    }
}

#[tokio::test]
async fn what_comes_due_after_the_silence_is_sent_without_a_look() {
    let (store, _) = store_with(vec![charge()]).await;
    silent_since_new_year(&store).await;
    let gateway = Arc::new(gateway(&[PAID, PAID]));
    gateway.lookups.lock().unwrap().push_back(Lookup::Absent);
    let term = store.begin_term().await.unwrap();
    lane(&store, &gateway, term, ON_THE_FIFTH).run_due().await.unwrap();
    assert_eq!(gateway.lookups.lock().unwrap().len(), 0);
    gateway.lookups.lock().unwrap().push_back(Lookup::Unreachable);
    let now = at("2026-01-05T02:00:00Z");
    let silence_max = Duration::from_hours(48);
    store.beat(Beat { lane: LANE, wall_now: now, now, silence_max }).await.unwrap();
    let lane = lane(&store, &gateway, term, "2026-01-06T02:00:00Z");
    lane.silent_for(silence_max).run_due().await.unwrap();
    assert_eq!(gateway.keys.lock().unwrap().len(), 2);
    assert_eq!(gateway.lookups.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_held_lane_sends_nothing_and_takes_nothing_over() {
    let (store, schedules) = store_with(vec![charge()]).await;
    store.hold_lane(LANE, at("2026-01-01T00:00:00Z")).await.unwrap();
    let gateway = Arc::new(gateway(&[]));
    let term = store.begin_term().await.unwrap();
    let lane = lane(&store, &gateway, term, ON_THE_FIFTH);
    lane.recover_all().await.unwrap();
    lane.resolve_awaiting().await.unwrap();
    lane.run_due().await.unwrap();
    assert_eq!(recorded(&store, &schedules[0]).await, []);
    assert_eq!(store.next_due(LANE).await.unwrap(), Some(at("2026-01-05T01:30:00Z")));
}

#[tokio::test]
async fn what_was_certainly_not_taken_goes_back_into_the_queue_and_is_sent_by_who_claims_it() {
    let (store, schedules) = store_with(vec![charge()]).await;
    let mut gateway = gateway(&[Outcome::Unknown, PAID]);
    gateway.character.key_window = Some(Duration::ZERO);
    gateway.character.absence_conclusive_after = Some(Duration::from_mins(10));
    let gateway = Arc::new(gateway);
    let term = store.begin_term().await.unwrap();
    lane(&store, &gateway, term, ON_THE_FIFTH).run_due().await.unwrap();
    let soon = lane(&store, &gateway, term, "2026-01-05T02:09:59Z");
    soon.resolve_awaiting().await.unwrap();
    assert_eq!(store.awaiting(LANE, None, 10).await.unwrap().len(), 1);
    let later = lane(&store, &gateway, term, "2026-01-05T02:10:00Z");
    later.resolve_awaiting().await.unwrap();
    assert_eq!(store.awaiting(LANE, None, 10).await.unwrap(), []);
    later.run_due().await.unwrap();
    assert_eq!(recorded(&store, &schedules[0]).await, [OccurrenceStatus::Successful]);
    let keys = gateway.keys.lock().unwrap().clone();
    assert_eq!((keys.len(), &keys[0]), (2, &keys[1]));
}

#[tokio::test]
async fn what_was_asked_for_again_is_certainly_absent_only_so_long_after_that() {
    let (store, schedules) = store_with(vec![charge()]).await;
    let mut gateway = gateway(&[Outcome::Unknown, Outcome::Unknown, PAID]);
    gateway.character.absence_conclusive_after = Some(Duration::from_mins(10));
    let gateway = Arc::new(gateway);
    let term = store.begin_term().await.unwrap();
    lane(&store, &gateway, term, ON_THE_FIFTH).run_due().await.unwrap();
    // Asked for again for ten minutes, then left alone for ten, and the two that asking takes.
    for (now, asked, waiting) in [
        ("2026-01-05T02:09:59Z", 2, 1),
        ("2026-01-05T02:10:00Z", 2, 1),
        ("2026-01-05T02:21:59Z", 2, 1),
        ("2026-01-05T02:22:00Z", 2, 0),
    ] {
        let later = lane(&store, &gateway, term, now);
        later.resolve_awaiting().await.unwrap();
        let found = store.awaiting(LANE, None, 10).await.unwrap().len();
        assert_eq!((gateway.keys.lock().unwrap().len(), found), (asked, waiting), "{now}");
    }
    lane(&store, &gateway, term, "2026-01-05T02:22:01Z").run_due().await.unwrap();
    assert_eq!(recorded(&store, &schedules[0]).await, [OccurrenceStatus::Successful]);
    let keys = gateway.keys.lock().unwrap().clone();
    assert!(keys.len() == 3 && keys.iter().all(|key| *key == keys[0]));
}

/// Takes a second to look anything up, does not find it, pays everything, and keeps the order.
#[derive(Default)]
struct Slow {
    calls: Mutex<Vec<&'static str>>,
    passed_seconds: AtomicU64,
}

#[async_trait]
impl Gateway for Slow {
    async fn pay(&self, requests: Vec<PaymentRequest>, _permit: Permit) -> Vec<Outcome> {
        self.calls.lock().unwrap().push("pay");
        requests.iter().map(|_| PAID).collect()
    }

    async fn look_up(&self, inquiries: Vec<Inquiry>) -> Vec<Lookup> {
        self.calls.lock().unwrap().push("look up");
        self.passed_seconds.fetch_add(1, Ordering::Relaxed);
        inquiries.iter().map(|_| Lookup::Unreachable).collect()
    }

    async fn quote(&self, _quotes: Vec<Quote>) -> Vec<Result<Money, Outcome>> {
        unreachable!("nothing is a share")
    }

    fn character(&self) -> Character {
        gateway(&[]).character
    }
}

impl WallTime for Slow {
    fn now(&self) -> Instant {
        at("2026-01-06T02:00:00Z")
    }

    fn elapsed(&self) -> Duration {
        Duration::from_secs(self.passed_seconds.load(Ordering::Relaxed))
    }
}

#[tokio::test]
async fn what_is_due_does_not_wait_until_all_that_waits_was_looked_through() {
    let (store, _) = store_with(vec![charge(); 3]).await;
    let silence_max = Duration::from_hours(48);
    let term = store.begin_term().await.unwrap();
    let unknown = Arc::new(gateway(&[Outcome::Unknown, Outcome::Unknown, Outcome::Unknown]));
    lane(&store, &unknown, term, ON_THE_FIFTH).silent_for(silence_max).run_due().await.unwrap();
    let slow = Arc::new(Slow::default());
    let clock = ClockState { mode: ClockMode::Wall, target: None };
    let later = Lane::new(store.clone(), slow.clone(), slow.clone(), LANE, term, clock);
    let counts = later.silent_for(silence_max).resolve_awaiting().await.unwrap();
    assert_eq!(counts.successful, 3);
    let calls = ["look up", "pay", "pay", "pay", "look up", "look up"];
    assert_eq!(*slow.calls.lock().unwrap(), calls);
}
