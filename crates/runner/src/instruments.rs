//! What a lane measures of itself: how late payments are, how long its gateway takes and what
//! it answers, and how many nobody knows the outcome of.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use engine::{Awaiting, Instant, Outcome, Wait};

/// Measurements, for metrics. Counted since the start.
#[derive(Debug, Default)]
pub struct Instruments {
    /// From when a slot was due until its attempt was settled, by the lane's clock.
    pub lateness: Histogram,
    /// How long a call to the gateway took, by time that only goes forward.
    pub calls: PerCall<Histogram>,
    /// What came of payments that were asked for.
    pub outcomes: PerOutcome<AtomicU64>,
    /// Attempts that wait, as they were when they were last looked at.
    pub waiting: Waiting,
}

/// One of something for each call that a gateway has.
#[derive(Debug, Default)]
pub struct PerCall<T> {
    /// Asking for payments.
    pub pay: T,
    /// Asking what became of them.
    pub look_up: T,
    /// Asking what a share of a balance comes to.
    pub quote: T,
}

impl<T> PerCall<T> {
    /// Each with its name.
    pub fn named(&self) -> [(&'static str, &T); 3] {
        [("pay", &self.pay), ("look_up", &self.look_up), ("quote", &self.quote)]
    }
}

/// One of something for each outcome that there is.
#[derive(Debug, Default)]
pub struct PerOutcome<T> {
    succeeded: T,
    declined: T,
    accepted: T,
    not_sent: T,
    unknown: T,
}

impl<T> PerOutcome<T> {
    /// Each with its name.
    pub fn named(&self) -> [(&'static str, &T); 5] {
        [
            ("succeeded", &self.succeeded),
            ("declined", &self.declined),
            ("accepted", &self.accepted),
            ("not_sent", &self.not_sent),
            ("unknown", &self.unknown),
        ]
    }

    const fn of(&self, outcome: &Outcome) -> &T {
        match outcome {
            Outcome::Succeeded(_) => &self.succeeded,
            Outcome::Declined(_) => &self.declined,
            Outcome::Accepted(_) => &self.accepted,
            Outcome::NotSent(_) => &self.not_sent,
            Outcome::Unknown => &self.unknown,
        }
    }
}

/// Attempts that wait.
#[derive(Debug, Default)]
pub struct Waiting {
    accepted: AtomicU64,
    unknown: AtomicU64,
    late: AtomicU64,
}

impl Waiting {
    /// How many wait for what, each with its name: `accepted` for the gateway, `unknown` for
    /// anybody who knows, `late` for a person.
    pub fn named(&self) -> [(&'static str, u64); 3] {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        [
            ("accepted", read(&self.accepted)),
            ("unknown", read(&self.unknown)),
            ("late", read(&self.late)),
        ]
    }

    pub(crate) fn set(&self, census: Census) {
        self.accepted.store(census.accepted, Ordering::Relaxed);
        self.unknown.store(census.unknown, Ordering::Relaxed);
        self.late.store(census.late, Ordering::Relaxed);
    }
}

/// A count of all that waits.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Census {
    accepted: u64,
    unknown: u64,
    late: u64,
}

impl Census {
    pub(crate) const fn count(&mut self, awaiting: &Awaiting) {
        match awaiting.wait {
            Wait::Accepted(_) => self.accepted += 1,
            Wait::Unknown => self.unknown += 1,
            Wait::Late => self.late += 1,
        }
    }
}

impl Instruments {
    pub(crate) fn note_outcomes(&self, outcomes: &[Outcome]) {
        for outcome in outcomes {
            self.outcomes.of(outcome).fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn note_settled(&self, due: Instant, now: Instant) {
        let late = now.nanoseconds().saturating_sub(due.nanoseconds());
        self.lateness.note(Duration::from_nanos(u64::try_from(late).unwrap_or(0)));
    }
}

/// Durations, counted by how long they were.
#[derive(Debug, Default)]
pub struct Histogram {
    counts: [AtomicU64; Histogram::BOUNDS_MILLISECONDS.len() + 1],
    sum_nanoseconds: AtomicU64,
}

/// What a histogram has counted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Counted {
    /// How many were at most as long as each bound and longer than the one before; at last,
    /// how many were longer than all.
    pub counts: [u64; Histogram::BOUNDS_MILLISECONDS.len() + 1],
    /// How long all were together.
    pub sum: Duration,
}

impl Histogram {
    /// Up to which durations it counts each for itself.
    pub const BOUNDS_MILLISECONDS: [u64; 13] = [
        1, 5, 25, 100, 250, 1_000, 2_500, 10_000, 60_000, 300_000, 3_600_000, 21_600_000,
        86_400_000,
    ];

    pub(crate) fn note(&self, duration: Duration) {
        let fits = |bound: &u64| duration <= Duration::from_millis(*bound);
        let bounds = Histogram::BOUNDS_MILLISECONDS;
        let place = bounds.iter().position(fits).unwrap_or(bounds.len());
        if let Some(count) = self.counts.get(place) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        let nanoseconds = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        self.sum_nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
    }

    /// What it has counted.
    pub fn read(&self) -> Counted {
        Counted {
            counts: self.counts.each_ref().map(|count| count.load(Ordering::Relaxed)),
            sum: Duration::from_nanos(self.sum_nanoseconds.load(Ordering::Relaxed)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_counts_under_the_first_bound_that_it_fits() {
        let histogram = Histogram::default();
        for milliseconds in [0, 1, 2, 100, 101, 90_000_000] {
            histogram.note(Duration::from_millis(milliseconds));
        }
        assert_eq!(
            histogram.read(),
            Counted {
                counts: [2, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1],
                sum: Duration::from_millis(90_000_204),
            }
        );
    }
}
