//! Weeks as numbers, for arithmetic. A week starts on Monday.

use crate::day::Day;

const DAYS_A_WEEK: i64 = 7;

/// 1 January 1970, day 0, was a Thursday: three days into week 0.
const DAYS_OF_WEEK_0_BEFORE_DAY_0: i64 = 3;

pub(crate) fn containing(day: Day) -> i64 {
    (day.0 + DAYS_OF_WEEK_0_BEFORE_DAY_0).div_euclid(DAYS_A_WEEK)
}

pub(crate) fn monday(week: i64) -> Day {
    Day(week * DAYS_A_WEEK - DAYS_OF_WEEK_0_BEFORE_DAY_0)
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, Weekday, date};

    use super::*;

    #[test]
    fn a_week_runs_from_monday_to_sunday() {
        let week = containing(Day::of(date(2026, 2, 2)));
        assert_eq!(containing(Day::of(date(2026, 2, 8))), week);
        assert_eq!(containing(Day::of(date(2026, 2, 1))), week - 1);
        assert_eq!(containing(Day::of(date(2026, 2, 9))), week + 1);
        assert_eq!(monday(week).date(), Some(date(2026, 2, 2)));
    }

    #[test]
    fn every_week_starts_on_a_monday_from_the_first_to_the_last() {
        for year in -9999..=9999 {
            let new_year = Day::of(date(year, 1, 1));
            let monday = monday(containing(new_year));
            assert_eq!(monday.date().map(Date::weekday), Some(Weekday::Monday), "{year}");
            assert!((0..7).contains(&(new_year.0 - monday.0)), "{year}");
        }
    }
}
