//! Months as numbers, for arithmetic.

use jiff::civil::Date;

use crate::day::Day;
use crate::visits::Visits;
use crate::week::weekday;

pub(crate) const MONTHS_A_YEAR: i64 = 12;

/// The Gregorian calendar repeats itself, weekdays included, after 400 years.
pub(crate) const CYCLE: i64 = 400 * MONTHS_A_YEAR;

pub(crate) const DAYS_A_CYCLE: i64 = 146_097;

/// Of the years -9999 to 9999.
const FIRST_NUMBER: i64 = -9_999 * MONTHS_A_YEAR;
const LAST_NUMBER: i64 = 9_999 * MONTHS_A_YEAR + 11;

/// How many days of a common year come before a month, counted from January.
const DAYS_BEFORE: [u32; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

/// Day 0, 1 January 1970, counted from 1 January of the year 0.
const DAY_0: i64 = 719_528;

/// A month of the calendar.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Month {
    /// Counted from January of the year 0.
    pub(crate) number: i64,
    pub(crate) first_day: Day,
    /// In days.
    pub(crate) length: u32,
    pub(crate) year: i64,
    /// From 0, January.
    pub(crate) of_year: u32,
    /// Of its first day: from 0, Monday, to 6, Sunday.
    pub(crate) first_weekday: u32,
}

impl Month {
    /// Nothing outside the years -9999 to 9999.
    pub(crate) fn numbered(number: i64) -> Option<Month> {
        if !(FIRST_NUMBER..=LAST_NUMBER).contains(&number) {
            return None;
        }
        let (year, of_year) = (number.div_euclid(MONTHS_A_YEAR), number.rem_euclid(MONTHS_A_YEAR));
        let of_year = u32::try_from(of_year).ok()?;
        let first_day = new_year(year).plus(days_before(of_year, is_leap(year)));
        Some(Month {
            number,
            first_day,
            length: length(year, of_year),
            year,
            of_year,
            first_weekday: weekday(first_day),
        })
    }

    #[inline]
    pub(crate) fn next(self) -> Option<Month> {
        if self.number >= LAST_NUMBER {
            return None;
        }
        let (year, of_year) =
            if self.of_year == 11 { (self.year + 1, 0) } else { (self.year, self.of_year + 1) };
        Some(Month {
            number: self.number + 1,
            first_day: self.first_day.plus(self.length),
            length: length(year, of_year),
            year,
            of_year,
            first_weekday: within_week(self.first_weekday + self.length - 28),
        })
    }

    /// The January after.
    #[inline]
    pub(crate) fn next_january(self) -> Option<Month> {
        let year = self.year + 1;
        let number = year * MONTHS_A_YEAR;
        let left = days_before(self.of_year, is_leap(self.year));
        let first_day = self.first_day.plus(days_a_year(self.year) - left);
        (number <= LAST_NUMBER).then(|| Month {
            number,
            first_day,
            length: 31,
            year,
            of_year: 0,
            first_weekday: (self.first_weekday + days_a_year(self.year) - left) % 7,
        })
    }

    /// A later month of the same year, counted from 0, January; this one
    /// itself for any other.
    #[inline]
    pub(crate) fn later_in_year(self, of_year: u32) -> Month {
        let is_leap = is_leap(self.year);
        let days = days_before(of_year, is_leap).saturating_sub(days_before(self.of_year, is_leap));
        if days == 0 {
            return self;
        }
        Month {
            number: self.number + i64::from(of_year - self.of_year),
            first_day: self.first_day.plus(days),
            length: length(self.year, of_year),
            year: self.year,
            of_year,
            first_weekday: (self.first_weekday + days) % 7,
        }
    }

    /// Of the 1st of January of its year: from 0, Monday, to 6, Sunday.
    #[inline]
    pub(crate) fn new_years_weekday(self) -> u32 {
        // 371 days are 53 weeks.
        (self.first_weekday + 371 - days_before(self.of_year, is_leap(self.year))) % 7
    }

