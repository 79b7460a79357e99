//! Clocks: the wall's, and one that only moves when it is told to.
//!
//! This module is the only one that reads time.

use std::sync::RwLock;
use std::time::Duration;

use engine::Instant;
use store::ClockMode;

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
    face: RwLock<Face>,
}

#[derive(Clone, Copy, Debug)]
struct Face {
    mode: ClockMode,
    target: Option<Instant>,
}

impl Clock {
    pub(crate) const fn new(mode: ClockMode, target: Option<Instant>) -> Clock {
        Clock { face: RwLock::new(Face { mode, target }) }
    }

    pub(crate) fn read(&self, wall: &dyn WallTime) -> ClockReading {
        let Face { mode, target } =
            *self.face.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        let now = match mode {
            ClockMode::Wall => wall.now(),
            ClockMode::Standing(position) => position,
        };
        ClockReading { now, mode, target }
    }

    pub(crate) fn set(&self, mode: ClockMode, target: Option<Instant>) {
        *self.face.write().unwrap_or_else(std::sync::PoisonError::into_inner) =
            Face { mode, target };
    }
}
