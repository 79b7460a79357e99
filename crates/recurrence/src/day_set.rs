//! The days of one period on which a rule falls.

/// A set of days, each counted from the first day of its period, which is 0.
/// The longest period, a month, has 31; a set is one machine word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct DaySet(u32);

impl DaySet {
    pub(crate) fn from_bits(bits: u32) -> DaySet {
        DaySet(bits)
    }

    pub(crate) fn only(day: u32) -> DaySet {
        DaySet(bit(day))
    }

    pub(crate) fn with(self, day: u32) -> DaySet {
        DaySet(self.0 | bit(day))
    }

    /// The days before this one; all of them if it lies past the period.
    pub(crate) fn before(self, day: u32) -> DaySet {
        // No bit for a day past the word: zero minus one is every day.
        DaySet(self.0 & bit(day).wrapping_sub(1))
    }

    /// This day and those after it; none if it lies past the period.
    pub(crate) fn from(self, day: u32) -> DaySet {
        DaySet(self.0 & !self.before(day).0)
    }

    pub(crate) fn contains(self, day: u32) -> bool {
        self.0 & bit(day) != 0
    }

    pub(crate) fn first(self) -> Option<u32> {
        (self.0 != 0).then(|| self.0.trailing_zeros())
    }

    pub(crate) fn last(self) -> Option<u32> {
        self.0.checked_ilog2()
    }

    /// The day that has `index` others before it.
    pub(crate) fn nth(self, index: u32) -> Option<u32> {
        // Dropping the lowest bit at most 31 times.
        (0..index.min(u32::BITS)).fold(self, DaySet::without_first).first()
    }

    fn without_first(self, _: u32) -> DaySet {
        DaySet(self.0 & self.0.wrapping_sub(1))
    }

    pub(crate) fn len(self) -> u32 {
        self.0.count_ones()
    }
}

/// Of a day; nothing for one that no period has.
fn bit(day: u32) -> u32 {
    1_u32.checked_shl(day).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_cut_before_and_from_a_day() {
        let days = DaySet::only(1).with(4).with(30);
        assert_eq!(days.before(4), DaySet::only(1));
        assert_eq!(days.from(4), DaySet::only(4).with(30));
        assert_eq!(days.before(0), DaySet::from_bits(0));
        assert_eq!(days.from(0), days);
    }

    #[test]
    fn a_day_past_every_period_has_all_days_before_it_and_none_from_it() {
        let days = DaySet::from_bits(u32::MAX);
        assert_eq!(days.before(32), days);
        assert_eq!(days.before(u32::MAX), days);
        assert_eq!(days.from(u32::MAX), DaySet::from_bits(0));
        assert!(!days.contains(32));
    }

    #[test]
    fn days_are_found_from_either_end_and_by_index() {
        let days = DaySet::only(1).with(4).with(30);
        assert_eq!((days.first(), days.last(), days.len()), (Some(1), Some(30), 3));
        assert_eq!(
            [0, 1, 2, 3, u32::MAX].map(|index| days.nth(index)),
            [Some(1), Some(4), Some(30), None, None]
        );
    }

    #[test]
    fn an_empty_set_has_neither_first_nor_last() {
        let none = DaySet::from_bits(0);
        assert_eq!((none.first(), none.last(), none.nth(0), none.len()), (None, None, None, 0));
    }
}
