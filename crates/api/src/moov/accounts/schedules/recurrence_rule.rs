//! `recurrenceRule`: a rule of RFC 5545 as Moov reads it.
//!
//! Moov's guide and samples write what the Go library rrule-go reads and RFC 5545 does
//! not know, or leaves open. So texts are read as that library reads them:
//!
//! - names are in capitals, and one given twice counts as it was given last;
//! - `RRULE:` may stand before the rule; `DTSTART` may stand among its parts, or on a
//!   line before it;
//! - `INTERVAL=0` is 1, and a `COUNT` that is not above 0 is none;
//! - `COUNT` and `UNTIL` may stand together, and the first to come ends the rule;
//! - a time without a zone is in UTC, a date is its midnight;
//! - weekdays are numbered in months and years alone; elsewhere the number says nothing.
//!
//! `BYEASTER`, zones, and combinations that RFC 5545 rules out are refused.

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime, Time};
use recurrence::{Rule, Timetable, Until};

/// How long the text of a rule can be, in bytes.
pub(super) const LENGTH_MAX: usize = 2_000;

/// A rule that was read, without a first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct RuleRead {
    /// The rule, or where both `COUNT` and `UNTIL` are given, the rule with each.
    rule: Rule,
    other: Option<Rule>,
    /// Where it starts, if the text says so.
    pub(super) start: Option<DateTime>,
}

impl RuleRead {
    /// The times from a start on.
    pub(super) fn times(&self, start: DateTime) -> Timetable {
        let times = Timetable::new(self.rule, start);
        match self.other.map(|rule| Timetable::new(rule, start)) {
            Some(other) if other.last() < times.last() => other,
            _ => times,
        }
    }
}

/// Reads a rule; what is wrong with it is told in words.
pub(super) fn read(text: &str) -> Result<RuleRead, String> {
    if text.len() > LENGTH_MAX {
        return Err(format!("is longer than {LENGTH_MAX} bytes"));
    }
    let lines: Vec<&str> = text.trim().lines().map(str::trim).collect();
    let (start, rule) = match lines.as_slice() {
        [] => (None, ""),
        [rule] => (None, *rule),
        [start, rule] => (Some(start_line(start)?), *rule),
        _ => return Err("has more than two lines".to_owned()),
    };
    let parts = parts(rule.strip_prefix("RRULE:").unwrap_or(rule))?;
    let among_parts = parts.get("DTSTART").map(|text| moment("DTSTART", text)).transpose()?;
    let until = parts.get("UNTIL").map(|text| moment("UNTIL", text)).transpose()?;
    let count = whole(&parts, "COUNT")?.filter(|count| *count > 0);
    let text = plain_text(&parts)?;
    let counted = count.map(|count| parsed(&format!("{text};COUNT={count}"))).transpose()?;
    let ended = until.map(|until| parsed(&format!("{text};UNTIL={}", Until::Utc(until))));
    let ended = ended.transpose()?;
    let (rule, other) = match (counted, ended) {
        (Some(counted), other) => (counted, other),
        (None, Some(ended)) => (ended, None),
        (None, None) => (parsed(&text)?, None),
    };
    Ok(RuleRead { rule, other, start: among_parts.or(start) })
}

const NAMES: [&str; 16] = [
    "FREQ",
    "DTSTART",
    "INTERVAL",
    "WKST",
    "COUNT",
    "UNTIL",
    "BYSETPOS",
    "BYMONTH",
    "BYMONTHDAY",
    "BYYEARDAY",
    "BYWEEKNO",
    "BYDAY",
    "BYHOUR",
    "BYMINUTE",
    "BYSECOND",
    "BYEASTER",
];

/// What its parts say, by name.
fn parts(rule: &str) -> Result<BTreeMap<&'static str, &str>, String> {
    let mut parts = BTreeMap::new();
    for part in rule.split(';') {
        let Some((name, value)) = part.split_once('=').filter(|(_, value)| !value.contains('='))
        else {
            return Err(format!("has the part {part:?}; it would be like FREQ=MONTHLY"));
        };
        let Some(known) = NAMES.into_iter().find(|known| *known == name) else {
            return Err(format!("has an unknown RRULE property: {name}"));
        };
        if value.is_empty() {
            return Err(format!("says nothing after {name}="));
        }
        if known == "BYEASTER" {
            return Err("has BYEASTER, which is not served here".to_owned());
        }
        parts.insert(known, value);
    }
    if !parts.contains_key("FREQ") {
        return Err("has no FREQ, the period that it counts in".to_owned());
    }
    Ok(parts)
}

