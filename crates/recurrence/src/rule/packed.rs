//! The parts of a rule as a few bytes, read many times faster than text.
//!
//! First come `FREQ`, `WKST` and `SKIP` in one byte, then which other parts
//! there are, then these, in the order of [`Part`]. Numbers take seven bits a
//! byte, the lowest first; of those with a sign, the lowest bit is the sign;
//! lists say first how long they are.

use std::fmt;

use jiff::civil::{DateTime, Weekday};
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::ser::{Serialize, Serializer};

use super::{Frequency, Limit, Rule, Skip, Until};
use crate::day::Day;
use crate::expansion::{date_time, moment};
use crate::signed_set::SignedSet;
use crate::weekdays::WEEK;

/// A rule that is stored as its parts.
pub(super) struct Packed(Rule);

// Stored by position: add at the end, never reorder.
#[derive(Clone, Copy)]
enum Part {
    Interval,
    Count,
    UntilDate,
    UntilLocal,
    UntilUtc,
    Months,
    Weeks,
    YearDays,
    MonthDays,
    Weekdays,
    NumberedWeekdays,
    Hours,
    Minutes,
    Seconds,
    Positions,
}

impl Part {
    const fn bit(self) -> u64 {
        1 << self as u32
    }
}

const ALL_PARTS: u64 = (Part::Positions.bit() << 1) - 1;

impl Packed {
    pub(super) fn of(rule: &Rule) -> Packed {
        Packed(*rule)
    }

    pub(super) fn rule(self) -> Rule {
        self.0
    }

    fn parts(&self) -> u64 {
        let Packed(Rule { every, limit, by, .. }) = self;
        let limit = match limit {
            Limit::Never => 0,
            Limit::Count(_) => Part::Count.bit(),
            Limit::Until(Until::Date(_)) => Part::UntilDate.bit(),
            Limit::Until(Until::Local(_)) => Part::UntilLocal.bit(),
            Limit::Until(Until::Utc(_)) => Part::UntilUtc.bit(),
        };
        let others = [
            (Part::Interval, *every != 1),
            (Part::Months, by.months != 0),
            (Part::Weeks, !by.weeks.is_empty()),
            (Part::YearDays, !by.year_days.is_empty()),
            (Part::MonthDays, !by.month_days.is_empty()),
            (Part::Weekdays, by.weekdays != 0),
            (Part::NumberedWeekdays, by.has_numbered_weekdays()),
            (Part::Hours, by.hours != 0),
            (Part::Minutes, by.minutes != 0),
            (Part::Seconds, by.seconds != 0),
            (Part::Positions, !by.positions.is_empty()),
        ];
        let there = others.iter().filter(|(_, is_there)| *is_there);
        there.fold(limit, |parts, (part, _)| parts | part.bit())
    }

    fn bytes(&self) -> Vec<u8> {
        let rule = &self.0;
        let by = &rule.by;
        let place = |at: Option<usize>| at.and_then(|at| u8::try_from(at).ok()).unwrap_or(0);
        let frequency = Frequency::ALL.iter().position(|(other, _)| *other == rule.frequency);
        let week_start = WEEK.iter().position(|other| *other == rule.week_start);
        let skip = Skip::ALL.iter().position(|(other, _)| *other == rule.skip);
        let parts = self.parts();
        let has = |part: Part| parts & part.bit() != 0;

        let mut bytes = Vec::with_capacity(32);
        bytes.push(place(frequency) | place(week_start) << 3 | place(skip) << 6);
        write(&mut bytes, parts);
        if has(Part::Interval) {
            write(&mut bytes, u64::from(rule.every));
        }
        match rule.limit {
            Limit::Never => {}
            Limit::Count(count) => write(&mut bytes, u64::from(count)),
            Limit::Until(Until::Date(date)) => write_signed(&mut bytes, Day::of(date).0),
            Limit::Until(Until::Local(time) | Until::Utc(time)) => {
                write_signed(&mut bytes, moment(time));
            }
        }
        if has(Part::Months) {
            write(&mut bytes, u64::from(by.months));
        }
        write_set(&mut bytes, &by.weeks);
        write_set(&mut bytes, &by.year_days);
        write_set(&mut bytes, &by.month_days);
        if has(Part::Weekdays) {
            bytes.push(by.weekdays);
        }
        if has(Part::NumberedWeekdays) {
            let of_week = (0..).zip(&by.numbered_weekdays);
            let there = { of_week }.filter(|(_, numbers)| !numbers.is_empty());
            bytes.push(there.fold(0, |days, (day, _): (u32, _)| days | 1 << day));
            by.numbered_weekdays.iter().for_each(|numbers| write_set(&mut bytes, numbers));
        }
        let times = [u64::from(by.hours), by.minutes, by.seconds];
        times.iter().filter(|bits| **bits != 0).for_each(|bits| write(&mut bytes, *bits));
        write_set(&mut bytes, &by.positions);
        bytes
    }

