//! Hours, minutes and seconds that a rule counts in.

use super::moments::{join, split};
use super::steps::count_step;
use super::{Expansion, Moment, SECONDS_A_DAY, SECONDS_AN_HOUR};
use crate::day::Day;
use crate::visits::divisor_and_inverse;

/// So many leaps find the next slot of nearly every rule. Steps that are a
/// little longer or shorter than a day may take decades to come round to the
/// right time of day: then that is worked out.
const LEAPS_MAX: u32 = 64;

/// Working it out costs as much for every time of day.
const TIMES_MAX: i64 = 1_440;

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
        let mut leaps = 0;
        while slot < END {
            count_step();
            leaps += 1;
            let (day, time) = split(slot);
            if !self.limits.any_day && day_left != Some(day) {
                let left = self.day_from(day)?;
                day_left = Some(left);
                if left != day {
                    let earliest = join(left, self.slots.first());
                    slot = if leaps > LEAPS_MAX && self.slots.len() <= TIMES_MAX {
                        self.meeting_from(earliest)?
                    } else {
                        align(earliest)
                    };
                    continue;
                }
            }
            slot = match self.slots.on_or_after(time) {
                Some(found) if found == time => return Some(slot),
                _ if leaps > LEAPS_MAX && self.slots.len() <= TIMES_MAX => {
                    self.meeting_from(slot)?
                }
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
        let mut leaps = 0;
        while slot >= start {
            count_step();
            leaps += 1;
            let (day, time) = split(slot);
            if !self.limits.any_day && day_left != Some(day) {
                let left = self.day_until(day)?;
                day_left = Some(left);
                if left != day {
                    let latest = join(left, self.slots.last());
                    slot = if leaps > LEAPS_MAX && self.slots.len() <= TIMES_MAX {
                        self.meeting_until(latest)?
                    } else {
                        align(latest)
                    };
                    continue;
                }
            }
            slot = match self.slots.on_or_before(time) {
                Some(found) if found == time => return Some(slot),
                _ if leaps > LEAPS_MAX && self.slots.len() <= TIMES_MAX => {
                    self.meeting_until(slot)?
                }
                Some(found) => align(join(day, found)),
                None => align(join(Day(day.0 - 1), self.slots.last())),
            };
        }
        None
    }

    /// The first slot, at or after one, that has a time of day which the rule
    /// leaves, be it on a day that it leaves or not.
    fn meeting_from(&self, slot: Moment) -> Option<Moment> {
        let (day, time) = split(slot);
        let next = self.meetings().map(|(days_apart, of_day, meets)| {
            let from = if of_day >= time { day.0 } else { day.0 + 1 };
            join(Day(from + (meets - from).rem_euclid(days_apart)), of_day)
        });
        next.min()
    }

    fn meeting_until(&self, slot: Moment) -> Option<Moment> {
        let (day, time) = split(slot);
        let last = self.meetings().map(|(days_apart, of_day, meets)| {
            let until = if of_day <= time { day.0 } else { day.0 - 1 };
            join(Day(until - (until - meets).rem_euclid(days_apart)), of_day)
        });
        last.max()
    }

    /// For each time of day that the rule's steps come to: every how many
    /// days, the time, and a day on which they do.
    ///
    /// Steps and days have a common divisor. A step comes to a time if that
    /// divides their distance; the day is then a matter of an inverse.
    fn meetings(&self) -> impl Iterator<Item = (i64, i64, i64)> + '_ {
        let (step, start) = self.step_and_start();
        let (common, _) = divisor_and_inverse(SECONDS_A_DAY, step);
        let days_apart = step / common;
        let (_, inverse) =
            divisor_and_inverse((SECONDS_A_DAY / common).rem_euclid(days_apart), days_apart);
        let met = self.slots.iter().filter(move |time| (start - time) % common == 0);
        met.filter_map(move |time| {
            let distance = ((start - time) / common).rem_euclid(days_apart);
            let day = i128::from(distance) * i128::from(inverse) % i128::from(days_apart);
            Some((days_apart, time, i64::try_from(day).ok()?))
        })
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

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    /// By looking at every slot.
    fn walked_from(expansion: &Expansion, slot: Moment) -> Option<Moment> {
        let (step, start) = expansion.step_and_start();
        let first = slot + (start - slot).rem_euclid(step);
        let mut slots = (0..200_000).map(|index| first + index * step);
        slots.find(|slot| expansion.slots.on_or_after(split(*slot).1) == Some(split(*slot).1))
    }

    #[test]
    fn the_slot_worked_out_is_the_one_that_a_walk_comes_to() {
        for (rule, start) in [
            ("FREQ=SECONDLY;INTERVAL=86399;BYHOUR=9;BYMINUTE=0;BYSECOND=0", 0),
            ("FREQ=SECONDLY;INTERVAL=86401;BYHOUR=9,21;BYMINUTE=0,30;BYSECOND=0", 5),
            ("FREQ=MINUTELY;INTERVAL=1439;BYHOUR=9;BYMINUTE=0", 60),
            ("FREQ=MINUTELY;INTERVAL=1442;BYHOUR=9;BYMINUTE=1,2", 0),
            ("FREQ=HOURLY;INTERVAL=25;BYHOUR=3,4", 3_600),
            ("FREQ=SECONDLY;INTERVAL=4294967295;BYMINUTE=0;BYSECOND=0", 0),
            ("FREQ=SECONDLY;INTERVAL=7;BYHOUR=0;BYMINUTE=0;BYSECOND=1", 0),
        ] {
            let start = date(2026, 1, 31).at(0, 0, 0, 0) + jiff::ToSpan::seconds(start);
            let expansion = Expansion::new(&rule.parse().unwrap(), start);
            let (step, first) = expansion.step_and_start();
            let mut slot = first;
            for _ in 0..20 {
                let found = walked_from(&expansion, slot);
                assert_eq!(expansion.meeting_from(slot), found, "{rule} from {slot}");
                let Some(found) = found else { break };
                assert_eq!(expansion.meeting_until(found + step / 2), Some(found), "{rule}");
                slot = found + 1;
            }
        }
    }
}
