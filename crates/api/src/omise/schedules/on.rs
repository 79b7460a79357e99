//! `every`, `period` and `on`: the rule of a schedule.

use jiff::civil::Weekday;
use recurrence::{DaysOfMonth, Ordinal, Rule, Weekdays};
use serde_json::{Map, Value};

use super::super::params::{Reader, integer, list};

const WEEKLY: &[&str] = &["weekdays"];
const MONTHLY: &[&str] = &["days_of_month", "weekday_of_month"];

/// Reads a rule; `None` where the reader now has a problem.
pub(crate) fn rule(read: &mut Reader<'_>) -> Option<Rule> {
    let every = every(read);
    let period = read.optional_id("period").map(|period| period.to_ascii_lowercase());
    match period.as_deref() {
        Some("day") => {
            daily(read)?;
            Rule::days(every?).ok()
        }
        Some("week") => {
            let weekdays = weekdays(read);
            Rule::weeks(every?, weekdays?).ok()
        }
        Some("month") => match monthly(read) {
            Some(Monthly::Days(days)) => Rule::months_on_days(every?, days).ok(),
            Some(Monthly::Weekday(ordinal, weekday)) => {
                Rule::months_on_weekday(every?, ordinal, weekday).ok()
            }
            None => None,
        },
        _ => {
            read.refuse("period must be one of these: day, week, month");
            None
        }
    }
}

fn every(read: &mut Reader<'_>) -> Option<u16> {
    let before = read.problems();
    let every = read.required_integer("every");
    if read.problems() > before {
        return None;
    }
    let every = u16::try_from(every).ok().filter(|every| (1..=Rule::EVERY_MAX).contains(every));
    if every.is_none() {
        read.refuse(format!("every must be an integer from 1 to {}", Rule::EVERY_MAX));
    }
    every
}

/// Days are not on anything.
fn daily(read: &mut Reader<'_>) -> Option<()> {
    let is_blank = |value: &Value| match value {
        Value::Object(on) => on.values().all(Value::is_null),
        Value::Array(on) => on.is_empty(),
        Value::String(on) => on.is_empty(),
        _ => false,
    };
    if read.value("on").is_some_and(|on| !is_blank(on)) {
        read.refuse("on must be empty when period is day");
        return None;
    }
    Some(())
}

/// The entries of `on`, those that are null left out; exactly one of `keys` is there.
fn on<'a>(read: &mut Reader<'a>, keys: &[&str]) -> Option<(&'a str, &'a Value)> {
    let contain = format!("on must contain one of these keys: {}", keys.join(", "));
    let Some(Value::Object(on)) = read.value("on") else {
        read.refuse("on must be an object");
        read.refuse(contain);
        return None;
    };
    let filled: Vec<(&str, &Value)> = filled(on).collect();
    match filled.as_slice() {
        [(key, value)] if keys.contains(key) => Some((key, value)),
        [_, _, ..] if filled.iter().any(|(key, _)| keys.contains(key)) => {
            let contain = contain.replacen("one of", "exactly one of", 1);
            read.refuse(contain);
            None
        }
        _ => {
            read.refuse(contain);
            None
        }
    }
}

fn filled(on: &Map<String, Value>) -> impl Iterator<Item = (&str, &Value)> {
    on.iter().filter(|(_, value)| !value.is_null()).map(|(key, value)| (key.as_str(), value))
}

fn weekdays(read: &mut Reader<'_>) -> Option<Weekdays> {
    let (_, value) = on(read, WEEKLY)?;
    let days = list(value).and_then(|entries| {
        let named = |entry: &&Value| entry.as_str().and_then(weekday);
        entries.iter().map(named).collect::<Option<Vec<_>>>()
    });
    let days = days.and_then(|days| Weekdays::new(&days).ok());
    if days.is_none() {
        read.refuse("on [weekdays] must be an array of weekday names (monday - sunday)");
    }
    days
}

enum Monthly {
    Days(DaysOfMonth),
    Weekday(Ordinal, Weekday),
}

fn monthly(read: &mut Reader<'_>) -> Option<Monthly> {
    let (key, value) = on(read, MONTHLY)?;
    if key == "weekday_of_month" {
        let named = value.as_str().and_then(weekday_of_month);
        if named.is_none() {
            read.refuse(
                "on [weekday_of_month] must be an ordinal and a weekday, such as 2nd_monday or last_friday",
            );
        }
        return named.map(|(ordinal, weekday)| Monthly::Weekday(ordinal, weekday));
    }
    let Some(entries) = list(value) else {
        // What Omise says to a scalar, word for word (omise-python #69).
        read.refuse(format!("on must contain one of these keys: {}", MONTHLY.join(", ")));
        return None;
    };
    let day = |entry: &&Value| integer(entry).and_then(|day| u8::try_from(day).ok());
    let days: Option<Vec<u8>> = entries.iter().map(day).collect();
    let days = days.and_then(|days| DaysOfMonth::new(&days).ok());
    if days.is_none() {
        read.refuse(DAYS_OF_MONTH);
    }
    days.map(Monthly::Days)
}

