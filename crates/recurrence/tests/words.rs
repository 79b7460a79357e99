//! Any rule in plain English.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::HashMap;

use jiff::civil::{DateTime, date};
use proptest::prelude::*;
use recurrence::words::Plain;
use recurrence::{Rule, Timetable};

fn rule(text: &str) -> Rule {
    text.parse().unwrap()
}

fn said(text: &str) -> String {
    Plain::rule(&rule(text)).to_string()
}

fn said_from(text: &str, start: DateTime) -> String {
    Plain::timetable(&Timetable::new(rule(text), start)).to_string()
}

#[test]
fn every_part_of_a_rule_is_said() {
    let expected = [
        ("FREQ=DAILY;INTERVAL=3", "Every 3 days"),
        ("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", "Every day, only from Monday to Friday"),
        ("FREQ=DAILY;BYMONTH=1,2,3,12", "Every day, only in January to March and December"),
        ("FREQ=DAILY;BYMONTHDAY=1,-1", "Every day, only on the 1st and the last day"),
        ("FREQ=WEEKLY;BYDAY=MO,FR", "Every week on Monday and Friday"),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;WKST=SU",
            "Every 2 weeks on Monday (weeks start on Sunday)",
        ),
        ("FREQ=WEEKLY;BYMONTH=6;BYDAY=SA", "Every week, only in June on Saturday"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,15", "Every month on the 1st and the 15th"),
        ("FREQ=MONTHLY;BYMONTHDAY=31", "Every month on the 31st (in months that have it)"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "Every month on the last day"),
        (
            "FREQ=MONTHLY;BYMONTHDAY=-3,-2,-1",
            "Every month from the third-to-last day to the last day",
        ),
        (
            "RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=30;SKIP=FORWARD",
            "Every month on the 30th (the 1st of the next, in a shorter month)",
        ),
        (
            "RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=30;SKIP=BACKWARD",
            "Every month on the 30th (the last day, in a shorter month)",
        ),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "Every month on the 13th if that is a Friday"),
        (
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYMONTHDAY=1,2",
            "Every month on the 1st and the 2nd if that is one of Monday to Friday",
        ),
        ("FREQ=MONTHLY;BYDAY=1MO,-1FR", "Every month on the first Monday and the last Friday"),
        (
            "FREQ=MONTHLY;BYDAY=1MO,3MO,SU",
            "Every month on the first Monday, the third Monday and every Sunday",
        ),
        ("FREQ=MONTHLY;BYDAY=TU", "Every month on every Tuesday"),
        (
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            "Every month on every day from Monday to Friday, only the last of these in the month",
        ),
        (
            "FREQ=MONTHLY;BYDAY=TU,WE,TH;BYSETPOS=3,-2",
            "Every month on every day from Tuesday to Thursday, only the third and the \
             second-to-last of these in the month",
        ),
        ("FREQ=YEARLY;BYMONTH=1,7;BYMONTHDAY=15", "Every year in January and July on the 15th"),
        ("FREQ=YEARLY;BYMONTHDAY=15", "Every year on the 15th of every month"),
        (
            "FREQ=YEARLY;BYYEARDAY=1,100,-1",
            "Every year on the 1st day of the year, the 100th day of the year and the last day of the year",
        ),
        ("FREQ=YEARLY;BYYEARDAY=366", "Every year on the 366th day of the year (in leap years)"),
        (
            "RSCALE=GREGORIAN;FREQ=YEARLY;BYYEARDAY=366;SKIP=BACKWARD",
            "Every year on the 366th day of the year (the last day, in a common year)",
        ),
        ("FREQ=YEARLY;BYDAY=20MO", "Every year on the 20th Monday of the year"),
        ("FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", "Every year in November on the fourth Thursday"),
        ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "Every year in week 20 of the year on Monday"),
        ("FREQ=YEARLY;BYWEEKNO=20", "Every year in week 20 of the year on every day"),
        (
            "FREQ=YEARLY;BYWEEKNO=1,-1;WKST=SU",
            "Every year in week 1 and the last week of the year on every day (weeks start on Sunday)",
        ),
        ("FREQ=DAILY;BYHOUR=9,17;BYMINUTE=0;BYSECOND=0", "Every day at 09:00 and 17:00"),
        ("FREQ=DAILY;BYHOUR=9", "Every day at hour 9"),
        (
            "FREQ=HOURLY;BYHOUR=9,10,11;BYMINUTE=0,30",
            "Every hour, only in hours 9 to 11 at minutes 0 and 30",
        ),
        (
            "FREQ=MINUTELY;INTERVAL=15;BYHOUR=9;BYDAY=MO",
            "Every 15 minutes, only on Monday, only in hour 9",
        ),
        ("FREQ=SECONDLY;BYSECOND=0,60", "Every second, only in seconds 0 and 59"),
        (
            "FREQ=HOURLY;BYMINUTE=0,20,40;BYSETPOS=2",
            "Every hour at minutes 0, 20 and 40, only the second of these of the hour",
        ),
        ("FREQ=DAILY;COUNT=5", "Every day, 5 times"),
        ("FREQ=DAILY;COUNT=1", "Every day, once"),
        ("FREQ=DAILY;UNTIL=20271231", "Every day, until 31 December 2027"),
        ("FREQ=DAILY;UNTIL=20271231T183000", "Every day, until 31 December 2027 at 18:30"),
        (
            "FREQ=DAILY;UNTIL=20271231T183001Z",
            "Every day, until 31 December 2027 at 18:30:01 in UTC",
        ),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU", "Every day"),
    ];
    for (text, words) in expected {
        assert_eq!(said(text), words, "{text}");
    }
}

