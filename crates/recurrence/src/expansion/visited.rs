//! Which months, and which days of them, a rule visits.

use super::{Expansion, SECONDS_A_DAY, days};
use crate::day::Day;
use crate::month::{self, CYCLE, DAYS_A_CYCLE, MONTHS_A_YEAR, Month};
use crate::rule::Frequency;
use crate::visits::{divisor_and_inverse, greatest_common_divisor};

/// Periods at least so many days apart are found one by one, nearer ones by
/// looking at every month.
const DAYS_APART: i64 = 62;

const WEEKS_A_CYCLE: i64 = DAYS_A_CYCLE / 7;
const YEARS_A_CYCLE: i64 = CYCLE / MONTHS_A_YEAR;

/// Of the years -9999 to 9999.
const MONTHS_IN_ALL: i64 = 2 * 9_999 * MONTHS_A_YEAR + MONTHS_A_YEAR;

impl Expansion {
    /// Whether a rule that counts in years or months visits this one.
    pub(super) fn visits_month(&self, month: Month) -> bool {
        let period = match self.rule.frequency {
            Frequency::Yearly => month.year,
            _ => month.number,
        };
        let since = period - self.visits.first;
        since >= 0 && (self.visits.every == 1 || since % self.visits.every == 0)
    }

    /// The days of the month that a rule visits which counts in days or weeks.
    pub(super) fn visited_days(&self, month: Month) -> u32 {
        let all = days::first_days(month.length);
        let every = self.visits.every;
        if every == 1 {
            return all;
        }
        let (mut period, end) = match self.rule.frequency {
            Frequency::Weekly => {
                let last = Day(month.first_day.0 + i64::from(month.length) - 1);
                (self.weeks().containing(month.first_day), self.weeks().containing(last))
            }
            _ => (month.first_day.0, month.first_day.0 + i64::from(month.length) - 1),
        };
        period += (self.visits.first - period).rem_euclid(every);
        let mut visited = 0_u64;
        while period <= end {
            // Seven bits to the right are for days before the first.
            visited |= match self.rule.frequency {
                Frequency::Weekly => {
                    0x7f << (self.weeks().first_day(period).0 - month.first_day.0 + 7)
                }
                _ => 1 << (period - month.first_day.0 + 7),
            };
            period += every;
        }
        u32::try_from(visited >> 7 & u64::from(all)).unwrap_or(0)
    }

    /// The number of the first month, this one or later, whose word may not be
    /// empty.
    pub(crate) fn month_from(&self, number: i64) -> Option<i64> {
        let number = number.max(self.first_month());
        let every = self.visits.every;
        match self.rule.frequency {
            Frequency::Monthly => {
                let mut number = number;
                if every != 1 {
                    number += (self.visits.first - number).rem_euclid(every);
                }
                // Months of the year repeat after at most twelve visits.
                (0..MONTHS_A_YEAR)
                    .map(|visit| number + visit * every)
                    .find(|number| self.is_in_season(*number))
            }
            Frequency::Yearly => {
                let mut year = number.div_euclid(MONTHS_A_YEAR);
                let since = (year - self.visits.first).rem_euclid(every);
                let season = i64::from(self.season);
                let rest = if since == 0 {
                    season & !((1 << number.rem_euclid(MONTHS_A_YEAR)) - 1)
                } else {
                    0
                };
                if rest != 0 {
                    return Some(year * MONTHS_A_YEAR + i64::from(rest.trailing_zeros()));
                }
                if season == 0 {
                    return None;
                }
                year += every - since;
                Some(year * MONTHS_A_YEAR + i64::from(season.trailing_zeros()))
            }
            Frequency::Weekly | Frequency::Daily if self.days_apart() >= DAYS_APART => {
                let month = Month::numbered(number)?;
                let first = if self.rule.frequency == Frequency::Weekly {
                    let week = self.weeks().containing(month.first_day);
                    let week = week + (self.visits.first - week).rem_euclid(every);
                    self.weeks().first_day(week).0.max(month.first_day.0)
                } else {
                    let day = month.first_day.0;
                    day + (self.visits.first - day).rem_euclid(every)
                };
                Some(month::containing_day(Day(first)))
            }
            _ => (number..number + MONTHS_A_YEAR).find(|number| self.is_in_season(*number)),
        }
    }

    /// The number of the last month, this one or earlier, whose word may not
    /// be empty.
    pub(crate) fn month_until(&self, number: i64) -> Option<i64> {
        let every = self.visits.every;
        let found = match self.rule.frequency {
            Frequency::Monthly => {
                let number = number - (number - self.visits.first).rem_euclid(every);
                (0..MONTHS_A_YEAR)
                    .map(|visit| number - visit * every)
                    .find(|number| self.is_in_season(*number))
            }
            Frequency::Yearly => {
                let mut year = number.div_euclid(MONTHS_A_YEAR);
                let since = (year - self.visits.first).rem_euclid(every);
                let season = i64::from(self.season);
                let rest = if since == 0 {
                    season & ((2 << number.rem_euclid(MONTHS_A_YEAR)) - 1)
                } else {
                    0
                };
                if rest != 0 {
                    return Some(year * MONTHS_A_YEAR + i64::from(rest.ilog2()))
                        .filter(|number| *number >= self.first_month());
                }
                if season == 0 {
                    return None;
                }
                year -= if since == 0 { every } else { since };
                Some(year * MONTHS_A_YEAR + i64::from(season.checked_ilog2().unwrap_or(0)))
            }
            Frequency::Weekly | Frequency::Daily if self.days_apart() >= DAYS_APART => {
                let month = Month::numbered(number)?;
                let last_day = month.first_day.0 + i64::from(month.length) - 1;
                let last = if self.rule.frequency == Frequency::Weekly {
                    let week = self.weeks().containing(Day(last_day));
                    let week = week - (week - self.visits.first).rem_euclid(every);
                    (self.weeks().first_day(week).0 + 6).min(last_day)
                } else {
                    last_day - (last_day - self.visits.first).rem_euclid(every)
                };
                Some(month::containing_day(Day(last)))
            }
            _ => (0..MONTHS_A_YEAR)
                .map(|months| number - months)
                .find(|number| self.is_in_season(*number)),
        };
        found.filter(|number| *number >= self.first_month())
    }

