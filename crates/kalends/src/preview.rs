//! `kalends preview`: the dates that a rule falls on.

use std::fmt;

use anyhow::anyhow;
use clap::{Args, ValueEnum};
use jiff::civil::Date;
use serde_json::{Map, Value, json};

#[derive(Args)]
pub(crate) struct Arguments {
    /// A rule of RFC 5545, such as `FREQ=MONTHLY;BYDAY=-1FR`; its dates are instants in UTC
    #[arg(long, conflicts_with_all = ["every", "period", "days_of_month", "weekdays", "weekday_of_month", "end"])]
    rrule: Option<String>,
    /// Every how many periods
    #[arg(long, default_value_t = 1)]
    every: u16,
    /// Of what
    #[arg(long, required_unless_present = "rrule")]
    period: Option<Period>,
    /// Days of the month, such as 1,15,31; one that a month lacks is its last day
    #[arg(long, value_delimiter = ',')]
    days_of_month: Vec<u8>,
    /// Days of the week, such as monday,friday
    #[arg(long, value_delimiter = ',')]
    weekdays: Vec<String>,
    /// A weekday of the month, such as `2nd_monday` or `last_friday`
    #[arg(long)]
    weekday_of_month: Option<String>,
    /// The first day of the window; for an RRULE also an instant, such as 2026-01-31T09:00:00Z
    #[arg(long)]
    start: String,
    /// Its last day; the end of the calendar if left out
    #[arg(long)]
    end: Option<Date>,
    /// How many dates to show
    #[arg(long, default_value_t = 10)]
    count: usize,
    /// As JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Period {
    Day,
    Week,
    Month,
}

impl fmt::Display for Period {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Period::Day => "day",
            Period::Week => "week",
            Period::Month => "month",
        })
    }
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    // The start is always given, so that no rule begins today.
    let answer = api::native::preview::answer(fields(arguments), Date::MIN)
        .map_err(|refusal| anyhow!(refusal))?;
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&answer)?);
        return Ok(());
    }
    let texts = |name| answer.get(name).into_iter().filter_map(Value::as_str);
    texts("in_words").for_each(|words| println!("{words}"));
    let dates = answer.get("dates").and_then(Value::as_array);
    for date in dates.into_iter().flatten().filter_map(Value::as_str) {
        println!("{date}");
    }
    texts("note").for_each(|note| println!("({note})"));
    Ok(())
}

/// The flags as the fields of `POST /kalends/v1/preview`.
fn fields(arguments: &Arguments) -> Map<String, Value> {
    let Arguments { every, period, days_of_month, weekdays, weekday_of_month, .. } = arguments;
    let mut fields = Map::new();
    fields.insert("start".to_owned(), json!(arguments.start));
    fields.insert("count".to_owned(), json!(arguments.count));
    if let Some(rrule) = &arguments.rrule {
        fields.insert("rrule".to_owned(), json!(rrule));
        return fields;
    }
    let mut on = Map::new();
    if !days_of_month.is_empty() {
        on.insert("days_of_month".to_owned(), json!(days_of_month));
    }
    if !weekdays.is_empty() {
        on.insert("weekdays".to_owned(), json!(weekdays));
    }
    if let Some(weekday) = weekday_of_month {
        on.insert("weekday_of_month".to_owned(), json!(weekday));
    }
    fields.insert("every".to_owned(), json!(every));
    fields.insert("period".to_owned(), json!(period.map(|period| period.to_string())));
    fields.insert("on".to_owned(), Value::Object(on));
    fields.insert("end".to_owned(), json!(arguments.end));
    fields
}
