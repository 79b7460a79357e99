//! Elapsed time, and how it is printed.

use std::time::{Duration, Instant};

/// Measures elapsed time.
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
    pub(crate) fn start() -> Stopwatch {
        Stopwatch(Instant::now())
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    /// Prints one figure: how many, in what time, and how many a second.
    pub(crate) fn report(&self, what: &str, count: u64) {
        let elapsed = self.elapsed();
        let per_second = u128::from(count) * 1_000_000_000 / elapsed.as_nanos().max(1);
        println!("{what:<44} {count:>10} in {:>8.2} s  {per_second:>10} /s", elapsed.as_secs_f64());
    }
}
