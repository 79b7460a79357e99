//! A rule written as text.

use std::fmt::{self, Display};

use super::value::WEEKDAY_NAMES;
use crate::rule::{Limit, Rule, Skip};
use crate::signed_set::SignedSet;
use crate::weekdays::WEEK;

impl Display for Rule {
    /// As RFC 5545 writes it, without `RRULE:` before it. Reading it gives the
    /// same rule. Lists are in ascending order, and what goes without saying
    /// is not said.
    ///
    /// ```
    /// use recurrence::{Rule, Weekday, Weekdays};
    ///
    /// let weekends = Weekdays::new(&[Weekday::Sunday, Weekday::Saturday])?;
    /// assert_eq!(Rule::weeks(2, weekends)?.to_string(), "FREQ=WEEKLY;INTERVAL=2;BYDAY=SA,SU");
    /// let same: Rule = "byday=su,sa;freq=weekly;interval=2;wkst=mo".parse()?;
    /// assert_eq!(same, Rule::weeks(2, weekends)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let by = &self.by;
        if self.skip != Skip::Omit {
            formatter.write_str("RSCALE=GREGORIAN;")?;
        }
        write!(formatter, "FREQ={}", self.frequency.name())?;
        if self.every != 1 {
            write!(formatter, ";INTERVAL={}", self.every)?;
        }
        match self.limit {
            Limit::Never => {}
            Limit::Count(count) => write!(formatter, ";COUNT={count}")?,
            Limit::Until(until) => write!(formatter, ";UNTIL={until}")?,
        }
        write_list(formatter, "BYMONTH", bits(u64::from(by.months) << 1))?;
        write_list(formatter, "BYWEEKNO", by.weeks.iter())?;
        write_list(formatter, "BYYEARDAY", by.year_days.iter())?;
        write_list(formatter, "BYMONTHDAY", by.month_days.iter())?;
        let weekdays = bits(u64::from(by.weekdays)).filter_map(|day| WEEKDAY_NAMES.get(day));
        write_list(
            formatter,
            "BYDAY",
            weekdays.map(|name| (*name).to_owned()).chain(numbered(&by.numbered_weekdays)),
        )?;
        write_list(formatter, "BYHOUR", bits(u64::from(by.hours)))?;
        write_list(formatter, "BYMINUTE", bits(by.minutes))?;
        write_list(formatter, "BYSECOND", bits(by.seconds))?;
        write_list(formatter, "BYSETPOS", by.positions.iter())?;
        let week_start = WEEK.iter().position(|weekday| *weekday == self.week_start);
        if let Some(name) = week_start.filter(|day| *day > 0).and_then(|day| WEEKDAY_NAMES.get(day))
        {
            write!(formatter, ";WKST={name}")?;
        }
        match Skip::ALL.iter().find(|(skip, _)| *skip == self.skip && *skip != Skip::Omit) {
            Some((_, name)) => write!(formatter, ";SKIP={name}"),
            None => Ok(()),
        }
    }
}

fn bits(bits: u64) -> impl Iterator<Item = usize> {
    (0..64).filter(move |bit| bits >> bit & 1 == 1)
}

fn numbered(weekdays: &[SignedSet<1>; 7]) -> impl Iterator<Item = String> + '_ {
    weekdays
        .iter()
        .zip(WEEKDAY_NAMES)
        .flat_map(|(numbers, name)| numbers.iter().map(move |number| format!("{number}{name}")))
}

/// Nothing for an empty list.
fn write_list<Value: Display>(
    formatter: &mut fmt::Formatter<'_>,
    name: &str,
    values: impl Iterator<Item = Value>,
) -> fmt::Result {
    for (index, value) in values.enumerate() {
        if index == 0 {
            write!(formatter, ";{name}={value}")?;
        } else {
            write!(formatter, ",{value}")?;
        }
    }
    Ok(())
}
