//! What `BYSETPOS` leaves: the first, the second, the last of a period.

use super::{Expansion, days};
use crate::day::Day;
use crate::month::{self, MONTHS_A_YEAR, Month};
use crate::rule::Frequency;

/// No position is further from either end.
const POSITION_MAX: i64 = 366;

/// A day, or a shorter slot, among those of its period: so many come before
/// it, out of so many.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Standing {
    rank: i64,
    total: i64,
}

const ALONE: Standing = Standing { rank: 0, total: 1 };

impl Expansion {
    /// Whether any time of a day, hour, minute or second is picked, where that
    /// is the period.
    pub(super) fn picks_at_all(&self) -> bool {
        !self.limits.positions
            || self.rule.frequency < Frequency::Daily
            || self.picked_times(ALONE, 0).next().is_some()
    }

    /// The days of a word that keep a time, if they are those after `rank`
    /// others, out of `total`, of their period.
    pub(super) fn pick(&self, days: u32, rank: i64, total: i64) -> u32 {
        let mut picked = 0;
        if days == 0 {
            return picked;
        }
        if self.times.len() == 1 {
            let positions = &self.rule.by.positions;
            let after = total - 1 - rank;
            let by_rank = positions.window_from_start(rank.unsigned_abs())
                | positions.window_from_end(after.unsigned_abs());
            // Mostly none is.
            if by_rank & days::first_days(days.count_ones()) == 0 {
                return picked;
            }
            let mut rest = days;
            for rank in 0..days.count_ones() {
                picked |= (by_rank >> rank & 1) << rest.trailing_zeros();
                rest &= rest.wrapping_sub(1);
            }
            return picked;
        }
        let set = (0..u32::BITS).filter(|day| days >> day & 1 == 1);
        for (rank, day) in (rank..).zip(set) {
            if self.picked_times(Standing { rank, total }, 0).next().is_some() {
                picked |= 1 << day;
            }
        }
        picked
    }

    pub(super) fn picked_in_year(&self, month: Month) -> u32 {
        let (days, standing) = self.standing_in_year(month);
        self.pick(days, standing.rank, standing.total)
    }

    /// The days of a month, and how they stand in the year.
    fn standing_in_year(&self, month: Month) -> (u32, Standing) {
        let words = self.words_of_year(month.year);
        let count = |words: &[u32]| words.iter().map(|days| i64::from(days.count_ones())).sum();
        let of_year = usize::try_from(month.of_year).unwrap_or(0);
        let (before, rest) = words.split_at_checked(of_year).unwrap_or((&words, &[]));
        let standing = Standing { rank: count(before), total: count(&words) };
        (rest.first().copied().unwrap_or(0), standing)
    }

    /// The days of each month of a year, before any is picked. A day that
    /// falls into the next month, on one that month has, is one day of the
    /// year.
    fn words_of_year(&self, year: i64) -> [u32; 12] {
        let mut words = [0; 12];
        let mut month = Month::numbered(year * MONTHS_A_YEAR);
        let mut overflows = false;
        for word in &mut words {
            let Some(this) = month else { break };
            let is_in_season = self.season >> this.of_year & 1 == 1;
            *word = if is_in_season { self.days_by_origin(this) } else { 0 };
            overflows |= *word >> this.length & 1 == 1;
            month = this.next();
        }
        if overflows {
            let mut next_has_first = false;
            for (of_year, word) in (0..MONTHS_A_YEAR).rev().zip(words.iter_mut().rev()) {
                let month = Month::numbered(year * MONTHS_A_YEAR + of_year);
                let length = month.map_or(31, |month| month.length);
                if next_has_first {
                    *word &= days::first_days(length);
                }
                next_has_first = *word & 1 == 1;
            }
        }
        words
    }

    /// The first month of a year, this one or later, with days that are
    /// picked, and these; or its last month and none.
    pub(super) fn first_picked_in_year(&self, from: Month) -> (Month, u32) {
        let words = self.words_of_year(from.year);
        let total: i64 = words.iter().map(|days| i64::from(days.count_ones())).sum();
        let (mut month, mut rank) = (from, 0);
        let (from_start, from_end) = self.rule.by.positions.farthest();
        for (of_year, days) in (0..).zip(words) {
            if of_year >= from.of_year {
                let end = rank + i64::from(days.count_ones());
                let may_be_picked = rank < from_start || end > total - from_end;
                let picked = if may_be_picked { self.pick(days, rank, total) } else { 0 };
                if picked != 0 || of_year == 11 {
                    return (month, picked);
                }
                let Some(next) = month.next() else { break };
                month = next;
            }
            rank += i64::from(days.count_ones());
        }
        (month, 0)
    }