#[test]
fn what_a_rule_takes_from_its_start_is_said_with_it() {
    let start = date(2026, 1, 31).at(9, 30, 0, 0);
    let expected = [
        ("FREQ=DAILY", "Every day at 09:30, from 31 January 2026"),
        ("FREQ=WEEKLY", "Every week on Saturday at 09:30, from 31 January 2026"),
        (
            "FREQ=MONTHLY",
            "Every month on the 31st (in months that have it) at 09:30, from 31 January 2026",
        ),
        ("FREQ=YEARLY", "Every year in January on the 31st at 09:30, from 31 January 2026"),
        ("FREQ=HOURLY", "Every hour at minute 30, from 31 January 2026 at 09:30"),
        ("FREQ=MINUTELY", "Every minute, from 31 January 2026 at 09:30"),
        ("FREQ=DAILY;BYHOUR=8,9", "Every day at 08:30 and 09:30, from 31 January 2026"),
        (
            "FREQ=DAILY;BYMINUTE=0,5,10,15,20,25,30,35,40,45,50,55,59;BYHOUR=1",
            "Every day at hour 1, minutes 0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55 and 59 and \
             second 0, from 31 January 2026",
        ),
    ];
    for (text, words) in expected {
        assert_eq!(said_from(text, start), words, "{text}");
    }
    let midnight = date(2026, 1, 31).at(0, 0, 0, 0);
    assert_eq!(said_from("FREQ=HOURLY", midnight), "Every hour, from 31 January 2026");
}

/// Lists of a part's values, and what stands before them.
fn part(name: &'static str, values: Vec<String>) -> impl Strategy<Value = String> {
    let most = values.len().min(4);
    let list = proptest::sample::subsequence(values, 1..=most);
    list.prop_map(move |values| format!(";{name}={}", values.join(",")))
}

fn signed(max: i16) -> Vec<String> {
    (-max..=max).filter(|number| *number != 0).map(|number| number.to_string()).collect()
}

fn unsigned(numbers: std::ops::Range<i16>) -> Vec<String> {
    numbers.map(|number| number.to_string()).collect()
}

fn weekdays() -> Vec<String> {
    ["MO", "TU", "WE", "TH", "FR", "SA", "SU"].map(str::to_owned).to_vec()
}

fn numbered_weekdays() -> Vec<String> {
    let numbers = [1, 2, 3, 4, 5, -1, -2];
    numbers
        .iter()
        .flat_map(|number| weekdays().into_iter().map(move |day| format!("{number}{day}")))
        .collect()
}

/// Which parts a rule has, then two lists for each of these.
fn two_rules_of_the_same_parts() -> impl Strategy<Value = (String, String)> {
    let frequencies = ["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"];
    let parts: Vec<(&'static str, Vec<String>)> = vec![
        ("INTERVAL", vec!["1".into(), "2".into(), "90".into()]),
        ("BYMONTH", unsigned(1..13)),
        ("BYWEEKNO", signed(53)),
        ("BYYEARDAY", signed(366)),
        ("BYMONTHDAY", signed(31)),
        ("BYDAY", weekdays()),
        ("BYDAY", numbered_weekdays()),
        ("BYHOUR", unsigned(0..24)),
        ("BYMINUTE", unsigned(0..60)),
        ("BYSECOND", unsigned(0..60)),
        ("BYSETPOS", signed(366)),
        ("COUNT", vec!["1".into(), "7".into(), "12".into()]),
        ("UNTIL", vec!["20271231".into(), "20271231T120000".into(), "20271231T120000Z".into()]),
        ("WKST", weekdays()),
    ];
    let chosen = proptest::sample::subsequence((0..parts.len()).collect::<Vec<_>>(), 0..6);
    (proptest::sample::select(frequencies.to_vec()), chosen).prop_flat_map(
        move |(frequency, chosen)| {
            let lists = |chosen: &[usize]| {
                let of_part = |index: &usize| {
                    let (name, values) = parts[*index].clone();
                    match name {
                        "INTERVAL" | "COUNT" | "UNTIL" | "WKST" => proptest::sample::select(values)
                            .prop_map(move |value| format!(";{name}={value}"))
                            .boxed(),
                        _ => part(name, values).boxed(),
                    }
                };
                let lists: Vec<_> = chosen.iter().map(of_part).collect();
                lists.prop_map(move |lists| format!("FREQ={frequency}{}", lists.concat()))
            };
            (lists(&chosen), lists(&chosen))
        },
    )
}

