//! What follows from a decision.

use engine::Instant;

use crate::entity::BankEvent;
use crate::ledger::JournalEntry;

/// A record as it is after a decision, and all that must be written with it.
#[derive(Clone, PartialEq, Debug)]
pub struct Step<T> {
    /// The record, with the version it will have.
    pub record: T,
    /// What moved.
    pub entry: Option<JournalEntry>,
    /// What its owner is told, in order.
    pub events: Vec<BankEvent>,
    /// When the bank must look at it again.
    pub wake_at: Option<Instant>,
    /// The reminder that is no longer needed.
    pub wake_off: Option<Instant>,
}

impl<T> Step<T> {
    /// Nothing but the record.
    #[must_use]
    pub const fn quiet(record: T) -> Step<T> {
        Step { record, entry: None, events: Vec::new(), wake_at: None, wake_off: None }
    }

    /// The record, and what its owner is told.
    #[must_use]
    pub fn told(record: T, events: impl IntoIterator<Item = BankEvent>) -> Step<T> {
        Step { events: events.into_iter().collect(), ..Step::quiet(record) }
    }
}
