//! Making a schedule.

use std::sync::Arc;

use jiff::civil::Date;

use crate::account::Attributes;
use crate::amendment::Amendment;
use crate::cadence::Cadence;
use crate::edit::{self, Addition, EditError};
use crate::identity::{AccountId, LaneId, ScheduleId};
use crate::run::{Plan, Role, Run, RunKey};
use crate::schedule::{Link, Schedule, ScheduleEvent, Status};
use crate::time::{Instant, Slot};

/// What a schedule is made from.
#[derive(Clone, PartialEq, Debug)]
pub struct Creation {
    /// Its key.
    pub id: ScheduleId,
    /// Whose.
    pub account: AccountId,
    /// Where it will run.
    pub lane: LaneId,
    /// What, when, how.
    pub plan: Plan,
    /// Whose lists show it ([`Schedule::parties`]).
    pub parties: Vec<i64>,
    /// Slots added by hand.
    pub additions: Vec<Addition>,
    /// Dialect attributes.
    pub attributes: Attributes,
}

impl Creation {
    /// A schedule of this plan alone, in the lists of the one whom its runs deal with.
    #[must_use]
    pub fn of(id: ScheduleId, account: AccountId, lane: LaneId, plan: Plan) -> Creation {
        let parties = vec![plan.instruction.counterparty()];
        let (additions, attributes) = (Vec::new(), Attributes::new());
        Creation { id, account, lane, plan, parties, additions, attributes }
    }
}

/// A schedule that is ready to be written, with its first runs.
#[derive(Clone, PartialEq, Debug)]
pub struct Created {
    /// The schedule.
    pub schedule: Schedule,
    /// What is queued: the first run of its cadence, and the slots added by hand.
    pub runs: Vec<Run>,
    /// What stands of the slots added by hand.
    pub amendments: Vec<Amendment>,
    /// What its owner is told.
    pub events: Vec<ScheduleEvent>,
}

/// Why a schedule cannot be made.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CreationError {
    /// Its rule gives no date within its window.
    #[error("no date of the rule lies between {start} and {end}")]
    NoDate {
        /// The window's first day.
        start: Date,
        /// Its last.
        end: Date,
    },
    /// Its rule gives no time at all, or none was left to it, and no slot was added.
    #[error("the schedule has nothing to run")]
    NoSlot,
    /// Its dates lie beyond the last instant there is.
    #[error("{date} lies beyond the year 2261")]
    TooLate {
        /// The date.
        date: Date,
    },
    /// A slot cannot be added.
    #[error(transparent)]
    Addition(#[from] EditError),
}

/// Makes a schedule and its first runs.
///
/// Where policy says so and the first date is today (in the schedule's zone, or
/// already past there), the first run is due now; else at its hour. A rule that gives
/// moments begins with the first that lies after now, or where policy says so in this
/// very second: none is made up for.
pub fn create(creation: Creation, now: Instant) -> Result<Created, CreationError> {
    let Creation { id, account, lane, plan, parties, additions, attributes } = creation;
    let first = first_slot(&plan, now)?;
    if first.is_none() && additions.is_empty() {
        return Err(CreationError::NoSlot);
    }
    let plan = Arc::new(plan);
    let status = match first {
        Some((slot, _)) if plan.after(slot).is_none() => Status::Expiring,
        _ => Status::Running,
    };
    let schedule = Schedule {
        id,
        account,
        lane,
        former: Vec::new(),
        since: first.map_or(Slot::of(plan.policies.timing.zone.moment_at(now)), |(slot, _)| slot),
        status,
        created_at: now,
        updated_at: now,
        version: 0,
        ended_at: None,
        first: first.map(|(slot, due)| Link { due, slot, attempt: 0 }),
        recorded_before: 0,
        recorded_detached: 0,
        parties,
        attributes,
        paused: None,
        plan: Arc::clone(&plan),
    };
    let amendments = edit::additions(&schedule, std::iter::empty(), additions)?;
    let cadence = first.map(|(slot, due)| Run {
        key: RunKey { lane, due, schedule: id, slot },
        account,
        attempt: 0,
        queued_at: now,
        role: Role::Cadence { recorded: 0, through: slot },
        plan,
        quoted: None,
    });
    let added =
        amendments.iter().filter_map(|amendment| edit::amended_run(&schedule, amendment, now));
    let runs = cadence.into_iter().chain(added).collect();
    let mut events = vec![ScheduleEvent::Created];
    if status == Status::Expiring {
        events.push(ScheduleEvent::Expiring);
    }
    Ok(Created { schedule, runs, amendments, events })
}

