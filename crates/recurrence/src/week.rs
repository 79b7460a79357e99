//! Weeks as numbers, for arithmetic.

use jiff::civil::Weekday;

use crate::day::Day;

const DAYS_A_WEEK: i64 = 7;

/// 1 January 1970, day 0, was a Thursday: three days after a Monday.
const DAYS_FROM_MONDAY_TO_DAY_0: i64 = 3;

/// Weeks that start on the same day of the week.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Weeks {
    /// From 0, Monday, to 6, Sunday.
    start: i64,
}

impl Weeks {
    pub(crate) fn starting_on(weekday: Weekday) -> Weeks {
        Weeks { start: i64::from(weekday.to_monday_zero_offset()) }
    }

    /// The number of the week that holds a day.
    pub(crate) fn containing(self, day: Day) -> i64 {
        (day.0 + DAYS_FROM_MONDAY_TO_DAY_0 - self.start).div_euclid(DAYS_A_WEEK)
    }

    pub(crate) fn first_day(self, week: i64) -> Day {
        Day(week * DAYS_A_WEEK - DAYS_FROM_MONDAY_TO_DAY_0 + self.start)
    }
}

/// From 0, Monday, to 6, Sunday.
pub(crate) fn weekday(day: Day) -> u32 {
    u32::try_from((day.0 + DAYS_FROM_MONDAY_TO_DAY_0).rem_euclid(DAYS_A_WEEK)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};

    use super::*;

    #[test]
    fn a_week_runs_from_its_first_day_to_the_day_before_the_next() {
        let weeks = Weeks::starting_on(Weekday::Monday);
        let week = weeks.containing(Day::of(date(2026, 2, 2)));
        assert_eq!(weeks.containing(Day::of(date(2026, 2, 8))), week);
        assert_eq!(weeks.containing(Day::of(date(2026, 2, 1))), week - 1);
        assert_eq!(weeks.containing(Day::of(date(2026, 2, 9))), week + 1);
        assert_eq!(weeks.first_day(week).date(), Some(date(2026, 2, 2)));
    }

    #[test]
    fn every_week_starts_on_its_day_from_the_first_to_the_last() {
        for year in -9999..=9999 {
            let new_year = Day::of(date(year, 1, 1));
            for start in Weekday::Monday.cycle_forward().take(7) {
                let weeks = Weeks::starting_on(start);
                let first = weeks.first_day(weeks.containing(new_year));
                if let Some(date) = first.date() {
                    assert_eq!(date.weekday(), start, "{year}");
                }
                assert!((0..7).contains(&(new_year.0 - first.0)), "{year}");
            }
            let expected = date(year, 1, 1).weekday().to_monday_zero_offset();
            assert_eq!(i64::from(weekday(new_year)), i64::from(expected));
        }
        assert_eq!(Date::MAX.weekday(), Weekday::Friday);
    }
}
