//! Events: what happened, in the order in which it was committed.

use bank::BankEvent;
use engine::{AccountId, Instant, ScheduleEvent};

/// The number of an event: greater than that of any committed before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct EventId(pub i64);

/// Something that happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
    /// Its number.
    pub id: EventId,
    /// The rest.
    pub body: NewEvent,
}

/// Something that is about to have happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewEvent {
    /// To whose account.
    pub account: AccountId,
    /// When.
    pub at: Instant,
    /// What.
    pub kind: EventKind,
    /// The key of what it happened to; which kind of thing that is, `kind` says.
    pub subject: i64,
    /// The subject as it was at that moment, as JSON in the bank's own form, where
    /// it cannot be told from what is stored of it later. `None` keeps the hot path small.
    pub snapshot: Option<Box<str>>,
}

/// What happened.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum EventKind {
    /// To a schedule.
    Schedule(ScheduleEvent),
    /// To something of the bank's.
    Bank(BankEvent),
}
