//! The rules of `POST /schedules`: civil dates or, with a zone, instants.

use jiff::civil::Date;
use recurrence::words::{self, Plain};
use recurrence::{Recurrence, Timetable, Zoned};
use serde_json::{Value, json};

use super::business_days::BusinessDays;
use super::shown::{self, Fallen};
use super::zone::{self, Clocks};
use crate::omise::{Reader, schedule_rule as on};

/// The dates of the rule in `every`, `period` and `on`.
pub(super) fn answer(
    mut read: Reader<'_>,
    today: Date,
    count: usize,
    clocks: Option<Clocks>,
    business_days: &BusinessDays,
) -> Result<Value, String> {
    let rule = on::rule(&mut read);
    let named =
        |read: &Reader<'_>, names: [&'static str; 3]| names.into_iter().find(|name| read.has(name));
    let start_name = named(&read, ["start", "start_date", "start_on"]);
    let start = start_name.map(|name| match &clocks {
        Some(clocks) => zone::start(&mut read, name, clocks.zone()),
        None => read.optional_date(name).map(|date| date.at(0, 0, 0, 0)),
    });
    let start = start.flatten().unwrap_or_else(|| today.at(0, 0, 0, 0));
    let end = named(&read, ["end", "end_date", "end_on"]);
    let end = end.and_then(|name| read.optional_date(name)).unwrap_or(Date::MAX);
    if end < start.date() {
        read.refuse("end_date must be on or after start_date");
    }
    read.finish().map_err(|refused| refused.message)?;
    let rule = rule.ok_or("the rule cannot be read")?;
    let window = Recurrence::new(rule, start.date(), end).map_err(|error| error.to_string())?;
    let zoned = clocks
        .map(|clocks| clocks.place(Zoned::new(Timetable::new(rule, start), clocks.zone().clone())));
    let (fallen, plainly) = match &zoned {
        None => {
            let dates = window.iter().take(count);
            (Fallen::dates(dates, business_days), Plain::recurrence(&window))
        }
        Some(zoned) => (
            Fallen::instants(zoned, count, Some(end), business_days, true),
            Plain::zoned(zoned).within(start.date(), end),
        ),
    };
    let plainly = business_days.said_after(plainly).to_string();
    let said = json!({ "in_words": words::omise(&rule), "in_plain_english": plainly });
    let none = format!("the rule has no date between {} and {end}", start.date());
    Ok(shown::answer(&fallen, said, &none))
}
