//! How long a campaign is, and the chance that guides it.

use std::time::Duration;

/// Draws from a seed that can be given again.
pub(crate) struct Chance {
    pub(crate) seed: u64,
    state: u64,
}

impl Chance {
    /// By `KALENDS_CAMPAIGN_SEED`, or a seed of this run's own.
    pub(crate) fn new() -> Chance {
        let own = u64::from(std::process::id()).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        Chance::from_seed(setting("KALENDS_CAMPAIGN_SEED").unwrap_or(own))
    }

    pub(crate) const fn from_seed(seed: u64) -> Chance {
        Chance { seed, state: seed | 1 }
    }

    /// Any number.
    pub(crate) fn draw(&mut self) -> u64 {
        // xorshift64: enough to spread moments.
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        (self.draw() >> 16) % end
    }

    /// Up to 120 ms, short ones more often than long ones.
    pub(crate) fn moment(&mut self) -> Duration {
        let (first, second) = (self.below(120_000), self.below(120_000));
        Duration::from_micros(first.min(second))
    }
}

/// The length of a campaign in one run of the tests, or what the environment asks for.
pub(crate) fn length(name: &str, short: u32) -> u32 {
    wanted_length(name).unwrap_or(short)
}

/// What the environment asks for, if it does.
pub(crate) fn wanted_length(name: &str) -> Option<u32> {
    setting(name).map(|length| u32::try_from(length).unwrap())
}

#[expect(clippy::disallowed_methods, reason = "a campaign is asked for by environment")]
fn setting(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().expect("a campaign is as long as a number says"))
}
