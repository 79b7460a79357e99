//! The words of months that have the same shape.

use super::{ALL_MONTHS, Expansion};
use crate::day::Day;
use crate::month::Month;
use crate::rule::Frequency;

/// Words of months of 28 to 31 days that start on a Monday, a Tuesday, …
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Words {
    by_shape: [u32; 32],
    /// Whether there is nothing more to a month, once the first is past.
    of_all_months: bool,
}

impl Words {
    pub(super) fn of(&self, month: Month) -> u32 {
        let shape = (month.length & 3) << 3 | month.first_weekday & 7;
        usize::try_from(shape).ok().and_then(|shape| self.by_shape.get(shape)).copied().unwrap_or(0)
    }
}

impl Expansion {
    /// Those, once they are made, if there is nothing more to a month, once the
    /// first is past.
    pub(super) fn words_of_all_months(&self) -> Option<&Words> {
        self.words.get()?.as_ref().filter(|words| words.of_all_months)
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
        let of_all_months = self.visits.every == 1 && self.months == ALL_MONTHS && !self.never;
        let mut words = Words { by_shape: [0; 32], of_all_months };
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
        Some(words)
    }
}
