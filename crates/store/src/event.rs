//! Events: what happened, in the order in which it was committed.

use bank::BankEvent;
use engine::settlement::AwaitingKey;
use engine::{
    AccountId, Attempt, Instant, Occurrence, OccurrenceStatus, ScheduleEvent, ScheduleId, Slot,
};
use serde::{Deserialize, Serialize};

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
    /// To one attempt of a schedule.
    Occurrence(OccurrenceStatus),
    /// A webhook endpoint was disabled because nothing could be sent there.
    EndpointDisabled,
}

impl EventKind {
    /// Whether such events are for webhooks alone, and stand in no list.
    #[must_use]
    pub const fn is_unlisted(self) -> bool {
        match self {
            EventKind::Schedule(_) | EventKind::Bank(_) => false,
            EventKind::Occurrence(_) | EventKind::EndpointDisabled => true,
        }
    }
}

/// Which attempt of its subject an event is about.
#[derive(Serialize, Deserialize)]
struct AttemptOf {
    slot: i64,
    attempt: Attempt,
}

impl NewEvent {
    /// What an account is told of an attempt that was recorded.
    #[must_use]
    pub fn of_occurrence(occurrence: &Occurrence) -> NewEvent {
        let of = AttemptOf { slot: occurrence.slot.stored(), attempt: occurrence.attempt };
        NewEvent {
            account: occurrence.account,
            at: occurrence.processed_at,
            kind: EventKind::Occurrence(occurrence.status),
            subject: occurrence.schedule.0,
            snapshot: serde_json::to_string(&of).ok().map(Into::into),
        }
    }

    /// Which attempt this is about, if it is about one.
    #[must_use]
    pub fn attempt(&self) -> Option<AwaitingKey> {
        let EventKind::Occurrence(_) = self.kind else { return None };
        let AttemptOf { slot, attempt } = serde_json::from_str(self.snapshot.as_deref()?).ok()?;
        let slot = Slot::from_stored(slot);
        Some(AwaitingKey { schedule: ScheduleId(self.subject), slot, attempt })
    }
}
