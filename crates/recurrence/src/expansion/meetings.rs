//! On which days steps of hours, minutes or seconds come to a time of day that
//! a rule leaves.

use super::moments::{join, split};
use super::steps::count_step;
use super::{Expansion, Moment, SECONDS_A_DAY};
use crate::day::Day;
use crate::month::{self, Month};
use crate::visits::divisor_and_inverse;

/// Each time of day costs as much.
const TIMES_MAX: i64 = 1_440;

/// So many meetings are looked at, and then no more: few rules leave so few
/// days that none has one.
const MEETINGS_MAX: i64 = 4_096;

/// So many are looked at in the first stretch of days.
const MEETINGS_AT_FIRST: i64 = 64;

impl Expansion {
    /// The nearest slot to a moment, from it on or back from it, among those
    /// that lie at most so many seconds away: with how far it is certain that
    /// there is none before.
    ///
    /// Steps come to a time of day every so many days, if they do at all. So
    /// each time of day is asked for those days, in a stretch of them that is
    /// twice as long at each attempt, and each day whether the rule leaves it.
    pub(super) fn nearest_meeting(&self, from: Moment, back: bool, farthest: i64) -> Nearest {
        if self.slots.len() > TIMES_MAX {
            return Nearest::NotBefore(0);
        }
        let (step, start) = self.step_and_start();
        let (common, _) = divisor_and_inverse(SECONDS_A_DAY, step);
        let days_apart = step / common;
        let (_, inverse) =
            divisor_and_inverse((SECONDS_A_DAY / common).rem_euclid(days_apart), days_apart);
        let (day, time) = split(from);
        let mut looked_at = 0;
        let mut near = 0;
        let mut stretch =
            (days_apart / self.slots.len() * MEETINGS_AT_FIRST).max(1) * SECONDS_A_DAY;
        while near <= farthest {
            if looked_at > MEETINGS_MAX {
                return Nearest::NotBefore(near);
            }
            let far = farthest.min(near.saturating_add(stretch));
            let mut nearest = None;
            for of_day in self.slots.iter().filter(|time| (start - time) % common == 0) {
                let distance = ((start - of_day) / common).rem_euclid(days_apart);
                let meets = i128::from(distance) * i128::from(inverse) % i128::from(days_apart);
                let meets = i64::try_from(meets).unwrap_or(0);
                // The first from there on, and the first that lies far enough.
                let first = if back {
                    let until = day.0 - i64::from(of_day > time);
                    join(Day(until - (until - meets).rem_euclid(days_apart)), of_day)
                } else {
                    let from = day.0 + i64::from(of_day < time);
                    join(Day(from + (meets - from).rem_euclid(days_apart)), of_day)
                };
                let apart = days_apart * SECONDS_A_DAY;
                let mut distance = (first - from).abs();
                distance += (near - distance + apart - 1).max(0) / apart * apart;
                let end = nearest.map_or(far, |nearest: i64| nearest - 1);
                while distance <= end {
                    count_step();
                    looked_at += 1;
                    let moment = if back { from - distance } else { from + distance };
                    if self.leaves_day(split(moment).0) {
                        nearest = Some(distance);
                        break;
                    }
                    distance += apart;
                }
                looked_at += 1;
            }
            if let Some(nearest) = nearest {
                return Nearest::At(nearest);
            }
            near = far + 1;
            stretch = stretch.saturating_mul(2);
        }
        Nearest::None
    }

    fn leaves_day(&self, day: Day) -> bool {
        if self.limits.any_day {
            return true;
        }
        let month = Month::numbered(month::containing_day(day));
        month.is_some_and(|month| self.word(month) >> (day.0 - month.first_day.0) & 1 == 1)
    }
}

/// The slot nearest to a moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Nearest {
    /// So many seconds away.
    At(i64),
    /// None is fewer seconds away.
    NotBefore(i64),
    None,
}