/// The text of a rule of RFC 5545 without its start and its end.
fn plain_text(parts: &BTreeMap<&'static str, &str>) -> Result<String, String> {
    let interval = whole(parts, "INTERVAL")?.unwrap_or(1);
    if interval < 0 {
        return Err("has an INTERVAL below 0".to_owned());
    }
    if parts.get("BYSECOND").is_some_and(|seconds| seconds.split(',').any(|it| it == "60")) {
        return Err("has BYSECOND=60; it would be from 0 to 59".to_owned());
    }
    let counts_weekdays = matches!(parts.get("FREQ"), Some(&"MONTHLY" | &"YEARLY"));
    let mut text = format!("INTERVAL={}", interval.max(1));
    for (name, value) in parts {
        match *name {
            "DTSTART" | "INTERVAL" | "COUNT" | "UNTIL" => {}
            "BYDAY" if !counts_weekdays => {
                text.push_str(";BYDAY=");
                text.push_str(&without_numbers(value));
            }
            name => {
                text.push(';');
                text.push_str(name);
                text.push('=');
                text.push_str(value);
            }
        }
    }
    Ok(text)
}

fn parsed(text: &str) -> Result<Rule, String> {
    // Where a part stands in the rebuilt text is of no use to whoever wrote the other.
    text.parse::<Rule>().map_err(|error| {
        let found = if error.found().is_empty() { "nothing" } else { error.found() };
        format!("has {found} at {}; it would be {}", error.part(), error.expected())
    })
}

/// `1MO,-2TU` without its numbers.
fn without_numbers(weekdays: &str) -> String {
    let is_number = |letter: char| letter.is_ascii_digit() || matches!(letter, '+' | '-');
    let plain: Vec<&str> =
        weekdays.split(',').map(|weekday| weekday.trim_start_matches(is_number)).collect();
    plain.join(",")
}

fn whole(parts: &BTreeMap<&'static str, &str>, name: &str) -> Result<Option<i64>, String> {
    let Some(text) = parts.get(name) else { return Ok(None) };
    let wrong = |_| format!("has {name}={text}; it would be a whole number");
    text.parse().map(Some).map_err(wrong)
}

/// `DTSTART:20460101T150405Z`.
fn start_line(line: &str) -> Result<DateTime, String> {
    match line.strip_prefix("DTSTART:") {
        Some(text) => moment("DTSTART", text),
        None if line.starts_with("DTSTART;") => {
            Err("has a DTSTART in a zone; schedules run in UTC, as in DTSTART:20460101T150405Z"
                .to_owned())
        }
        None => Err(format!("has the line {line:?}; it would be like DTSTART:20460101T150405Z")),
    }
}

/// `20271231`, `20271231T235959` or `20271231T235959Z`, all of them in UTC.
fn moment(name: &str, text: &str) -> Result<DateTime, String> {
    let wrong = || format!("has {name}={text}; it would be like 20271231T235959Z or 20271231");
    let utc = text.strip_suffix('Z').unwrap_or(text);
    let (date, time) = match utc.split_once('T') {
        Some((date, time)) => (date, Some(time)),
        None if utc.len() < text.len() => return Err(wrong()),
        None => (utc, None),
    };
    let date = read_date(date).ok_or_else(wrong)?;
    let time = time.map_or(Some(Time::midnight()), read_time).ok_or_else(wrong)?;
    Ok(date.to_datetime(time))
}

