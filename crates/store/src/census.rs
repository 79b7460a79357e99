//! Who is in the data.

use engine::{Account, Instant};

use crate::pulse::Pulse;

/// An account, and what it has.
#[derive(Clone, PartialEq, Debug)]
pub struct AccountCensus {
    /// Who it is.
    pub account: Account,
    /// Its schedules that have not ended: running, paused, and expiring ones.
    pub schedules: u64,
    /// When the next of what is queued is due on its lane.
    pub next_due: Option<Instant>,
    /// When its lane was last worked, and what holds it.
    pub pulse: Pulse,
    /// Where it is, if it was moved from here.
    pub went_to: Option<String>,
}
