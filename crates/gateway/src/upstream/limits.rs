//! How much is asked of an upstream.

use std::num::NonZeroU32;
use std::time::Duration;

/// How much is asked of an upstream at once, how often, and for how long.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Requests under way at once.
    pub concurrency: NonZeroU32,
    /// Requests a second, evenly spaced; `None` sends as fast as they are answered.
    /// Timers tick every millisecond, so no more than some hundreds are reached.
    pub per_second: Option<NonZeroU32>,
    /// How long one request may take, its answer included.
    pub timeout: Duration,
}

impl Limits {
    /// A claim's lease is two minutes, and a batch must have left and been answered within
    /// half of it, however slow its upstream.
    pub const SENDING: Duration = Duration::from_mins(1);
    /// No batch is longer: each waits for the slowest of its answers.
    const BATCH_MAX: u32 = 1_000;

    /// Payments in one batch: as many as can be sent in [`Limits::SENDING`], should every
    /// one of them take its whole time.
    ///
    /// ```
    /// # use std::{num::NonZeroU32, time::Duration};
    /// let limits = gateway::upstream::Limits {
    ///     concurrency: NonZeroU32::new(8).unwrap(),
    ///     per_second: NonZeroU32::new(1),
    ///     timeout: Duration::from_secs(15),
    /// };
    /// assert_eq!(limits.batch_max(), 32);
    /// ```
    #[must_use]
    pub fn batch_max(&self) -> u32 {
        let timeout = self.timeout.as_secs().max(1);
        let in_turn = u32::try_from(Self::SENDING.as_secs() / timeout).unwrap_or(u32::MAX).max(1);
        let answered = self.concurrency.get().saturating_mul(in_turn);
        let spaced = self.per_second.map_or(u32::MAX, |per_second| {
            per_second.get().saturating_mul(u32::try_from(Self::SENDING.as_secs()).unwrap_or(1))
        });
        answered.min(spaced).clamp(1, Self::BATCH_MAX)
    }
}