fn read_date(text: &str) -> Option<Date> {
    let digits = numbers(text, [4, 2, 2])?;
    let [year, month, day] = digits;
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn read_time(text: &str) -> Option<Time> {
    let [hour, minute, second] = numbers(text, [2, 2, 2])?;
    let part = |number| i8::try_from(number).ok();
    Time::new(part(hour)?, part(minute)?, part(second)?, 0).ok()
}

fn numbers(text: &str, widths: [usize; 3]) -> Option<[i16; 3]> {
    let mut rest = text;
    let mut numbers = [0; 3];
    for (number, width) in numbers.iter_mut().zip(widths) {
        let (field, others) = rest.split_at_checked(width)?;
        let are_digits = field.bytes().all(|byte| byte.is_ascii_digit());
        (*number, rest) = (are_digits.then(|| field.parse().ok()).flatten()?, others);
    }
    rest.is_empty().then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn times(text: &str) -> Vec<DateTime> {
        let read = read(text).unwrap();
        let start = read.start.unwrap_or(date(2027, 1, 31).at(9, 0, 0, 0));
        read.times(start).iter().take(4).collect()
    }

    fn refused(text: &str) -> String {
        read(text).unwrap_err()
    }

    #[test]
    fn a_month_that_lacks_the_day_is_passed_by() {
        assert_eq!(
            times("FREQ=MONTHLY;COUNT=3"),
            [(1, 31), (3, 31), (5, 31)].map(|(month, day)| date(2027, month, day).at(9, 0, 0, 0))
        );
    }

    #[test]
    fn a_start_may_stand_in_the_rule_or_on_a_line_before_it() {
        let first = [date(2046, 1, 1).at(15, 4, 5, 0)];
        assert_eq!(times("FREQ=DAILY;DTSTART=20460101T150405Z;COUNT=1"), first);
        assert_eq!(times("DTSTART:20460101T150405Z\nRRULE:FREQ=DAILY;COUNT=1"), first);
        assert_eq!(times("DTSTART:20460101T150405\r\nFREQ=DAILY;COUNT=1\n"), first);
        assert_eq!(
            times("DTSTART:20460101\nFREQ=DAILY;COUNT=1"),
            [date(2046, 1, 1).at(0, 0, 0, 0)]
        );
    }

    #[test]
    fn the_first_to_come_of_count_and_until_ends_the_rule() {
        let days = |text: &str| times(text).len();
        assert_eq!(days("FREQ=DAILY;COUNT=3;UNTIL=20270201T090000Z"), 2);
        assert_eq!(days("FREQ=DAILY;COUNT=2;UNTIL=20280101T000000Z"), 2);
        assert_eq!(days("FREQ=DAILY;COUNT=2;UNTIL=20260101T000000Z"), 0);
    }

    #[test]
    fn an_end_is_in_universal_time_and_a_date_is_its_midnight() {
        let days = |text: &str| times(text).len();
        assert_eq!(days("FREQ=DAILY;UNTIL=20270201T090000"), 2);
        assert_eq!(days("FREQ=DAILY;UNTIL=20270201T085959Z"), 1);
        assert_eq!(days("FREQ=DAILY;UNTIL=20270201"), 1);
    }

    #[test]
    fn no_interval_is_one_and_no_count_is_for_ever() {
        assert_eq!(read("FREQ=DAILY;INTERVAL=0"), read("FREQ=DAILY"));
        for text in ["FREQ=DAILY;COUNT=0", "FREQ=DAILY;COUNT=-3", "RRULE:FREQ=DAILY"] {
            assert_eq!(read(text), read("FREQ=DAILY"), "{text}");
        }
    }

    #[test]
    fn a_weekday_may_have_a_number_with_a_plus_and_one_that_says_nothing() {
        assert_eq!(read("FREQ=MONTHLY;BYDAY=+1MO"), read("FREQ=MONTHLY;BYDAY=1MO"));
        assert_eq!(read("FREQ=WEEKLY;BYDAY=+1MO,-2TU"), read("FREQ=WEEKLY;BYDAY=MO,TU"));
    }

    #[test]
    fn what_is_given_twice_counts_as_it_was_given_last() {
        assert_eq!(read("FREQ=DAILY;FREQ=WEEKLY"), read("FREQ=WEEKLY"));
    }

    #[test]
    fn what_is_wrong_is_told() {
        assert_eq!(refused("FREQ=DAILY;EVERY=2"), "has an unknown RRULE property: EVERY");
        assert_eq!(refused("freq=DAILY"), "has an unknown RRULE property: freq");
        assert_eq!(refused("INTERVAL=2"), "has no FREQ, the period that it counts in");
        assert_eq!(refused(""), "has the part \"\"; it would be like FREQ=MONTHLY");
        assert_eq!(refused("FREQ=DAILY;"), "has the part \"\"; it would be like FREQ=MONTHLY");
        assert_eq!(refused("FREQ=DAILY;COUNT="), "says nothing after COUNT=");
        assert_eq!(
            refused("FREQ=OFTEN"),
            "has OFTEN at FREQ; it would be YEARLY, MONTHLY, WEEKLY, DAILY, HOURLY, MINUTELY or SECONDLY"
        );
        assert_eq!(refused("FREQ=DAILY;INTERVAL=-1"), "has an INTERVAL below 0");
        assert_eq!(refused("FREQ=DAILY;COUNT=two"), "has COUNT=two; it would be a whole number");
        assert_eq!(refused("FREQ=DAILY;BYSECOND=60"), "has BYSECOND=60; it would be from 0 to 59");
        assert_eq!(refused("FREQ=YEARLY;BYEASTER=0"), "has BYEASTER, which is not served here");
        assert_eq!(
            refused("FREQ=DAILY;UNTIL=20270230"),
            "has UNTIL=20270230; it would be like 20271231T235959Z or 20271231"
        );
        assert_eq!(
            refused("DTSTART;TZID=America/New_York:20460101T150405\nFREQ=DAILY"),
            "has a DTSTART in a zone; schedules run in UTC, as in DTSTART:20460101T150405Z"
        );
        assert_eq!(refused("A\nB\nC"), "has more than two lines");
        assert_eq!(refused(&"F".repeat(2_001)), "is longer than 2000 bytes");
    }
}
