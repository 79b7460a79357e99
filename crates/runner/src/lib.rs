//! The loop that claims, sends and settles; recovery; and the clock it runs by.

use std::sync::Arc;

use engine::{Instant, Schedule, Term};
use gateway::bank::Bank;
use store::{ClockMode, NewSchedule, Store, StoreError};

/// What the rest of the program holds of the running loop.
pub struct Handle {
    store: Arc<dyn Store>,
    bank: Arc<Bank>,
    term: Term,
}

/// A clock, as it is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ClockReading {
    /// What it says.
    pub now: Instant,
    /// How it moves.
    pub mode: ClockMode,
    /// Where an advance under way is going.
    pub target: Option<Instant>,
}

/// What an advance did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Advanced {
    /// Occurrences recorded, by how they ended.
    pub successful: u64,
    /// Declined.
    pub failed: u64,
    /// Not attempted.
    pub skipped: u64,
    /// Things the bank did meanwhile: transfers sent and paid, charges lapsed.
    pub bank_actions: u64,
}

/// Why a clock cannot be moved so.
#[derive(Debug, thiserror::Error)]
pub enum ClockError {
    /// Another advance is under way.
    #[error("an advance to {target} is under way; wait for it")]
    Advancing {
        /// Where it is going.
        target: Instant,
    },
    /// It would go backwards although schedules exist.
    #[error(
        "the clock stands at {now} and schedules exist, so it can only go forward; {to} is earlier"
    )]
    Backwards {
        /// Where it stands.
        now: Instant,
        /// Where it was told to go.
        to: Instant,
    },
    /// The clock follows the world.
    #[error(
        "the clock follows the wall clock; set it first (PUT /kalends/v1/clock), then advance it"
    )]
    NotStanding,
    /// More would run than one advance may.
    #[error("more than {limit} slots are due by {to}; advance in smaller steps")]
    TooMuch {
        /// The limit.
        limit: u64,
        /// Where it was told to go.
        to: Instant,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[allow(clippy::unused_async, unused_variables)]
impl Handle {
    /// The clock, now.
    pub fn now(&self) -> Instant {
        unimplemented!()
    }
    /// The clock, as it is shown.
    pub fn clock(&self) -> ClockReading {
        unimplemented!()
    }
    /// The fencing term of this start.
    pub fn term(&self) -> Term {
        self.term
    }
    /// What is stored.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }
    /// The built-in bank.
    pub fn bank(&self) -> &Arc<Bank> {
        &self.bank
    }
    /// Whether the loop is running and its store answers.
    pub async fn is_ready(&self) -> bool {
        unimplemented!()
    }
    /// Creates a schedule and, where its first run is due now, waits until that has
    /// settled, at most ten seconds.
    pub async fn create_schedule(&self, new: NewSchedule) -> Result<Schedule, StoreError> {
        unimplemented!()
    }
    /// Makes the clock stand at `to`: freely before any schedule exists, afterwards only forward, as an advance.
    pub async fn set_clock(&self, to: Instant) -> Result<Advanced, ClockError> {
        unimplemented!()
    }
    /// Advances a standing clock; answers when every slot due by then has settled.
    pub async fn advance_clock(&self, to: Instant) -> Result<Advanced, ClockError> {
        unimplemented!()
    }
    /// Lets the clock follow the world again.
    pub async fn release_clock(&self) -> Result<ClockReading, ClockError> {
        unimplemented!()
    }
}
