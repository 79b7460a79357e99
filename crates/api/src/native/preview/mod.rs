//! `POST /kalends/v1/preview`: which dates a rule falls on, before there is a schedule.

mod rrule;

use axum::extract::State;
use jiff::civil::Date;
use recurrence::{Recurrence, words};
use serde_json::{Map, Value, json};

use super::endpoint::{Caller, Reply, Sent};
use super::problem::Problem;
use crate::App;
use crate::omise::{Params, Reader, schedule_rule as on};

/// How many dates are shown when the client does not say.
const COUNT_DEFAULT: i64 = 30;
/// The most dates shown.
const COUNT_MAX: i64 = 1_000;

pub(super) async fn preview(
    State(app): State<App>,
    Caller(account): Caller,
    Sent(sent): Sent,
) -> Result<Reply, Problem> {
    let today = account.zone.date_at(app.runner.now());
    answer(sent.0, today).map(Reply).map_err(Problem::bad_request)
}

/// The dates that a rule falls on, and the rule in words. `fields` are those of
/// `POST /schedules`, with `start`, `end` and `count`, or else `rrule`, `start` and
/// `count`; a rule that is not told from when begins `today`, an `rrule` must be told.
///
/// # Errors
///
/// What is wrong with the fields, in words.
pub fn answer(fields: Map<String, Value>, today: Date) -> Result<Value, String> {
    let sent = Params(fields);
    let mut read = sent.reader();
    if read.has("rrule") {
        return rrule::answer(&sent.0, read);
    }
    let rule = on::rule(&mut read);
    let mut first_of = |names: [&str; 3]| {
        let name = names.into_iter().find(|name| read.has(name))?;
        read.optional_date(name)
    };
    let start = first_of(["start", "start_date", "start_on"]).unwrap_or(today);
    let end = first_of(["end", "end_date", "end_on"]).unwrap_or(Date::MAX);
    let count = count(&mut read);
    if end < start {
        read.refuse("end_date must be on or after start_date");
    }
    read.finish().map_err(|refused| refused.message)?;
    let recurrence = rule.and_then(|rule| Recurrence::new(rule, start, end).ok());
    let recurrence = recurrence.ok_or("the rule cannot be read")?;
    Ok(shown(&recurrence, count))
}

/// How many dates are wanted.
fn count(read: &mut Reader<'_>) -> usize {
    let count = read.optional_integer("count").unwrap_or(COUNT_DEFAULT);
    if !(1..=COUNT_MAX).contains(&count) {
        read.refuse(format!("count must be an integer from 1 to {COUNT_MAX}"));
    }
    usize::try_from(count).unwrap_or_default()
}

fn shown(recurrence: &Recurrence, count: usize) -> Value {
    let dates: Vec<Date> = recurrence.iter().take(count).collect();
    let mut shown = json!({"dates": dates, "in_words": words::omise(&recurrence.rule())});
    if dates.is_empty()
        && let Value::Object(fields) = &mut shown
    {
        let (start, end) = (recurrence.start(), recurrence.end());
        let note = format!("the rule has no date between {start} and {end}");
        fields.insert("note".to_owned(), json!(note));
    }
    shown
}
