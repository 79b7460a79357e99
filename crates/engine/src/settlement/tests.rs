//! The lives of schedules, told as what happens to them.

use jiff::civil::{Date, Time, date};
use recurrence::{DaysOfMonth, Recurrence, Rule};

use super::*;
use crate::creation::{Creation, create};
use crate::identity::{
    AccountId, ChargeId, CustomerId, InstallationId, LaneId, RecipientId, TransferId,
};
use crate::instruction::{Instruction, TransferAmount};
use crate::money::{Currency, Money, Percentage};
use crate::outcome::NotSent;
use crate::policy::{Policies, RetryPolicy, Timing};
use crate::run::{IdempotencyKey, Plan};
use crate::schedule::Schedule;
use crate::time::Zone;

const PAID: Outcome = Outcome::Succeeded(PaymentId::Charge(ChargeId(1)));

fn declined(kind: DeclineKind) -> Outcome {
    Outcome::Declined(Decline {
        payment: Some(PaymentId::Charge(ChargeId(1))),
        kind,
        message: Some("charge could not be captured".into()),
    })
}

fn refused() -> Outcome {
    declined(DeclineKind::Payer)
}

fn at(text: &str) -> Instant {
    Instant::from_timestamp(text.parse().unwrap()).unwrap()
}

fn bangkok(hour: Time) -> Timing {
    Timing::new(Zone::named("Asia/Bangkok").unwrap(), hour)
}

fn charges(rule: Rule, start: Date, end: Date) -> Plan {
    Plan {
        cadence: Recurrence::new(rule, start, end).unwrap().into(),
        except: Box::default(),
        policies: Policies {
            timing: bangkok(Time::constant(8, 30, 0, 0)),
            retry: RetryPolicy::TWO_DAYS_THEN_SUSPEND,
            run_at_start: true,
            catch_up: crate::policy::CatchUp::ALL,
        },
        instruction: Instruction::Charge {
            customer: CustomerId(1),
            card: None,
            money: Money::new(19_900, Currency::THB),
            description: None,
        },
    }
}

fn transfers(rule: Rule, start: Date, end: Date) -> Plan {
    Plan {
        policies: Policies {
            timing: bangkok(Time::constant(8, 5, 0, 0)),
            retry: RetryPolicy::BUSINESS_DAYS_WHILE_SHORT,
            run_at_start: true,
            catch_up: crate::policy::CatchUp::ALL,
        },
        instruction: Instruction::Transfer {
            recipient: RecipientId(1),
            amount: TransferAmount::Share { share: Percentage::WHOLE, currency: Currency::THB },
        },
        ..charges(rule, start, end)
    }
}

fn monthly(day: u8) -> Rule {
    Rule::months_on_days(1, DaysOfMonth::new(&[day]).unwrap()).unwrap()
}

fn daily() -> Rule {
    Rule::days(1).unwrap()
}

/// A schedule, and everything that has happened to it.
struct Life {
    schedule: Schedule,
    queue: Vec<Run>,
    awaiting: Vec<Awaiting>,
    rows: Vec<String>,
    events: Vec<ScheduleEvent>,
}

impl Life {
    fn begin(plan: Plan, now: &str) -> Life {
        let creation = Creation::of(ScheduleId(7), AccountId(1), LaneId(1), plan);
        let created = create(creation, at(now)).unwrap();
        Life {
            schedule: created.schedule,
            queue: created.runs,
            awaiting: Vec::new(),
            rows: Vec::new(),
            events: created.events,
        }
    }

    /// Runs what is queued next, at its due time.
    fn run(&mut self, outcome: Outcome) -> &mut Life {
        self.queue.sort_by_key(|run| run.key);
        let run = self.queue.remove(0);
        let settlement = settle(&run, outcome, run.key.due);
        if settlement.released_until.is_some() {
            self.queue.push(run);
        }
        self.write(settlement)
    }

    fn resolve(&mut self, outcome: Outcome, now: &str) -> &mut Life {
        let awaiting = self.awaiting.remove(0);
        let settlement = resolve(&awaiting, outcome, at(now)).expect("the outcome is final");
        self.write(settlement)
    }

