//! When steps of hours, minutes or seconds come to a day and a time that a
//! rule leaves, by the calendar.

use std::ops::Range;

use super::steps::count_step;
use super::times::{SECONDS_A_MINUTE, SECONDS_AN_HOUR, Times};
use super::{ALL_HOURS, Expansion, Moment, SECONDS_A_DAY, SIXTY};
use crate::month::{self, CYCLE, DAYS_A_CYCLE, MONTHS_A_YEAR, Month};
use crate::rule::Frequency;
use crate::visits::greatest_common_divisor;

pub(super) const SECONDS_A_WEEK: i64 = 7 * SECONDS_A_DAY;
const SECONDS_A_CYCLE: i64 = DAYS_A_CYCLE * SECONDS_A_DAY;

/// A Monday, in days since the start of 1970.
const MONDAY: i64 = 4;

const YEARS_A_CYCLE: i64 = CYCLE / MONTHS_A_YEAR;

/// The first step that was found to lie where it should, of steps that turn
/// round and round in a week, or in the 400 years after which the calendar
/// repeats.
struct Search {
    cycle: i64,
    at: Moment,
    /// Below a cycle.
    step: i64,
    /// At first, one that is too many.
    nearest: i64,
}

impl Search {
    fn new(cycle: i64, at: Moment, step: i64, too_many: i64) -> Search {
        Search { cycle, at, step: step.rem_euclid(cycle), nearest: too_many }
    }

    /// The first step that lies from one moment until before another, in this
    /// cycle or any other: if it comes before what was found so far.
    fn first_in(&self, start: Moment, end: Moment) -> Option<i64> {
        let low = (start - self.at).rem_euclid(self.cycle);
        let high = low + (end - start) - 1;
        let is_there = high >= self.cycle;
        if !is_there && low.checked_div(self.step).is_some_and(|least| least >= self.nearest) {
            return None;
        }
        count_step();
        first_within(self.step, self.cycle, low, high).filter(|steps| *steps < self.nearest)
    }

    /// Takes it, if all that lies between the two moments is right.
    fn take(&mut self, start: Moment, end: Moment) {
        self.nearest = self.first_in(start, end).unwrap_or(self.nearest);
    }

    /// Looks through the hours and minutes of days that follow each other.
    fn look_through_days(
        &mut self,
        days: Range<u32>,
        at_day: impl Fn(u32) -> Moment,
        times: &Times,
    ) {
        if (times.hours, times.minutes) == (ALL_HOURS, SIXTY) {
            return self.take(at_day(days.start), at_day(days.end));
        }
        for day in days {
            if self.first_in(at_day(day), at_day(day + 1)).is_some() {
                self.look_through_day(at_day(day), times);
            }
        }
    }

    /// Looks through those of a day that starts here.
    fn look_through_day(&mut self, midnight: Moment, times: &Times) {
        let at_hour = |hour: u32| midnight + i64::from(hour) * SECONDS_AN_HOUR;
        if times.minutes == SIXTY {
            for (first, end) in runs(u64::from(times.hours)) {
                self.take(at_hour(first), at_hour(end));
            }
            return;
        }
        let at_minute = |hour: Moment, minute: u32| hour + i64::from(minute) * SECONDS_A_MINUTE;
        let (first, end) = ends(times.minutes);
        for hour in bits(u64::from(times.hours)).map(at_hour) {
            if self.first_in(at_minute(hour, first), at_minute(hour, end)).is_some() {
                for (first, end) in runs(times.minutes) {
                    self.take(at_minute(hour, first), at_minute(hour, end));
                }
            }
        }
    }
}

impl Expansion {
    /// How many steps it is from a moment, at which one falls, to the first
    /// that has a weekday and a time of day which the rule leaves, be it on a
    /// day that the other parts leave or not, if it is fewer than so many. A
    /// step backward is one of less than nothing.
    pub(super) fn steps_to_time_of_week(
        &self,
        moment: Moment,
        step: i64,
        too_many: i64,
    ) -> Option<i64> {
        let times = self.slots_as_stretches();
        if times.seconds != SIXTY {
            return self.steps_by_rounds(moment, step).filter(|steps| *steps < too_many);
        }
        let mut search = Search::new(SECONDS_A_WEEK, moment, step, too_many);
        let at_day = |day: u32| (MONDAY + i64::from(day)) * SECONDS_A_DAY;
        for (first, end) in runs(self.weekdays & 0x7f) {
            search.look_through_days(first..end, at_day, &times);
        }
        (search.nearest < too_many).then_some(search.nearest)
    }

    /// The same, on a day that the rule leaves.
    ///
    /// Years, their months, their days and the times of these are stretches of
    /// the calendar, and when steps first come to a stretch is a matter of
    /// remainders. A stretch to which they come no sooner than to what was
    /// found is not looked into.
    pub(super) fn steps_to_day_and_time(
        &self,
        moment: Moment,
        step: i64,
        too_many: i64,
    ) -> Option<i64> {
        let mut times = self.slots_as_stretches();
        if times.seconds == SIXTY {
            return self.steps_to_stretch(moment, step, too_many, &times);
        }
        // Seconds come back after at most 60 steps, each by itself.
        let seconds = std::mem::replace(&mut times.seconds, SIXTY);
        let round = SECONDS_A_MINUTE
            / greatest_common_divisor(step.rem_euclid(SECONDS_A_MINUTE), SECONDS_A_MINUTE);
        let mut nearest = too_many;
        for steps in 0..round.min(too_many) {
            let moment = moment + steps * step;
            let rounds_too_many = (nearest - steps + round - 1).div_euclid(round);
            if seconds >> moment.rem_euclid(SECONDS_A_MINUTE) & 1 == 1
                && let Some(rounds) =
                    self.steps_to_stretch(moment, step * round, rounds_too_many, &times)
            {
                nearest = steps + rounds * round;
            }
        }
        (nearest < too_many).then_some(nearest)
    }

