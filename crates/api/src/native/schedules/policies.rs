//! Policies, as they are read and shown.

use engine::{
    CatchUp, DayCount, Exhausted, InstructionKind, Missed, Policies, Retried, RetryPolicy,
    RetrySpacing,
};
use jiff::civil::Time;
use serde_json::{Value, json};

use super::business_days;
use super::find::{choice, word_of};
use crate::omise::{Reader, integer};

pub(super) const SPACINGS: [(&str, RetrySpacing); 2] =
    [("next_day", RetrySpacing::NextDay), ("next_business_day", RetrySpacing::NextBusinessDay)];
pub(super) const COUNTED: [(&str, DayCount); 2] =
    [("days", DayCount::Days), ("business_days", DayCount::BusinessDays)];
pub(super) const RETRIED: [(&str, Retried); 3] = [
    ("every", Retried::Every),
    ("where_it_may_help", Retried::WhereItMayHelp),
    ("while_balance_is_short", Retried::WhileBalanceIsShort),
];
pub(super) const EXHAUSTED: [(&str, Exhausted); 2] =
    [("suspend_schedule", Exhausted::SuspendSchedule), ("go_on", Exhausted::GoOn)];
pub(super) const MISSED: [(&str, Missed); 3] =
    [("all", Missed::All), ("latest", Missed::Latest), ("skip", Missed::Skip)];

const RETRY_NAMES: [&str; 5] = ["retries_max", "spacing", "waits", "retried", "exhausted"];

/// Retries of one slot of a charge, at most: what the card schemes allow.
pub(in crate::native) const CHARGE_RETRIES_MAX: i64 = 15;
/// Retries of one slot of anything else, at most.
pub(in crate::native) const OTHER_RETRIES_MAX: i64 = 30;
/// The greatest lateness that can be allowed, in seconds: a year.
pub(in crate::native) const LATENESS_MAX_SECONDS: i64 = 366 * 86_400;

/// All policies, as they stand.
pub(super) fn shown(policies: &Policies) -> Value {
    let [calendar, roll] = business_days::shown(policies.timing.business_days.as_ref());
    json!({
        "retry": retry(&policies.retry),
        "catch_up": {
            "missed": word_of(&MISSED, &policies.catch_up.missed),
            "lateness_max_seconds": policies.catch_up.lateness_max_seconds,
        },
        "zone": policies.timing.zone.name(),
        "hour": hour(policies.timing.hour),
        calendar.0: calendar.1,
        roll.0: roll.1,
        "run_at_start": policies.run_at_start,
    })
}

fn hour(time: Time) -> String {
    time.strftime("%H:%M:%S").to_string()
}

fn retry(policy: &RetryPolicy) -> Value {
    let waits = policy.waits().map(
        |(waits, counted)| json!({ "days": waits, "counted_in": word_of(&COUNTED, &counted) }),
    );
    json!({
        "retries_max": policy.retries_max,
        "spacing": word_of(&SPACINGS, &policy.spacing).unwrap_or("ladder"),
        "waits": waits,
        "retried": word_of(&RETRIED, &policy.retried),
        "exhausted": word_of(&EXHAUSTED, &policy.exhausted),
    })
}

/// A whole retry policy: `waits` for a ladder, else `spacing` and `retries_max`.
pub(super) fn read_retry(reader: &mut Reader<'_>, kind: InstructionKind) -> Option<RetryPolicy> {
    let fields = reader.optional_object("retry")?;
    let mut read = Reader::within("retry", fields);
    refuse_others(&mut read, fields, &RETRY_NAMES);
    let retried = required(&mut read, "retried", &RETRIED);
    let exhausted = required(&mut read, "exhausted", &EXHAUSTED);
    let policy = if read.has("waits") {
        ladder(&mut read, retried, exhausted)
    } else {
        let most =
            if kind == InstructionKind::Charge { CHARGE_RETRIES_MAX } else { OTHER_RETRIES_MAX };
        let spacing = required(&mut read, "spacing", &SPACINGS);
        let count = bounded(&mut read, "retries_max", 0, most);
        spacing.zip(count).zip(retried.zip(exhausted)).map(
            |((spacing, count), (retried, exhausted))| RetryPolicy {
                retries_max: u8::try_from(count).unwrap_or(u8::MAX),
                spacing,
                retried,
                exhausted,
            },
        )
    };
    reader.absorb(read);
    policy
}

