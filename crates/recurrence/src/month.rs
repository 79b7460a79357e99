//! Months as numbers, for arithmetic.

use jiff::civil::Date;

use crate::visits::Visits;

pub(crate) const MONTHS_A_YEAR: i64 = 12;

/// The Gregorian calendar repeats itself, weekdays included, after 400 years.
pub(crate) const CYCLE: i64 = 400 * MONTHS_A_YEAR;

/// The month that holds a date, counted from January of the year 0.
pub(crate) fn containing(date: Date) -> i64 {
    i64::from(date.year()) * MONTHS_A_YEAR + i64::from(date.month()) - 1
}

/// The first date of a month; nothing outside the years -9999 to 9999.
pub(crate) fn first_date(month: i64) -> Option<Date> {
    let year = i16::try_from(month.div_euclid(MONTHS_A_YEAR)).ok()?;
    let month_of_year = i8::try_from(month.rem_euclid(MONTHS_A_YEAR) + 1).ok()?;
    Date::new(year, month_of_year, 1).ok()
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

    #[test]
    fn a_month_is_found_by_its_number() {
        assert_eq!(first_date(containing(date(2024, 2, 29))), Some(date(2024, 2, 1)));
        assert_eq!(first_date(containing(Date::MIN)), Some(Date::MIN));
        assert_eq!(first_date(containing(Date::MAX) + 1), None);
        assert_eq!(first_date(containing(Date::MIN) - 1), None);
        assert_eq!(first_date(i64::MAX), None);
        assert_eq!(first_date(i64::MIN), None);
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
                let Some(month) = first_date(months.period(visit)) else { break };
                match month.days_in_month() {
                    30 => thirty += 1,
                    29 => (february, leap) = (february + 1, leap + 1),
                    28 => february += 1,
                    _ => {}
                }
            }
        }
    }
}