const DAYS_OF_MONTH: &str = "on [days_of_month] must be an array of integer values (1 - 31)";

/// `Monday` in any case.
fn weekday(name: &str) -> Option<Weekday> {
    Some(match name.trim().to_ascii_lowercase().as_str() {
        "monday" => Weekday::Monday,
        "tuesday" => Weekday::Tuesday,
        "wednesday" => Weekday::Wednesday,
        "thursday" => Weekday::Thursday,
        "friday" => Weekday::Friday,
        "saturday" => Weekday::Saturday,
        "sunday" => Weekday::Sunday,
        _ => return None,
    })
}

/// `2nd_monday`, `second_monday`, `last_friday`, in any case.
fn weekday_of_month(name: &str) -> Option<(Ordinal, Weekday)> {
    let (ordinal, day) = name.trim().split_once('_')?;
    let ordinal = match ordinal.to_ascii_lowercase().as_str() {
        "first" | "1st" => Ordinal::First,
        "second" | "2nd" => Ordinal::Second,
        "third" | "3rd" => Ordinal::Third,
        "fourth" | "4th" => Ordinal::Fourth,
        "last" => Ordinal::Last,
        _ => return None,
    };
    Some((ordinal, weekday(day)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use recurrence::words;
    use serde_json::json;

    fn read(value: &Value) -> Result<String, String> {
        let map = value.as_object().cloned().unwrap();
        let mut read = Reader::over(&map);
        let rule = rule(&mut read);
        read.finish().map_err(|error| error.message)?;
        Ok(words::omise(&rule.unwrap()))
    }

    #[test]
    fn every_sdk_s_way_of_writing_a_rule_is_read() {
        for (sent, words) in [
            (json!({"every": 2, "period": "day", "on": {}}), "Every 2 day(s)"),
            (json!({"every": "1", "period": "day", "on": ""}), "Every 1 day(s)"),
            (json!({"every": 1, "period": "day", "on": {"weekdays": null}}), "Every 1 day(s)"),
            (
                json!({"every": 3, "period": "week", "on": {"weekdays": {"0": "Saturday", "1": "Monday"}}}),
                "Every 3 week(s) on Monday and Saturday",
            ),
            (
                json!({"every": 1, "period": "week", "on": {"weekdays": ["monday"], "days_of_month": null, "weekday_of_month": null}}),
                "Every 1 week(s) on Monday",
            ),
            (
                json!({"every": 1, "period": "month", "on": {"days_of_month": ["16", 1]}}),
                "Every 1 month(s) on the 1st and 16th",
            ),
            (
                json!({"every": 1, "period": "month", "on": {"weekday_of_month": "second_Monday"}}),
                "Every 1 month(s) on the 2nd Monday",
            ),
            (
                json!({"every": 1, "period": "month", "on": {"weekday_of_month": "last_friday"}}),
                "Every 1 month(s) on the last Friday",
            ),
        ] {
            assert_eq!(read(&sent), Ok(words.to_owned()));
        }
    }

    #[test]
    fn a_rule_that_cannot_be_is_refused_in_omise_s_words() {
        for (sent, words) in [
            (
                json!({"every": 1, "period": "month"}),
                "on must be an object and on must contain one of these keys: days_of_month, weekday_of_month",
            ),
            (
                json!({"every": 1, "period": "month", "on": {"days_of_month": 1}}),
                "on must contain one of these keys: days_of_month, weekday_of_month",
            ),
            (
                json!({"every": 1, "period": "month", "on": {"days_of_month": [32]}}),
                "on [days_of_month] must be an array of integer values (1 - 31)",
            ),
            (
                json!({"every": 1, "period": "month", "on": {"days_of_month": [-1]}}),
                "on [days_of_month] must be an array of integer values (1 - 31)",
            ),
            (
                json!({"every": 1, "period": "month", "on": {"days_of_month": [1], "weekday_of_month": "1st_monday"}}),
                "on must contain exactly one of these keys: days_of_month, weekday_of_month",
            ),
            (
                json!({"every": 1, "period": "week", "on": {"days_of_month": [1]}}),
                "on must contain one of these keys: weekdays",
            ),
            (
                json!({"every": 1, "period": "week", "on": {"weekdays": []}}),
                "on [weekdays] must be an array of weekday names (monday - sunday)",
            ),
            (
                json!({"every": 1, "period": "day", "on": {"weekdays": ["monday"]}}),
                "on must be empty when period is day",
            ),
            (
                json!({"every": 1, "period": "month", "on": {"weekday_of_month": "5th_monday"}}),
                "on [weekday_of_month] must be an ordinal and a weekday, such as 2nd_monday or last_friday",
            ),
            (
                json!({"every": 0, "period": "year"}),
                "every must be an integer from 1 to 1000 and period must be one of these: day, week, month",
            ),
            (
                json!({"every": "often"}),
                "every is not a number and period must be one of these: day, week, month",
            ),
        ] {
            assert_eq!(read(&sent), Err(words.to_owned()));
        }
    }
}