    /// The month in which the first visit starts.
    fn first_month(&self) -> i64 {
        let first = self.visits.first;
        match self.rule.frequency {
            Frequency::Yearly => first * MONTHS_A_YEAR,
            Frequency::Monthly => first,
            Frequency::Weekly => month::containing_day(self.weeks().first_day(first)),
            Frequency::Daily => month::containing_day(Day(first)),
            _ => {
                let second = first * self.unit_seconds();
                month::containing_day(Day(second.div_euclid(SECONDS_A_DAY)))
            }
        }
    }

    fn days_apart(&self) -> i64 {
        match self.rule.frequency {
            Frequency::Weekly => 7 * self.visits.every,
            _ => self.visits.every,
        }
    }

    /// After how many months the words repeat, wherever one begins. It may be
    /// longer than the calendar.
    pub(super) fn months_until_words_repeat(&self) -> i64 {
        let every = self.visits.every;
        let cycles = |periods_a_cycle| every / greatest_common_divisor(every, periods_a_cycle);
        CYCLE
            * match self.rule.frequency {
                Frequency::Yearly => cycles(YEARS_A_CYCLE),
                Frequency::Monthly => cycles(CYCLE),
                Frequency::Weekly => cycles(WEEKS_A_CYCLE),
                Frequency::Daily => cycles(DAYS_A_CYCLE),
                _ => 1,
            }
    }

    /// After how many words, of months that are visited, they repeat.
    pub(super) fn words_until_they_repeat(&self) -> i64 {
        let every = self.visits.every;
        let visits =
            |periods_a_cycle| periods_a_cycle / greatest_common_divisor(every, periods_a_cycle);
        let words = match self.rule.frequency {
            Frequency::Yearly | Frequency::Monthly => CYCLE,
            // A week may lie in two months.
            Frequency::Weekly if self.days_apart() >= DAYS_APART => 2 * visits(WEEKS_A_CYCLE),
            Frequency::Daily if self.days_apart() >= DAYS_APART => visits(DAYS_A_CYCLE),
            _ => self.months_until_words_repeat(),
        };
        words.min(MONTHS_IN_ALL) + 1
    }

    /// Whether days, hours, minutes or seconds counted from the start can never
    /// be such as the rule asks for, or never on a day that it asks for.
    ///
    /// Times of day at the rule's own steps leave the same remainder when
    /// divided by what the steps and a day have in common. A time that does
    /// comes back every so many days, and these days leave the same remainder
    /// when divided by what they and the 400 years of the calendar have in
    /// common.
    pub(super) fn can_never_match(&self) -> bool {
        if self.season == 0 || !self.picks_at_all() {
            return true;
        }
        if self.rule.frequency < Frequency::Daily {
            return false;
        }
        if self.rule.frequency == Frequency::Daily {
            let of_cycle = greatest_common_divisor(self.visits.every, DAYS_A_CYCLE);
            let first = self.visits.first.rem_euclid(of_cycle);
            return !self.limits.any_day
                && of_cycle != 1
                && !self.leaves_any_day(|day| day.rem_euclid(of_cycle) == first);
        }
        let unit = self.unit_seconds();
        let step = self.visits.every * unit;
        let start = self.visits.first * unit;
        let common = greatest_common_divisor(step, SECONDS_A_DAY);
        let mut possible = self.slots.iter().filter(|time| (start - time) % common == 0).peekable();
        if possible.peek().is_none() {
            return true;
        }
        let days_apart = step / common;
        let of_cycle = greatest_common_divisor(days_apart, DAYS_A_CYCLE);
        if self.limits.any_day || of_cycle == 1 {
            return false;
        }
        let (_, inverse) =
            divisor_and_inverse((SECONDS_A_DAY / common).rem_euclid(days_apart), days_apart);
        let mut remainders = vec![false; usize::try_from(of_cycle).unwrap_or(0)];
        for time in possible {
            let distance = ((start - time) / common).rem_euclid(days_apart);
            let day = i128::from(distance) * i128::from(inverse);
            let remainder = usize::try_from(day.rem_euclid(i128::from(of_cycle))).unwrap_or(0);
            if let Some(seen) = remainders.get_mut(remainder) {
                *seen = true;
            }
        }
        !self.leaves_any_day(|day| {
            let remainder = usize::try_from(day.rem_euclid(of_cycle));
            remainder.is_ok_and(|at| remainders.get(at) == Some(&true))
        })
    }

    /// Whether any day is left of those of the calendar that are asked for.
    fn leaves_any_day(&self, is_asked_for: impl Fn(i64) -> bool) -> bool {
        let mut number = Some(0);
        while let Some(month) = number.filter(|number| *number < CYCLE).and_then(Month::numbered) {
            let days = self.days_by_date(month);
            let mut left = (0..month.length).filter(|day| days >> day & 1 == 1);
            if left.any(|day| is_asked_for(month.first_day.0 + i64::from(day))) {
                return true;
            }
            number = (month.number + 1..=month.number + MONTHS_A_YEAR)
                .find(|number| self.is_in_season(*number));
        }
        false
    }
}
