//! What statutes say of holidays, in words that compute.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday, date};

/// The first such weekday that is this date or later. The third Monday of a
/// month is the first from the 15th on; the last of a May, from the 25th on.
pub(super) fn first_from(date: Date, weekday: Weekday) -> Date {
    days_later(date, i64::from(date.weekday().until(weekday)))
}

/// The date so many days later, or earlier if negative.
pub(super) fn days_later(date: Date, days: i64) -> Date {
    date.saturating_add(days.days())
}

pub(super) fn good_friday(year: i16) -> Date {
    days_later(easter_sunday(year), -2)
}

pub(super) fn easter_monday(year: i16) -> Date {
    days_later(easter_sunday(year), 1)
}

/// Easter of the western churches: the Sunday after the full moon, as tables
/// reckon it, that is on or after 21 March. (Gauss's method, for the Gregorian
/// calendar, in the form in which it has no exceptions.)
fn easter_sunday(year: i16) -> Date {
    let years = i64::from(year);
    let (century, golden) = (years.div_euclid(100), years.rem_euclid(19));
    let leap_centuries = century.div_euclid(4);
    let moon_drift = century - leap_centuries - (8 * century + 13).div_euclid(25);
    let epact = (moon_drift + 19 * golden + 15).rem_euclid(30);
    let full_moon = epact - i64::from(epact + golden / 11 > 28);
    let march_21 = date(year, 3, 21);
    first_from(days_later(march_21, full_moon + 1), Weekday::Sunday)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn easter_falls_where_the_churches_keep_it() {
        // Among them the earliest, the latest and, in 1954, 1981, 2049 and
        // 2076, the exceptions to the first form of Gauss's method.
        for easter in [
            date(1818, 3, 22),
            date(1943, 4, 25),
            date(1954, 4, 18),
            date(1981, 4, 19),
            date(2000, 4, 23),
            date(2008, 3, 23),
            date(2011, 4, 24),
            date(2020, 4, 12),
            date(2021, 4, 4),
            date(2022, 4, 17),
            date(2023, 4, 9),
            date(2024, 3, 31),
            date(2025, 4, 20),
            date(2026, 4, 5),
            date(2027, 3, 28),
            date(2028, 4, 16),
            date(2029, 4, 1),
            date(2030, 4, 21),
            date(2038, 4, 25),
            date(2049, 4, 18),
            date(2076, 4, 19),
        ] {
            assert_eq!(easter_sunday(easter.year()), easter);
        }
    }

    #[test]
    fn the_first_weekday_from_a_date_may_be_that_date() {
        let monday = date(2026, 5, 25);
        assert_eq!(first_from(monday, Weekday::Monday), monday);
        assert_eq!(first_from(monday, Weekday::Sunday), date(2026, 5, 31));
    }
}
