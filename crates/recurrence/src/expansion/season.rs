//! In which months days of the year can lie.

use super::{ALL_MONTHS, Expansion};
use crate::rule::Frequency;
use crate::signed_set::SignedSet;

/// How many days of a common year come before each month, and in the year.
const DAYS_BEFORE: [i64; 13] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];

impl Expansion {
    /// The months in which the days of the year can lie that the rule names,
    /// itself or by weeks or weekdays of the year.
    pub(super) fn season_of_days(&self) -> u16 {
        let by = &self.rule.by;
        let mut season = ALL_MONTHS;
        if self.limits.year_days {
            season &=
                union(by.year_days.iter().map(|day| days_between(i64::from(day), i64::from(day))));
        }
        if self.limits.weeks {
            season &= union(by.weeks.iter().map(|week| weeks(i64::from(week))));
        }
        let of_year = self.rule.frequency == Frequency::Yearly && by.months == 0;
        if self.limits.numbered_weekdays && of_year && by.weekdays == 0 {
            let numbers = by.numbered_weekdays.iter().flat_map(SignedSet::iter);
            season &= union(numbers.map(|number| match i64::from(number) {
                number @ 1.. => days_between(7 * number - 6, 7 * number),
                number => days_between(7 * number, 7 * number + 6),
            }));
        }
        season
    }
}

impl Expansion {
    /// The months that may be as long as one in which `BYMONTHDAY` leaves a
    /// day.
    pub(super) fn season_of_month_days(&self) -> u16 {
        const LONG: u16 = 0b1010_1101_0101;
        const SHORT: u16 = 0b0101_0010_1000;
        const FEBRUARY: u16 = 0b0000_0000_0010;
        let [of_28, of_29, of_30, of_31] = self.days_by_length.map(|days| days != 0);
        let if_any = |any: bool, months: u16| if any { months } else { 0 };
        if_any(of_31, LONG) | if_any(of_30, SHORT) | if_any(of_28 || of_29, FEBRUARY)
    }
}

fn union(months: impl Iterator<Item = u16>) -> u16 {
    months.fold(0, |all, months| all | months)
}

/// The months of days of the year, both from 1, the first, or both from -1,
/// the last.
fn days_between(first: i64, last: i64) -> u16 {
    if first > 0 { months(first, last) } else { months(366 + first, 367 + last) }
}

/// The months of a week. Its first day lies between three days before and
/// three after where it would be if the year started with it; the first days
/// of a year may belong to the last week of the year before, and its last to
/// the first week of the next.
fn weeks(week: i64) -> u16 {
    let (first, last) = match week {
        1.. => (7 * week - 9, 7 * week + 3),
        _ => (7 * week + 362, 7 * week + 378),
    };
    months(first, last) | months(first - 366, last - 365) | months(first + 365, last + 366)
}

/// The months that have any of these days, be it a leap year or not.
fn months(first: i64, last: i64) -> u16 {
    let mut months = 0;
    for (month, days) in DAYS_BEFORE.windows(2).enumerate() {
        if let [before, through] = days
            && *before < last
            && first <= through + 1
        {
            months |= 1 << month;
        }
    }
    months
}
