//! The next moment, and the one before.

use super::steps::count_step;
use super::{Expansion, Moment, SECONDS_A_DAY, Words, days};
use crate::day::Day;
use crate::month::{self, Month};
use crate::rule::Frequency;

/// After so many years that are visited their words repeat, wherever in the
/// first of them the search begins.
const YEARS_OF_WORDS: i64 = 402;

/// A month, and some of the days on which a rule falls in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Page {
    pub(crate) month: Month,
    /// As [`Expansion::word`] has them; never empty, until they are taken out.
    pub(crate) days: u32,
    /// The months with days, in the same year and after this one, if they have
    /// been looked up. Bit 0 is the next.
    later: Option<u16>,
}

impl Page {
    /// Takes out the first day: its number and its bit.
    pub(crate) fn take_first(&mut self) -> Option<(Day, u32)> {
        let bit = self.days.trailing_zeros();
        self.days &= self.days.checked_sub(1)?;
        Some((self.month.first_day.plus(bit), bit))
    }

    pub(crate) fn take_last(&mut self) -> Option<(Day, u32)> {
        let bit = self.days.checked_ilog2()?;
        self.days &= !(1 << bit);
        Some((self.month.first_day.plus(bit), bit))
    }
}

impl Expansion {
    /// The first moment that is this one or later.
    pub(crate) fn on_or_after(&self, moment: Moment) -> Option<Moment> {
        if self.never {
            return None;
        }
        if self.is_within_a_day() {
            let slot = self.slot_of(moment);
            let found = self.slot_from(slot)?;
            if found == slot
                && let Some(time) = self.time_of_day_from(Day(0), moment - slot)
            {
                return Some(slot + time);
            }
            let next = if found == slot { self.slot_from(slot + 1)? } else { found };
            return Some(next + self.time_of_day_from(Day(0), 0)?);
        }
        let (day, time) = split(moment);
        let found = self.day_from(day)?;
        if found == day
            && let Some(time) = self.time_of_day_from(day, time)
        {
            return Some(join(day, time));
        }
        let next = if found == day { self.day_from(day.plus(1))? } else { found };
        Some(join(next, self.time_of_day_from(next, 0)?))
    }

    /// The last moment that is this one or earlier. It may come before the
    /// start, in the period of the start.
    pub(crate) fn on_or_before(&self, moment: Moment) -> Option<Moment> {
        if self.never {
            return None;
        }
        if self.is_within_a_day() {
            let slot = self.slot_of(moment);
            let found = self.slot_until(slot)?;
            if found == slot
                && let Some(time) = self.time_until(Day(0), moment - slot)
            {
                return Some(slot + time);
            }
            let last = if found == slot { self.slot_until(slot - 1)? } else { found };
            return Some(last + self.time_until(Day(0), SECONDS_A_DAY)?);
        }
        let (day, time) = split(moment);
        let found = self.day_until(day)?;
        if found == day
            && let Some(time) = self.time_until(day, time)
        {
            return Some(join(day, time));
        }
        let last = if found == day { self.day_until(Day(day.0 - 1))? } else { found };
        Some(join(last, self.time_until(last, SECONDS_A_DAY)?))
    }

    /// The first day, this one or later, on which the rule falls.
    pub(crate) fn day_from(&self, day: Day) -> Option<Day> {
        self.page_from(day).map(|page| page.month.first_day.plus(page.days.trailing_zeros()))
    }

    /// The last day, this one or earlier, on which the rule falls.
    pub(crate) fn day_until(&self, day: Day) -> Option<Day> {
        let page = self.page_until(day)?;
        Some(page.month.first_day.plus(page.days.checked_ilog2()?))
    }

    /// The first month with days that are this one or later, and those days.
    pub(crate) fn page_from(&self, day: Day) -> Option<Page> {
        let mut number = self.month_from(self.first_origin(day))?;
        for _ in 0..self.words_to_look_at() {
            count_step();
            let (month, word) = self.word_from(Month::numbered(number)?);
            let before = u32::try_from(day.0 - month.first_day.0).unwrap_or(0);
            let days = word & !days::first_days(before);
            if days != 0 {
                return Some(Page { month, days, later: None });
            }
            number = self.month_from(month.number + 1)?;
        }
        self.all_are_empty()
    }

