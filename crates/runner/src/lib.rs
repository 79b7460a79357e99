//! The loop that claims, sends, settles and recovers, and the clock it runs by.
//!
//! - [`clock`] reads time; nothing else does.
//! - [`lane`] claims what is due and keeps a few batches in flight.
//! - `breaker` stops a lane whose gateway fails; `watch` says when to look again at what is
//!   awaited, and `asking` asks for it once more; `kept` is what could not be looked up; `doubt`
//!   what may have been sent by the original of a copy; `by_hand` is what a person decides.
//! - `counts` is how much was recorded.
//! - `execution` takes a claimed batch through its gateway to its settlement,
//!   and finishes what an earlier start had begun.
//! - [`advance`] moves a standing clock, in order.
//! - [`instruments`] are what a lane measures of itself; `measured` times its gateway.
//! - [`traces`] tell a collector what each payment went through.
//! - `due_loop` does all this as time goes by.
//! - [`delivery`] tells webhook endpoints what happened, beside all this.

pub mod advance;
mod announcement;
mod asking;
mod breaker;
mod by_hand;
pub mod clock;
mod counts;
pub mod delivery;
mod doubt;
mod due_loop;
mod edit;
mod execution;
mod in_flight;
pub mod instruments;
mod kept;
pub mod lane;
mod measured;
pub mod traces;
mod watch;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use engine::{ClockId, Instant, LaneId, Schedule, ScheduleId, Slot, Term};
use futures::FutureExt as _;
use gateway::Gateway;
use gateway::bank::Bank;
use store::{NewSchedule, Store, StoreError};
use tokio::sync::{Mutex, Notify};
use tokio::task::JoinHandle;

pub use advance::{Advanced, CLOCK_MAX, ClockError, SLOTS_PER_ADVANCE_MAX};
pub use breaker::Trouble;
pub use by_hand::{Decided, DecisionError, Told, deed_of, resume_lane};
pub use clock::{ClockReading, MachineTime, SharedTime, WallTime};
pub use counts::Counts;
pub use edit::{EDIT_WAIT, EditFailure};

use crate::delivery::Post;
use crate::instruments::Instruments;
pub use crate::lane::Lane;
pub(crate) use crate::lane::{due_of, schedule_of};
use crate::traces::Traces;

/// How often is looked whether another node has settled what somebody waits for here.
const ELSEWHERE_EVERY: Duration = Duration::from_millis(100);

/// How long a store may take to show that it answers.
const READY_WAIT: Duration = Duration::from_secs(2);

/// How long the creation of a schedule that starts now waits for its first run.
pub const FIRST_RUN_WAIT: Duration = Duration::from_secs(10);

/// What a runner needs.
pub struct Setup {
    /// What must survive.
    pub store: Arc<dyn Store>,
    /// The built-in bank, for its agenda.
    pub bank: Arc<Bank>,
    /// What moves the money of this lane.
    pub gateway: Arc<dyn Gateway>,
    /// Which lane.
    pub lane: LaneId,
    /// Which clock it follows.
    pub clock: ClockId,
    /// Where wall time comes from.
    pub wall: Arc<dyn WallTime>,
}

/// What the rest of the program holds of the running loop.
pub struct Handle {
    lane: Lane,
    bank: Arc<Bank>,
    clock_id: ClockId,
    /// Whoever holds it runs what is due: the loop, or an advance.
    turn: Mutex<()>,
    wake: Notify,
    /// Until when what is awaited was looked at lately enough, by time that only goes forward.
    looked: Mutex<Option<Duration>>,
    begun: AtomicBool,
    task: Mutex<Option<JoinHandle<()>>>,
    /// What ends when the loop does.
    post: OnceLock<Arc<Post>>,
}

impl Handle {
    /// Takes a new term, recovers what was left, and begins to run what is due.
    pub async fn start(setup: Setup) -> Result<Arc<Handle>, StoreError> {
        let term = setup.store.begin_term().await?;
        let state = setup.store.clock(setup.clock).await?;
        let Setup { store, gateway, lane, wall, .. } = setup;
        let lane = Lane::new(store, gateway, wall, lane, term, state);
        let handle = Arc::new(Handle {
            lane,
            bank: setup.bank,
            clock_id: setup.clock,
            turn: Mutex::new(()),
            wake: Notify::new(),
            looked: Mutex::new(None),
            begun: AtomicBool::new(false),
            task: Mutex::new(None),
            post: OnceLock::new(),
        });
        *handle.task.lock().await = Some(tokio::spawn(Arc::clone(&handle).work()));
        Ok(handle)
    }

    /// Has deliveries end when the loop does. Only the first that is attached is.
    pub fn attach(&self, post: Arc<Post>) {
        let _ = self.post.set(post);
    }

    /// Has a collector told what each payment goes through, and each delivery of whoever is
    /// attached. Only the first that is named is told.
    pub fn trace(&self, traces: &Traces) {
        let _ = self.lane.traces.set(traces.clone());
        if let Some(post) = self.post.get() {
            post.trace(traces);
        }
    }