    pub(crate) fn previous(self) -> Option<Month> {
        let (year, of_year) =
            if self.of_year == 0 { (self.year - 1, 11) } else { (self.year, self.of_year - 1) };
        let length = length(year, of_year);
        (self.number > FIRST_NUMBER).then(|| Month {
            number: self.number - 1,
            first_day: Day(self.first_day.0 - i64::from(length)),
            length,
            year,
            of_year,
            first_weekday: within_week(self.first_weekday + 35 - length),
        })
    }

    /// The date of a day, counted from the month's first, which is 0; of the
    /// day after its last too.
    #[inline]
    pub(crate) fn date(self, day: u32) -> Option<Date> {
        if day >= self.length {
            return self.date_past(day);
        }
        Date::new(
            i16::try_from(self.year).ok()?,
            i8::try_from(self.of_year + 1).ok()?,
            i8::try_from(day + 1).ok()?,
        )
        .ok()
    }

    #[cold]
    fn date_past(self, day: u32) -> Option<Date> {
        self.next()?.date(day - self.length)
    }
}

/// How many days of the year come before a month, counted from 0, January; 0
/// for any that is none.
#[inline]
fn days_before(of_year: u32, is_leap: bool) -> u32 {
    let before = usize::try_from(of_year).ok().and_then(|of_year| DAYS_BEFORE.get(of_year));
    before.copied().unwrap_or(0) + u32::from(of_year > 1 && is_leap)
}

fn days_a_year(year: i64) -> u32 {
    365 + u32::from(is_leap(year))
}

#[inline]
fn length(year: i64, of_year: u32) -> u32 {
    const LONG: u32 = 0b1010_1101_0101;
    match of_year {
        1 => 28 + u32::from(is_leap(year)),
        _ => 30 + (LONG >> of_year & 1),
    }
}

/// Of a number of days below two weeks.
fn within_week(days: u32) -> u32 {
    if days < 7 { days } else { days - 7 }
}

/// A century that 16 divides is one that 400 divides. Without a branch that
/// would be taken every fourth time.
#[inline]
pub(crate) fn is_leap(year: i64) -> bool {
    let divisor = if year % 100 == 0 { 16 } else { 4 };
    year & (divisor - 1) == 0
}

/// The 1st of January, of any year.
pub(crate) fn new_year(year: i64) -> Day {
    let leap_days =
        (year + 3).div_euclid(4) - (year + 99).div_euclid(100) + (year + 399).div_euclid(400);
    Day(365 * year + leap_days - DAY_0)
}

/// The month that holds a date, counted from January of the year 0.
pub(crate) fn containing(date: Date) -> i64 {
    i64::from(date.year()) * MONTHS_A_YEAR + i64::from(date.month()) - 1
}

/// The month that holds a day, counted from January of the year 0.
pub(crate) fn containing_day(day: Day) -> i64 {
    // Years of 400 repeat; within them, count from March, so that the leap
    // day comes last, and months are 30.6 days long on average.
    const DAYS_BEFORE_MARCH: i64 = 60;
    let days = day.0 + DAY_0 - DAYS_BEFORE_MARCH;
    let (cycle, of_cycle) = (days.div_euclid(DAYS_A_CYCLE), days.rem_euclid(DAYS_A_CYCLE));
    let year = (of_cycle - of_cycle / 1_460 + of_cycle / 36_524 - of_cycle / 146_096) / 365;
    let of_year = of_cycle - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    (cycle * 400 + year) * MONTHS_A_YEAR + month + 2
}

/// How many of the first `visits` months visited are April, June, September or
/// November.
pub(crate) fn thirty_day_months(months: Visits, visits: i64) -> i64 {
    [3, 5, 8, 10].map(|month| months.congruent(visits, month, MONTHS_A_YEAR)).iter().sum()
}

