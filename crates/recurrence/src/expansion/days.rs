//! The word of a month: the days on which a rule falls.

use super::{Expansion, Words};
use crate::month::{self, Month};
use crate::rule::{Frequency, Skip};
use crate::signed_set::SignedSet;

/// The lowest bits of a word: the first days of a month.
pub(super) fn first_days(days: u32) -> u32 {
    1_u32.checked_shl(days).map_or(u32::MAX, |bit| bit - 1)
}

/// What `BYMONTHDAY` leaves of a month of this length. A day that the month
/// lacks is left out, is its last, or is the day after.
pub(super) fn days_of_month(days: &SignedSet<1>, length: u32, skip: Skip) -> u32 {
    let within = first_days(length);
    if days.is_empty() {
        return within;
    }
    let (from_start, from_end) = days.first_words();
    let word = |bits: u64| u32::try_from(bits & 0x7fff_ffff).unwrap_or(0);
    let (from_start, from_end) = (word(from_start), word(from_end));
    let existing = from_start & within | from_end.reverse_bits() >> (32 - length);
    match skip {
        Skip::Backward if from_start & !within != 0 => existing | 1 << (length - 1),
        Skip::Forward if from_start & !within != 0 => existing | 1 << length,
        _ => existing,
    }
}

impl Expansion {
    /// The days of a month on which the rule falls. For rules that count in
    /// years and months, the bit after the last day stands for the first of
    /// the next month, if a day falls there and that month has not got it
    /// itself; so no date belongs to two months.
    pub(crate) fn word(&self, month: Month) -> u32 {
        if self.never {
            return 0;
        }
        if let Some(Some(words)) = self.words.get() {
            return self.word_by_shape(words, month);
        }
        match self.rule.frequency {
            Frequency::Yearly | Frequency::Monthly => {
                let days = self.word_by_origin(month);
                if days >> month.length & 1 == 1
                    && let Some(next) = month.next()
                    && self.word_by_origin(next) & 1 == 1
                {
                    return days & first_days(month.length);
                }
                days
            }
            Frequency::Weekly if self.limits.positions => self.picked_in_weeks(month),
            Frequency::Weekly | Frequency::Daily => {
                let visited = self.visited_days(month);
                if visited == 0 { 0 } else { self.days_by_date(month) & visited }
            }
            _ => self.days_by_date(month),
        }
    }

    fn word_by_shape(&self, words: &Words, month: Month) -> u32 {
        if self.months >> month.of_year & 1 == 0 {
            return 0;
        }
        match self.rule.frequency {
            Frequency::Yearly | Frequency::Monthly if self.visits_month(month) => words.of(month),
            Frequency::Yearly | Frequency::Monthly => 0,
            Frequency::Weekly | Frequency::Daily if self.visits.every != 1 => {
                words.of(month) & self.visited_days(month)
            }
            _ => words.of(month),
        }
    }

    /// Days by the month they come from, with what `BYSETPOS` picks of them.
    pub(super) fn word_by_origin(&self, month: Month) -> u32 {
        if !self.visits_month(month) {
            return 0;
        }
        let days = self.days_by_origin(month);
        match self.rule.frequency {
            _ if !self.limits.positions => days,
            Frequency::Monthly => self.pick(days, 0, i64::from(days.count_ones())),
            _ => self.picked_in_year(month),
        }
    }

    /// Days by the month they come from: the bit after the last stands for the
    /// first of the next.
    pub(super) fn days_by_origin(&self, month: Month) -> u32 {
        if self.months >> month.of_year & 1 == 0 {
            return 0;
        }
        let [of_28, of_29, of_30, of_31] = self.days_by_length;
        let days = match month.length {
            28 => of_28,
            29 => of_29,
            30 => of_30,
            _ => of_31,
        };
        if self.limits.plain_days { days } else { days & self.limited_days(month) }
    }

    /// Days by the month they fall into.
    pub(super) fn days_by_date(&self, month: Month) -> u32 {
        let days = self.days_by_origin(month) & first_days(month.length);
        if !self.limits.overflow {
            return days;
        }
        let overflow = month
            .previous()
            .map_or(0, |previous| self.days_by_origin(previous) >> previous.length & 1);
        days | overflow
    }

    fn limited_days(&self, month: Month) -> u32 {
        let mut days = self.days_on_weekdays(month);
        if self.limits.numbered_weekdays {
            days |= self.days_on_numbered_weekdays(month);
            // The first of the next month is counted in that.
            if self.limits.overflow
                && let Some(next) = month.next()
            {
                days |= (self.days_on_numbered_weekdays(next) & 1) << month.length;
            }
        }
        if self.limits.year_days {
            days &= self.days_of_year(month);
        }
        if self.limits.weeks {
            days &= self.days_in_weeks(month);
        }
        days
    }

