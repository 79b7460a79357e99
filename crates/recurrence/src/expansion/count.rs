//! How many moments there are, and which is the k-th.

use super::moments::{join, split};
use super::steps::count_step;
use super::{Expansion, Moment, SECONDS_A_DAY, days};
use crate::day::Day;
use crate::month::{self, Month};
use crate::rule::Frequency;
use crate::signed_set::SignedSet;
use crate::tally::{Regularity, Tally};

impl Expansion {
    /// How many moments come before this one, which is not before the start.
    /// The count begins somewhere before the start, always at the same place.
    pub(crate) fn count_before(&self, moment: Moment) -> i64 {
        if self.never {
            return 0;
        }
        if self.is_within_a_day() {
            let slot = self.slot_of(moment);
            let within = if self.slot_from(slot) == Some(slot) {
                self.times_before(Day(0), moment - slot)
            } else {
                0
            };
            return self.slots_before(slot) * self.times_each_day().unwrap_or(0) + within;
        }
        let (day, time) = split(moment);
        if let Some(tally) = self.tally() {
            let visit = self.visits.last_until(self.period_containing(day));
            let (first, days) = self.days_of_visit(visit);
            let before = days & first_days_until(first, day);
            let days_before = tally.dates_in(visit) + i64::from(before.count_ones());
            let falls_on_day = days & !before & first_days_until(first, day.plus(1)) != 0;
            let within = if falls_on_day { self.times_before(day, time) } else { 0 };
            return days_before * self.times.len() + within;
        }
        let number = month::containing_day(day);
        let first = self.first_number();
        let weigh = |month: Month, days: u32| self.times_on(month, days);
        let mut count = self.sum_words(first, number - 1, weigh);
        for number in (number - 1).max(first)..=number {
            let Some(month) = Month::numbered(number) else { continue };
            let days = self.word(month);
            let before = days & first_days_until(month.first_day, day);
            count += self.times_on(month, before);
            if days & !before & first_days_until(month.first_day, day.plus(1)) != 0 {
                count += self.times_before(day, time);
            }
        }
        count
    }

    /// The moment that has `index` others before it, as they are counted
    /// above.
    pub(crate) fn nth(&self, index: i64) -> Option<Moment> {
        if self.never {
            return None;
        }
        if self.is_within_a_day() {
            let times = self.times_each_day()?;
            let slot = self.nth_slot(index.checked_div(times)?)?;
            return Some(slot + self.nth_time(Day(0), index % times)?);
        }
        if let Some(tally) = self.tally() {
            let times = self.times.len();
            let (visit, index_in_visit) = tally.visit_with(index / times);
            let (first, days) = self.days_of_visit(visit);
            return Some(join(
                first.plus(nth_day(days, index_in_visit)?),
                self.times.nth(index % times)?,
            ));
        }
        let weigh = |month: Month, days: u32| self.times_on(month, days);
        let (month, mut index) = self.word_with(self.first_number(), index, weigh)?;
        let days = self.word(month);
        for bit in (0..u32::BITS).filter(|bit| days >> bit & 1 == 1) {
            let day = month.first_day.plus(bit);
            let times = self.times_before(day, SECONDS_A_DAY);
            if index < times {
                return Some(join(day, self.nth_time(day, index)?));
            }
            index -= times;
        }
        None
    }

    /// How many times these days of a month have together.
    fn times_on(&self, month: Month, days: u32) -> i64 {
        if let Some(times) = self.times_each_day() {
            return i64::from(days.count_ones()) * times;
        }
        let of_month = (0..u32::BITS).filter(|bit| days >> bit & 1 == 1);
        of_month.map(|bit| self.times_before(month.first_day.plus(bit), SECONDS_A_DAY)).sum()
    }

    /// What is the same in all visits, if that can be seen at once.
    fn tally(&self) -> Option<Tally> {
        if self.limits.positions && self.times.len() > 1 || self.rule.by.months != 0 {
            return None;
        }
        let picked = |days: u32| {
            let count = i64::from(days.count_ones());
            let picks = if self.limits.positions { self.pick(days, 0, count) } else { days };
            i64::from(picks.count_ones())
        };
        let regularity = match self.rule.frequency {
            Frequency::Daily if self.limits.any_day => Regularity::EachVisit(1),
            Frequency::Weekly => {
                Regularity::EachVisit(picked(u32::try_from(self.weekdays & 0x7f).ok()?))
            }
            Frequency::Monthly if self.limits.plain_days && !self.limits.overflow => {
                Regularity::ByLength(self.days_by_length.map(picked))
            }
            Frequency::Monthly => Regularity::EachVisit(
                self.positions_each_month()
                    .or_else(|| Some(picked(self.weekdays_each_month()?)))?,
            ),
            _ => return None,
        };
        match regularity {
            Regularity::EachVisit(0) | Regularity::ByLength([0, 0, 0, 0]) => None,
            _ => Some(Tally { visits: self.visits, regularity }),
        }
    }

