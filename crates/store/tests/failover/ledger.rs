//! What a world has outside the database: where money moves, and what is noted of it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use engine::{ChargeId, IdempotencyKey};
use store::StoreError;
use tokio::time::Instant;

/// Payments by key. It pays as often as it is asked, so that whoever asks twice is found out;
/// only a look tells what it has done.
#[derive(Default)]
pub(crate) struct Ledger {
    payments: Mutex<BTreeMap<IdempotencyKey, Vec<ChargeId>>>,
    last: AtomicI64,
}

impl Ledger {
    pub(crate) fn pay(&self, key: &IdempotencyKey) -> ChargeId {
        let charge = ChargeId(self.last.fetch_add(1, Ordering::Relaxed) + 1);
        self.payments.lock().unwrap().entry(key.clone()).or_default().push(charge);
        charge
    }

    pub(crate) fn look_up(&self, key: &IdempotencyKey) -> Option<ChargeId> {
        self.payments.lock().unwrap().get(key)?.first().copied()
    }

    pub(crate) fn all(&self) -> BTreeMap<IdempotencyKey, Vec<ChargeId>> {
        self.payments.lock().unwrap().clone()
    }

    pub(crate) fn len(&self) -> usize {
        self.payments.lock().unwrap().len()
    }
}

/// What all who work have in common beside the database.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) ledger: Ledger,
    /// Slots that are to be paid, of schedules that were made.
    pub(crate) owed: AtomicU64,
    is_made: AtomicBool,
    failures: AtomicU64,
    unknown: AtomicU64,
    recovered: AtomicU64,
    /// When something was last settled, and the longest pause before that since it was asked.
    settled: Mutex<(Option<Instant>, Duration)>,
}

impl World {
    pub(crate) fn new() -> Arc<World> {
        Arc::default()
    }

    /// Nothing more is to be made.
    pub(crate) fn stop_making(&self) {
        self.is_made.store(true, Ordering::Release);
    }

    pub(crate) fn is_made(&self) -> bool {
        self.is_made.load(Ordering::Acquire)
    }

    pub(crate) fn note_failure(&self, failure: &StoreError) {
        match failure {
            StoreError::Unknown { .. } => self.unknown.fetch_add(1, Ordering::Relaxed),
            StoreError::Unreachable { .. } | StoreError::Database { .. } => {
                self.failures.fetch_add(1, Ordering::Relaxed)
            }
            other => panic!("{other}"),
        };
    }

    pub(crate) fn note_recovered(&self, runs: usize) {
        self.recovered.fetch_add(u64::try_from(runs).unwrap(), Ordering::Relaxed);
    }

    pub(crate) fn note_settled(&self) {
        let mut settled = self.settled.lock().unwrap();
        let now = Instant::now();
        if let Some(last) = settled.0 {
            settled.1 = settled.1.max(now - last);
        }
        settled.0 = Some(now);
    }

    /// The longest time without a settlement since this was last asked.
    pub(crate) fn longest_pause(&self) -> Duration {
        std::mem::take(&mut self.settled.lock().unwrap().1)
    }

    pub(crate) fn told(&self) -> String {
        format!(
            "{} of {} slots are paid; {} calls failed, {} commits got no answer, {} runs were \
             taken over and looked up",
            self.ledger.len(),
            self.owed.load(Ordering::Acquire),
            self.failures.load(Ordering::Relaxed),
            self.unknown.load(Ordering::Relaxed),
            self.recovered.load(Ordering::Relaxed)
        )
    }
}
