//! A whole rule in words.

use jiff::civil::{DateTime, Time, Weekday};

use super::super::name;
use super::dated;
use super::days::Days;
use super::listing::{Named, listed, ranked};
use super::times::Times;
use crate::rule::By;
use crate::{Frequency, Limit, Rule, Skip, Until};

const ALL_WEEKDAYS: u8 = 0x7f;

/// What a rule says, with what it takes from its start if that is known.
pub(super) fn said(rule: &Rule, start: Option<DateTime>) -> String {
    let mut rule = every_day(rule).unwrap_or(*rule);
    if let Some(start) = start {
        take_from_start(&mut rule, start);
    }
    let by = &rule.by;
    let days = Days { by, frequency: rule.frequency, skip: rule.skip };
    let times = Times::of(by, rule.frequency);
    let expands_months = rule.frequency == Frequency::Yearly;
    let expands_days = rule.frequency <= Frequency::Weekly;

    let mut said = every(&rule);
    let mut add = |joined: &str, part: Option<String>| {
        if let Some(part) = part {
            said.push_str(joined);
            said.push_str(&part);
        }
    };
    add(if expands_months { " " } else { ", only " }, days.months());
    add(" ", days.weeks());
    let of_whole_weeks = !by.weeks.is_empty() && by.weekdays == 0 && !says_other_days(by);
    let on_days = of_whole_weeks.then(|| "on every day".to_owned()).or_else(|| days.said());
    add(if expands_days { " " } else { ", only " }, on_days);
    add(", ", times.only());
    add(" ", times.at());
    add(", ", positions(&rule));
    add(" ", week_start(&rule));
    said
}

/// "Every 3 months".
fn every(rule: &Rule) -> String {
    let unit = match rule.frequency {
        Frequency::Yearly => "year",
        Frequency::Monthly => "month",
        Frequency::Weekly => "week",
        Frequency::Daily => "day",
        Frequency::Hourly => "hour",
        Frequency::Minutely => "minute",
        Frequency::Secondly => "second",
    };
    match rule.every {
        1 => format!("Every {unit}"),
        several => format!("Every {several} {unit}s"),
    }
}

/// The same as a rule of days, if the rule is one on all days of all its weeks
/// or months.
fn every_day(rule: &Rule) -> Option<Rule> {
    let all_days = match rule.frequency {
        Frequency::Weekly => By { weekdays: ALL_WEEKDAYS, ..By::NOTHING },
        Frequency::Monthly => {
            let mut by = By::NOTHING;
            (1..=31).for_each(|day| by.month_days.insert(day));
            by
        }
        _ => return None,
    };
    let by =
        By { hours: rule.by.hours, minutes: rule.by.minutes, seconds: rule.by.seconds, ..all_days };
    let is_all = rule.every == 1 && rule.by == by && rule.skip != Skip::Forward;
    is_all.then_some(Rule {
        frequency: Frequency::Daily,
        skip: Skip::Omit,
        by: By { weekdays: 0, month_days: By::NOTHING.month_days, ..by },
        ..*rule
    })
}

fn says_other_days(by: &By) -> bool {
    !by.year_days.is_empty() || !by.month_days.is_empty() || by.has_numbered_weekdays()
}

/// What the rule does not say is that of its start.
fn take_from_start(rule: &mut Rule, start: DateTime) {
    let by = &mut rule.by;
    let frequency = rule.frequency;
    if !by.says_days() {
        match frequency {
            Frequency::Yearly | Frequency::Monthly => {
                if frequency == Frequency::Yearly && by.months == 0 {
                    by.months = 1 << (start.month() - 1);
                }
                by.month_days.insert(i16::from(start.day()));
            }
            Frequency::Weekly => by.weekdays = 1 << start.weekday().to_monday_zero_offset(),
            _ => {}
        }
    }
    // That every hour is on the hour goes without saying.
    let within_a_day = frequency.is_within_a_day();
    let (minute, second) = (start.minute(), start.second());
    if frequency < Frequency::Hourly && by.hours == 0 {
        by.hours = 1 << start.hour();
    }
    if frequency < Frequency::Minutely
        && by.minutes == 0
        && (!within_a_day || minute != 0 || by.seconds != 0 || second != 0)
    {
        by.minutes = 1 << minute;
    }
    if frequency < Frequency::Secondly && by.seconds == 0 && (!within_a_day || second != 0) {
        by.seconds = 1 << second;
    }
}

/// "only the first and the last of these in the month".
fn positions(rule: &Rule) -> Option<String> {
    let positions = &rule.by.positions;
    if positions.is_empty() {
        return None;
    }
    let period = match rule.frequency {
        Frequency::Yearly => "in the year",
        Frequency::Monthly => "in the month",
        Frequency::Weekly => "in the week",
        Frequency::Daily => "of the day",
        Frequency::Hourly => "of the hour",
        Frequency::Minutely => "of the minute",
        Frequency::Secondly => "of the second",
    };
    let named = Named::of(positions.iter(), |number| format!("the {}", ranked(number)));
    Some(format!("only {} of these {period}", listed(&named.names)))
}

/// Where it matters, and is not what everybody takes for granted.
fn week_start(rule: &Rule) -> Option<String> {
    let counts_weeks = rule.frequency == Frequency::Weekly
        && (rule.every > 1 || !rule.by.positions.is_empty())
        || !rule.by.weeks.is_empty();
    (counts_weeks && rule.week_start != Weekday::Monday)
        .then(|| format!("(weeks start on {})", name(rule.week_start)))
}

/// "5 times", "until 31 December 2027".
pub(super) fn limit(limit: Limit) -> Option<String> {
    match limit {
        Limit::Never => None,
        Limit::Count(1) => Some("once".to_owned()),
        Limit::Count(count) => Some(format!("{count} times")),
        Limit::Until(Until::Date(date)) => Some(format!("until {}", dated(date))),
        Limit::Until(Until::Local(time)) => Some(format!("until {}", timed(time))),
        Limit::Until(Until::Utc(time)) => Some(format!("until {} in UTC", timed(time))),
    }
}

/// `1 February 2026 at 09:00`.
pub(super) fn timed(time: DateTime) -> String {
    format!("{} at {}", dated(time.date()), clock(time.time()))
}

fn clock(time: Time) -> String {
    match time.second() {
        0 => format!("{:02}:{:02}", time.hour(), time.minute()),
        second => format!("{:02}:{:02}:{second:02}", time.hour(), time.minute()),
    }
}