    fn days_on_weekdays(&self, month: Month) -> u32 {
        u32::try_from(self.weekdays >> month.first_weekday & 0xffff_ffff).unwrap_or(0)
    }

    /// Which of a weekday's days in the month or, if the rule counts in years
    /// and names no month, in the year.
    fn days_on_numbered_weekdays(&self, month: Month) -> u32 {
        let of_year = self.rule.frequency == Frequency::Yearly && self.rule.by.months == 0;
        if !of_year {
            return self.days_on_numbered_weekdays_of_month(month);
        }
        let (days_before, length) = place_in_year(month);
        let mut days = 0;
        for (day_of_week, numbers) in (0..).zip(&self.rule.by.numbered_weekdays) {
            if numbers.is_empty() {
                continue;
            }
            let first = (day_of_week + 7 - month.first_weekday) % 7;
            for day in (first..month.length).step_by(7) {
                let place = days_before + i64::from(day);
                let (index, index_from_end) = (place / 7, (length - 1 - place) / 7);
                if numbers.holds(index.unsigned_abs(), index_from_end.unsigned_abs()) {
                    days |= 1 << day;
                }
            }
        }
        days
    }

    /// The n-th comes on one of the seven days from 7(n - 1) on, and so from
    /// the end; each is one bit of seven.
    fn days_on_numbered_weekdays_of_month(&self, month: Month) -> u32 {
        let mut days = 0_u64;
        for (day_of_week, numbers) in (0..).zip(&self.rule.by.numbered_weekdays) {
            let (from_start, from_end) = numbers.first_words();
            if from_start | from_end == 0 {
                continue;
            }
            let first = (day_of_week + 7 - month.first_weekday) % 7;
            let last = first + (month.length - 1 - first) / 7 * 7;
            for week in 0..5 {
                // A fifth may lie past the month, and a fifth from the end before it.
                days |= (from_start >> week & 1) << (first + 7 * week);
                let from_last = last.checked_sub(7 * week);
                days |= from_last.map_or(0, |day| (from_end >> week & 1) << day);
            }
        }
        u32::try_from(days & u64::from(first_days(month.length))).unwrap_or(0)
    }

    fn days_of_year(&self, month: Month) -> u32 {
        let (days_before, length) = place_in_year(month);
        let year_days = &self.rule.by.year_days;
        let after = length - 1 - days_before;
        let days = (year_days.window_from_start(days_before.unsigned_abs())
            | year_days.window_from_end(after.unsigned_abs()))
            & first_days(month.length);
        let lacks_day_366 = month.of_year == 11 && length == 365;
        if !lacks_day_366 || year_days.window_from_start(365) & 1 == 0 {
            return days;
        }
        match self.rule.skip {
            Skip::Omit => days,
            Skip::Backward => days | 1 << 30,
            Skip::Forward => days | 1 << 31,
        }
    }

    /// A week belongs to the year that holds its fourth day, and so most of
    /// it; it is numbered among the weeks of that year.
    fn days_in_weeks(&self, month: Month) -> u32 {
        let weeks = self.weeks();
        let first = month.first_day.0;
        let (new_year, next) = (month::new_year(month.year).0, month::new_year(month.year + 1).0);
        let mut start = weeks.first_day(weeks.containing(month.first_day)).0;
        // Seven bits to the right are for days before the first.
        let mut days = 0_u64;
        // The first of the next month, which a day may be moved to, may start a week.
        while start <= first + i64::from(month.length) {
            let middle = start + 3;
            let (new_year, next) = if middle < new_year {
                (month::new_year(month.year - 1).0, new_year)
            } else if middle >= next {
                (next, month::new_year(month.year + 2).0)
            } else {
                (new_year, next)
            };
            let (index, index_from_end) = ((middle - new_year) / 7, (next - 1 - middle) / 7);
            if self.rule.by.weeks.holds(index.unsigned_abs(), index_from_end.unsigned_abs()) {
                days |= 0x7f << (start - first + 7);
            }
            start += 7;
        }
        u32::try_from(days >> 7 & 0xffff_ffff).unwrap_or(0)
    }
}

/// How many days of the year come before a month, and how many it has.
fn place_in_year(month: Month) -> (i64, i64) {
    let (year, new_year) = (month.year, month::new_year(month.year).0);
    (month.first_day.0 - new_year, month::new_year(year + 1).0 - new_year)
}
