//! Hours, minutes and seconds that a rule counts in.

use super::moments::{join, split};
use super::{Expansion, Moment, SECONDS_A_DAY, SECONDS_AN_HOUR};
use crate::day::Day;

/// The first day of the year 10000.
const END: Moment = 2_932_897 * SECONDS_A_DAY;

impl Expansion {
    /// The start of the hour, minute or second that holds a moment.
    pub(super) fn slot_of(&self, moment: Moment) -> Moment {
        moment - moment.rem_euclid(self.unit_seconds())
    }

    /// The start of the first hour, minute or second, at or after a moment, on
    /// which the rule falls.
    ///
    /// A slot must be so many steps from the start, lie on a day that the rule
    /// leaves, and have a time of day that it leaves. Each of the three is
    /// found at once, and the search leaps from one to the other until all
    /// agree.
    pub(super) fn slot_from(&self, moment: Moment) -> Option<Moment> {
        let (step, start) = self.step_and_start();
        let align = |moment: Moment| moment + (start - moment).rem_euclid(step);
        let mut slot = align(moment.max(start));
        let mut day_left = None;
        while slot < END {
            let (day, time) = split(slot);
            if !self.limits.any_day && day_left != Some(day) {
                let left = self.day_from(day)?;
                day_left = Some(left);
                if left != day {
                    slot = align(join(left, self.slots.first()));
                    continue;
                }
            }
            slot = match self.slots.on_or_after(time) {
                Some(found) if found == time => return Some(slot),
                Some(found) => align(join(day, found)),
                None => align(join(day.plus(1), self.slots.first())),
            };
        }
        None
    }

    /// The start of the last such slot, at or before a moment.
    pub(super) fn slot_until(&self, moment: Moment) -> Option<Moment> {
        let (step, start) = self.step_and_start();
        let align = |moment: Moment| moment - (moment - start).rem_euclid(step);
        let mut slot = align(moment.min(END - 1));
        let mut day_left = None;
        while slot >= start {
            let (day, time) = split(slot);
            if !self.limits.any_day && day_left != Some(day) {
                let left = self.day_until(day)?;
                day_left = Some(left);
                if left != day {
                    slot = align(join(left, self.slots.last()));
                    continue;
                }
            }
            slot = match self.slots.on_or_before(time) {
                Some(found) if found == time => return Some(slot),
                Some(found) => align(join(day, found)),
                None => align(join(Day(day.0 - 1), self.slots.last())),
            };
        }
        None
    }

    pub(crate) fn steps_divide_an_hour(&self) -> bool {
        self.is_within_a_day() && SECONDS_AN_HOUR % self.step_and_start().0 == 0
    }

    /// In seconds.
    pub(super) fn step_and_start(&self) -> (i64, Moment) {
        let unit = self.unit_seconds();
        (self.visits.every * unit, self.visits.first * unit)
    }
}
