//! `kalends preview`: the dates that a rule falls on.

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use jiff::civil::{Date, Weekday};
use recurrence::{DaysOfMonth, Ordinal, Recurrence, Rule, Weekdays, words};
use serde_json::json;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Every how many periods
    #[arg(long, default_value_t = 1)]
    every: u16,
    /// Of what
    #[arg(long)]
    period: Period,
    /// Days of the month, such as 1,15,31; one that a month lacks is its last day
    #[arg(long, value_delimiter = ',')]
    days_of_month: Vec<u8>,
    /// Days of the week, such as monday,friday
    #[arg(long, value_delimiter = ',')]
    weekdays: Vec<String>,
    /// A weekday of the month, such as `2nd_monday` or `last_friday`
    #[arg(long)]
    weekday_of_month: Option<String>,
    /// The first day of the window
    #[arg(long)]
    start: Date,
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

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let rule = rule(arguments)?;
    let recurrence = Recurrence::new(rule, arguments.start, arguments.end.unwrap_or(Date::MAX))?;
    let dates: Vec<String> =
        recurrence.iter().take(arguments.count).map(|date| date.to_string()).collect();
    let in_words = words::omise(&rule);
    if arguments.json {
        println!(
            "{}",
            serde_json::to_string_pretty(&json!({ "dates": dates, "in_words": in_words }))?
        );
        return Ok(());
    }
    println!("{in_words}");
    for date in &dates {
        println!("{date}");
    }
    if dates.is_empty() {
        println!("(no date between {} and {})", recurrence.start(), recurrence.end());
    }
    Ok(())
}

fn rule(arguments: &Arguments) -> anyhow::Result<Rule> {
    let Arguments { every, period, days_of_month, weekdays, weekday_of_month, .. } = arguments;
    let rule = match (period, days_of_month.as_slice(), weekdays.as_slice(), weekday_of_month) {
        (Period::Day, [], [], None) => Rule::days(*every)?,
        (Period::Week, [], [_, ..], None) => {
            let weekdays =
                weekdays.iter().map(|name| weekday(name)).collect::<anyhow::Result<Vec<_>>>()?;
            Rule::weeks(*every, Weekdays::new(&weekdays)?)?
        }
        (Period::Month, [_, ..], [], None) => {
            Rule::months_on_days(*every, DaysOfMonth::new(days_of_month)?)?
        }
        (Period::Month, [], [], Some(text)) => {
            let (ordinal, day) = text.split_once('_').with_context(|| {
                format!("{text:?} is not a weekday of a month; it would be one like 2nd_monday or last_friday")
            })?;
            Rule::months_on_weekday(*every, self::ordinal(ordinal)?, weekday(day)?)?
        }
        (Period::Day, ..) => {
            bail!("--period day takes neither --weekdays, --days-of-month nor --weekday-of-month")
        }
        (Period::Week, ..) => {
            bail!("--period week takes --weekdays, such as --weekdays monday,friday")
        }
        (Period::Month, ..) => {
            bail!("--period month takes either --days-of-month or --weekday-of-month")
        }
    };
    Ok(rule)
}

fn ordinal(text: &str) -> anyhow::Result<Ordinal> {
    Ok(match text {
        "1st" | "first" => Ordinal::First,
        "2nd" | "second" => Ordinal::Second,
        "3rd" | "third" => Ordinal::Third,
        "4th" | "fourth" => Ordinal::Fourth,
        "last" => Ordinal::Last,
        _ => bail!("{text:?} is not one of 1st, 2nd, 3rd, 4th and last"),
    })
}

fn weekday(text: &str) -> anyhow::Result<Weekday> {
    Ok(match text.to_ascii_lowercase().as_str() {
        "monday" => Weekday::Monday,
        "tuesday" => Weekday::Tuesday,
        "wednesday" => Weekday::Wednesday,
        "thursday" => Weekday::Thursday,
        "friday" => Weekday::Friday,
        "saturday" => Weekday::Saturday,
        "sunday" => Weekday::Sunday,
        _ => bail!("{text:?} is not a weekday; it would be one of monday to sunday"),
    })
}
