//! When to look again at what is awaited.
//!
//! What has waited for long will hardly be known in the next second, and there may be much
//! of it: so the longer an attempt has waited, the longer it is left alone.

use std::collections::BTreeMap;
use std::time::Duration;

use engine::settlement::AwaitingKey;
use engine::{Awaiting, Instant};

/// The longest that anything is left alone.
const PAUSE_MAX: Duration = Duration::from_hours(1);
/// An attempt is left alone for this part of the time that it has waited.
const PART: u32 = 8;

/// When each attempt was last looked at, by time that only goes forward.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    looked: BTreeMap<AwaitingKey, Duration>,
}

impl Watch {
    /// Whether to look at an attempt now; if so, that is noted.
    pub(crate) fn is_due(&mut self, awaiting: &Awaiting, now: Instant, elapsed: Duration) -> bool {
        let pause = pause(awaiting, now);
        let last = self.looked.get(&awaiting.key());
        let is_due = last.is_none_or(|last| elapsed.saturating_sub(*last) >= pause);
        if is_due {
            self.looked.insert(awaiting.key(), elapsed);
        }
        is_due
    }

    /// From when on it is to be looked at again.
    pub(crate) fn next_look(&self, awaiting: &Awaiting, now: Instant) -> Duration {
        self.looked.get(&awaiting.key()).map_or(Duration::ZERO, |last| *last + pause(awaiting, now))
    }

    /// Forgets what was not looked at for longer than anything is left alone: it waits no
    /// more.
    pub(crate) fn sweep(&mut self, elapsed: Duration) {
        self.looked.retain(|_, last| elapsed.saturating_sub(*last) <= PAUSE_MAX * 2);
    }
}

/// How long an attempt is left alone after a look.
fn pause(awaiting: &Awaiting, now: Instant) -> Duration {
    let waited = now.nanoseconds().saturating_sub(awaiting.since.nanoseconds());
    (Duration::from_nanos(u64::try_from(waited).unwrap_or(0)) / PART).min(PAUSE_MAX)
}
