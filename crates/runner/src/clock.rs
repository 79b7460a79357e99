//! Clocks: the wall's, and one that only moves when it is told to.
//!
//! This module is the only one that reads time.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use engine::Instant;
use store::{ClockMode, ClockState, Store, StoreError};

/// Where wall time comes from: the machine, or a test.
pub trait WallTime: Send + Sync + 'static {
    /// The time of day in the world.
    fn now(&self) -> Instant;
    /// Time that only goes forward, from an arbitrary start: leases and deadlines
    /// are measured by it, whatever becomes of the time of day.
    fn elapsed(&self) -> Duration;
}

/// The machine's own clocks.
#[derive(Debug)]
pub struct MachineTime {
    start: std::time::Instant,
}

impl MachineTime {
    /// Begins to measure.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads time")]
    pub fn new() -> MachineTime {
        MachineTime { start: std::time::Instant::now() }
    }
}

impl Default for MachineTime {
    fn default() -> MachineTime {
        MachineTime::new()
    }
}

impl WallTime for MachineTime {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads time")]
    fn now(&self) -> Instant {
        // A machine set beyond the year 2261 gets the last instant there is.
        Instant::from_timestamp(jiff::Timestamp::now()).unwrap_or(Instant::MAX)
    }

    fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }
}

/// The time of day as the nodes that share a store agree on it: what their database says, and
/// since it was last asked by time that only goes forward. How a machine's own clock is set
/// makes no difference.
pub struct SharedTime {
    machine: MachineTime,
    store: Arc<dyn Store>,
    /// What the database said, and when, by time that only goes forward.
    asked: RwLock<(Instant, Duration)>,
}

impl SharedTime {
    /// How often the database is asked.
    const EVERY: Duration = Duration::from_secs(30);

    /// Asks what time it is, now and from then on; `None` where nobody shares the store.
    ///
    /// # Errors
    ///
    /// Where the store fails.
    pub async fn start(store: Arc<dyn Store>) -> Result<Option<Arc<SharedTime>>, StoreError> {
        let machine = MachineTime::new();
        let Some(asked) = ask(&machine, store.as_ref()).await? else { return Ok(None) };
        let time = Arc::new(SharedTime { machine, store, asked: RwLock::new(asked) });
        let followed = Arc::downgrade(&time);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(SharedTime::EVERY).await;
                let Some(time) = followed.upgrade() else { return };
                match ask(&time.machine, time.store.as_ref()).await {
                    Ok(Some(asked)) => {
                        *time.asked.write().unwrap_or_else(PoisonError::into_inner) = asked;
                    }
                    Ok(None) | Err(StoreError::Stopped) => return,
                    Err(error) => {
                        tracing::warn!(%error, "the database was not asked for the time; it is reckoned on");
                    }
                }
            }
        });
        Ok(Some(time))
    }
}

/// What time it is by the database, and when that was; half of the way there and back was past.
async fn ask(
    machine: &MachineTime,
    store: &dyn Store,
) -> Result<Option<(Instant, Duration)>, StoreError> {
    let Some(peers) = store.peers() else { return Ok(None) };
    let before = machine.elapsed();
    let now = peers.now().await?;
    let after = machine.elapsed();
    Ok(Some((now, before + after.saturating_sub(before) / 2)))
}

impl WallTime for SharedTime {
    fn now(&self) -> Instant {
        let (said, at) = *self.asked.read().unwrap_or_else(PoisonError::into_inner);
        let since = self.machine.elapsed().saturating_sub(at);
        let since = i64::try_from(since.as_nanos()).unwrap_or(i64::MAX);
        Instant::from_nanoseconds(said.nanoseconds().saturating_add(since))
    }

    fn elapsed(&self) -> Duration {
        self.machine.elapsed()
    }
}

/// A clock as it is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ClockReading {
    /// What it says.
    pub now: Instant,
    /// How it moves.
    pub mode: ClockMode,
    /// Where an advance under way is going.
    pub target: Option<Instant>,
}

/// The clock of a lane. What it says is kept in memory; the runner stores what it
/// sets before anything happens at that time.
#[derive(Debug)]
pub(crate) struct Clock {
    state: RwLock<ClockState>,
}

impl Clock {
    pub(crate) const fn new(state: ClockState) -> Clock {
        Clock { state: RwLock::new(state) }
    }

    pub(crate) fn read(&self, wall: &dyn WallTime) -> ClockReading {
        let ClockState { mode, target } =
            *self.state.read().unwrap_or_else(PoisonError::into_inner);
        let now = match mode {
            ClockMode::Wall => wall.now(),
            ClockMode::Standing(position) => position,
        };
        ClockReading { now, mode, target }
    }

    pub(crate) fn set(&self, state: ClockState) {
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = state;
    }

    /// The same, unless it was set meanwhile.
    pub(crate) fn replace(&self, known: ClockState, found: ClockState) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        if *state == known {
            *state = found;
        }
    }
}
