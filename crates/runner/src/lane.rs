//! A lane: one clock, one gateway, and the queue of what is due by it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex as SyncMutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use engine::settlement::Source;
use engine::{Instant, LaneId, NotSent, Outcome, ScheduleId, Settlement, Term};
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use gateway::{Gateway, Lookup};
use store::{Beat, Claim, ClockState, Pulse, Store, StoreError};
use tokio::sync::Mutex;

use crate::announcement::Announcements;
use crate::breaker::{Allowance, Breaker, Trouble};
use crate::clock::{Clock, WallTime};
use crate::counts::{Counts, Totals};
use crate::execution::Batch;
use crate::in_flight::InFlight;
use crate::instruments::Instruments;
use crate::kept::Kept;
use crate::measured::Measured;
use crate::traces::Traces;
use crate::watch::Watch;

/// One lane as one node works it, under the term of one start.
pub struct Lane {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) gateway: Arc<dyn Gateway>,
    pub(crate) instruments: Arc<Instruments>,
    pub(crate) totals: Totals,
    /// Where it is told what payments go through.
    pub(crate) traces: OnceLock<Traces>,
    pub(crate) wall: Arc<dyn WallTime>,
    pub(crate) clock: Clock,
    pub(crate) id: LaneId,
    pub(crate) term: Term,
    pub(crate) settled: Announcements,
    /// Held while quotes are open: a balance is quoted again only once the payment
    /// quoted before is settled, in whichever batch that is.
    pub(crate) quoting: Mutex<()>,
    /// From when on what was sent, and of which nobody knows what came of it, is worth another
    /// look, by time that only goes forward; `None` where there is nothing such.
    look_at: SyncMutex<Option<Duration>>,
    /// Nothing more is claimed.
    pub(crate) stopping: AtomicBool,
    /// What stands in a batch.
    pub(crate) in_flight: InFlight,
    /// What is claimed and could not be looked up.
    pub(crate) kept: Kept,
    /// When to look at what is awaited again.
    pub(crate) watch: SyncMutex<Watch>,
    breaker: SyncMutex<Breaker>,
    /// The pulse as it was last written, and when, by time that only goes forward.
    pulse: SyncMutex<Option<(Pulse, Duration)>>,
    silence_max: Duration,
}

/// A trial of a gateway that failed. It is over when this goes, however that comes.
struct Trial<'lane>(&'lane Lane);

impl Drop for Trial<'_> {
    fn drop(&mut self) {
        self.0.breaker().end_trial();
    }
}

/// Whose settlement it is.
pub(crate) fn schedule_of(settlement: &Settlement) -> ScheduleId {
    match settlement.source {
        Source::Queue(key) => key.schedule,
        Source::Awaiting(key) => key.schedule,
    }
}

/// When what it settles was due, where it was claimed and has not waited meanwhile.
pub(crate) const fn due_of(settlement: &Settlement) -> Option<Instant> {
    match settlement.source {
        Source::Queue(key) => Some(key.due),
        Source::Awaiting(_) => None,
    }
}

impl Lane {
    /// How long a claim holds.
    pub const LEASE: Duration = Duration::from_mins(2);
    /// Batches in flight at once: one being claimed, one at its gateway, one being settled.
    const BATCHES_IN_FLIGHT_MAX: usize = 3;
    /// How often a lane that is worked says so.
    const BEAT_EVERY: Duration = Duration::from_mins(1);
    /// How long nobody may have worked a lane before what was due meanwhile is in doubt.
    const SILENCE_MAX: Duration = Duration::from_mins(5);

    /// A lane to be worked under `term`, with its clock as it is stored.
    pub fn new(
        store: Arc<dyn Store>,
        gateway: Arc<dyn Gateway>,
        wall: Arc<dyn WallTime>,
        id: LaneId,
        term: Term,
        clock: ClockState,
    ) -> Lane {
        let instruments = Arc::new(Instruments::default());
        let gateway = Arc::new(Measured {
            gateway,
            wall: Arc::clone(&wall),
            instruments: Arc::clone(&instruments),
        });
        Lane {
            store,
            gateway,
            instruments,
            totals: Totals::default(),
            traces: OnceLock::new(),
            wall,
            clock: Clock::new(clock),
            id,
            term,
            settled: Announcements::default(),
            quoting: Mutex::new(()),
            look_at: SyncMutex::new(Some(Duration::ZERO)),
            stopping: AtomicBool::new(false),
            in_flight: InFlight::default(),
            kept: Kept::default(),
            watch: SyncMutex::default(),
            breaker: SyncMutex::default(),
            pulse: SyncMutex::default(),
            silence_max: Self::SILENCE_MAX,
        }
    }

    /// The same, for a loop that may sleep for so long though nothing is wrong.
    #[must_use]
    pub fn silent_for(self, longest: Duration) -> Lane {
        Lane { silence_max: Self::SILENCE_MAX.max(longest), ..self }
    }

    pub(crate) fn now(&self) -> Instant {
        self.clock.read(self.wall.as_ref()).now
    }

    pub(crate) fn batch_max(&self) -> u32 {
        self.gateway.character().batch_max
    }