/// What of a rule's text makes no difference to its dates.
fn without_what_does_not_matter(rule: &Rule) -> String {
    let text = rule.to_string();
    let counts_weeks = text.contains("BYWEEKNO")
        || text.contains("FREQ=WEEKLY") && (rule.every() > 1 || text.contains("BYSETPOS"));
    let parts = text.split(';').filter(|part| counts_weeks || !part.starts_with("WKST"));
    parts.collect::<Vec<_>>().join(";")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn words_are_never_empty_nor_the_rules_own_text((one, other) in two_rules_of_the_same_parts()) {
        let (Ok(one), Ok(other)) = (one.parse::<Rule>(), other.parse::<Rule>()) else {
            return Ok(());
        };
        let start = date(2026, 1, 31).at(9, 30, 0, 0);
        for words in [
            Plain::rule(&one).to_string(),
            Plain::timetable(&Timetable::new(one, start)).to_string(),
        ] {
            prop_assert!(words.starts_with("Every "), "{words}");
            prop_assert!(!words.contains(['=', '_', '{']), "{words}");
            for syntax in ["BY", "FREQ", "RRULE", "SKIP", "WKST", "COUNT", "UNTIL", "  ", " ,"] {
                prop_assert!(!words.contains(syntax), "{words}");
            }
        }
        if without_what_does_not_matter(&one) != without_what_does_not_matter(&other) {
            prop_assert_ne!(Plain::rule(&one).to_string(), Plain::rule(&other).to_string());
        }
    }
}

#[test]
fn no_two_values_of_a_part_are_said_alike() {
    let of_part = |before: &str, values: Vec<String>| -> Vec<String> {
        values.into_iter().map(|value| format!("{before}={value}")).collect()
    };
    let rules = [
        of_part("FREQ=YEARLY;BYMONTH", unsigned(1..13)),
        of_part("FREQ=YEARLY;BYWEEKNO", signed(53)),
        of_part("FREQ=YEARLY;BYYEARDAY", signed(366)),
        of_part("FREQ=MONTHLY;BYMONTHDAY", signed(31)),
        of_part("FREQ=MONTHLY;BYDAY", numbered_weekdays()),
        of_part("FREQ=MONTHLY;BYDAY", weekdays()),
        of_part("FREQ=YEARLY;BYDAY", numbered_weekdays()),
        of_part("FREQ=DAILY;BYHOUR", unsigned(0..24)),
        of_part("FREQ=DAILY;BYMINUTE", unsigned(0..60)),
        of_part("FREQ=DAILY;BYSECOND", unsigned(0..60)),
        of_part("FREQ=DAILY;BYDAY=MO;BYSETPOS", signed(366)),
        of_part("FREQ=DAILY;COUNT", unsigned(1..100)),
        of_part("FREQ=DAILY;INTERVAL", unsigned(1..100)),
        of_part("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;WKST", weekdays()),
        of_part(
            "RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=30;SKIP",
            ["OMIT", "BACKWARD", "FORWARD"].map(str::to_owned).to_vec(),
        ),
        of_part(
            "RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=31;SKIP",
            ["OMIT", "BACKWARD", "FORWARD"].map(str::to_owned).to_vec(),
        ),
    ];
    let mut seen = HashMap::new();
    for text in rules.into_iter().flatten() {
        if let Some(other) = seen.insert(said(&text), text.clone()) {
            // The 31st that falls back to the last day is the last day.
            let start = date(2026, 1, 1).at(0, 0, 0, 0);
            let dates =
                |text: &str| Timetable::new(rule(text), start).iter().take(100).collect::<Vec<_>>();
            assert_eq!(dates(&text), dates(&other), "{text} and {other}: {}", said(&text));
        }
    }
}
