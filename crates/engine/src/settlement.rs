//! Settlement: recording an outcome and all that follows from it.
//!
//! [`settle`] is the one transition of a run. Whatever it returns is written in
//! one commit, or not at all.

use crate::identity::ScheduleId;
use crate::occurrence::{Occurrence, OccurrenceStatus};
use crate::outcome::{Decline, NotSent, Outcome, PaymentId};
use crate::policy::Exhausted;
use crate::run::{Role, Run, RunKey};
use crate::schedule::{Link, ScheduleEvent, Status};
use crate::time::{Instant, Slot};

/// Message of a slot that was reached while an older one was still being retried.
pub const SKIPPED_WHILE_RETRYING: &str =
    "skipped because an earlier occurrence was still being retried";

/// All that one settled run writes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settlement {
    /// The queue row that leaves, or the awaiting one, and with it the claimer's
    /// right to write at all: where it is gone or of another term, nothing is written.
    pub source: Source,
    /// What is recorded, in order.
    pub occurrences: Vec<Occurrence>,
    /// What is queued.
    pub follow: Option<Run>,
    /// What waits for its outcome to become known.
    pub awaiting: Option<Awaiting>,
    /// What becomes of the schedule, where that changes, and when.
    pub status: Option<(Status, Instant)>,
    /// What its owner is told.
    pub events: Vec<ScheduleEvent>,
    /// When `occurrences` is empty because nothing was sent: the row stays, is not
    /// claimed before this instant, and no failure is counted.
    pub released_until: Option<Instant>,
}

/// Where a settled run stood.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source {
    /// In the queue, claimed.
    Queue(RunKey),
    /// Among those whose outcome was not known.
    Awaiting(AwaitingKey),
}

/// Names one attempt whose outcome is not known yet.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct AwaitingKey {
    /// Whose.
    pub schedule: ScheduleId,
    /// Which obligation.
    pub slot: Slot,
    /// Which attempt.
    pub attempt: u8,
}

/// An attempt that was sent and whose outcome is not known, or not final.
/// It blocks the retries of its slot; its schedule has gone on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Awaiting {
    /// The run, detached from its cadence.
    pub run: Run,
    /// The gateway's word for it, if it gave one.
    pub accepted: Option<PaymentId>,
    /// Since when.
    pub since: Instant,
    /// The cadence run that was queued when this one left the queue.
    pub link: Option<Link>,
}

impl Awaiting {
    /// Its name.
    #[must_use]
    pub const fn key(&self) -> AwaitingKey {
        AwaitingKey {
            schedule: self.run.key.schedule,
            slot: self.run.key.slot,
            attempt: self.run.attempt,
        }
    }
}