    /// Finishes the batches and deliveries that are in flight and ends the loop.
    pub async fn stop(&self) {
        let post = async {
            if let Some(post) = self.post.get() {
                post.stop().await;
            }
        };
        tokio::join!(post, self.stop_running());
    }

    async fn stop_running(&self) {
        self.lane.stopping.store(true, Ordering::Release);
        self.wake.notify_one();
        let task = self.task.lock().await.take();
        if let Some(task) = task
            && task.await.is_err()
        {
            tracing::error!("the loop that runs what is due had panicked");
        }
    }

    /// What the lane's clock says.
    pub fn now(&self) -> Instant {
        self.lane.now()
    }

    /// The wall clock, by which tokens expire whatever the lane's clock says.
    pub fn wall_now(&self) -> Instant {
        self.lane.wall.now()
    }

    /// Time that only goes forward, from an arbitrary start.
    pub fn elapsed(&self) -> Duration {
        self.lane.wall.elapsed()
    }

    /// The clock, as it is shown.
    pub fn clock(&self) -> ClockReading {
        self.lane.clock.read(self.lane.wall.as_ref())
    }

    /// The fencing term of this start.
    pub fn term(&self) -> Term {
        self.lane.term
    }

    /// What is stored.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.lane.store
    }

    /// The built-in bank.
    pub fn bank(&self) -> &Arc<Bank> {
        &self.bank
    }

    /// The lane this runner works.
    pub fn lane(&self) -> LaneId {
        self.lane.id
    }

    /// What this start has recorded so far, as it is written.
    pub fn totals(&self) -> Counts {
        self.lane.totals.read()
    }

    /// What this start has measured so far.
    pub fn instruments(&self) -> &Instruments {
        &self.lane.instruments
    }

    /// How late the oldest is of what is due and not settled; nothing is zero late.
    ///
    /// # Errors
    ///
    /// Where the store fails.
    pub async fn behind(&self) -> Result<Duration, StoreError> {
        let next = self.lane.store.next_due(self.lane.id).await?;
        let late = next.map_or(0, |due| self.now().nanoseconds().saturating_sub(due.nanoseconds()));
        Ok(Duration::from_nanos(u64::try_from(late).unwrap_or(0)))
    }

    /// Whether what was left behind has been recovered, the loop is running, and
    /// its store answers and can write.
    pub async fn is_ready(&self) -> bool {
        let works = self.task.lock().await.as_ref().is_some_and(|task| !task.is_finished());
        works
            && self.lane.store.failed().now_or_never().is_none()
            && self.begun.load(Ordering::Acquire)
            && !self.is_stopping()
            && matches!(
                tokio::time::timeout(READY_WAIT, self.lane.store.next_due(self.lane.id)).await,
                Ok(Ok(_))
            )
    }

    /// Creates a schedule and, where its first run is due now, waits until that has
    /// settled, at most [`FIRST_RUN_WAIT`]; after that the run goes on by itself.
    pub async fn create_schedule(&self, new: NewSchedule) -> Result<Schedule, StoreError> {
        let id = new.created.schedule.id;
        let now = self.now();
        let due = new.created.runs.iter().filter(|run| run.key.due <= now);
        let slots: Vec<Slot> = due.map(|run| run.key.slot).collect();
        let settled = (!slots.is_empty()).then(|| self.lane.settled.expect(id));
        let created = self.lane.store.create_schedules(vec![new]).await;
        let schedule = created.map(|schedules| schedules.into_iter().next());
        let Ok(Some(schedule)) = schedule else {
            self.lane.settled.forget(id);
            return schedule.and_then(|_| {
                Err(StoreError::Corrupt {
                    what: "schedule",
                    message: "creation answered nothing".to_owned(),
                })
            });
        };
        self.wake.notify_one();
        let Some(settled) = settled.filter(|_| schedule.id == id) else {
            self.lane.settled.forget(id);
            return Ok(schedule);
        };
        let in_time = tokio::time::timeout(FIRST_RUN_WAIT, async {
            tokio::select! {
                settled = settled => settled.is_ok(),
                () = self.settled_elsewhere(id, slots) => true,
            }
        });
        let in_time = in_time.await.unwrap_or(false);
        self.lane.settled.forget(id);
        if !in_time {
            return Ok(schedule);
        }
        Ok(self.lane.store.schedule(id).await?.unwrap_or(schedule))
    }

    /// Resolves once another node has settled a run that is due at one of these slots; never,
    /// where there are no others.
    async fn settled_elsewhere(&self, schedule: ScheduleId, slots: Vec<Slot>) {
        if self.lane.store.peers().is_none() {
            return std::future::pending().await;
        }
        let slots: Vec<_> = slots.into_iter().map(|slot| (schedule, slot)).collect();
        loop {
            tokio::time::sleep(ELSEWHERE_EVERY).await;
            // What cannot be read is looked at again, for as long as somebody waits.
            let records = self.lane.store.slot_records(slots.clone()).await.unwrap_or_default();
            if records.iter().any(|it| it.occurrence.is_some() || it.awaiting.is_some()) {
                return;
            }
        }
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.lane.is_stopping()
    }
}