    /// Nothing if no rule has these bytes.
    fn from_bytes(bytes: &[u8]) -> Option<Packed> {
        let mut read = Read(bytes);
        let first = usize::from(read.byte()?);
        let mut rule = Rule::every_one(Frequency::ALL.get(first & 7)?.0);
        rule.week_start = week_day(first >> 3 & 7)?;
        rule.skip = Skip::ALL.get(first >> 6)?.0;
        let parts = read.number(ALL_PARTS)?;
        let has = |part: Part| parts & part.bit() != 0;

        if has(Part::Interval) {
            rule.every = read.bits(u64::from(u32::MAX))?;
        }
        if has(Part::Count) {
            rule.limit = Limit::Count(read.bits(u64::from(u32::MAX))?);
        }
        if has(Part::UntilDate) {
            rule.limit = Limit::Until(Until::Date(Day(read.signed()?).date()?));
        }
        if has(Part::UntilLocal) {
            rule.limit = Limit::Until(Until::Local(read.date_time()?));
        }
        if has(Part::UntilUtc) {
            rule.limit = Limit::Until(Until::Utc(read.date_time()?));
        }
        let by = &mut rule.by;
        if has(Part::Months) {
            by.months = read.bits(0xfff)?;
        }
        if has(Part::Weeks) {
            by.weeks = read.set(53)?;
        }
        if has(Part::YearDays) {
            by.year_days = read.set(366)?;
        }
        if has(Part::MonthDays) {
            by.month_days = read.set(31)?;
        }
        if has(Part::Weekdays) {
            by.weekdays = read.bits(0x7f)?;
        }
        if has(Part::NumberedWeekdays) {
            let days: u8 = read.bits(0x7f)?;
            for (day, numbers) in (0..).zip(&mut by.numbered_weekdays) {
                if days >> day & 1 == 1 {
                    *numbers = read.set(53)?;
                }
            }
        }
        if has(Part::Hours) {
            by.hours = read.bits((1 << 24) - 1)?;
        }
        if has(Part::Minutes) {
            by.minutes = read.bits((1 << 60) - 1)?;
        }
        if has(Part::Seconds) {
            by.seconds = read.bits((1 << 61) - 1)?;
        }
        if has(Part::Positions) {
            by.positions = read.set(366)?;
        }
        // What is said twice, stands where it must not or is left over cannot
        // have been stored.
        let is_whole = read.0.is_empty() && rule.conflict().is_none();
        let packed = Packed(rule);
        (is_whole && packed.parts() == parts).then_some(packed)
    }
}

fn week_day(index: usize) -> Option<Weekday> {
    WEEK.get(index).copied()
}

fn write(bytes: &mut Vec<u8>, mut number: u64) {
    loop {
        let low = u8::try_from(number & 0x7f).unwrap_or(0);
        number >>= 7;
        if number == 0 {
            return bytes.push(low);
        }
        bytes.push(low | 0x80);
    }
}

fn write_signed(bytes: &mut Vec<u8>, number: i64) {
    write(bytes, number.unsigned_abs() << 1 | u64::from(number < 0));
}

/// Nothing for an empty set.
fn write_set<const WORDS: usize>(bytes: &mut Vec<u8>, set: &SignedSet<WORDS>) {
    if set.is_empty() {
        return;
    }
    write(bytes, set.iter().fold(0, |length, _| length + 1));
    set.iter().for_each(|number| write_signed(bytes, i64::from(number)));
}

/// What of the bytes is not read yet.
struct Read<'bytes>(&'bytes [u8]);

impl Read<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// Nothing above the greatest.
    fn number(&mut self, max: u64) -> Option<u64> {
        let mut number = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return (number <= max).then_some(number);
            }
        }
        None
    }

    /// At least one.
    fn bits<Bits: TryFrom<u64>>(&mut self, max: u64) -> Option<Bits> {
        self.number(max).filter(|bits| *bits != 0)?.try_into().ok()
    }

    fn signed(&mut self) -> Option<i64> {
        let number = self.number(u64::MAX)?;
        let size = i64::try_from(number >> 1).ok()?;
        Some(if number & 1 == 1 { -size } else { size })
    }

    fn date_time(&mut self) -> Option<DateTime> {
        date_time(self.signed()?)
    }

    /// At least one number, none further than the greatest from either end.
    fn set<const WORDS: usize>(&mut self, max: i64) -> Option<SignedSet<WORDS>> {
        let mut set = SignedSet::EMPTY;
        for _ in 0..self.bits::<u64>(2 * max.unsigned_abs())? {
            let number = self.signed().filter(|number| (1..=max).contains(&number.abs()))?;
            set.insert(i16::try_from(number).ok()?);
        }
        Some(set)
    }
}

