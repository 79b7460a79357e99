//! How many hours, minutes or seconds there are that a rule counts in, and
//! which is the k-th.

use super::arcs::{SECONDS_A_WEEK, runs};
use super::count::first_days_until;
use super::moments::{join, split};
use super::steps::count_step;
use super::times::{SECONDS_A_MINUTE, SECONDS_AN_HOUR, Times};
use super::{Expansion, Moment, SECONDS_A_DAY, SIXTY};
use crate::day::Day;
use crate::month::{self, Month};
use crate::visits::greatest_common_divisor;

/// Of so few, each is found for itself.
const WALKED_MAX: i64 = 64;

impl Expansion {
    pub(super) fn slots_before(&self, slot: Moment) -> i64 {
        let (step, start) = self.step_and_start();
        if self.has_every_slot() {
            return (slot - start + step - 1).div_euclid(step);
        }
        if self.limits.weekdays_alone {
            return self.steps_in_week(((slot - start + step - 1).div_euclid(step)).max(0));
        }
        let (day, time) = split(slot);
        let slots = SlotsByDay::new(self);
        let number = month::containing_day(day);
        let before = slots.sum(self, number);
        let Some(month) = Month::numbered(number) else { return before };
        let days = self.word(month);
        let earlier = days & first_days_until(month.first_day, day);
        let mut count = before + slots.weigh(month, earlier);
        if days & !earlier & first_days_until(month.first_day, day.plus(1)) != 0 {
            let of_day = self.slots_of_day(day).take_while(|slot| *slot < time);
            count += of_day.fold(0, |count, _| count + 1);
        }
        count
    }

    pub(super) fn nth_slot(&self, index: i64) -> Option<Moment> {
        let (step, start) = self.step_and_start();
        if self.has_every_slot() {
            return start.checked_add(index.checked_mul(step)?);
        }
        if self.limits.weekdays_alone {
            return start.checked_add(self.step_in_week(index)?.checked_mul(step)?);
        }
        let from_start = index - self.slots_before(start);
        if (0..WALKED_MAX).contains(&from_start) {
            let first = self.slot_from(start);
            let mut slots = std::iter::successors(first, |slot| self.slot_from(slot + 1));
            return slots.nth(usize::try_from(from_start).ok()?);
        }
        let slots = SlotsByDay::new(self);
        let (month, mut index) = slots.word_with(self, index)?;
        let days = self.word(month);
        for bit in (0..month.length).filter(|bit| days >> bit & 1 == 1) {
            let day = month.first_day.plus(bit);
            let of_day = slots.on(day);
            if index < of_day {
                let time = self.slots_of_day(day).nth(usize::try_from(index).ok()?)?;
                return Some(join(day, time));
            }
            index -= of_day;
        }
        None
    }

    fn has_every_slot(&self) -> bool {
        self.limits.any_day && self.slots.len() * self.unit_seconds() == SECONDS_A_DAY
    }

    /// The times at which slots of a day start.
    fn slots_of_day(&self, day: Day) -> impl Iterator<Item = i64> + '_ {
        let (step, start) = self.step_and_start();
        self.slots.iter().filter(move |time| (join(day, *time) - start) % step == 0)
    }
}

/// How many slots a day has, by the time at which its first step falls.
struct SlotsByDay {
    unit: i64,
    every: i64,
    first: i64,
    /// By the remainder that the number of a slot in its day leaves when
    /// divided by `every`.
    by_remainder: Vec<i64>,
}

impl SlotsByDay {
    fn new(expansion: &Expansion) -> SlotsByDay {
        let unit = expansion.unit_seconds();
        let every = expansion.visits.every;
        let remainders = every.min(SECONDS_A_DAY / unit);
        let mut by_remainder = vec![0; usize::try_from(remainders).unwrap_or(0)];
        for time in expansion.slots.iter() {
            let remainder = usize::try_from(time / unit % every);
            if let Some(count) = remainder.ok().and_then(|at| by_remainder.get_mut(at)) {
                *count += 1;
            }
        }
        SlotsByDay { unit, every, first: expansion.visits.first, by_remainder }
    }

    fn on(&self, day: Day) -> i64 {
        let remainder = (self.first - day.0 * (SECONDS_A_DAY / self.unit)).rem_euclid(self.every);
        usize::try_from(remainder)
            .ok()
            .and_then(|at| self.by_remainder.get(at))
            .copied()
            .unwrap_or(0)
    }

    /// Whether all days have as many.
    fn are_the_same_each_day(&self) -> bool {
        (SECONDS_A_DAY / self.unit) % self.every == 0
    }

    fn weigh(&self, month: Month, days: u32) -> i64 {
        if self.are_the_same_each_day() {
            return i64::from(days.count_ones()) * self.on(month.first_day);
        }
        let of_month = (0..month.length).filter(|bit| days >> bit & 1 == 1);
        of_month.map(|bit| self.on(month.first_day.plus(bit))).sum()
    }

    /// Of all months before one.
    fn sum(&self, expansion: &Expansion, to: i64) -> i64 {
        let weigh = |month: Month, days: u32| self.weigh(month, days);
        let from = expansion.first_number();
        if self.are_the_same_each_day() {
            return expansion.sum_words(from, to, weigh);
        }
        let months = std::iter::successors(Some(from), |number| expansion.month_from(number + 1));
        let weigh = |month: Month| {
            count_step();
            weigh(month, expansion.word(month))
        };
        months.take_while(|number| *number < to).map_while(Month::numbered).map(weigh).sum()
    }