    fn write(&mut self, settlement: Settlement) -> &mut Life {
        for occurrence in &settlement.occurrences {
            self.rows.push(format!(
                "{:?} attempt {} retry_on {} processed {} {:?} {}",
                occurrence.slot,
                occurrence.attempt,
                occurrence.retry_on.map_or_else(|| "null".to_owned(), |day| day.to_string()),
                occurrence.processed_at,
                occurrence.status,
                occurrence.message.as_deref().unwrap_or("null"),
            ));
        }
        self.queue.extend(settlement.follow);
        self.awaiting.extend(settlement.awaiting);
        self.events.extend(settlement.events);
        if let Some((status, when)) = settlement.status {
            self.schedule.status = status;
            self.schedule.ended_at = (!status.is_active()).then_some(when);
        }
        self
    }

    fn due(&self) -> Vec<String> {
        self.queue
            .iter()
            .map(|run| format!("{:?} attempt {} at {}", run.key.slot, run.attempt, run.key.due))
            .collect()
    }
}

#[test]
fn a_card_that_fails_on_three_days_suspends_its_schedule() {
    // The rows captured in the history of the Node SDK (2018), with the third day.
    let mut life = Life::begin(
        charges(monthly(1), date(2018, 1, 4), date(2019, 1, 4)),
        "2018-01-04T04:55:30Z",
    );
    life.run(PAID).run(refused());
    assert_eq!(life.due(), ["2018-03-01 attempt 1 at 2018-03-02T01:30:00Z"]);
    life.run(refused()).run(refused());
    assert_eq!(
        life.rows,
        [
            "2018-02-01 attempt 0 retry_on null processed 2018-02-01T01:30:00Z Successful null",
            "2018-03-01 attempt 0 retry_on null processed 2018-03-01T01:30:00Z Failed charge could not be captured",
            "2018-03-01 attempt 1 retry_on 2018-03-02 processed 2018-03-02T01:30:00Z Failed charge could not be captured",
            "2018-03-01 attempt 2 retry_on 2018-03-03 processed 2018-03-03T01:30:00Z Failed charge could not be captured",
        ]
    );
    assert_eq!(life.schedule.status, Status::Suspended);
    assert_eq!(life.schedule.ended_at, Some(at("2018-03-03T01:30:00Z")));
    assert_eq!(life.events, [ScheduleEvent::Created, ScheduleEvent::Suspended]);
    assert_eq!(life.due(), [""; 0]);
}

#[test]
fn a_retry_that_succeeds_resumes_the_cadence_unchanged() {
    let mut life = Life::begin(
        charges(monthly(6), date(2018, 2, 6), date(2018, 12, 31)),
        "2018-02-01T00:00:00Z",
    );
    life.run(refused()).run(PAID);
    assert_eq!(life.due(), ["2018-03-06 attempt 0 at 2018-03-06T01:30:00Z"]);
    assert_eq!(life.schedule.status, Status::Running);
}

#[test]
fn a_daily_schedule_records_the_slots_it_skips_while_it_retries() {
    let mut life =
        Life::begin(charges(daily(), date(2026, 1, 1), date(2026, 1, 31)), "2025-12-31T00:00:00Z");
    life.run(refused()).run(refused()).run(PAID);
    assert_eq!(
        life.rows,
        [
            "2026-01-01 attempt 0 retry_on null processed 2026-01-01T01:30:00Z Failed charge could not be captured",
            "2026-01-01 attempt 1 retry_on 2026-01-02 processed 2026-01-02T01:30:00Z Failed charge could not be captured",
            "2026-01-02 attempt 0 retry_on null processed 2026-01-02T01:30:00Z Skipped skipped because an earlier occurrence was still being retried",
            "2026-01-01 attempt 2 retry_on 2026-01-03 processed 2026-01-03T01:30:00Z Successful null",
            "2026-01-03 attempt 0 retry_on null processed 2026-01-03T01:30:00Z Skipped skipped because an earlier occurrence was still being retried",
        ]
    );
    assert_eq!(life.due(), ["2026-01-04 attempt 0 at 2026-01-04T01:30:00Z"]);
}

#[test]
fn a_late_server_catches_up_every_slot_it_missed() {
    let mut life =
        Life::begin(charges(daily(), date(2026, 1, 1), date(2026, 1, 3)), "2025-12-31T00:00:00Z");
    let run = life.queue.remove(0);
    let settlement = settle(&run, PAID, at("2026-01-03T12:00:00Z"));
    life.write(settlement);
    assert_eq!(life.due(), ["2026-01-02 attempt 0 at 2026-01-02T01:30:00Z"]);
}

