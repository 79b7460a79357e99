//! Rules of RFC 5545, whose dates are instants.

use jiff::tz::TimeZone;
use recurrence::RuleText;
use recurrence::words::Plain;
use serde_json::{Map, Value, json};

use super::business_days::BusinessDays;
use super::shown::{self, Fallen};
use super::zone::{self, Clocks};
use crate::omise::Reader;

/// What else a preview may name beside `rrule`.
const BESIDE: [&str; 7] = ["start", "count", "zone", "gap", "fold", "calendar", "roll"];
/// Longer than any rule that says something; a rule of the RFC has no bound of its own.
pub(in crate::native) const CHARACTERS_MAX: usize = 8_000;

/// The instants of the rule in `rrule`, from `start`, or from its own `DTSTART`.
pub(super) fn answer(
    fields: &Map<String, Value>,
    mut read: Reader<'_>,
    count: usize,
    clocks: Option<Clocks>,
    business_days: &BusinessDays,
) -> Result<Value, String> {
    for name in fields.keys().filter(|name| *name != "rrule" && !BESIDE.contains(&name.as_str())) {
        read.refuse(format!("{name} does not go with rrule; only {} do", BESIDE.join(", ")));
    }
    let text = read.text("rrule", CHARACTERS_MAX).unwrap_or_default();
    let rule = text.parse::<RuleText>().map_err(|error| format!("rrule: {error}"));
    // Without a zone beside the rule, its own counts; without any, its times are in UTC.
    let own = rule.as_ref().ok().and_then(|rule| rule.zone()).filter(|zone| *zone != "UTC");
    let own = own.and_then(|zone| TimeZone::get(zone).ok());
    let clocks = clocks.unwrap_or_else(|| Clocks::of(own));
    let start = zone::start(&mut read, "start", clocks.zone());
    read.finish().map_err(|refused| refused.message)?;

    let rule = rule?;
    if rule.start().or(start).is_none() {
        return Err("start is required where rrule has no DTSTART".to_owned());
    }
    let zoned = rule.into_zoned(start, clocks.zone().clone());
    let zoned = clocks.place(zoned.map_err(|error| format!("rrule: {error}"))?);
    let fallen = Fallen::instants(&zoned, count, None, business_days, clocks.is_told());
    let said = business_days.said_after(Plain::zoned(&zoned)).to_string();
    Ok(shown::answer(&fallen, json!({ "in_words": said }), "the rule never matches"))
}
