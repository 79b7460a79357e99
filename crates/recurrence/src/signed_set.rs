//! Sets of numbers that count from the start or from the end of something.

/// Numbers such as 1, the first, and -1, the last, up to 64 a word either way.
/// There is no zero.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct SignedSet<const WORDS: usize> {
    /// Bit 0 is 1, the first.
    from_start: [u64; WORDS],
    /// Bit 0 is -1, the last.
    from_end: [u64; WORDS],
}

impl<const WORDS: usize> SignedSet<WORDS> {
    pub(crate) const EMPTY: SignedSet<WORDS> =
        SignedSet { from_start: [0; WORDS], from_end: [0; WORDS] };

    pub(crate) fn only(number: i16) -> SignedSet<WORDS> {
        let mut set = SignedSet::EMPTY;
        set.insert(number);
        set
    }

    /// Zero, and what the set has no room for, are left out.
    pub(crate) fn insert(&mut self, number: i16) {
        let words = if number > 0 { &mut self.from_start } else { &mut self.from_end };
        let Some(index) = number.unsigned_abs().checked_sub(1) else { return };
        if let Some(word) = words.get_mut(usize::from(index / 64)) {
            *word |= 1 << (index % 64);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.from_start.iter().chain(&self.from_end).all(|word| *word == 0)
    }

    /// The greatest number that counts from the start, and the greatest from the
    /// end; 0 if there is none.
    pub(crate) fn farthest(&self) -> (i64, i64) {
        let farthest = |words: &[u64; WORDS]| {
            let last = (0..).step_by(64).zip(words).filter(|(_, word)| **word != 0).last();
            last.map_or(0, |(first, word)| first + i64::from(u64::BITS - word.leading_zeros()))
        };
        (farthest(&self.from_start), farthest(&self.from_end))
    }

    /// Whether the set holds the element with `index` others before it and
    /// `index_from_end` after it.
    pub(crate) fn holds(&self, index: u64, index_from_end: u64) -> bool {
        has(&self.from_start, index) || has(&self.from_end, index_from_end)
    }

    /// At most 32 elements that count from the start, from `index` on, as the
    /// bits of a word.
    pub(crate) fn window_from_start(&self, index: u64) -> u32 {
        window(&self.from_start, index)
    }

    /// The 32 elements that count from the end and come at `index_from_end`
    /// and after it, which is towards the end: bit 0 is `index_from_end`, bit
    /// 1 the one after it, until the last.
    pub(crate) fn window_from_end(&self, index_from_end: u64) -> u32 {
        if let Some(lowest) = index_from_end.checked_sub(31) {
            return window(&self.from_end, lowest).reverse_bits();
        }
        // Fewer than 32 are left: reversed, they must be moved down.
        let missing = 31 - u32::try_from(index_from_end).unwrap_or(31);
        window(&self.from_end, 0).reverse_bits() >> missing
    }

    /// The words that hold the numbers from 1 to 64 and from -1 to -64.
    pub(crate) fn first_words(&self) -> (u64, u64) {
        let first = |words: &[u64; WORDS]| words.first().copied().unwrap_or(0);
        (first(&self.from_start), first(&self.from_end))
    }

    /// From 1 up, then from -1 down.
    pub(crate) fn iter(&self) -> impl Iterator<Item = i16> + '_ {
        let numbers = |words: &'_ [u64; WORDS], sign: i16| {
            let words = *words;
            let firsts = (1_i16..).step_by(64);
            words
                .into_iter()
                .zip(firsts)
                .flat_map(move |(word, first)| bits(word).map(move |bit| sign * (first + bit)))
        };
        numbers(&self.from_start, 1).chain(numbers(&self.from_end, -1))
    }
}

/// The bits that are set, from the lowest on.
fn bits(mut word: u64) -> impl Iterator<Item = i16> {
    std::iter::from_fn(move || {
        let lowest = i16::try_from(word.trailing_zeros()).ok()?;
        word &= word.checked_sub(1)?;
        Some(lowest)
    })
}

fn has(words: &[u64], index: u64) -> bool {
    word(words, index / 64) >> (index % 64) & 1 == 1
}

fn word(words: &[u64], index: u64) -> u64 {
    usize::try_from(index).ok().and_then(|index| words.get(index).copied()).unwrap_or(0)
}

fn window(words: &[u64], index: u64) -> u32 {
    let low = u128::from(word(words, index / 64));
    let high = u128::from(word(words, index / 64 + 1));
    u32::try_from((high << 64 | low) >> (index % 64) & 0xffff_ffff).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_in_order_and_once() {
        let mut set = SignedSet::<6>::EMPTY;
        for number in [366, -1, 1, 64, 65, -366, 1] {
            set.insert(number);
        }
        assert_eq!(set.iter().collect::<Vec<_>>(), [1, 64, 65, 366, -1, -366]);
        assert!(set.holds(0, 99) && set.holds(99, 0) && set.holds(365, 99) && set.holds(99, 365));
        assert_eq!(set.farthest(), (366, 366));
        assert_eq!(SignedSet::<6>::only(-64).farthest(), (0, 64));
        assert!(!set.holds(1, 1) && !set.holds(u64::MAX, u64::MAX));
    }

    #[test]
    fn zero_and_what_has_no_room_are_left_out() {
        let mut set = SignedSet::<1>::EMPTY;
        for number in [0, 65, -65, i16::MIN, i16::MAX] {
            set.insert(number);
        }
        assert!(set.is_empty());
    }

    #[test]
    fn a_window_shows_the_elements_from_an_index_on() {
        let mut set = SignedSet::<6>::EMPTY;
        for number in [60, 66, -2, -40] {
            set.insert(number);
        }
        assert_eq!(set.window_from_start(59), 1 | 1 << 6);
        assert_eq!(set.window_from_start(400), 0);
        for last in [0_u64, 1, 5, 30, 31, 32, 39, 70, 300, 500] {
            let mut expected = 0_u32;
            for bit in 0..32_u64.min(last + 1) {
                if has(&set.from_end, last - bit) {
                    expected |= 1 << bit;
                }
            }
            assert_eq!(set.window_from_end(last), expected, "{last}");
        }
    }
}
