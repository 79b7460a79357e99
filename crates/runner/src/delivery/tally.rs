//! Counts of deliveries, for metrics.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts what came of attempts.
#[derive(Debug, Default)]
pub struct Tally {
    delivered: AtomicU64,
    failed: AtomicU64,
    given_up: AtomicU64,
    disabled: AtomicU64,
}

/// What came of attempts since the start.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Outcomes {
    /// Taken.
    pub delivered: u64,
    /// Not taken, and to be tried again.
    pub failed: u64,
    /// Not taken, and tried for the last time.
    pub given_up: u64,
    /// Endpoints that were disabled.
    pub disabled: u64,
}

impl Tally {
    /// What came of them so far.
    #[must_use]
    pub fn read(&self) -> Outcomes {
        Outcomes {
            delivered: self.delivered.load(Ordering::Relaxed),
            failed: self.failed.load(Ordering::Relaxed),
            given_up: self.given_up.load(Ordering::Relaxed),
            disabled: self.disabled.load(Ordering::Relaxed),
        }
    }

    pub(super) fn count_delivered(&self) {
        self.delivered.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count_failed(&self) {
        self.failed.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count_given_up(&self) {
        self.given_up.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count_disabled(&self) {
        self.disabled.fetch_add(1, Ordering::Relaxed);
    }
}
