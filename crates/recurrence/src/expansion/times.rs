//! The times of a day, or of an hour or a minute, on which a rule falls.

/// Every combination of some hours, minutes and seconds: never empty. Times
/// are seconds from the start of the day.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Times {
    /// Bit 0 is midnight.
    pub(crate) hours: u32,
    pub(crate) minutes: u64,
    pub(crate) seconds: u64,
}

pub(crate) const SECONDS_A_MINUTE: i64 = 60;
pub(crate) const SECONDS_AN_HOUR: i64 = 3_600;
pub(crate) const SECONDS_A_DAY: i64 = 86_400;

impl Times {
    pub(crate) fn len(&self) -> i64 {
        i64::from(self.hours.count_ones()) * self.in_an_hour()
    }

    fn in_an_hour(&self) -> i64 {
        i64::from(self.minutes.count_ones()) * self.in_a_minute()
    }

    fn in_a_minute(&self) -> i64 {
        i64::from(self.seconds.count_ones())
    }

    #[cfg(test)]
    fn contains(&self, time: i64) -> bool {
        let (hour, minute, second) = split(time);
        has(u64::from(self.hours), hour) && has(self.minutes, minute) && has(self.seconds, second)
    }

    /// How many times of the day are earlier.
    pub(crate) fn count_before(&self, time: i64) -> i64 {
        if time >= SECONDS_A_DAY {
            return self.len();
        }
        let (hour, minute, second) = split(time.max(0));
        let hours = u64::from(self.hours);
        let mut count = below(hours, hour) * self.in_an_hour();
        if has(hours, hour) {
            count += below(self.minutes, minute) * self.in_a_minute();
            if has(self.minutes, minute) {
                count += below(self.seconds, second);
            }
        }
        count
    }

    /// The time that has `index` others before it.
    pub(crate) fn nth(&self, index: i64) -> Option<i64> {
        if self.len() == 1 {
            // Most rules have one time a day.
            return (index == 0).then(|| self.first());
        }
        let (in_an_hour, in_a_minute) = (self.in_an_hour(), self.in_a_minute());
        let hour = nth_bit(u64::from(self.hours), index / in_an_hour)?;
        let minute = nth_bit(self.minutes, index % in_an_hour / in_a_minute)?;
        let second = nth_bit(self.seconds, index % in_a_minute)?;
        Some(join(hour, minute, second))
    }

    pub(crate) fn first(&self) -> i64 {
        join(lowest(u64::from(self.hours)), lowest(self.minutes), lowest(self.seconds))
    }

    pub(crate) fn last(&self) -> i64 {
        join(highest(u64::from(self.hours)), highest(self.minutes), highest(self.seconds))
    }

    pub(crate) fn on_or_after(&self, time: i64) -> Option<i64> {
        if time <= self.first() {
            return Some(self.first());
        }
        let (hour, minute, second) = split(time);
        let hours = u64::from(self.hours);
        if has(hours, hour) {
            if has(self.minutes, minute)
                && let Some(second) = from(self.seconds, second)
            {
                return Some(join(hour, minute, second));
            }
            if let Some(minute) = from(self.minutes, minute + 1) {
                return Some(join(hour, minute, lowest(self.seconds)));
            }
        }
        let hour = from(hours, hour + 1)?;
        Some(join(hour, lowest(self.minutes), lowest(self.seconds)))
    }

    pub(crate) fn on_or_before(&self, time: i64) -> Option<i64> {
        if time >= self.last() {
            return Some(self.last());
        }
        let (hour, minute, second) = split(time.max(0));
        let hours = u64::from(self.hours);
        if has(hours, hour) {
            if has(self.minutes, minute)
                && let Some(second) = until(self.seconds, second + 1)
            {
                return Some(join(hour, minute, second));
            }
            if let Some(minute) = until(self.minutes, minute) {
                return Some(join(hour, minute, highest(self.seconds)));
            }
        }
        let hour = until(hours, hour)?;
        Some(join(hour, highest(self.minutes), highest(self.seconds)))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = i64> + '_ {
        std::iter::successors(Some(self.first()), |time| self.on_or_after(time + 1))
    }
}

fn split(time: i64) -> (i64, i64, i64) {
    (time / SECONDS_AN_HOUR, time / SECONDS_A_MINUTE % 60, time % 60)
}

fn join(hour: i64, minute: i64, second: i64) -> i64 {
    hour * SECONDS_AN_HOUR + minute * SECONDS_A_MINUTE + second
}

fn has(bits: u64, bit: i64) -> bool {
    bits >> (bit & 63) & 1 == 1
}

/// Bits below this one, which is below 64.
fn lower(bits: u64, bit: i64) -> u64 {
    bits & ((1 << (bit & 63)) - 1)
}

fn below(bits: u64, bit: i64) -> i64 {
    i64::from(lower(bits, bit).count_ones())
}

fn lowest(bits: u64) -> i64 {
    i64::from(bits.trailing_zeros())
}

fn highest(bits: u64) -> i64 {
    i64::from(bits.checked_ilog2().unwrap_or(0))
}

fn from(bits: u64, bit: i64) -> Option<i64> {
    let bits = bits & !lower(u64::MAX, bit);
    (bits != 0).then(|| lowest(bits))
}

fn until(bits: u64, end: i64) -> Option<i64> {
    let bits = lower(bits, end);
    (bits != 0).then(|| highest(bits))
}

fn nth_bit(mut bits: u64, index: i64) -> Option<i64> {
    for _ in 0..index.min(64) {
        bits &= bits.wrapping_sub(1);
    }
    (bits != 0).then(|| lowest(bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_question_is_answered_as_by_a_walk_over_the_day() {
        let times = [
            Times { hours: 1 << 9 | 1 << 17, minutes: 1 | 1 << 30 | 1 << 59, seconds: 1 | 1 << 59 },
            Times { hours: 1 << 23, minutes: 1 << 59, seconds: 1 << 59 },
            Times { hours: 0xff_ffff, minutes: 1, seconds: (1 << 60) - 1 },
        ];
        for times in times {
            let walked: Vec<_> = (0..SECONDS_A_DAY).filter(|time| times.contains(*time)).collect();
            assert_eq!(times.iter().collect::<Vec<_>>(), walked);
            assert_eq!(times.len(), i64::try_from(walked.len()).unwrap());
            for (index, time) in (0..).zip(&walked) {
                assert_eq!(times.nth(index), Some(*time));
            }
            assert_eq!(times.nth(times.len()), None);
            for time in (0..SECONDS_A_DAY).step_by(7) {
                let before = walked.partition_point(|other| *other < time);
                assert_eq!(times.count_before(time), i64::try_from(before).unwrap());
                assert_eq!(times.on_or_after(time), walked.get(before).copied());
                let through = walked.partition_point(|other| *other <= time);
                let last = through.checked_sub(1).and_then(|index| walked.get(index).copied());
                assert_eq!(times.on_or_before(time), last);
            }
        }
    }
}