fn ladder(
    read: &mut Reader<'_>,
    retried: Option<Retried>,
    exhausted: Option<Exhausted>,
) -> Option<RetryPolicy> {
    for name in ["spacing", "retries_max"] {
        // Both follow from the waits; what is shown may be sent back.
        let follows = match name {
            "spacing" => read.value(name).and_then(Value::as_str) == Some("ladder"),
            _ => read.value(name).is_some(),
        };
        if read.has(name) && !follows {
            read.refuse_one(name, "does not go with waits");
        }
    }
    let fields = read.optional_object("waits")?;
    let mut waits = Reader::within("retry [waits]", fields);
    refuse_others(&mut waits, fields, &["days", "counted_in"]);
    let counted = choice(&mut waits, "counted_in", &COUNTED).unwrap_or(DayCount::Days);
    let days: Option<Vec<u8>> = waits.optional_list("days").and_then(|days| {
        let whole = |day: &&Value| integer(day).and_then(|day| u8::try_from(day).ok());
        days.iter().map(whole).collect()
    });
    if days.is_none() {
        waits.refuse_one("days", "must be a list of whole numbers of days");
    }
    read.absorb(waits);
    let (retried, exhausted) = retried.zip(exhausted)?;
    let policy = RetryPolicy::ladder(&days?, counted, retried, exhausted);
    policy.map_err(|error| read.refuse(format!("retry: {error}"))).ok()
}

/// A whole policy of what becomes of missed slots.
pub(super) fn read_catch_up(reader: &mut Reader<'_>) -> Option<CatchUp> {
    let fields = reader.optional_object("catch_up")?;
    let mut read = Reader::within("catch_up", fields);
    refuse_others(&mut read, fields, &["missed", "lateness_max_seconds"]);
    let missed = required(&mut read, "missed", &MISSED);
    let lateness = if read.has("lateness_max_seconds") {
        bounded(&mut read, "lateness_max_seconds", 0, LATENESS_MAX_SECONDS)
    } else {
        Some(i64::from(CatchUp::ALL.lateness_max_seconds))
    };
    reader.absorb(read);
    let lateness_max_seconds = u32::try_from(lateness?).ok()?;
    Some(CatchUp { missed: missed?, lateness_max_seconds })
}

/// An hour of the day.
pub(super) fn read_hour(read: &mut Reader<'_>) -> Option<Time> {
    let text = read.optional_id("hour")?;
    let hour = text.parse::<Time>().ok().filter(|time| time.subsec_nanosecond() == 0);
    if hour.is_none() {
        read.refuse_one("hour", "must be a time of day in the form hh:mm:ss");
    }
    hour
}

fn refuse_others(read: &mut Reader<'_>, fields: &serde_json::Map<String, Value>, names: &[&str]) {
    for name in fields.keys().filter(|name| !names.contains(&name.as_str())) {
        read.refuse_one(name, &format!("is not known here; these are: {}", names.join(", ")));
    }
}

fn required<T: Copy>(read: &mut Reader<'_>, name: &str, words: &[(&str, T)]) -> Option<T> {
    if !read.has(name) {
        let all: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        read.refuse_one(name, &format!("is missing; it would be one of these: {}", all.join(", ")));
        return None;
    }
    choice(read, name, words)
}

fn bounded(read: &mut Reader<'_>, name: &str, least: i64, most: i64) -> Option<i64> {
    let problems = read.problems();
    let number = read.optional_integer(name).filter(|it| (least..=most).contains(it));
    if number.is_none() && read.problems() == problems {
        read.refuse_one(name, &format!("must be {least} to {most}"));
    }
    number
}
