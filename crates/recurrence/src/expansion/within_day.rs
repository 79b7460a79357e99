//! Hours, minutes and seconds that a rule counts in.

use super::meetings::Nearest;
use super::moments::{join, split};
use super::steps::count_step;
use super::{Expansion, Moment, SECONDS_A_DAY, SECONDS_AN_HOUR};
use crate::day::Day;

/// So many leaps find the next slot of nearly every rule. Steps that are a
/// little longer or shorter than a day or a week may take centuries to come
/// round to the right time of it: then that is worked out.
const LEAPS_MAX: u32 = 16;

/// So many more find it where most days are left.
const LEAPS_BY_WEEK_MAX: u32 = 32;

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
            let (day, time) = split(slot);
            if !self.limits.any_day && day_left != Some(day) {
                day_left = Some(self.day_from(day)?);
            }
            slot = match day_left.filter(|left| *left != day) {
                Some(left) => align(join(left, self.slots.first())),
                None => match self.slots.on_or_after(time) {
                    Some(found) if found == time => return Some(slot),
                    Some(found) => align(join(day, found)),
                    None => align(join(day.plus(1), self.slots.first())),
                },
            };
            leaps += 1;
            if leaps > LEAPS_MAX && slot < END {
                slot = self.far_slot(slot, step, (END - 1 - slot) / step, leaps)?;
            }
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
            let (day, time) = split(slot);
            if !self.limits.any_day && day_left != Some(day) {
                day_left = Some(self.day_until(day)?);
            }
            slot = match day_left.filter(|left| *left != day) {
                Some(left) => align(join(left, self.slots.last())),
                None => match self.slots.on_or_before(time) {
                    Some(found) if found == time => return Some(slot),
                    Some(found) => align(join(day, found)),
                    None => align(join(Day(day.0 - 1), self.slots.last())),
                },
            };
            leaps += 1;
            if leaps > LEAPS_MAX && slot >= start {
                slot = self.far_slot(slot, -step, (slot - start) / step, leaps)?;
            }
        }
        None
    }

    /// Past the slots, from one on, that cannot be right: nothing if none can
    /// be, of so many more.
    ///
    /// Where nothing but weekdays says which days, the time of the week is all
    /// there is to it. Else the days are asked on which steps come to a time of
    /// day that is left. Where that takes long, as days are few or times are
    /// many, a slot with the right time of the week may be on a day that is
    /// left, and at last each day is asked when steps come to it.
    fn far_slot(&self, slot: Moment, step: i64, most: i64, leaps: u32) -> Option<Moment> {
        if self.limits.weekdays_alone {
            return Some(slot + step * self.steps_to_time_of_week(slot, step, most + 1)?);
        }
        if leaps == LEAPS_MAX + 1 {
            return match self.nearest_meeting(slot, step < 0, most * step.abs()) {
                Nearest::At(distance) => Some(slot + step.signum() * distance),
                Nearest::NotBefore(distance) => {
                    Some(slot + (distance + step.abs() - 1) / step.abs() * step)
                }
                Nearest::None => None,
            };
        }
        let steps = if leaps > LEAPS_MAX + LEAPS_BY_WEEK_MAX {
            self.steps_to_day_and_time(slot, step, most + 1)?
        } else {
            self.steps_to_time_of_week(slot, step, most + 1)?
        };
        Some(slot + step * steps)
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
    use proptest::prelude::*;

    use super::super::moment;
    use super::*;
    use crate::week::weekday;

    /// By looking at every slot.
    fn walked_from(expansion: &Expansion, slot: Moment) -> Option<Moment> {
        let (step, start) = expansion.step_and_start();
        let first = slot + (start - slot).rem_euclid(step);
        let mut slots = (0..700_000).map(|index| first + index * step);
        slots.find(|slot| {
            let (day, time) = split(*slot);
            expansion.weekdays >> weekday(day) & 1 == 1
                && expansion.slots.on_or_after(time) == Some(time)
        })
    }

    #[test]
    fn the_slot_worked_out_is_the_one_that_a_walk_comes_to() {
        for (rule, start) in [
            ("FREQ=SECONDLY;INTERVAL=86399;BYHOUR=9;BYMINUTE=0;BYSECOND=0", 0),
            ("FREQ=SECONDLY;INTERVAL=86401;BYHOUR=9,21;BYMINUTE=0,30;BYSECOND=0", 5),
            ("FREQ=MINUTELY;INTERVAL=1439;BYHOUR=9;BYMINUTE=0", 60),
            ("FREQ=MINUTELY;INTERVAL=1442;BYHOUR=9;BYMINUTE=1,2", 0),
            ("FREQ=HOURLY;INTERVAL=25;BYHOUR=3,4", 3_600),
            ("FREQ=HOURLY;INTERVAL=167;BYHOUR=3,4;BYDAY=WE", 3_600),
            ("FREQ=SECONDLY;INTERVAL=604799;BYDAY=MO,WE;BYHOUR=1", 0),
            ("FREQ=SECONDLY;INTERVAL=4294967295;BYMINUTE=0;BYSECOND=0", 0),
            ("FREQ=SECONDLY;INTERVAL=7;BYHOUR=0;BYMINUTE=0;BYSECOND=1", 0),
        ] {
            let start = date(2026, 1, 31).at(0, 0, 0, 0) + jiff::ToSpan::seconds(start);
            let expansion = Expansion::new(&rule.parse().unwrap(), start);
            let (step, first) = expansion.step_and_start();
            let mut slot = first;
            for _ in 0..20 {
                slot += (first - slot).rem_euclid(step);
                let worked_out = expansion.steps_by_rounds(slot, step).map(|it| slot + it * step);
                let found = walked_from(&expansion, slot);
                assert_eq!(worked_out, found, "{rule} from {slot}");
                let Some(found) = found else { break };
                let back = expansion.steps_by_rounds(found + step, -step).unwrap();
                let before = found + step - back * step;
                assert!(before == found || before == found + step, "{rule} until {found}");
                slot = found + 1;
            }
        }
    }

    /// By leaps alone: nothing if so many do not find whether there is one.
    fn leapt_from(expansion: &Expansion, from: Moment) -> Result<Option<Moment>, Long> {
        let (step, start) = expansion.step_and_start();
        let align = |moment: Moment| moment + (start - moment).rem_euclid(step);
        let mut slot = align(from.max(start));
        for _ in 0..5_000 {
            if slot >= END {
                return Ok(None);
            }
            let (day, time) = split(slot);
            let Some(left) = expansion.day_from(day) else { return Ok(None) };
            slot = match expansion.slots.on_or_after(time) {
                _ if left != day => align(join(left, expansion.slots.first())),
                Some(found) if found == time => return Ok(Some(slot)),
                Some(found) => align(join(day, found)),
                None => align(join(day.plus(1), expansion.slots.first())),
            };
        }
        Err(Long)
    }

    struct Long;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        /// Steps of about a day, a week, a month or a year, and parts of them.
        #[test]
        fn what_is_worked_out_is_what_leaps_alone_come_to(
            unit in 0..3_usize, period in 0..6_usize, times in 1..8_i64, parts in 1..8_i64,
            off in -70..70_i64, time in 0..7_usize, days in 0..9_usize, start in 0..31_536_000_i64,
        ) {
            let (unit, seconds) = [("HOURLY", 3_600), ("MINUTELY", 60), ("SECONDLY", 1)][unit];
            let period = [3_600, 86_400, 604_800, 2_629_746, 31_556_952, 126_230_400][period];
            let interval = (period * times / parts / seconds + off).max(1);
            let time = [
                "", ";BYHOUR=9", ";BYHOUR=9;BYMINUTE=0,30", ";BYMINUTE=59;BYSECOND=0,1,2,3,30",
                ";BYSECOND=0,10,20,30,40,50", ";BYHOUR=22,23,0,1", ";BYHOUR=1,3,5;BYMINUTE=8;BYSECOND=4,59",
            ][time];
            let days = [
                "", ";BYDAY=TU", ";BYDAY=SA,SU,MO", ";BYMONTH=2", ";BYMONTH=2;BYMONTHDAY=29",
                ";BYMONTHDAY=15,-3", ";BYMONTHDAY=13;BYDAY=FR", ";BYYEARDAY=1,-1,100",
                ";RSCALE=GREGORIAN;BYMONTHDAY=31;SKIP=FORWARD",
            ][days];
            let rule: crate::Rule =
                format!("FREQ={unit};INTERVAL={interval}{time}{days}").parse().unwrap();
            let start = date(2026, 1, 1).at(0, 0, 0, 0) + jiff::ToSpan::seconds(start);
            let expansion = Expansion::new(&rule, start);
            let mut from = moment(start);
            for _ in 0..4 {
                let Ok(leapt) = leapt_from(&expansion, from) else { break };
                prop_assert_eq!(expansion.slot_from(from), leapt, "{} at {} from {}", rule, start, from);
                let Some(found) = leapt else { break };
                prop_assert_eq!(expansion.slot_until(found), Some(found));
                let before = expansion.slot_until(found - 1);
                prop_assert!(before.is_none_or(|before| before < from), "{} at {}", rule, start);
                let last = expansion.slot_until(found + 1_000_000_000);
                prop_assert!(last.is_some_and(|last| expansion.slot_from(last) == Some(last)));
                let next = last.and_then(|last| leapt_from(&expansion, last + 1).ok()).flatten();
                prop_assert!(next.is_none_or(|next| next > found + 1_000_000_000), "{} at {}", rule, start);
                let counted = expansion.slots_before(found);
                prop_assert_eq!(expansion.nth_slot(counted), Some(found), "{} at {}", rule, start);
                if let Some(next) = expansion.slot_from(found + 1) {
                    prop_assert_eq!(expansion.slots_before(next), counted + 1);
                    prop_assert_eq!(expansion.nth_slot(counted + 1), Some(next));
                    prop_assert_eq!(expansion.slots_before(next - 1), counted + 1);
                }
                if let Some(last) = last {
                    prop_assert_eq!(expansion.nth_slot(expansion.slots_before(last)), Some(last));
                }
                from = found + 40_000_000;
            }
        }
    }
}
