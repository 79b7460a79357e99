//! Chances that are the same every time.

/// A sequence that looks random and follows from its seed.
pub struct Dice(u64);

impl Dice {
    pub const fn of(seed: u64) -> Dice {
        Dice(seed)
    }

    /// Any number.
    pub const fn next(&mut self) -> u64 {
        // SplitMix64: neighbouring seeds lead to sequences that have nothing in common.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Below `sides`.
    pub const fn roll(&mut self, sides: u64) -> u64 {
        (self.next() >> 11) % sides
    }

    /// Below `sides`, as a signed number.
    pub fn whole(&mut self, sides: u32) -> i64 {
        i64::try_from(self.roll(sides.into())).unwrap()
    }

    /// Below `sides`, as a small number.
    pub fn small(&mut self, sides: u8) -> u8 {
        u8::try_from(self.roll(sides.into())).unwrap()
    }

    pub const fn one_in(&mut self, sides: u64) -> bool {
        self.roll(sides) == 0
    }

    /// One of these.
    pub fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        self.some(from).expect("there is one at least").clone()
    }

    /// One of these, if there is any.
    pub fn some<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let count = u64::try_from(from.len()).unwrap();
        // Rolled in any case, so that what follows does not hang on it.
        let index = self.roll(count.max(1));
        from.get(usize::try_from(index).unwrap())
    }
}