#[test]
fn a_schedule_that_starts_today_runs_at_once_and_then_at_its_hour() {
    let life =
        Life::begin(charges(daily(), date(2025, 3, 20), date(2025, 5, 20)), "2025-03-20T10:07:40Z");
    assert_eq!(life.due(), ["2025-03-20 attempt 0 at 2025-03-20T10:07:40Z"]);
    // Before the hour, too; and by the day in Bangkok, not in UTC.
    let life =
        Life::begin(charges(daily(), date(2017, 6, 22), date(2018, 6, 22)), "2017-06-21T22:04:03Z");
    assert_eq!(life.due(), ["2017-06-22 attempt 0 at 2017-06-21T22:04:03Z"]);
    // A start that is still yesterday's date in UTC.
    let mut life = Life::begin(
        charges(daily(), date(2022, 12, 21), date(2023, 12, 21)),
        "2022-12-21T17:28:06Z",
    );
    life.run(PAID);
    assert_eq!(life.due(), ["2022-12-22 attempt 0 at 2022-12-22T01:30:00Z"]);
}

#[test]
fn a_rule_that_does_not_match_today_waits_for_its_hour() {
    let life = Life::begin(
        charges(monthly(31), date(2026, 2, 1), date(2026, 12, 31)),
        "2026-02-01T00:00:00Z",
    );
    assert_eq!(life.due(), ["2026-02-28 attempt 0 at 2026-02-28T01:30:00Z"]);
}

#[test]
fn a_schedule_expires_with_one_date_left_and_then_has_expired() {
    let mut life = Life::begin(
        charges(monthly(31), date(2026, 1, 31), date(2026, 3, 31)),
        "2026-01-01T00:00:00Z",
    );
    life.run(PAID);
    assert_eq!((life.schedule.status, life.events.len()), (Status::Running, 1));
    life.run(PAID);
    assert_eq!(life.schedule.status, Status::Expiring);
    life.run(refused());
    assert_eq!(life.schedule.status, Status::Expiring);
    life.run(PAID);
    assert_eq!(life.schedule.status, Status::Expired);
    assert_eq!(life.schedule.ended_at, Some(at("2026-04-01T01:30:00Z")));
    assert_eq!(
        life.events,
        [ScheduleEvent::Created, ScheduleEvent::Expiring, ScheduleEvent::Expired]
    );
}

#[test]
fn a_schedule_of_one_date_is_expiring_from_the_start() {
    let life = Life::begin(
        charges(monthly(15), date(2026, 1, 1), date(2026, 2, 1)),
        "2026-01-01T00:00:00Z",
    );
    assert_eq!(life.schedule.status, Status::Expiring);
    assert_eq!(life.events, [ScheduleEvent::Created, ScheduleEvent::Expiring]);
}

#[test]
fn a_window_without_a_date_makes_no_schedule() {
    let plan = charges(monthly(15), date(2026, 1, 16), date(2026, 2, 14));
    let creation = Creation::of(ScheduleId(7), AccountId(1), LaneId(1), plan);
    let error = create(creation, at("2026-01-01T00:00:00Z")).unwrap_err();
    assert_eq!(error.to_string(), "no date of the rule lies between 2026-01-16 and 2026-02-14");
}

#[test]
fn a_transfer_that_finds_the_balance_short_is_tried_on_the_following_business_days() {
    // 2026-01-30 is a Friday.
    let mut life = Life::begin(
        transfers(monthly(30), date(2026, 1, 1), date(2026, 12, 31)),
        "2026-01-01T00:00:00Z",
    );
    life.run(declined(DeclineKind::BalanceShort));
    assert_eq!(life.due(), ["2026-01-30 attempt 1 at 2026-02-02T01:05:00Z"]);
    life.run(declined(DeclineKind::BalanceShort));
    assert_eq!(life.due(), ["2026-01-30 attempt 2 at 2026-02-03T01:05:00Z"]);
    life.run(PAID);
    assert_eq!(life.due(), ["2026-02-28 attempt 0 at 2026-02-28T01:05:00Z"]);
}

