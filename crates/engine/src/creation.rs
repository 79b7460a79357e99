//! Making a schedule.

use jiff::civil::Date;

use crate::account::Attributes;
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
    /// Dialect attributes.
    pub attributes: Attributes,
}

/// A schedule that is ready to be written, with its first run.
#[derive(Clone, PartialEq, Debug)]
pub struct Created {
    /// The schedule.
    pub schedule: Schedule,
    /// Its first run.
    pub run: Run,
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
    /// Its dates lie beyond the last instant there is.
    #[error("{date} lies beyond the year 2261")]
    TooLate {
        /// The date.
        date: Date,
    },
}

/// Makes a schedule and its first run.
///
/// Where policy says so and the first date is today (in the schedule's zone, or
/// already past there), the first run is due now; else at its hour.
pub fn create(creation: Creation, now: Instant) -> Result<Created, CreationError> {
    let Creation { id, account, lane, plan, attributes } = creation;
    let recurrence = plan.recurrence;
    let (Some(first), Some(last)) = (recurrence.first(), recurrence.last()) else {
        return Err(CreationError::NoDate { start: recurrence.start(), end: recurrence.end() });
    };
    plan.due(last).ok_or(CreationError::TooLate { date: last })?;
    let at_hour = plan.due(first).ok_or(CreationError::TooLate { date: first })?;
    let today = plan.policies.timing.zone.date_at(now);
    let due = if plan.policies.run_at_start && first <= today { now } else { at_hour };

    let slot = Slot::of_date(first);
    let status = if first == last { Status::Expiring } else { Status::Running };
    let run = Run {
        key: RunKey { lane, due, schedule: id, slot },
        account,
        attempt: 0,
        queued_at: now,
        role: Role::Cadence { recorded: 0, through: slot },
        plan: plan.clone(),
        quoted: None,
    };
    let schedule = Schedule {
        id,
        account,
        lane,
        plan,
        status,
        created_at: now,
        ended_at: None,
        first: Link { due, slot, attempt: 0 },
        recorded_detached: 0,
        attributes,
    };
    let mut events = vec![ScheduleEvent::Created];
    if status == Status::Expiring {
        events.push(ScheduleEvent::Expiring);
    }
    Ok(Created { schedule, run, events })
}
