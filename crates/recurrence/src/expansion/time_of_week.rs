//! When steps of hours, minutes or seconds come to a day of the week and a
//! time of day that a rule leaves.

use super::steps::count_step;
use super::{Expansion, Moment, SECONDS_A_DAY, SECONDS_A_MINUTE, SECONDS_AN_HOUR};
use crate::visits::greatest_common_divisor;

const SECONDS_A_WEEK: i64 = 7 * SECONDS_A_DAY;
const HOURS_A_WEEK: usize = 168;

/// The start of 1970 was a Thursday: three days after a Monday.
const SECONDS_FROM_MONDAY_TO_0: i64 = 3 * SECONDS_A_DAY;

/// So many turns come to an hour of the week that is left; or none ever does.
type Turns = [u8; HOURS_A_WEEK];
const NEVER: u8 = u8::MAX;

impl Expansion {
    /// How many steps it is from a moment to the first that lies on a weekday
    /// and has a time of day which the rule leaves, be it on a day that the
    /// other parts leave or not. A step backward is one of less than nothing.
    ///
    /// Seconds repeat after at most 60 steps: a **round**. From round to round
    /// they stay, and minutes repeat after at most 60 rounds: a **turn**. From
    /// turn to turn both stay, and a table says how many turns it takes from
    /// any hour of the week to one that is left. So at most 3,600 places are
    /// looked at, be the first meeting tomorrow or in a thousand years.
    pub(super) fn steps_by_rounds(&self, moment: Moment, step: i64) -> Option<i64> {
        let at = (moment + SECONDS_FROM_MONDAY_TO_0).rem_euclid(SECONDS_A_WEEK);
        let step = step.rem_euclid(SECONDS_A_WEEK);
        let steps_a_round = repeats_after(step, SECONDS_A_MINUTE);
        let round = step * steps_a_round % SECONDS_A_WEEK;
        let rounds_a_turn = repeats_after(round / SECONDS_A_MINUTE, 60);
        let turn = round * rounds_a_turn % SECONDS_A_WEEK / SECONDS_AN_HOUR;
        let turns = self.turns_to_hours(usize::try_from(turn).ok()?);

        let mut nearest: Option<i64> = None;
        let is_nearer = |steps: i64, nearest: Option<i64>| nearest.is_none_or(|it| steps < it);
        for steps in 0..steps_a_round {
            if !is_nearer(steps, nearest) {
                break;
            }
            let at = (at + steps * step) % SECONDS_A_WEEK;
            if self.slots.seconds >> (at % 60) & 1 == 0 {
                continue;
            }
            for rounds in 0..rounds_a_turn {
                let steps = steps + rounds * steps_a_round;
                if !is_nearer(steps, nearest) {
                    break;
                }
                count_step();
                let at = (at + rounds * round) % SECONDS_A_WEEK;
                if self.slots.minutes >> (at / SECONDS_A_MINUTE % 60) & 1 == 0 {
                    continue;
                }
                let hour = usize::try_from(at / SECONDS_AN_HOUR).ok()?;
                let turns = turns.get(hour).copied().filter(|turns| *turns != NEVER);
                let found = turns
                    .map(|turns| steps + i64::from(turns) * rounds_a_turn * steps_a_round)
                    .filter(|steps| is_nearer(*steps, nearest));
                nearest = found.or(nearest);
            }
        }
        nearest
    }

    /// How many turns of so many hours it takes from each hour of the week,
    /// counted from Monday, to one that the rule leaves.
    fn turns_to_hours(&self, turn: usize) -> Turns {
        let is_left = |hour: usize| {
            self.weekdays >> (hour / 24) & 1 == 1 && self.slots.hours >> (hour % 24) & 1 == 1
        };
        let mut turns = [NEVER; HOURS_A_WEEK];
        for hour in (0..HOURS_A_WEEK).filter(|hour| is_left(*hour)) {
            // Back from there, until another that is left, or this one again.
            let mut before = hour;
            for count in 0..NEVER {
                if let Some(turns) = turns.get_mut(before) {
                    *turns = count;
                }
                before = (before + HOURS_A_WEEK - turn) % HOURS_A_WEEK;
                if is_left(before) {
                    break;
                }
            }
        }
        turns
    }
}

/// After how many steps the remainder by a modulus comes back.
fn repeats_after(step: i64, modulus: i64) -> i64 {
    modulus / greatest_common_divisor(step.rem_euclid(modulus), modulus)
}
