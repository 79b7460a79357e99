//! Rules of RFC 5545, whose dates are instants in UTC.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use recurrence::{Rule, RuleText, words};
use serde_json::{Map, Value, json};

use super::count;
use crate::omise::Reader;

/// What else a preview may name beside `rrule`.
const BESIDE: [&str; 2] = ["start", "count"];
/// Longer than any rule that says something; a rule of the RFC has no bound of its own.
const CHARACTERS_MAX: usize = 2_000;

/// The instants of the rule in `rrule`, from `start`, or from its own `DTSTART`.
pub(super) fn answer(fields: &Map<String, Value>, mut read: Reader<'_>) -> Result<Value, String> {
    for name in fields.keys().filter(|name| *name != "rrule" && !BESIDE.contains(&name.as_str())) {
        read.refuse(format!("{name} does not go with rrule; start and count do"));
    }
    let text = read.text("rrule", CHARACTERS_MAX).unwrap_or_default();
    let start = read.optional_instant("start");
    let count = count(&mut read);
    read.finish().map_err(|refused| refused.message)?;

    let rule: RuleText = text.parse().map_err(|error| format!("rrule: {error}"))?;
    if rule.zone().is_some_and(|zone| zone != "UTC") {
        return Err("rrule: times must be in UTC; leave TZID out".to_owned());
    }
    let start = start.map(|start| TimeZone::UTC.to_datetime(start.timestamp()));
    if rule.start().or(start).is_none() {
        return Err("start is required where rrule has no DTSTART".to_owned());
    }
    let in_words = in_words(rule.rules());
    let times = rule.into_set(start).map_err(|error| format!("rrule: {error}"))?;
    let dates: Vec<String> = times.iter().take(count).map(shown).collect();
    let mut answer = json!({ "dates": dates, "in_words": in_words });
    if dates.is_empty()
        && let Value::Object(fields) = &mut answer
    {
        fields.insert("note".to_owned(), json!("the rule never matches"));
    }
    Ok(answer)
}

fn in_words(rules: &[Rule]) -> String {
    let each: Vec<_> = rules.iter().map(|rule| words::Plain::rule(rule).to_string()).collect();
    each.join("; and ")
}

fn shown(time: DateTime) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