    fn steps_to_stretch(
        &self,
        moment: Moment,
        step: i64,
        too_many: i64,
        times: &Times,
    ) -> Option<i64> {
        let mut search = Search::new(SECONDS_A_CYCLE, moment, step, too_many);
        let today = super::moments::split(moment).0;
        let this_year = month::containing_day(today).div_euclid(MONTHS_A_YEAR);
        for years in 0..YEARS_A_CYCLE {
            let year = if step < 0 { this_year - years } else { this_year + years };
            // Beyond the calendar lie the same years as before it.
            let year = year.rem_euclid(YEARS_A_CYCLE);
            let start = month::new_year(year).0 * SECONDS_A_DAY;
            let end = month::new_year(year + 1).0 * SECONDS_A_DAY;
            if search.first_in(start, end).is_none() {
                continue;
            }
            for of_year in bits(u64::from(self.season)) {
                let number = year * MONTHS_A_YEAR + i64::from(of_year);
                let Some(month) = Month::numbered(number) else { continue };
                let days = self.days_by_date(month);
                if days == 0 {
                    continue;
                }
                let at_day = |day: u32| month.first_day.plus(day).0 * SECONDS_A_DAY;
                let (first, end) = ends(u64::from(days));
                if search.first_in(at_day(first), at_day(end)).is_none() {
                    continue;
                }
                for (first, end) in runs(u64::from(days)) {
                    search.look_through_days(first..end, at_day, times);
                }
            }
        }
        (search.nearest < too_many).then_some(search.nearest)
    }

    /// Slots of an hour or a minute start with it: how long they are makes no
    /// difference to where they start.
    pub(super) fn slots_as_stretches(&self) -> Times {
        let mut times = self.slots;
        if self.rule.frequency == Frequency::Hourly {
            times.minutes = SIXTY;
        }
        if self.rule.frequency != Frequency::Secondly {
            times.seconds = SIXTY;
        }
        times
    }
}

/// The lowest bit that is set, and the one after the highest.
fn ends(word: u64) -> (u32, u32) {
    (word.trailing_zeros(), u64::BITS - word.leading_zeros())
}

/// The bits that are set.
fn bits(word: u64) -> impl Iterator<Item = u32> {
    (0..u64::BITS).filter(move |bit| word >> bit & 1 == 1)
}

/// The stretches of bits that are set: the first, and the one after the last.
pub(super) fn runs(mut word: u64) -> impl Iterator<Item = (u32, u32)> {
    std::iter::from_fn(move || {
        if word == 0 {
            return None;
        }
        let first = word.trailing_zeros();
        let end = first + (word >> first).trailing_ones();
        word &= u64::MAX.checked_shl(end).unwrap_or(0);
        Some((first, end))
    })
}

/// The first multiple, from none on, of a step that leaves a remainder from
/// `low` to `high` when divided by a modulus; `step` and `low` are below it.
///
/// It is what Euclid's algorithm comes to. If no multiple lies between low and
/// high before the modulus is passed, then one does after it was passed so
/// often as leaves, divided by the step, what lies between them backward: the
/// same question of smaller numbers.
fn first_within(step: i64, modulus: i64, low: i64, high: i64) -> Option<i64> {
    if low == 0 || high >= modulus {
        return Some(0);
    }
    if step == 0 {
        return None;
    }
    let multiple = (low + step - 1) / step;
    if multiple * step <= high {
        return Some(multiple);
    }
    let (rest, highest, lowest) =
        (modulus % step, (-high).rem_euclid(step), (-low).rem_euclid(step));
    let passed = first_within(rest, step, highest, lowest)?;
    // Below the modulus again, but not on the way.
    let distance = i128::from(modulus) * i128::from(passed) + i128::from(low);
    i64::try_from((distance + i128::from(step) - 1) / i128::from(step)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_multiple_within_is_the_one_that_a_walk_comes_to() {
        for modulus in 1..40 {
            for step in 0..modulus {
                for low in 0..modulus {
                    for high in low..modulus {
                        let mut multiples = 0..modulus;
                        let walked = multiples
                            .find(|times| (low..=high).contains(&(times * step % modulus)));
                        let found = first_within(step, modulus, low, high);
                        assert_eq!(found, walked, "{step} mod {modulus} from {low} to {high}");
                    }
                }
            }
        }
    }

    #[test]
    fn stretches_of_bits_start_and_end_where_they_do() {
        assert_eq!(runs(0b1_0111_0011).collect::<Vec<_>>(), [(0, 2), (4, 7), (8, 9)]);
        assert_eq!(runs(u64::MAX).collect::<Vec<_>>(), [(0, 64)]);
        assert_eq!((runs(0).count(), ends(0b110)), (0, (1, 3)));
    }
}
