//! Occurrences: what became of one attempt at one slot.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::identity::{AccountId, ScheduleId};
use crate::outcome::PaymentId;
use crate::run::Attempt;
use crate::schedule::Link;
use crate::time::{Instant, Slot};

/// The record of one attempt at one slot. Written once, at settlement, and
/// never changed; a retry is another occurrence of the same slot.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Occurrence {
    /// Whose.
    pub schedule: ScheduleId,
    /// Which obligation.
    pub slot: Slot,
    /// Which attempt.
    pub attempt: Attempt,
    /// Who owns the schedule.
    pub account: AccountId,
    /// When it was queued.
    pub created_at: Instant,
    /// When it was settled, or taken where it became final later.
    pub processed_at: Instant,
    /// The day it ran as a retry.
    pub retry_on: Option<Date>,
    /// How it ended.
    pub status: OccurrenceStatus,
    /// Why, where it did not succeed.
    pub message: Option<Box<str>>,
    /// The payment in the gateway's books.
    pub result: Option<PaymentId>,
    /// Its number within the schedule's cadence, from 1; `None` for one recorded outside it.
    pub ordinal: Option<u32>,
    /// The run that was queued when this one left the queue.
    pub link: Option<Link>,
}

/// How an attempt ended.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum OccurrenceStatus {
    /// Paid.
    Successful,
    /// Declined.
    Failed,
    /// Not attempted.
    Skipped,
    /// Called off before it was attempted.
    Canceled,
}
