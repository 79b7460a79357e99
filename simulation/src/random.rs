//! The one source of chance in a world.

/// A stream of numbers that its seed decides (`SplitMix64`).
#[derive(Clone, Debug)]
pub(crate) struct Random {
    state: u64,
}

/// One in a million.
pub(crate) type PerMillion = u32;

impl Random {
    pub(crate) const fn new(seed: u64) -> Random {
        Random { state: seed }
    }

    pub(crate) const fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A whole number of `least` to `most`, both included.
    pub(crate) fn between(&mut self, least: i64, most: i64) -> i64 {
        let span = u128::from(most.abs_diff(least)) + 1;
        let offset = (u128::from(self.next()) * span) >> 64;
        least.saturating_add(i64::try_from(offset).unwrap_or(0)) // a span of i64s fits
    }

    /// Like [`Random::between`], but every order of magnitude is as likely as another.
    pub(crate) fn magnitude(&mut self, least: i64, most: i64) -> i64 {
        let (low, high) = (least.max(1).ilog2(), most.max(1).ilog2());
        let bits = self.between(i64::from(low), i64::from(high));
        let bits = u32::try_from(bits).unwrap_or(0);
        self.between(1_i64 << bits, (1_i64 << bits).saturating_mul(2)).clamp(least, most)
    }

    pub(crate) fn chance(&mut self, per_million: PerMillion) -> bool {
        per_million > 0 && self.between(1, 1_000_000) <= i64::from(per_million)
    }

    pub(crate) fn one_in(&mut self, many: i64) -> bool {
        self.between(1, many) == 1
    }

    /// One of several.
    pub(crate) fn pick<T: Copy>(&mut self, first: T, others: &[T]) -> T {
        let count = i64::try_from(others.len()).unwrap_or(0);
        let index = usize::try_from(self.between(0, count)).unwrap_or(0);
        index.checked_sub(1).and_then(|index| others.get(index)).copied().unwrap_or(first)
    }
}