    /// The days of a month that are picked in their weeks.
    pub(super) fn picked_in_weeks(&self, month: Month) -> u32 {
        let visited = self.visited_days(month);
        let weeks = self.weeks();
        let first = month.first_day.0;
        let mut week = weeks.containing(month.first_day);
        let mut picked = 0_u64;
        loop {
            let start = weeks.first_day(week).0 - first;
            if start >= i64::from(month.length) {
                break;
            }
            let of_week = self.picked_in_week(weeks.first_day(week));
            // Seven bits to the right are for days before the first.
            picked |= u64::from(of_week) << (start + 7);
            week += 1;
        }
        u32::try_from(picked >> 7 & u64::from(visited)).unwrap_or(0)
    }

    /// The days of a week on which the rule falls, be it visited or not.
    pub(super) fn picked_in_week(&self, first: Day) -> u32 {
        let days = self.days_of_week(first);
        if !self.limits.positions {
            return days;
        }
        self.pick(days, 0, i64::from(days.count_ones()))
    }

    /// The days of a week, which may lie in two months.
    fn days_of_week(&self, first: Day) -> u32 {
        let number = month::containing_day(first);
        let mut days = 0_u64;
        for number in [number, number + 1] {
            if let Some(month) = Month::numbered(number) {
                let word = u64::from(self.days_by_date(month));
                // The month starts at most 30 days before the week, or six
                // after.
                let before = first.0 - month.first_day.0;
                days |= if before >= 0 { word >> before } else { word << -before };
            }
        }
        u32::try_from(days & 0x7f).unwrap_or(0)
    }

    /// How a day stands among those of its period.
    fn standing(&self, day: Day) -> Standing {
        let before_and_all = |days: u32, of: i64| Standing {
            rank: i64::from((days & days::first_days(u32::try_from(of).unwrap_or(0))).count_ones()),
            total: i64::from(days.count_ones()),
        };
        match self.rule.frequency {
            Frequency::Yearly | Frequency::Monthly => {
                let Some((month, of_month)) = self.origin(day) else { return ALONE };
                if self.rule.frequency == Frequency::Monthly {
                    return before_and_all(self.days_by_origin(month), of_month);
                }
                let (days, of_year) = self.standing_in_year(month);
                let standing = before_and_all(days, of_month);
                Standing { rank: of_year.rank + standing.rank, total: of_year.total }
            }
            Frequency::Weekly => {
                let weeks = self.weeks();
                let first = weeks.first_day(weeks.containing(day));
                before_and_all(self.days_of_week(first), day.0 - first.0)
            }
            _ => ALONE,
        }
    }

    /// The month whose word has the bit of a day on which the rule falls, and
    /// which bit it is.
    fn origin(&self, day: Day) -> Option<(Month, i64)> {
        let month = Month::numbered(month::containing_day(day))?;
        let of_month = day.0 - month.first_day.0;
        if of_month == 0
            && self.limits.overflow
            && self.word(month) & 1 == 0
            && let Some(previous) = month.previous()
        {
            return Some((previous, i64::from(previous.length)));
        }
        Some((month, of_month))
    }

    /// How a day that its month has stands in the period before, where it is of that too: as
    /// the day after the last of the month before.
    fn standing_in_period_before(&self, day: Day) -> Option<Standing> {
        if !self.limits.overflow || !self.words_are_by_origin() {
            return None;
        }
        let month = Month::numbered(month::containing_day(day))?;
        let previous = month.previous().filter(|_| day == month.first_day)?;
        if !self.visits_month(previous) || self.word_by_origin(month) & 1 == 0 {
            return None;
        }
        let (days, of_year) = match self.rule.frequency {
            Frequency::Monthly => {
                let days = self.days_by_origin(previous);
                (days, Standing { rank: 0, total: i64::from(days.count_ones()) })
            }
            // Within a year it is one day.
            _ if previous.year == month.year => return None,
            _ => self.standing_in_year(previous),
        };
        let before = (days & days::first_days(previous.length)).count_ones();
        let rank = of_year.rank + i64::from(before);
        (days >> previous.length & 1 == 1).then_some(Standing { rank, ..of_year })
    }

