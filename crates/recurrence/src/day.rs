//! Days as numbers, for arithmetic.

use jiff::SignedDuration;
use jiff::civil::{Date, date};

/// Day 0 of the count.
const EPOCH: Date = date(1970, 1, 1);

const HOURS_A_DAY: i64 = 24;

/// A day, counted from 1 January 1970. Unlike a [`Date`] it may lie outside
/// the years -9999 to 9999, so that arithmetic fails only at its end.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Day(pub(crate) i64);

impl Day {
    pub(crate) fn of(date: Date) -> Day {
        Day(date.duration_since(EPOCH).as_hours() / HOURS_A_DAY)
    }

    /// Nothing for a day before the year -9999 or after the year 9999.
    pub(crate) fn date(self) -> Option<Date> {
        let since_epoch = SignedDuration::try_from_hours(self.0.checked_mul(HOURS_A_DAY)?)?;
        EPOCH.checked_add(since_epoch).ok()
    }

    pub(crate) fn plus(self, days: u32) -> Day {
        Day(self.0 + i64::from(days))
    }
}

/// Dates in stored recurrences: text for people, and for machines the number
/// of days since 1 January 1970, three bytes in this century instead of
/// eleven.
pub(crate) mod stored_date {
    use jiff::civil::Date;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    use super::Day;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's `with` hands over a reference")]
    pub(crate) fn serialize<S: Serializer>(date: &Date, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            date.serialize(serializer)
        } else {
            Day::of(*date).0.serialize(serializer)
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Date, D::Error> {
        if deserializer.is_human_readable() {
            Date::deserialize(deserializer)
        } else {
            let day = Day(i64::deserialize(deserializer)?);
            day.date().ok_or_else(|| {
                D::Error::custom(format_args!(
                    "the stored day {} after 1970-01-01 lies outside the years -9999 to 9999",
                    day.0
                ))
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_from_the_first_of_january_1970() {
        assert_eq!(Day::of(date(1970, 1, 1)), Day(0));
        assert_eq!(Day::of(date(1969, 12, 31)), Day(-1));
        assert_eq!(Day::of(date(2000, 3, 1)), Day(11_017));
    }

    #[test]
    fn every_date_is_the_day_after_the_one_before_it() {
        let mut day = Day::of(Date::MIN);
        for date in Date::MIN.series(jiff::Span::new().days(1)) {
            assert_eq!((Day::of(date), day.date()), (day, Some(date)));
            day = day.plus(1);
        }
        assert_eq!(day.date(), None, "the day after {}", Date::MAX);
    }

    #[test]
    fn a_day_that_no_date_can_name_has_none() {
        assert_eq!(Day(Day::of(Date::MIN).0 - 1).date(), None);
        assert_eq!(Day(i64::MIN).date(), None);
        assert_eq!(Day(i64::MAX).date(), None);
    }
}