impl Serialize for Packed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.bytes())
    }
}

impl<'de> Deserialize<'de> for Packed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Packed, D::Error> {
        struct Bytes;

        impl Visitor<'_> for Bytes {
            type Value = Packed;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("the parts of a rule as bytes")
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Packed, E> {
                Packed::from_bytes(bytes).ok_or_else(|| {
                    E::custom(format_args!(
                        "the stored bytes {bytes:02x?} are the parts of no rule"
                    ))
                })
            }
        }

        deserializer.deserialize_bytes(Bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(rule: &str) -> Vec<u8> {
        Packed::of(&rule.parse().unwrap()).bytes()
    }

    #[test]
    fn what_has_been_stored_is_read_the_same_for_ever() {
        assert_eq!(bytes("FREQ=MONTHLY;BYMONTHDAY=15"), [0x01, 0x80, 0x02, 1, 30]);
        assert_eq!(bytes("FREQ=WEEKLY;COUNT=52;WKST=SU;BYDAY=MO,FR"), [0x32, 0x82, 4, 52, 0x11]);
        assert_eq!(
            bytes("FREQ=MONTHLY;BYDAY=-1FR;BYHOUR=9;BYSETPOS=-1"),
            [0x01, 0x80, 0x98, 0x01, 0x10, 1, 3, 0x80, 0x04, 1, 3]
        );
        assert_eq!(
            bytes("FREQ=DAILY;INTERVAL=300;UNTIL=19700102T000000Z"),
            [0x03, 0x11, 0xac, 0x02, 0x80, 0xc6, 0x0a]
        );
    }

    #[test]
    fn every_rule_comes_back_from_its_bytes() {
        let all = |range: std::ops::RangeInclusive<i32>| {
            range
                .filter(|number| *number != 0)
                .map(|it| it.to_string())
                .collect::<Vec<_>>()
                .join(",")
        };
        let longest = format!(
            "RSCALE=GREGORIAN;FREQ=YEARLY;INTERVAL=4294967295;UNTIL=99991231T235959Z;\
             BYMONTH={};BYYEARDAY={};BYMONTHDAY={};BYDAY=MO,53TU,-53WE;BYHOUR=0,{};BYMINUTE=0,{};\
             BYSECOND=0,{};BYSETPOS={};WKST=SU;SKIP=FORWARD",
            all(1..=12),
            all(-366..=366),
            all(-31..=31),
            all(1..=23),
            all(1..=59),
            all(1..=60),
            all(-366..=366),
        );
        for rule in [
            "FREQ=SECONDLY",
            "FREQ=DAILY;UNTIL=00000101",
            "FREQ=DAILY;UNTIL=19691231T235959",
            "FREQ=YEARLY;BYWEEKNO=1,-53;BYDAY=SU",
            "FREQ=DAILY;COUNT=4294967295",
            &longest,
        ] {
            let rule: Rule = rule.parse().unwrap();
            let read = Packed::from_bytes(&Packed::of(&rule).bytes());
            assert_eq!(read.map(Packed::rule), Some(rule));
        }
    }

    #[test]
    fn bytes_that_no_rule_has_are_refused() {
        let right = bytes("FREQ=MONTHLY;BYDAY=-1FR;BYHOUR=9;BYSETPOS=-1");
        for length in 0..right.len() {
            assert!(Packed::from_bytes(&right[..length]).is_none(), "cut to {length}");
        }
        assert!(Packed::from_bytes(&[&right[..], &[0]].concat()).is_none(), "one too many");
        let wrong: [&[u8]; 9] = [
            &[0x07, 0],                 // no such FREQ
            &[0x38, 0],                 // no such WKST
            &[0xc0, 0],                 // no such SKIP
            &[0x03, 0x80, 0x80, 0x02],  // no such part
            &[0x03, 0x01, 0],           // INTERVAL=0
            &[0x03, 0x06, 1, 0],        // COUNT and UNTIL
            &[0x01, 0x80, 0x02, 1, 64], // BYMONTHDAY=32
            &[0x01, 0x80, 0x02, 0],     // no day at all
            &[0x02, 0x80, 0x02, 1, 30], // BYMONTHDAY beside FREQ=WEEKLY
        ];
        for bytes in wrong {
            assert!(Packed::from_bytes(bytes).is_none(), "{bytes:02x?}");
        }
    }
}
