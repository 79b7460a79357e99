//! `POST /kalends/v1/preview`: which dates a rule falls on, before there is a schedule.

mod business_days;
mod plain_rule;
mod rrule;
mod shown;
#[cfg(test)]
mod tests;
mod zone;

use axum::extract::State;
use jiff::civil::Date;
use serde_json::{Map, Value};

use self::business_days::BusinessDays;
pub(super) use self::business_days::ROLLS;
pub(super) use self::rrule::CHARACTERS_MAX as RRULE_CHARACTERS_MAX;
use self::zone::Clocks;
pub(super) use self::zone::{FOLDS, GAPS};
use super::endpoint::{Caller, Reply, Sent};
use super::problem::Problem;
use crate::App;
use crate::omise::{Params, Reader};

/// How many dates are shown when the client does not say.
pub(super) const COUNT_DEFAULT: i64 = 30;
/// The most dates shown.
pub(super) const COUNT_MAX: i64 = 1_000;

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
/// `count`; beside either, `zone`, `gap` and `fold`, and `calendar` and `roll`. A rule
/// that is not told from when begins `today`, an `rrule` must be told.
///
/// # Errors
///
/// What is wrong with the fields, in words.
pub fn answer(fields: Map<String, Value>, today: Date) -> Result<Value, String> {
    let sent = Params(fields);
    let mut read = sent.reader();
    let count = count(&mut read);
    let clocks = Clocks::read(&mut read);
    let business_days = BusinessDays::read(&mut read);
    if read.has("rrule") {
        rrule::answer(&sent.0, read, count, clocks, &business_days)
    } else {
        plain_rule::answer(read, today, count, clocks, &business_days)
    }
}

/// How many dates are wanted.
fn count(read: &mut Reader<'_>) -> usize {
    let count = read.optional_integer("count").unwrap_or(COUNT_DEFAULT);
    if !(1..=COUNT_MAX).contains(&count) {
        read.refuse(format!("count must be an integer from 1 to {COUNT_MAX}"));
    }
    usize::try_from(count).unwrap_or_default()
}