    /// The same, as a length.
    pub(crate) fn batch_len_max(&self) -> usize {
        usize::try_from(self.batch_max()).unwrap_or(usize::MAX).max(1)
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
        let pulse = self.beat().await?;
        if pulse.held_since.is_some() {
            return Ok(counts);
        }
        loop {
            while failure.is_none()
                && !self.is_stopping()
                && in_flight.len() < Self::BATCHES_IN_FLIGHT_MAX
            {
                match self.claim_allowed().await {
                    Ok(None) => break,
                    Ok(Some((batch, trial))) => {
                        let is_last = batch.runs.len() < self.batch_len_max();
                        // In a box: it is large, and would be moved several times.
                        in_flight.push(Box::pin(self.execute_allowed((batch, trial), pulse)));
                        // Nothing more was due; what is by the time that this has run is
                        // claimed then.
                        if is_last {
                            break;
                        }
                    }
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

    /// Claims as much as the breaker allows; `None` where that, or what is due, is nothing.
    async fn claim_allowed(&self) -> Result<Option<(Batch, Option<Trial<'_>>)>, StoreError> {
        let allowance = self.breaker().allowance(self.wall.elapsed());
        let limit = match allowance {
            Allowance::All => self.batch_max(),
            Allowance::Trial => 1,
            Allowance::Nothing => return Ok(None),
        };
        let claimed = self.wall.elapsed();
        let trial = (allowance == Allowance::Trial).then_some(Trial(self));
        let runs = self.store.claim(Claim { limit, ..self.claim() }).await?;
        Ok((!runs.is_empty()).then_some((Batch { runs, claimed }, trial)))
    }

    async fn execute_allowed(
        &self,
        (batch, _trial): (Batch, Option<Trial<'_>>),
        pulse: Pulse,
    ) -> Result<Counts, StoreError> {
        self.execute(batch, pulse).await
    }

    /// Tells the breaker what the gateway answered.
    pub(crate) fn note_outcomes(&self, outcomes: &[Outcome]) {
        self.breaker().note(outcomes, self.wall.elapsed());
    }

    /// Tells the breaker of look-ups: that a gateway cannot be asked says the same as that
    /// it cannot be paid through; that it can says nothing of that.
    pub(crate) fn note_lookups(&self, lookups: &[Lookup]) {
        let found = lookups.iter().find_map(|lookup| match lookup {
            Lookup::Found(outcome) => Some(outcome),
            Lookup::Absent | Lookup::Unreachable => None,
        });
        // It took the payment, though its answer was lost.
        if let Some(outcome) = found {
            self.note_outcomes(std::slice::from_ref(outcome));
        }
        let unreachable = Outcome::NotSent(NotSent::Unreachable);
        if !lookups.is_empty() && lookups.iter().all(|it| *it == Lookup::Unreachable) {
            self.note_outcomes(std::slice::from_ref(&unreachable));
        }
    }

    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why the lane has stopped, and for how long it will at least; `None` while it goes.
    pub fn stopped(&self) -> Option<(Trouble, Duration)> {
        let (trouble, until) = self.breaker().stopped()?;
        Some((trouble, until.saturating_sub(self.wall.elapsed())))
    }

    /// Says that the lane is being worked, now and then; how it stands.
    pub(crate) async fn beat(&self) -> Result<Pulse, StoreError> {
        let elapsed = self.wall.elapsed();
        if let Some((pulse, at)) = self.last_beat()
            && elapsed.saturating_sub(at) < Self::BEAT_EVERY
        {
            return Ok(pulse);
        }
        let (lane, silence_max) = (self.id, self.silence_max);
        let (wall_now, now) = (self.wall.now(), self.now());
        let pulse = self.store.beat(Beat { lane, wall_now, now, silence_max }).await?;
        *self.pulse.lock().unwrap_or_else(PoisonError::into_inner) = Some((pulse, elapsed));
        Ok(pulse)
    }

    /// Reads the pulse anew before the next claim: somebody has changed it.
    pub(crate) fn forget_beat(&self) {
        *self.pulse.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn last_beat(&self) -> Option<(Pulse, Duration)> {
        *self.pulse.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Since when nothing of the lane runs until a person resumes it.
    pub async fn held_since(&self) -> Result<Option<Instant>, StoreError> {
        Ok(self.beat().await?.held_since)
    }

    /// Whether there is anything of which nobody knows what came of it, and that is worth a
    /// look by now.
    pub(crate) fn is_worth_a_look(&self) -> bool {
        self.looks().is_some_and(|at| at <= self.wall.elapsed())
    }

    /// Has another look taken from then on, or earlier.
    pub(crate) fn look_from(&self, elapsed: Duration) {
        let mut at = self.looks();
        *at = Some(at.map_or(elapsed, |at| at.min(elapsed)));
    }

    /// Forgets when to look: whoever looks through all that waits finds it anew.
    pub(crate) fn forget_looks(&self) {
        *self.looks() = None;
    }

    fn looks(&self) -> MutexGuard<'_, Option<Duration>> {
        self.look_at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether anything that was claimed here is neither settled nor given back, because its
    /// gateway could not be asked about it. [`Lane::recover_all`] asks again.
    pub fn keeps_any(&self) -> bool {
        !self.kept.is_empty()
    }

    /// Finishes what an earlier start, or a node that is gone, had begun.
    pub async fn recover_all(&self) -> Result<Counts, StoreError> {
        let mut counts = Counts::default();
        let pulse = self.beat().await?;
        if pulse.held_since.is_some() {
            return Ok(counts);
        }
        for batch in self.kept.take(self.wall.elapsed(), self.batch_len_max()) {
            counts.add(self.recover(batch, pulse).await?);
        }
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
            counts.add(self.recover(Batch { runs, claimed }, pulse).await?);
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