    fn word_with(&self, expansion: &Expansion, index: i64) -> Option<(Month, i64)> {
        let weigh = |month: Month, days: u32| self.weigh(month, days);
        let from = expansion.first_number();
        if self.are_the_same_each_day() {
            return expansion.word_with(from, index, weigh);
        }
        let mut before = 0;
        let months = std::iter::successors(Some(from), |number| expansion.month_from(number + 1));
        for month in months.map_while(Month::numbered) {
            count_step();
            let weight = weigh(month, expansion.word(month));
            if before + weight > index {
                return Some((month, index - before));
            }
            before += weight;
        }
        None
    }
}

/// Where nothing but weekdays says which days.
impl Expansion {
    /// How many of the first steps have a weekday and a time of day that are
    /// left. Steps come round to the same time of the week, and what they come
    /// to until then is the same each time.
    fn steps_in_week(&self, steps: i64) -> i64 {
        let (step, _) = self.step_and_start();
        let round = SECONDS_A_WEEK / greatest_common_divisor(step, SECONDS_A_WEEK);
        let rest = self.steps_in_week_of(steps % round);
        match steps / round {
            0 => rest,
            rounds => rounds * self.steps_in_week_of(round) + rest,
        }
    }

    /// The step that has `index` such others before it.
    fn step_in_week(&self, index: i64) -> Option<i64> {
        let (step, _) = self.step_and_start();
        let round = SECONDS_A_WEEK / greatest_common_divisor(step, SECONDS_A_WEEK);
        let of_round = self.steps_in_week_of(round);
        let (rounds, index) = (index.checked_div(of_round)?, index % of_round);
        let (mut earliest, mut latest) = (0, round - 1);
        while earliest < latest {
            let middle = earliest + (latest - earliest) / 2;
            if self.steps_in_week_of(middle + 1) > index {
                latest = middle;
            } else {
                earliest = middle + 1;
            }
        }
        rounds.checked_mul(round)?.checked_add(earliest)
    }

    /// Of no more steps than there are seconds in a week.
    fn steps_in_week_of(&self, steps: i64) -> i64 {
        let (step, start) = self.step_and_start();
        let mut times = self.slots_as_stretches();
        // Seconds come back after at most 60 steps, each by itself.
        let seconds = std::mem::replace(&mut times.seconds, SIXTY);
        let apart = match seconds {
            SIXTY => 1,
            _ => SECONDS_A_MINUTE / greatest_common_divisor(step, SECONDS_A_MINUTE),
        };
        let mut count = 0;
        for first in 0..apart.min(steps) {
            let at = start + first * step;
            if seconds >> at.rem_euclid(SECONDS_A_MINUTE) & 1 == 0 {
                continue;
            }
            let steps = (steps - first + apart - 1) / apart;
            let apart = (step * apart).rem_euclid(SECONDS_A_WEEK);
            // The start of 1970 was a Thursday: three days after a Monday.
            let at = (at + 3 * SECONDS_A_DAY).rem_euclid(SECONDS_A_WEEK);
            for day in (0..7).filter(|day| self.weekdays >> day & 1 == 1) {
                let midnight = day * SECONDS_A_DAY;
                stretches(&times, |start, end| {
                    count_step();
                    // Below twice a week.
                    let since = |bound: i64| at - midnight - bound + SECONDS_A_WEEK;
                    count += sum_of_quotients(steps, SECONDS_A_WEEK, apart, since(start))
                        - sum_of_quotients(steps, SECONDS_A_WEEK, apart, since(end));
                });
            }
        }
        count
    }
}

/// The stretches of a day whose hours and minutes are left: their starts and
/// their ends.
fn stretches(times: &Times, mut take: impl FnMut(i64, i64)) {
    let at_hour = |hour: u32| i64::from(hour) * SECONDS_AN_HOUR;
    if times.minutes == SIXTY {
        runs(u64::from(times.hours)).for_each(|(first, end)| take(at_hour(first), at_hour(end)));
        return;
    }
    for hour in (0..24).filter(|hour| times.hours >> hour & 1 == 1) {
        for (first, end) in runs(times.minutes) {
            let at_minute = |minute: u32| at_hour(hour) + i64::from(minute) * SECONDS_A_MINUTE;
            take(at_minute(first), at_minute(end));
        }
    }
}

/// The sum of `(step * k + start) / modulus`, rounded down, over the first
/// `count` numbers `k` from none on. None of them is negative.
///
/// Whole multiples of the modulus are taken out; the rest is the number of
/// points with whole coordinates below a line, which is the same question with
/// the axes exchanged: Euclid's algorithm again.
fn sum_of_quotients(count: i64, modulus: i64, step: i64, start: i64) -> i64 {
    let (mut count, mut modulus, mut step, mut start) = (count, modulus, step, start);
    let mut sum = 0;
    loop {
        sum += count * (count - 1) / 2 * (step / modulus) + count * (start / modulus);
        (step, start) = (step % modulus, start % modulus);
        let end = step * count + start;
        if end < modulus {
            return sum;
        }
        (count, start) = (end / modulus, end % modulus);
        (modulus, step) = (step, modulus);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotients_are_summed_as_if_one_by_one() {
        for modulus in 1..20 {
            for step in 0..25 {
                for start in 0..25 {
                    let mut sum = 0;
                    for count in 0..30 {
                        assert_eq!(
                            sum_of_quotients(count, modulus, step, start),
                            sum,
                            "of {count}: {step} k + {start} by {modulus}"
                        );
                        sum += (step * count + start) / modulus;
                    }
                }
            }
        }
    }
}
