//! Schedules: standing instructions and their states.

use serde::{Deserialize, Serialize};

use std::sync::Arc;

use crate::account::Attributes;
use crate::cadence::Cadence;
use crate::identity::{AccountId, LaneId, ScheduleId};
use crate::run::{Attempt, Plan, Role, Run};
use crate::time::{Instant, Slot};

/// A standing instruction.
#[derive(Clone, PartialEq, Debug)]
pub struct Schedule {
    /// Its key.
    pub id: ScheduleId,
    /// Who owns it.
    pub account: AccountId,
    /// Where it runs.
    pub lane: LaneId,
    /// What it pays, when, and how it behaves.
    pub plan: Arc<Plan>,
    /// The rules it had before, oldest first.
    pub former: Vec<Chapter>,
    /// Slots of its present rule before this one are not its own: it had another rule then,
    /// or other hours.
    pub since: Slot,
    /// Where it stands.
    pub status: Status,
    /// When it was made.
    pub created_at: Instant,
    /// When it was last edited, or else made.
    pub updated_at: Instant,
    /// Counts its edits and ends, from 0.
    pub version: u32,
    /// When it ended, if it has.
    pub ended_at: Option<Instant>,
    /// The run with which its cadence began, or went on after its last edit. `None` where
    /// its rule never had a slot to run.
    pub first: Option<Link>,
    /// Whose lists show it: the customer of a charge, the recipient of a transfer, every
    /// party of a remittance.
    pub parties: Vec<i64>,
    /// How many occurrences its cadence had recorded when it was last edited.
    pub recorded_before: u32,
    /// Occurrences recorded outside the cadence (outcomes that became known late).
    pub recorded_detached: u32,
    /// Dialect attributes: metadata and the like.
    pub attributes: Attributes,
    /// Since when its owner has it stand still, and what is to run when it goes on.
    pub paused: Option<Pause>,
}

/// A time in which nothing of a schedule runs, because its owner wants it so.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Pause {
    /// Since when.
    pub since: Instant,
    /// Why, in its owner's words.
    pub reason: Box<str>,
    /// What left the queue for it, and comes back when the schedule goes on.
    pub runs: Vec<PausedRun>,
}

/// A run that stands in no queue while its schedule is paused. What it pays is read from
/// the schedule when it comes back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PausedRun {
    /// When it was due, or is.
    pub due: Instant,
    /// For which slot.
    pub slot: Slot,
    /// Which attempt.
    pub attempt: Attempt,
    /// Whether what follows depends on it.
    pub role: Role,
}

impl Pause {
    /// Whether what carries the schedule on stands in it.
    #[must_use]
    pub fn has_cadence(&self) -> bool {
        self.runs.iter().any(|run| run.role.is_cadence())
    }
}

impl PausedRun {
    /// A run, as it is kept.
    #[must_use]
    pub fn of(run: &Run) -> PausedRun {
        let Run { key, attempt, role, .. } = run;
        PausedRun { due: key.due, slot: key.slot, attempt: *attempt, role: *role }
    }
}

impl Schedule {
    /// Every slot that a rule of its own gave or gives it, up to a moment, oldest first,
    /// those included that went their own way.
    pub fn slots_through(&self, last: Slot) -> impl Iterator<Item = Slot> + '_ {
        let former = self
            .former
            .iter()
            .flat_map(|chapter| within(&chapter.cadence, chapter.from, chapter.through));
        former.chain(within(&self.plan.cadence, self.since, last))
    }

    /// Whether a slot was given by a rule of the schedule's while it had that rule.
    #[must_use]
    pub fn has_slot(&self, slot: Slot) -> bool {
        let former = self.former.iter().any(|chapter| {
            (chapter.from..=chapter.through).contains(&slot) && chapter.cadence.contains(slot)
        });
        former || (slot >= self.since && self.plan.cadence.contains(slot))
    }

    /// Ended by its owner at `at`: allowed in any state, once. `None` where that
    /// was done before.
    #[must_use]
    pub fn delete(self, at: Instant) -> Option<Schedule> {
        (self.status != Status::Deleted).then(|| Schedule {
            status: Status::Deleted,
            ended_at: Some(at),
            version: self.version.saturating_add(1),
            paused: None,
            ..self
        })
    }
}

fn within(cadence: &Cadence, from: Slot, through: Slot) -> impl Iterator<Item = Slot> + '_ {
    cadence.iter_from(from.moment()).take_while(move |slot| *slot <= through)
}

/// A time in which a schedule had another rule, or the same at other hours.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Chapter {
    /// The rule.
    pub cadence: Cadence,
    /// Its first slot that belongs to the schedule.
    pub from: Slot,
    /// The last moment at which a slot of it does.
    pub through: Slot,
}

/// Where a schedule stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Status {
    /// More than one date is left.
    Running,
    /// Exactly one date is left.
    Expiring,
    /// It has reached its last date.
    Expired,
    /// Its owner ended it.
    Deleted,
    /// It could not be completed and was stopped.
    Suspended,
}

impl Status {
    /// Whether runs are still to come.
    #[must_use]
    pub const fn is_active(self) -> bool {
        matches!(self, Status::Running | Status::Expiring)
    }
}

/// Which run was queued in a commit: enough to find its row, without an index,
/// because a queue row is found by its key alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Link {
    /// When it is due.
    pub due: Instant,
    /// For which slot.
    pub slot: Slot,
    /// Which attempt.
    pub attempt: Attempt,
}

/// Where a schedule's cadence stands: read, never stored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Position {
    /// Occurrences recorded so far, all of them.
    pub recorded: u32,
    /// What is queued, or in flight, to carry the schedule on.
    pub next: Option<Next>,
}

/// The run that will carry a schedule on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Next {
    /// The run.
    pub link: Link,
    /// The last slot it covers: `link.slot`, or a later one that was skipped
    /// while this one was being retried.
    pub through: Slot,
}

/// Something that happened to a schedule and is told to its owner.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum ScheduleEvent {
    /// Made.
    Created,
    /// Ended by its owner.
    Deleted,
    /// One date is left.
    Expiring,
    /// No date is left.
    Expired,
    /// Stopped after failures.
    Suspended,
}
