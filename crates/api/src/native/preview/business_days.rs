//! `calendar` and `roll`: what becomes of a date that is not a business day.

use std::borrow::Cow;

use jiff::civil::{Date, Weekday};
use recurrence::words::Plain;
use recurrence::{Calendar, CalendarError, NamedCalendar, Roll, Weekend};
use serde_json::{Map, Value, json};

use super::zone::choice;
use crate::omise::{Reader, params};

/// What `calendar` may name, beside a calendar of one's own.
const NAMES: [&str; 8] = [
    "weekends",
    "bank_of_thailand",
    "federal_reserve",
    "target2",
    "japan",
    "singapore",
    "malaysia",
    "england_and_wales",
];

pub(in crate::native) const ROLLS: [&str; 6] =
    ["none", "following", "modified_following", "preceding", "modified_preceding", "end_of_month"];

/// What a calendar of one's own may say.
const KEYS: [&str; 5] = ["name", "weekend", "holidays", "known_from", "known_until"];

const OWN_NAME: &str = "Own holidays";

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

/// A calendar and a roll; without them, every day is as good as any other.
#[derive(Debug)]
pub(super) struct BusinessDays(Option<(Roll, Cow<'static, Calendar>)>);

impl BusinessDays {
    pub(super) fn read(read: &mut Reader<'_>) -> BusinessDays {
        let roll = choice(read, "roll", &ROLLS);
        let calendar = calendar(read);
        match (read.has("roll"), read.has("calendar")) {
            (true, false) => read.refuse_one(
                "roll",
                &format!(
                    "needs calendar, one of these: {}; or an object with holidays",
                    NAMES.join(", ")
                ),
            ),
            (false, true) => read
                .refuse_one("calendar", &format!("needs roll, one of these: {}", ROLLS.join(", "))),
            _ => {}
        }
        BusinessDays(roll.zip(calendar))
    }

    /// Whether dates may move.
    pub(super) const fn is_asked(&self) -> bool {
        self.0.is_some()
    }

    /// Where a date is moved to.
    pub(super) fn rolled(&self, date: Date) -> Result<Date, CalendarError> {
        match &self.0 {
            Some((roll, calendar)) => roll.roll(date, calendar),
            None => Ok(date),
        }
    }

    /// The words for it, after those for a rule.
    pub(super) fn said_after(&self, rule: Plain) -> Plain {
        match &self.0 {
            Some((roll, calendar)) => rule.rolled(*roll, calendar),
            None => rule,
        }
    }
}

fn calendar(read: &mut Reader<'_>) -> Option<Cow<'static, Calendar>> {
    match read.value("calendar")? {
        Value::Object(own) => {
            let mut of_own = Reader::within("calendar", own);
            let calendar = own_calendar(own, &mut of_own);
            read.absorb(of_own);
            calendar.map(Cow::Owned)
        }
        Value::String(name) => {
            let name = name.trim().to_ascii_lowercase();
            if name == "weekends" {
                return Some(Cow::Owned(Calendar::weekends_only(Weekend::default())));
            }
            let named = serde_json::from_value::<NamedCalendar>(json!(name)).ok();
            if named.is_none() {
                refuse_name(read);
            }
            named.map(|named| Cow::Borrowed(named.calendar()))
        }
        _ => {
            refuse_name(read);
            None
        }
    }
}

fn refuse_name(read: &mut Reader<'_>) {
    let names = NAMES.join(", ");
    read.refuse_one(
        "calendar",
        &format!("must be one of these: {names}; or an object with holidays"),
    );
}

fn own_calendar(own: &Map<String, Value>, read: &mut Reader<'_>) -> Option<Calendar> {
    for unknown in own.keys().filter(|key| !KEYS.contains(&key.as_str())) {
        read.refuse_one(unknown, &format!("is not one of these: {}", KEYS.join(", ")));
    }
    let name = read.optional_id("name").unwrap_or_else(|| OWN_NAME.to_owned());
    let weekend = weekend(read);
    let holidays = holidays(read);
    let known_from = read.optional_date("known_from").unwrap_or(Date::MIN);
    let known_until = read.optional_date("known_until").unwrap_or(Date::MAX);
    let says_more =
        ["name", "holidays", "known_from", "known_until"].iter().any(|key| read.has(key));
    if !says_more {
        return weekend.map(Calendar::weekends_only);
    }
    match Calendar::new(&name, weekend?, known_from..=known_until, &holidays?) {
        Ok(calendar) => Some(calendar),
        Err(error) => {
            read.refuse(format!("calendar: {error}"));
            None
        }
    }
}

fn weekend(read: &mut Reader<'_>) -> Option<Weekend> {
    let Some(value) = read.value("weekend") else { return Some(Weekend::default()) };
    let weekday = |entry: &&Value| {
        let name = entry.as_str()?.trim().to_ascii_lowercase();
        WEEKDAYS.iter().find(|(known, _)| *known == name).map(|(_, weekday)| *weekday)
    };
    let weekdays = params::list(value)
        .and_then(|entries| entries.iter().map(weekday).collect::<Option<Vec<_>>>());
    let Some(weekdays) = weekdays else {
        read.refuse_one("weekend", "must be an array of weekday names (monday - sunday)");
        return None;
    };
    match Weekend::new(&weekdays) {
        Ok(weekend) => Some(weekend),
        Err(error) => {
            read.refuse(format!("calendar: {error}"));
            None
        }
    }
}

fn holidays(read: &mut Reader<'_>) -> Option<Vec<Date>> {
    let Some(value) = read.value("holidays") else { return Some(Vec::new()) };
    let date = |entry: &&Value| entry.as_str().and_then(params::date);
    let dates = params::list(value)
        .and_then(|entries| entries.iter().map(date).collect::<Option<Vec<_>>>());
    if dates.is_none() {
        read.refuse_one("holidays", "must be an array of dates in the form YYYY-MM-DD");
    }
    dates
}