#[test]
fn a_transfer_is_retried_thirty_times_at_most_and_the_schedule_goes_on() {
    let mut life = Life::begin(
        transfers(
            Rule::months_on_days(3, DaysOfMonth::new(&[1]).unwrap()).unwrap(),
            date(2026, 1, 1),
            date(2026, 12, 31),
        ),
        "2025-12-01T00:00:00Z",
    );
    for _ in 0..=30 {
        life.run(declined(DeclineKind::BalanceShort));
    }
    assert_eq!(life.rows.len(), 31);
    assert_eq!(life.due(), ["2026-04-01 attempt 0 at 2026-04-01T01:05:00Z"]);
    assert_eq!(life.schedule.status, Status::Running);
}

#[test]
fn an_unverified_recipient_fails_the_slot_alone() {
    let mut life = Life::begin(
        transfers(monthly(30), date(2026, 1, 1), date(2026, 12, 31)),
        "2026-01-01T00:00:00Z",
    );
    life.run(declined(DeclineKind::Payee));
    assert_eq!(life.due(), ["2026-02-28 attempt 0 at 2026-02-28T01:05:00Z"]);
}

#[test]
fn an_attempt_that_was_not_sent_is_made_again_and_no_failure_is_counted() {
    let mut life = Life::begin(
        charges(monthly(1), date(2026, 1, 1), date(2026, 12, 31)),
        "2025-12-01T00:00:00Z",
    );
    for _ in 0..5 {
        life.run(Outcome::NotSent(NotSent::Unreachable));
    }
    assert_eq!(life.rows, [""; 0]);
    assert_eq!(life.due(), ["2026-01-01 attempt 0 at 2026-01-01T01:30:00Z"]);
}

#[test]
fn an_unknown_outcome_records_nothing_and_the_schedule_goes_on() {
    let mut life = Life::begin(
        charges(monthly(1), date(2026, 1, 1), date(2026, 12, 31)),
        "2025-12-01T00:00:00Z",
    );
    life.run(Outcome::Unknown);
    assert_eq!(life.rows, [""; 0]);
    assert_eq!(life.due(), ["2026-02-01 attempt 0 at 2026-02-01T01:30:00Z"]);
    life.run(PAID).resolve(PAID, "2026-02-03T00:00:00Z");
    assert_eq!(
        life.rows,
        [
            "2026-02-01 attempt 0 retry_on null processed 2026-02-01T01:30:00Z Successful null",
            "2026-01-01 attempt 0 retry_on null processed 2026-02-03T00:00:00Z Successful null",
        ]
    );
    assert_eq!(life.due(), ["2026-03-01 attempt 0 at 2026-03-01T01:30:00Z"]);
}

#[test]
fn a_decline_that_becomes_known_late_is_retried_beside_the_cadence() {
    let mut life = Life::begin(
        charges(monthly(1), date(2026, 1, 1), date(2026, 12, 31)),
        "2025-12-01T00:00:00Z",
    );
    life.run(Outcome::Unknown).resolve(refused(), "2026-01-10T00:00:00Z");
    assert_eq!(
        life.due(),
        [
            "2026-02-01 attempt 0 at 2026-02-01T01:30:00Z",
            "2026-01-01 attempt 1 at 2026-01-11T01:30:00Z"
        ]
    );
    life.run(PAID);
    assert_eq!(life.due(), ["2026-02-01 attempt 0 at 2026-02-01T01:30:00Z"]);
}

#[test]
fn the_last_slot_ends_its_schedule_only_when_its_outcome_is_known() {
    let mut life = Life::begin(
        charges(monthly(1), date(2026, 1, 1), date(2026, 1, 31)),
        "2025-12-01T00:00:00Z",
    );
    life.run(Outcome::Accepted(PaymentId::Transfer(TransferId(3))));
    assert_eq!(life.schedule.status, Status::Expiring);
    life.resolve(PAID, "2026-01-04T00:00:00Z");
    assert_eq!(life.schedule.status, Status::Expired);
    // It ran when it was taken, not when it became final.
    assert_eq!(
        life.rows,
        ["2026-01-01 attempt 0 retry_on null processed 2026-01-01T01:30:00Z Successful null"]
    );
}

