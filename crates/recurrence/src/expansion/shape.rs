//! The words of months that have the same shape.

use super::Expansion;
use crate::day::Day;
use crate::month::{MONTHS_A_YEAR, Month, is_leap};
use crate::rule::Frequency;

/// Words of months of 28 to 31 days that start on a Monday, a Tuesday, …
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Words {
    by_shape: [u32; 32],
    /// The months that have days, bit 0 is January, of common and of leap years
    /// that start on a Monday, a Tuesday, …
    months_by_year: [u16; 16],
    /// Whether there is nothing more to a month, once the first is past.
    of_all_years: bool,
}

impl Words {
    #[inline]
    pub(super) fn of(&self, month: Month) -> u32 {
        of_shape(&self.by_shape, month)
    }

    /// The months with days, in the year of this one and after it. Bit 0 is the
    /// next.
    pub(super) fn months_after(&self, month: Month) -> u16 {
        self.months_of(month) >> month.of_year >> 1
    }

    /// The months with days in the year of this one. Bit 0 is January.
    pub(super) fn months_of(&self, month: Month) -> u16 {
        let shape = u32::from(is_leap(month.year)) << 3 | month.new_years_weekday();
        let months = usize::try_from(shape).ok().and_then(|shape| self.months_by_year.get(shape));
        months.copied().unwrap_or(0)
    }

    /// Looks them up in a common and in a leap year, as if each started on every
    /// weekday.
    fn find_months(&mut self, months: u16) {
        let years = [2001, 2000].map(|year| Month::numbered(year * MONTHS_A_YEAR));
        for (january, by_weekday) in years.into_iter().zip(self.months_by_year.chunks_exact_mut(8))
        {
            for (first_weekday, found) in (0..7).zip(by_weekday) {
                let january = january.map(|month| Month { first_weekday, ..month });
                let all = std::iter::successors(january, |month| month.next());
                for month in all.take(12).filter(|month| of_shape(&self.by_shape, *month) != 0) {
                    *found |= months & 1 << month.of_year;
                }
            }
        }
    }
}

#[inline]
fn of_shape(words: &[u32; 32], month: Month) -> u32 {
    let shape = (month.length & 3) << 3 | month.first_weekday & 7;
    usize::try_from(shape).ok().and_then(|shape| words.get(shape)).copied().unwrap_or(0)
}

impl Expansion {
    /// Those, once they are made, if there is nothing more to a month, once the
    /// first is past.
    pub(super) fn words_of_all_years(&self) -> Option<&Words> {
        self.words.get()?.as_ref().filter(|words| words.of_all_years)
    }

    /// Nothing if a word depends on more than the month's shape, apart from
    /// which months are visited.
    pub(super) fn words_by_shape(&self) -> Option<Words> {
        let limits = &self.limits;
        let counts_days_of_year = limits.numbered_weekdays
            && self.rule.frequency == Frequency::Yearly
            && self.rule.by.months == 0;
        let picks_across_months = limits.positions
            && self.rule.frequency != Frequency::Monthly
            && self.rule.frequency < Frequency::Daily;
        if limits.year_days
            || limits.weeks
            || limits.overflow
            || counts_days_of_year
            || picks_across_months
        {
            return None;
        }
        let of_all_years = self.visits.every == 1 && !self.never;
        let mut words = Words { by_shape: [0; 32], months_by_year: [0; 16], of_all_years };
        for (length, by_weekday) in (28..).zip(words.by_shape.chunks_exact_mut(8)) {
            for (first_weekday, word) in (0..7).zip(by_weekday) {
                let shape = Month {
                    number: 0,
                    first_day: Day(0),
                    length,
                    year: 0,
                    of_year: self.months.trailing_zeros(),
                    first_weekday,
                };
                let days = self.days_by_origin(shape);
                *word = if limits.positions && self.rule.frequency == Frequency::Monthly {
                    self.pick(days, 0, i64::from(days.count_ones()))
                } else {
                    days
                };
            }
        }
        if of_all_years {
            words.find_months(self.months);
        }
        Some(words)
    }
}
