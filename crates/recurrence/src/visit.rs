//! One period that a rule visits.

use crate::day::Day;
use crate::day_set::DaySet;

/// A period that a rule visits, with the days on which it falls there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Visit {
    pub(crate) first_day: Day,
    pub(crate) days: DaySet,
}

impl Visit {
    pub(crate) fn on_or_after(self, day: Day) -> Option<Day> {
        self.day(self.days.from(self.days_into(day)).first())
    }

    pub(crate) fn on_or_before(self, day: Day) -> Option<Day> {
        self.day(self.days.before(self.days_into(day).saturating_add(1)).last())
    }

    pub(crate) fn contains(self, day: Day) -> bool {
        self.days.contains(self.days_into(day))
    }

    pub(crate) fn first(self) -> Option<Day> {
        self.day(self.days.first())
    }

    pub(crate) fn last(self) -> Option<Day> {
        self.day(self.days.last())
    }

    pub(crate) fn nth(self, index: u32) -> Option<Day> {
        self.day(self.days.nth(index))
    }

    pub(crate) fn count_before(self, day: Day) -> i64 {
        i64::from(self.days.before(self.days_into(day)).len())
    }

    fn day(self, days_into: Option<u32>) -> Option<Day> {
        Some(self.first_day.plus(days_into?))
    }

    /// How many days of the period come before this one, which is not before
    /// the period but may lie past it.
    fn days_into(self, day: Day) -> u32 {
        u32::try_from(day.0 - self.first_day.0).unwrap_or(u32::MAX)
    }
}
