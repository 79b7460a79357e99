//! The rule engine against schedules that the Omise API really answered.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use recurrence::{
    Date, DaysOfMonth, Ordinal, Recurrence, Rule, RuleError, Weekday, Weekdays, words,
};
use serde::Deserialize;

/// At most this many next dates are announced.
const MOST_ANNOUNCED: usize = 30;

#[derive(Deserialize)]
struct Captured {
    id: String,
    every: u16,
    period: String,
    on: On,
    start: Date,
    end: Date,
    in_words: String,
    next: Option<Vec<Date>>,
    occ: Vec<Occurrence>,
    r#match: String,
}

#[derive(Deserialize)]
struct On {
    weekdays: Option<Vec<String>>,
    days_of_month: Option<Vec<u8>>,
    weekday_of_month: Option<String>,
}

#[derive(Deserialize)]
struct Occurrence {
    date: Date,
}

impl Captured {
    fn all() -> Vec<Captured> {
        serde_json::from_str(include_str!("fixtures/schedule_vectors.json")).unwrap()
    }

    fn that_match(how: &str) -> impl Iterator<Item = Captured> {
        Captured::all().into_iter().filter(move |captured| captured.r#match == how)
    }

    fn rule(&self) -> Rule {
        self.try_rule().unwrap_or_else(|error| panic!("{}: {error}", self.id))
    }

    fn try_rule(&self) -> Result<Rule, RuleError> {
        match (self.period.as_str(), &self.on) {
            ("day", _) => Rule::days(self.every),
            ("week", On { weekdays: Some(names), .. }) => Rule::weeks(
                self.every,
                Weekdays::from_iter(names.iter().map(|name| weekday(name)))?,
            ),
            ("month", On { days_of_month: Some(days), .. }) => {
                Rule::months_on_days(self.every, DaysOfMonth::new(days)?)
            }
            ("month", On { weekday_of_month: Some(which), .. }) => {
                let (which, name) = which.split_once('_').unwrap();
                Rule::months_on_weekday(self.every, ordinal(which), weekday(name))
            }
            (period, _) => panic!("{}: no rule of period {period}", self.id),
        }
    }

    fn recurrence(&self) -> Recurrence {
        Recurrence::new(self.rule(), self.start, self.end).unwrap()
    }

    fn announced(&self) -> &[Date] {
        self.next.as_deref().unwrap_or_default()
    }

    /// What the API said of the dates: those processed, then those announced.
    /// A date that is being retried is in both.
    fn dates(&self) -> Vec<Date> {
        let processed = self.occ.iter().map(|occurrence| occurrence.date);
        let dates: BTreeSet<_> = processed.chain(self.announced().iter().copied()).collect();
        dates.into_iter().collect()
    }
}

fn weekday(name: &str) -> Weekday {
    match name {
        "monday" => Weekday::Monday,
        "tuesday" => Weekday::Tuesday,
        "wednesday" => Weekday::Wednesday,
        "thursday" => Weekday::Thursday,
        "friday" => Weekday::Friday,
        "saturday" => Weekday::Saturday,
        "sunday" => Weekday::Sunday,
        _ => panic!("no weekday {name}"),
    }
}

fn ordinal(name: &str) -> Ordinal {
    match name {
        "1st" => Ordinal::First,
        "2nd" => Ordinal::Second,
        "3rd" => Ordinal::Third,
        "4th" => Ordinal::Fourth,
        "last" => Ordinal::Last,
        _ => panic!("no ordinal {name}"),
    }
}

#[test]
fn every_captured_schedule_is_accounted_for() {
    let counts = ["yes", "empty", "no"].map(|how| Captured::that_match(how).count());
    assert_eq!((counts, Captured::all().len()), ([22, 6, 4], 32));
}

#[test]
fn a_rule_is_put_into_the_words_that_were_captured() {
    for captured in Captured::all() {
        assert_eq!(words::omise(&captured.rule()), captured.in_words, "{}", captured.id);
    }
}

#[test]
fn a_schedule_falls_on_the_dates_that_were_captured() {
    for captured in Captured::that_match("yes") {
        let dates = captured.dates();
        let ours: Vec<_> = captured.recurrence().iter().take(dates.len()).collect();
        assert_eq!(ours, dates, "{}", captured.id);
    }
}

#[test]
fn a_schedule_that_announced_fewer_dates_than_it_could_has_no_more() {
    for captured in Captured::that_match("yes") {
        if captured.announced().len() < MOST_ANNOUNCED {
            let ours: Vec<_> = captured.recurrence().iter().collect();
            assert_eq!(ours, captured.dates(), "{}", captured.id);
        }
    }
}

#[test]
fn a_schedule_that_has_stopped_had_run_on_the_dates_that_were_captured() {
    for captured in Captured::that_match("empty") {
        assert_eq!(captured.announced(), [], "{}", captured.id);
        let dates = captured.dates();
        let ours: Vec<_> = captured.recurrence().iter().take(dates.len()).collect();
        assert_eq!(ours, dates, "{}", captured.id);
    }
}

#[test]
fn an_entry_is_set_aside_only_because_no_rule_could_have_said_it() {
    for captured in Captured::that_match("no") {
        let dates = captured.dates();
        let ours: Vec<_> = captured.recurrence().iter().take(dates.len()).collect();
        let stopped_short = captured.announced().len() < MOST_ANNOUNCED
            && captured.recurrence().iter().count() > dates.len();
        assert!(ours != dates || stopped_short, "{} agrees after all", captured.id);
    }
}
