//! A lane: one clock, one gateway, and the queue of what is due by it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use engine::settlement::Source;
use engine::{Instant, LaneId, ScheduleId, Settlement, Term};
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use gateway::Gateway;
use store::{Claim, ClockState, Store, StoreError};
use tokio::sync::Mutex;

use crate::announcement::Announcements;
use crate::clock::{Clock, WallTime};
use crate::execution::{Batch, Counts};
use crate::in_flight::InFlight;

/// One lane as one node works it, under the term of one start.
pub struct Lane {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) gateway: Arc<dyn Gateway>,
    pub(crate) wall: Arc<dyn WallTime>,
    pub(crate) clock: Clock,
    pub(crate) id: LaneId,
    pub(crate) term: Term,
    pub(crate) settled: Announcements,
    /// Held while quotes are open: a balance is quoted again only once the payment
    /// quoted before is settled, in whichever batch that is.
    pub(crate) quoting: Mutex<()>,
    /// Whether the outcome of anything that was sent may not be known at all, beside what
    /// was accepted and is final later.
    pub(crate) unknown: AtomicBool,
    /// Nothing more is claimed.
    pub(crate) stopping: AtomicBool,
    /// What stands in a batch.
    pub(crate) in_flight: InFlight,
}

/// Whose settlement it is.
pub(crate) fn schedule_of(settlement: &Settlement) -> ScheduleId {
    match settlement.source {
        Source::Queue(key) => key.schedule,
        Source::Awaiting(key) => key.schedule,
    }
}

impl Lane {
    /// How long a claim holds.
    pub const LEASE: Duration = Duration::from_mins(2);
    /// Batches in flight at once: one being claimed, one at its gateway, one being settled.
    const BATCHES_IN_FLIGHT_MAX: usize = 3;

    /// A lane to be worked under `term`, with its clock as it is stored.
    pub fn new(
        store: Arc<dyn Store>,
        gateway: Arc<dyn Gateway>,
        wall: Arc<dyn WallTime>,
        id: LaneId,
        term: Term,
        clock: ClockState,
    ) -> Lane {
        Lane {
            store,
            gateway,
            wall,
            clock: Clock::new(clock.mode, clock.target),
            id,
            term,
            settled: Announcements::default(),
            quoting: Mutex::new(()),
            unknown: AtomicBool::new(true),
            stopping: AtomicBool::new(false),
            in_flight: InFlight::default(),
        }
    }

    pub(crate) fn now(&self) -> Instant {
        self.clock.read(self.wall.as_ref()).now
    }

    pub(crate) fn batch_max(&self) -> u32 {
        self.gateway.character().batch_max
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    /// Runs all that is due, oldest first, until nothing is, or the lane stops. Where something fails
    /// nothing more is claimed, and what is in flight is finished, not dropped.
    pub async fn run_due(&self) -> Result<Counts, StoreError> {
        let mut counts = Counts::default();
        let mut failure = None;
        let mut in_flight = FuturesUnordered::new();
        loop {
            while failure.is_none()
                && !self.is_stopping()
                && in_flight.len() < Self::BATCHES_IN_FLIGHT_MAX
            {
                let claimed = self.wall.elapsed();
                match self.store.claim(self.claim()).await {
                    Ok(runs) if runs.is_empty() => break,
                    Ok(runs) => in_flight.push(self.execute(Batch { runs, claimed })),
                    Err(error) => failure = Some(error),
                }
            }
            match in_flight.next().await {
                Some(Ok(executed)) => counts.add(executed),
                Some(Err(error)) => failure = failure.or(Some(error)),
                None => return failure.map_or(Ok(counts), Err),
            }
        }
    }

    /// Finishes what an earlier start, or a node that is gone, had begun.
    pub async fn recover_all(&self) -> Result<Counts, StoreError> {
        let mut counts = Counts::default();
        loop {
            let claimed = self.wall.elapsed();
            let runs = self.store.recover(self.claim()).await?;
            if runs.is_empty() {
                return Ok(counts);
            }
            tracing::info!(
                runs = runs.len(),
                "recovering runs that were begun under an earlier term"
            );
            counts.add(self.recover(Batch { runs, claimed }).await?);
        }
    }

    fn claim(&self) -> Claim {
        let wall_now = self.wall.now();
        Claim {
            lane: self.id,
            now: self.now(),
            limit: self.batch_max(),
            term: self.term,
            lease_until: wall_now
                .plus_seconds(i64::try_from(Self::LEASE.as_secs()).unwrap_or(i64::MAX)),
            wall_now,
        }
    }
}