/// The first slot of the cadence, and when it is due.
fn first_slot(plan: &Plan, now: Instant) -> Result<Option<(Slot, Instant)>, CreationError> {
    let recurrence = match &plan.cadence {
        Cadence::Dates(recurrence) => recurrence,
        Cadence::Times(_) => return Ok(first_moment(plan, now)),
        Cadence::Nothing => return Ok(None),
    };
    let (Some(first), Some(last)) = (plan.first(), plan.cadence.last()) else {
        return Err(CreationError::NoDate { start: recurrence.start(), end: recurrence.end() });
    };
    plan.due(last).ok_or(CreationError::TooLate { date: last.date() })?;
    let at_hour = plan.due(first).ok_or(CreationError::TooLate { date: first.date() })?;
    let today = plan.policies.timing.zone.date_at(now);
    let due = if plan.policies.run_at_start && first.date() <= today { now } else { at_hour };
    Ok(Some((first, due)))
}

/// The first moment that is to come, and when it is due.
fn first_moment(plan: &Plan, now: Instant) -> Option<(Slot, Instant)> {
    if !plan.policies.run_at_start {
        return edit::next_due(plan, now);
    }
    let before = Instant::from_nanoseconds(now.floor_second().nanoseconds().saturating_sub(1));
    edit::next_due(plan, before).map(|(slot, due)| (slot, due.max(now)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::{PartyId, PaymentMethodId};
    use crate::instruction::{Instruction, Remitted};
    use crate::money::{Currency, Money};
    use crate::policy::{Policies, RetryPolicy, Timing};
    use crate::time::Zone;
    use jiff::civil::{Time, date};
    use recurrence::Timetable;

    fn at(text: &str) -> Instant {
        Instant::from_timestamp(text.parse().unwrap()).unwrap()
    }

    /// What is queued of a daily rule from ten o'clock on 5 January.
    fn queued(run_at_start: bool, now: &str) -> Vec<(Slot, Instant)> {
        let start = date(2026, 1, 5).at(10, 0, 0, 0);
        let plan = Plan::new(
            Timetable::new("FREQ=DAILY".parse().unwrap(), start),
            Policies {
                timing: Timing::new(Zone::utc(), Time::midnight()),
                retry: RetryPolicy::NEVER,
                run_at_start,
                catch_up: crate::policy::CatchUp::ALL,
            },
            Instruction::Remittance(Remitted {
                partner: PartyId(1),
                source: PaymentMethodId(1),
                destination: PaymentMethodId(2),
                money: Money::new(1, Currency::THB),
                particulars: "{}".into(),
            }),
        );
        let creation = Creation::of(ScheduleId(1), AccountId(1), LaneId(1), plan);
        let created = create(creation, at(now)).unwrap();
        created.runs.iter().map(|run| (run.key.slot, run.key.due)).collect()
    }

    #[test]
    fn a_moment_of_the_second_in_which_its_schedule_is_made_runs_at_once_where_policy_says_so() {
        let today = Slot::of(date(2026, 1, 5).at(10, 0, 0, 0));
        let tomorrow = Slot::of(date(2026, 1, 6).at(10, 0, 0, 0));
        let ten_tomorrow = at("2026-01-06T10:00:00Z");
        for now in ["2026-01-05T10:00:00Z", "2026-01-05T10:00:00.75Z"] {
            assert_eq!(queued(true, now), [(today, at(now))]);
            assert_eq!(queued(false, now), [(tomorrow, ten_tomorrow)]);
        }
        assert_eq!(queued(true, "2026-01-05T10:00:01Z"), [(tomorrow, ten_tomorrow)]);
    }
}
