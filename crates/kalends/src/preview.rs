//! `kalends preview`: the dates that a rule falls on.

mod arguments;
mod month_calendar;

use std::io::{self, IsTerminal, Write};

use anyhow::anyhow;
use jiff::civil::Date;
use serde_json::Value;

pub(crate) use self::arguments::Arguments;
use self::month_calendar::Marks;

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    // The start is always given, so that no rule begins today.
    let answer = api::native::preview::answer(arguments.fields(), Date::MIN)
        .map_err(|refusal| anyhow!(refusal))?;
    let mut out = io::stdout().lock();
    if arguments.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&answer)?)?;
        return Ok(());
    }
    let words = text(&answer, "in_plain_english").or_else(|| text(&answer, "in_words"));
    if let Some(words) = words {
        writeln!(out, "{words}\n")?;
    }
    if arguments.calendar {
        let is_terminal = io::stdout().is_terminal();
        write!(out, "{}", Marks::of(&answer).drawn(is_terminal))?;
    } else {
        list(&answer, &mut out)?;
    }
    if let Some(note) = text(&answer, "note") {
        writeln!(out, "({note})")?;
    }
    Ok(())
}

/// Each date on a line, with where it was moved from and what it is by the clocks of the
/// zone.
fn list(answer: &Value, out: &mut impl Write) -> io::Result<()> {
    let mut moved = answer["moved"].as_array().into_iter().flatten().peekable();
    let mut local = texts(answer, "local");
    for date in texts(answer, "dates") {
        write!(out, "{date}")?;
        let local = local.next();
        if let Some(local) = local {
            write!(out, "  {local}")?;
        }
        if let Some(moved) = moved.next_if(|moved| moved["to"] == local.unwrap_or(date)) {
            write!(out, "  moved from {}", moved["from"].as_str().unwrap_or_default())?;
        }
        writeln!(out)?;
    }
    for date in texts(answer, "unknown") {
        writeln!(out, "{date}  not known whether it moves")?;
    }
    Ok(())
}

fn text<'answer>(answer: &'answer Value, name: &str) -> Option<&'answer str> {
    answer.get(name).and_then(Value::as_str)
}

fn texts<'answer>(answer: &'answer Value, name: &str) -> impl Iterator<Item = &'answer str> {
    answer[name].as_array().into_iter().flatten().filter_map(Value::as_str)
}
