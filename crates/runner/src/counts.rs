//! How much has been recorded: of one piece of work, and since the start.

use std::sync::atomic::{AtomicU64, Ordering};

use engine::{OccurrenceStatus, Settlement};

/// How many of what has been recorded.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// Paid.
    pub successful: u64,
    /// Declined.
    pub failed: u64,
    /// Not attempted.
    pub skipped: u64,
    /// Sent, with an outcome that is not known or not final.
    pub awaiting: u64,
    /// Refused because another claimer had taken over; nothing was written.
    pub stale: u64,
}

impl Counts {
    /// What one settlement records, once it is written.
    pub(crate) fn of(settlement: &Settlement) -> Counts {
        let mut counts = Counts::default();
        for occurrence in &settlement.occurrences {
            match occurrence.status {
                OccurrenceStatus::Successful => counts.successful += 1,
                OccurrenceStatus::Failed => counts.failed += 1,
                OccurrenceStatus::Skipped | OccurrenceStatus::Canceled => counts.skipped += 1,
            }
        }
        counts.awaiting = u64::from(settlement.awaiting.is_some());
        counts
    }

    /// Counts what others counted too.
    pub fn add(&mut self, other: Counts) {
        self.successful += other.successful;
        self.failed += other.failed;
        self.skipped += other.skipped;
        self.awaiting += other.awaiting;
        self.stale += other.stale;
    }
}

/// What a start has recorded, counted as it is written: whoever watches sees work while it
/// goes on, and what was written is counted though the rest of it failed.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    successful: AtomicU64,
    failed: AtomicU64,
    skipped: AtomicU64,
    awaiting: AtomicU64,
    stale: AtomicU64,
}

impl Totals {
    pub(crate) fn add(&self, counts: Counts) {
        self.successful.fetch_add(counts.successful, Ordering::Relaxed);
        self.failed.fetch_add(counts.failed, Ordering::Relaxed);
        self.skipped.fetch_add(counts.skipped, Ordering::Relaxed);
        self.awaiting.fetch_add(counts.awaiting, Ordering::Relaxed);
        self.stale.fetch_add(counts.stale, Ordering::Relaxed);
    }

    pub(crate) fn read(&self) -> Counts {
        Counts {
            successful: self.successful.load(Ordering::Relaxed),
            failed: self.failed.load(Ordering::Relaxed),
            skipped: self.skipped.load(Ordering::Relaxed),
            awaiting: self.awaiting.load(Ordering::Relaxed),
            stale: self.stale.load(Ordering::Relaxed),
        }
    }
}