    /// The last month with days that are this one or earlier, and those days.
    pub(crate) fn page_until(&self, day: Day) -> Option<Page> {
        if self.empty.get().is_some() {
            return None;
        }
        let mut number = self.month_until(month::containing_day(day))?;
        for _ in 0..=self.words_max {
            count_step();
            let month = Month::numbered(number)?;
            let through = u32::try_from(day.0 - month.first_day.0 + 1).unwrap_or(0);
            let days = self.word(month) & days::first_days(through);
            if days != 0 {
                return Some(Page { month, days, later: None });
            }
            number = self.month_until(number - 1)?;
        }
        self.all_are_empty()
    }

    /// How many words, or years of words, are looked at in search of one that
    /// is not empty: none, once it is known that all are.
    fn words_to_look_at(&self) -> i64 {
        match self.empty.get() {
            Some(()) => 0,
            None if self.looks_at_years() => self.words_max.min(YEARS_OF_WORDS),
            None => self.words_max,
        }
    }

    /// Remembers that the words have come to repeat without any day.
    #[cold]
    fn all_are_empty<T>(&self) -> Option<T> {
        self.empty.get_or_init(|| ());
        None
    }

    /// Turns to the next month with days, if there is one.
    #[inline]
    pub(crate) fn turn(&self, page: &mut Page) -> Option<()> {
        let Some(words) = self.words_of_all_years() else {
            *page = self.page_after(page.month)?;
            return Some(());
        };
        let mut month = page.month;
        let mut later = page.later.unwrap_or_else(|| words.months_after(month));
        if later == 0 {
            (month, later) = self.later_year(words, month)?;
        } else {
            count_step();
            let skipped = later.trailing_zeros();
            month = month.next()?;
            if skipped > 0 {
                month = month.later_in_year(month.of_year + skipped);
            }
            later = later >> skipped >> 1;
        }
        *page = Page { month, days: words.of(month), later: Some(later) };
        Some(())
    }

    /// The first month with days, in a later year than this one, and those
    /// after it.
    fn later_year(&self, words: &Words, month: Month) -> Option<(Month, u16)> {
        let mut january = month;
        for _ in 0..self.words_max {
            count_step();
            january = january.next_january()?;
            let months = words.months_of(january);
            if months != 0 {
                let before = months.trailing_zeros();
                return Some((january.later_in_year(before), months >> before >> 1));
            }
        }
        None
    }

    /// The next month with days, among those that are visited.
    fn page_after(&self, mut month: Month) -> Option<Page> {
        for _ in 0..self.words_to_look_at() {
            count_step();
            let number = self.month_from(month.number + 1)?;
            let next = number == month.number + 1;
            let days;
            (month, days) =
                self.word_from(if next { month.next() } else { Month::numbered(number) }?);
            if days != 0 {
                return Some(Page { month, days, later: None });
            }
        }
        None
    }

    /// The word of a month; where `BYSETPOS` counts in years, which are
    /// costly, that of the first month of the year's rest that has days.
    fn word_from(&self, month: Month) -> (Month, u32) {
        if self.looks_at_years() {
            return self.first_picked_in_year(month);
        }
        (month, self.word(month))
    }

    fn looks_at_years(&self) -> bool {
        self.limits.positions && self.rule.frequency == Frequency::Yearly && !self.limits.overflow
    }

    /// The last month before with days.
    pub(crate) fn page_before(&self, mut month: Month) -> Option<Page> {
        for _ in 0..self.words_max {
            count_step();
            month = Month::numbered(self.month_until(month.number - 1)?)?;
            let days = self.word(month);
            if days != 0 {
                return Some(Page { month, days, later: None });
            }
        }
        None
    }

    /// The first month whose word may hold this day.
    pub(super) fn first_origin(&self, day: Day) -> i64 {
        if self.limits.overflow && self.words_are_by_origin() {
            month::containing_day(Day(day.0 - 1))
        } else {
            month::containing_day(day)
        }
    }
}

pub(super) fn split(moment: Moment) -> (Day, i64) {
    (Day(moment.div_euclid(SECONDS_A_DAY)), moment.rem_euclid(SECONDS_A_DAY))
}

pub(super) fn join(day: Day, time: i64) -> Moment {
    day.0 * SECONDS_A_DAY + time
}
