//! Times of day in words.

use super::listing::{listed, numbered, set_bits};
use crate::rule::{By, Frequency};

/// So many times of a day are named one by one.
const TIMES_NAMED_MAX: u32 = 12;

/// What says when, within a day or within what the rule counts in.
pub(super) struct Times {
    frequency: Frequency,
    hours: u64,
    minutes: u64,
    seconds: u64,
}

impl Times {
    pub(super) fn of(by: &By, frequency: Frequency) -> Times {
        // Second 60 falls on second 59.
        let seconds = by.seconds & ((1 << 60) - 1) | by.seconds >> 60 << 59;
        Times { frequency, hours: u64::from(by.hours), minutes: by.minutes, seconds }
    }

    /// What narrows down the hours, minutes and seconds that the rule counts
    /// in: "only in the hours 9 to 16".
    pub(super) fn only(&self) -> Option<String> {
        self.units("only in", |unit| self.frequency >= unit)
    }

    /// Those that the rule names within what it counts in: "at 09:00 and
    /// 17:00", "at minutes 0 and 30".
    pub(super) fn at(&self) -> Option<String> {
        let all_known = self.hours != 0 && self.minutes != 0 && self.seconds != 0;
        let count = self.hours.count_ones() * self.minutes.count_ones() * self.seconds.count_ones();
        if self.frequency < Frequency::Hourly && all_known && count <= TIMES_NAMED_MAX {
            return Some(format!("at {}", listed(&self.one_by_one())));
        }
        self.units("at", |unit| self.frequency < unit)
    }

    fn units(&self, before: &str, chosen: impl Fn(Frequency) -> bool) -> Option<String> {
        let units = [
            (Frequency::Hourly, "hour", self.hours),
            (Frequency::Minutely, "minute", self.minutes),
            (Frequency::Secondly, "second", self.seconds),
        ];
        let said: Vec<_> = { units.into_iter() }
            .filter(|(unit, _, bits)| chosen(*unit) && *bits != 0)
            .map(|(_, unit, bits)| numbered(unit, bits))
            .collect();
        (!said.is_empty()).then(|| format!("{before} {}", listed(&said)))
    }

    fn one_by_one(&self) -> Vec<String> {
        let mut said = Vec::new();
        for hour in set_bits(self.hours) {
            for minute in set_bits(self.minutes) {
                for second in set_bits(self.seconds) {
                    said.push(match second {
                        0 => format!("{hour:02}:{minute:02}"),
                        _ => format!("{hour:02}:{minute:02}:{second:02}"),
                    });
                }
            }
        }
        said
    }
}
