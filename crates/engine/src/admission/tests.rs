//! A daily charge at 08:30 in Bangkok, whose server was down.

use jiff::civil::{Time, date};
use recurrence::{Recurrence, Rule};

use super::*;
use crate::creation::{Creation, create};
use crate::identity::{AccountId, CustomerId, LaneId, ScheduleId};
use crate::instruction::Instruction;
use crate::money::{Currency, Money};
use crate::policy::{Policies, RetryPolicy, Timing};
use crate::run::Plan;
use crate::time::Zone;

/// The run of 1 January, due at 01:30 in UTC.
fn run(missed: Missed) -> Run {
    let daily = Recurrence::new(Rule::days(1).unwrap(), date(2026, 1, 1), date(2026, 1, 31));
    let hour = Time::constant(8, 30, 0, 0);
    let plan = Plan::new(
        daily.unwrap(),
        Policies {
            timing: Timing::new(Zone::named("Asia/Bangkok").unwrap(), hour),
            retry: RetryPolicy::TWO_DAYS_THEN_SUSPEND,
            catch_up: CatchUp { missed, ..CatchUp::ALL },
            run_at_start: false,
        },
        Instruction::Charge {
            customer: CustomerId(1),
            card: None,
            money: Money::new(19_900, Currency::THB),
            description: None,
        },
    );
    let creation = Creation::of(ScheduleId(7), AccountId(1), LaneId(1), plan);
    create(creation, at("2025-12-31T00:00:00Z")).unwrap().runs.remove(0)
}

fn at(text: &str) -> Instant {
    Instant::from_timestamp(text.parse().unwrap()).unwrap()
}

/// What becomes of it at an instant, under each policy: all, latest, skip.
fn admitted(now: &str) -> [Result<(), Lateness>; 3] {
    [Missed::All, Missed::Latest, Missed::Skip].map(|missed| admit(&run(missed), at(now)))
}

const MISSED: Result<(), Lateness> = Err(Lateness::Missed);
const TOO_LATE: Result<(), Lateness> = Err(Lateness::TooLate);

#[test]
fn what_is_only_slow_runs_whatever_policy_says_of_missed_slots() {
    for now in ["2026-01-01T01:29:59Z", "2026-01-01T01:30:00Z", "2026-01-01T02:30:00Z"] {
        assert_eq!(admitted(now), [Ok(()), Ok(()), Ok(())], "{now}");
    }
}

#[test]
fn a_missed_slot_runs_unless_policy_skips_it_or_a_later_one_is_due() {
    assert_eq!(admitted("2026-01-01T02:30:01Z"), [Ok(()), Ok(()), MISSED]);
    assert_eq!(admitted("2026-01-02T01:29:59Z"), [Ok(()), Ok(()), MISSED]);
    assert_eq!(admitted("2026-01-02T01:30:00Z"), [Ok(()), MISSED, MISSED]);
}

#[test]
fn past_the_greatest_lateness_a_person_looks_first() {
    assert_eq!(admitted("2026-01-04T01:30:00Z"), [Ok(()), MISSED, MISSED]);
    assert_eq!(admitted("2026-01-04T01:30:01Z"), [TOO_LATE, MISSED, MISSED]);
}

#[test]
fn a_slot_that_no_cadence_follows_is_the_latest_of_its_kind() {
    let added = Run { role: Role::Detached { last: false }, ..run(Missed::Latest) };
    assert_eq!(admit(&added, at("2026-01-03T01:30:00Z")), Ok(()));
    assert_eq!(admit(&added, at("2026-01-04T01:30:01Z")), TOO_LATE);
}