    /// The indexes, from this one on, of the times of a day on which the rule falls.
    fn times_of_day(&self, day: Day, from: i64) -> impl Iterator<Item = i64> + '_ {
        let mut own = self.picked_times(self.standing(day), from).peekable();
        let before = self.standing_in_period_before(day).into_iter();
        let mut before =
            before.flat_map(move |standing| self.picked_times(standing, from)).peekable();
        std::iter::from_fn(move || match (own.peek().copied(), before.peek().copied()) {
            (Some(one), Some(other)) if one == other => {
                before.next();
                own.next()
            }
            (Some(one), Some(other)) if one > other => before.next(),
            (None, _) => before.next(),
            (Some(_), _) => own.next(),
        })
    }

    /// The indexes, from this one on, of the times picked on such a day.
    fn picked_times(&self, standing: Standing, from: i64) -> impl Iterator<Item = i64> + '_ {
        let times = self.times.len();
        let before = standing.rank * times;
        let last = standing.total * times - 1;
        // Only so many from either end of the period can be.
        let low_end = (POSITION_MAX - before).clamp(0, times);
        let high_start = (last - before - POSITION_MAX + 1).clamp(low_end, times);
        let low = from..low_end.max(from);
        let high = high_start.max(from)..times.max(from);
        low.chain(high).filter(move |index| {
            let place = before + index;
            self.rule.by.positions.holds(place.unsigned_abs(), (last - place).unsigned_abs())
        })
    }

    /// The first time of the day, at or after this one, on a day on which the
    /// rule falls.
    pub(crate) fn time_of_day_from(&self, day: Day, time: i64) -> Option<i64> {
        if !self.limits.positions || self.has_one_time_a_day() {
            return self.times.on_or_after(time);
        }
        let index = self.times_of_day(day, self.times.count_before(time)).next()?;
        self.times.nth(index)
    }

    /// The last time of the day, at or before this one, on a day on which the
    /// rule falls.
    pub(super) fn time_until(&self, day: Day, time: i64) -> Option<i64> {
        if !self.limits.positions || self.has_one_time_a_day() {
            return self.times.on_or_before(time);
        }
        let end = self.times.count_before(time + 1);
        let picked = self.times_of_day(day, 0);
        self.times.nth(picked.take_while(|index| *index < end).last()?)
    }

    /// How many times of a day on which the rule falls are earlier.
    pub(super) fn times_before(&self, day: Day, time: i64) -> i64 {
        let end = self.times.count_before(time);
        if !self.limits.positions || self.has_one_time_a_day() {
            return end;
        }
        let picked = self.times_of_day(day, 0);
        picked.take_while(|index| *index < end).fold(0, |count, _| count + 1)
    }

    /// The time of a day on which the rule falls that has `index` others of
    /// the day before it.
    pub(super) fn nth_time(&self, day: Day, index: i64) -> Option<i64> {
        if !self.limits.positions || self.has_one_time_a_day() {
            return self.times.nth(index);
        }
        let mut picked = self.times_of_day(day, 0);
        self.times.nth(picked.nth(usize::try_from(index).ok()?)?)
    }

    fn has_one_time_a_day(&self) -> bool {
        self.times.len() == 1
    }

    /// The time of day of a rule that has one.
    pub(crate) fn only_time_of_day(&self) -> Option<i64> {
        self.has_one_time_a_day().then(|| self.times.first())
    }

    /// How many times each day has on which the rule falls, if all have as
    /// many. Of slots shorter than a day, each slot.
    pub(super) fn times_each_day(&self) -> Option<i64> {
        if !self.limits.positions || self.has_one_time_a_day() {
            return Some(self.times.len());
        }
        (self.rule.frequency >= Frequency::Daily)
            .then(|| self.picked_times(ALONE, 0).fold(0, |count, _| count + 1))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use crate::Timetable;

    /// The 31st of April is the 1st of May, a Thursday; so is the 31st from the end of May.
    /// Each month picks other times of that day.
    #[test]
    fn a_day_that_falls_into_two_months_has_the_times_that_either_picks() {
        let rule = "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=FORWARD;BYMONTHDAY=31,-31;BYDAY=1TH,-1SA;\
                    BYHOUR=4,12,21;BYSETPOS=1,-2";
        let timetable = Timetable::new(rule.parse().unwrap(), date(1997, 3, 1).at(0, 0, 0, 0));
        let at = |day, hour| date(1997, 5, day).at(hour, 0, 0, 0);
        let expected = [at(1, 4), at(1, 12), at(31, 12)];
        assert!(timetable.iter().take(3).eq(expected));
        assert_eq!(timetable.after(at(1, 4)), Some(at(1, 12)));
        assert_eq!(timetable.before(at(31, 12)), Some(at(1, 12)));
        assert_eq!(timetable.nth(1), Some(at(1, 12)));
        assert_eq!(timetable.count_between(at(1, 4), at(31, 12)), 3);
    }
}