#[test]
fn an_outcome_that_is_still_unknown_goes_on_waiting() {
    let mut life = Life::begin(
        charges(monthly(1), date(2026, 1, 1), date(2026, 12, 31)),
        "2025-12-01T00:00:00Z",
    );
    life.run(Outcome::Unknown);
    assert_eq!(resolve(&life.awaiting[0], Outcome::Unknown, at("2026-01-02T00:00:00Z")), None);
}

impl Life {
    /// Comes too late for what is queued next.
    fn be_late(&mut self, lateness: Lateness, now: &str) -> &mut Life {
        let run = self.queue.remove(0);
        self.write(turn_away(&run, lateness, at(now)))
    }

    fn decide(&mut self, verdict: &Verdict, now: &str) -> &mut Life {
        let awaiting = self.awaiting.remove(0);
        self.write(settle_by_hand(&awaiting, verdict, "seen in the bank's statement", at(now)))
    }
}

fn three_days() -> Life {
    Life::begin(charges(daily(), date(2026, 1, 2), date(2026, 1, 4)), "2026-01-01T00:00:00Z")
}

#[test]
fn a_missed_slot_that_no_longer_runs_is_recorded_and_its_schedule_goes_on() {
    let mut life = three_days();
    life.be_late(Lateness::Missed, "2026-01-03T01:30:00Z");
    assert_eq!(
        life.rows,
        [
            "2026-01-02 attempt 0 retry_on null processed 2026-01-03T01:30:00Z Skipped skipped because it was missed and no longer runs"
        ]
    );
    assert_eq!(life.due(), ["2026-01-03 attempt 0 at 2026-01-03T01:30:00Z"]);
}

#[test]
fn a_slot_that_comes_too_late_waits_for_a_person_and_its_schedule_goes_on() {
    let mut life = three_days();
    life.be_late(Lateness::TooLate, "2026-01-09T00:00:00Z");
    assert_eq!(life.rows, [""; 0]);
    assert_eq!(life.awaiting[0].wait, Wait::Late);
    assert_eq!(life.due(), ["2026-01-03 attempt 0 at 2026-01-03T01:30:00Z"]);
}

#[test]
fn a_person_says_that_it_was_paid_or_is_not_to_be() {
    let paid = Verdict::Paid(Some(PaymentId::Charge(ChargeId(9))));
    for (verdict, row) in [
        (paid, "Successful null"),
        (Verdict::Paid(None), "Successful null"),
        (Verdict::NotPaid, "Failed seen in the bank's statement"),
    ] {
        let mut life = three_days();
        life.run(Outcome::Unknown).run(PAID).run(PAID).decide(&verdict, "2026-01-09T00:00:00Z");
        assert_eq!(
            life.rows[2],
            format!("2026-01-02 attempt 0 retry_on null processed 2026-01-09T00:00:00Z {row}")
        );
        assert_eq!(life.due(), [""; 0]);
        assert_eq!(life.schedule.status, Status::Expired);
    }
}

#[test]
fn a_person_has_it_asked_for_now_under_the_same_key() {
    let mut life = three_days();
    life.be_late(Lateness::TooLate, "2026-01-09T00:00:00Z");
    let key = |run: &Run| IdempotencyKey::of(InstallationId(1), run.key.schedule, run.key.slot, 0);
    let before = key(&life.awaiting[0].run);
    life.decide(&Verdict::Ask, "2026-01-09T10:00:00Z");
    assert_eq!(
        life.due(),
        [
            "2026-01-03 attempt 0 at 2026-01-03T01:30:00Z",
            "2026-01-02 attempt 0 at 2026-01-09T10:00:00Z"
        ]
    );
    assert_eq!(key(&life.queue[1]), before);
    assert_eq!(crate::admission::admit(&life.queue[1], at("2026-01-09T10:00:00Z")), Ok(()));
}

#[test]
fn the_last_slot_of_all_ends_its_schedule_when_a_person_has_decided() {
    let mut life = three_days();
    life.run(PAID).run(PAID).run(Outcome::Unknown);
    assert_eq!(life.schedule.status, Status::Expiring);
    life.decide(&Verdict::NotPaid, "2026-01-09T00:00:00Z");
    assert_eq!(life.schedule.status, Status::Expired);
}