/// How many of the first `visits` months visited are February.
pub(crate) fn februaries(months: Visits, visits: i64) -> i64 {
    months.congruent(visits, 1, MONTHS_A_YEAR)
}

/// How many of the first `visits` months visited are February of a leap year:
/// a year that 4 divides, unless 100 does, unless 400 does.
pub(crate) fn leap_februaries(months: Visits, visits: i64) -> i64 {
    let of_every = |years| months.congruent(visits, 1, years * MONTHS_A_YEAR);
    of_every(4) - of_every(100) + of_every(400)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn months_are_numbered_without_gaps_across_years() {
        assert_eq!(containing(date(0, 1, 31)), 0);
        assert_eq!(containing(date(-1, 12, 1)), -1);
        assert_eq!(containing(date(2026, 1, 1)), containing(date(2025, 12, 31)) + 1);
    }

    fn new_year_of(month: Month) -> Month {
        Month::numbered(month.year * MONTHS_A_YEAR).unwrap()
    }

    #[test]
    fn every_month_is_that_of_the_calendar() {
        let mut date = Date::MIN;
        let mut month = Month::numbered(containing(date)).unwrap();
        loop {
            assert_eq!(Month::numbered(containing(date)), Some(month));
            assert_eq!(month.first_day, Day::of(date));
            assert_eq!(i64::from(month.length), i64::from(date.days_in_month()));
            assert_eq!(month.date(0), Some(date));
            assert_eq!(month.date(month.length - 1), Some(date.last_of_month()));
            assert_eq!(month.year, i64::from(date.year()));
            assert_eq!(containing_day(month.first_day), month.number);
            assert_eq!(containing_day(Day(month.first_day.0 - 1)), month.number - 1);
            let Some(next) = month.next() else { break };
            assert_eq!(next.previous(), Some(month));
            assert_eq!(month.new_years_weekday(), weekday(new_year(month.year)));
            if next.year == month.year {
                assert_eq!(month.later_in_year(next.of_year), next);
                assert_eq!(new_year_of(month).later_in_year(next.of_year), next);
            } else {
                assert_eq!(month.next_january(), Some(next));
                assert_eq!(new_year_of(month).next_january(), Some(next));
            }
            assert_eq!(month.later_in_year(month.of_year), month);
            assert_eq!(month.date(month.length), next.date(0));
            (month, date) = (next, date.last_of_month().tomorrow().unwrap());
        }
        assert_eq!(date, Date::constant(9999, 12, 1));
        assert_eq!(month.next_january(), None);
        assert_eq!(month.date(31), None, "the first day of the year 10000");
    }

    #[test]
    fn there_is_no_month_before_the_first_or_after_the_last() {
        assert_eq!(Month::numbered(containing(Date::MAX) + 1), None);
        assert_eq!(Month::numbered(containing(Date::MIN) - 1), None);
        assert_eq!(Month::numbered(containing(Date::MIN)).unwrap().previous(), None);
        assert_eq!([i64::MIN, i64::MAX].map(Month::numbered), [None; 2]);
    }

    #[test]
    fn months_are_counted_by_length_as_the_calendar_has_them() {
        for every in [1, 2, 3, 5, 7, 12, 24, 48, 100, 999, 1000] {
            let months = Visits { first: containing(date(1899, 11, 1)), every };
            let (mut thirty, mut february, mut leap) = (0, 0, 0);
            for visit in 0..5_000 {
                let counted = (
                    thirty_day_months(months, visit),
                    februaries(months, visit),
                    leap_februaries(months, visit),
                );
                assert_eq!(counted, (thirty, february, leap), "{visit} visits, every {every}");
                let Some(month) = Month::numbered(months.period(visit)) else { break };
                match month.length {
                    30 => thirty += 1,
                    29 => (february, leap) = (february + 1, leap + 1),
                    28 => february += 1,
                    _ => {}
                }
            }
        }
    }
}