    /// As many bits as each month has days, if the rule names first to fourth
    /// weekdays alone, or last to fourth from last.
    fn weekdays_each_month(&self) -> Option<u32> {
        let by = &self.rule.by;
        let other_parts = self.limits.year_days || self.limits.weeks || !by.month_days.is_empty();
        if other_parts || by.weekdays != 0 {
            return None;
        }
        let numbers = || by.numbered_weekdays.iter().flat_map(SignedSet::iter);
        let regular = numbers().all(|number| matches!(number, 1..=4))
            || numbers().all(|number| matches!(number, -4..=-1));
        regular.then(|| days::first_days(numbers().fold(0, |count, _| count + 1)))
    }

    /// How many days `BYSETPOS` picks each month, if the rule names weekdays
    /// alone and no month has too few: each comes four times or five.
    fn positions_each_month(&self) -> Option<i64> {
        let by = &self.rule.by;
        let other_parts = self.limits.year_days || self.limits.weeks || !by.month_days.is_empty();
        if other_parts || self.limits.numbered_weekdays || !self.limits.positions {
            return None;
        }
        let least = 4 * by.weekdays.count_ones();
        let positions = || by.positions.iter();
        // Counted from both ends, two positions may be the same day.
        let from_one_end =
            positions().all(|position| position > 0) || positions().all(|position| position < 0);
        let all_there = positions().all(|position| u32::from(position.unsigned_abs()) <= least);
        (from_one_end && all_there).then(|| positions().fold(0, |count, _| count + 1))
    }

    /// The first day of a visit, and on which days from there the rule falls.
    fn days_of_visit(&self, visit: i64) -> (Day, u32) {
        let period = self.visits.period(visit);
        match self.rule.frequency {
            Frequency::Weekly => {
                let first = self.weeks().first_day(period);
                (first, self.picked_in_week(first))
            }
            Frequency::Monthly => Month::numbered(period)
                .map_or((Day(0), 0), |month| (month.first_day, self.word(month))),
            _ => (Day(period), 1),
        }
    }

    fn period_containing(&self, day: Day) -> i64 {
        match self.rule.frequency {
            Frequency::Weekly => self.weeks().containing(day),
            Frequency::Monthly => month::containing_day(day),
            _ => day.0,
        }
    }

    pub(super) fn first_number(&self) -> i64 {
        self.month_from(i64::MIN / 2).unwrap_or(i64::MAX / 2)
    }

    /// The sum of what the words of months, from one to before another, weigh.
    pub(super) fn sum_words(&self, from: i64, to: i64, weigh: impl Fn(Month, u32) -> i64) -> i64 {
        let sum = |from: i64, to: i64| {
            let mut sum = 0;
            let mut number = Some(from);
            while let Some(month) = number.filter(|number| *number < to).and_then(Month::numbered) {
                count_step();
                sum += weigh(month, self.word(month));
                number = self.month_from(month.number + 1);
            }
            sum
        };
        let cycle = self.months_until_words_repeat();
        if to - from <= cycle {
            return sum(from, to);
        }
        let (cycles, rest) = ((to - from) / cycle, (to - from) % cycle);
        cycles * sum(from, from + cycle) + sum(from, from + rest)
    }

    /// The month whose word has the weight that has `index` others before it,
    /// counted from a month, and how many of these are of the same word.
    pub(super) fn word_with(
        &self,
        from: i64,
        index: i64,
        weigh: impl Fn(Month, u32) -> i64,
    ) -> Option<(Month, i64)> {
        let cycle = self.months_until_words_repeat();
        let (mut start, mut index) = (from, index);
        let mut sum = 0;
        let mut number = from;
        loop {
            count_step();
            if number - start >= cycle {
                // Whole cycles are divided away, once.
                let cycles = index.checked_div(sum)?;
                if cycles == 0 {
                    return None;
                }
                start += cycles.checked_mul(cycle)?;
                (index, sum, number) = (index % sum, 0, start);
            }
            let month = Month::numbered(number)?;
            let weight = weigh(month, self.word(month));
            if sum + weight > index {
                return Some((month, index - sum));
            }
            sum += weight;
            number = self.month_from(number + 1)?;
        }
    }
}

/// The bits of the days from one until before another.
pub(super) fn first_days_until(first: Day, day: Day) -> u32 {
    days::first_days(u32::try_from(day.0 - first.0).unwrap_or(0))
}

fn nth_day(mut days: u32, index: i64) -> Option<u32> {
    for _ in 0..index.min(32) {
        days &= days.wrapping_sub(1);
    }
    (days != 0).then(|| days.trailing_zeros())
}
