//! Rules put into words.

mod plain;

use jiff::civil::Weekday;

pub use self::plain::Plain;
use crate::{Ordinal, Pattern, Rule};

/// A rule in the words of Omise's `in_words`, to the letter: lists as Rails'
/// `to_sentence` writes them, numbers as its `ordinalize` does. A rule that
/// Omise has no words for is its own text.
///
/// ```
/// use recurrence::{DaysOfMonth, Ordinal, Rule, Weekday, Weekdays, words};
///
/// let said = |rule: Result<Rule, recurrence::RuleError>| rule.map(|rule| words::omise(&rule));
///
/// assert_eq!(said(Rule::days(2))?, "Every 2 day(s)");
///
/// let weekdays = Weekdays::new(&[Weekday::Monday, Weekday::Wednesday, Weekday::Friday])?;
/// assert_eq!(
///     said(Rule::weeks(1, weekdays))?,
///     "Every 1 week(s) on Monday, Wednesday, and Friday",
/// );
///
/// let days = DaysOfMonth::new(&[1, 22])?;
/// assert_eq!(said(Rule::months_on_days(3, days))?, "Every 3 month(s) on the 1st and 22nd");
///
/// assert_eq!(
///     said(Rule::months_on_weekday(1, Ordinal::Second, Weekday::Monday))?,
///     "Every 1 month(s) on the 2nd Monday",
/// );
/// # Ok::<(), recurrence::RuleError>(())
/// ```
pub fn omise(rule: &Rule) -> String {
    let every = rule.every();
    match rule.pattern() {
        Pattern::Days => format!("Every {every} day(s)"),
        Pattern::Weeks(weekdays) => {
            let names: Vec<_> = weekdays.iter().map(name).map(String::from).collect();
            format!("Every {every} week(s) on {}", sentence(&names))
        }
        Pattern::MonthDays(days) => {
            let days: Vec<_> = days.iter().map(|day| ordinalized(day.into())).collect();
            format!("Every {every} month(s) on the {}", sentence(&days))
        }
        Pattern::MonthWeekday(ordinal, weekday) => {
            format!("Every {every} month(s) on the {} {}", which(ordinal), name(weekday))
        }
        Pattern::Other => rule.to_string(),
    }
}

/// `a`, `a and b`, `a, b, and c`.
fn sentence(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [first, second] => format!("{first} and {second}"),
        [others @ .., last] => format!("{}, and {last}", others.join(", ")),
    }
}

/// `1st`, `2nd`, `3rd`, `4th`, `11th`, `21st`.
fn ordinalized(number: u16) -> String {
    let suffix = match (number % 100, number % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{number}{suffix}")
}

fn which(ordinal: Ordinal) -> &'static str {
    match ordinal {
        Ordinal::First => "1st",
        Ordinal::Second => "2nd",
        Ordinal::Third => "3rd",
        Ordinal::Fourth => "4th",
        Ordinal::Last => "last",
    }
}

fn name(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_a_month_has_its_suffix() {
        let days: Vec<_> = (1..=31).map(ordinalized).collect();
        assert_eq!(
            days.join(" "),
            "1st 2nd 3rd 4th 5th 6th 7th 8th 9th 10th 11th 12th 13th 14th 15th 16th 17th 18th \
             19th 20th 21st 22nd 23rd 24th 25th 26th 27th 28th 29th 30th 31st"
        );
    }

    #[test]
    fn a_list_of_three_or_more_has_a_comma_before_its_and() {
        let list = ["a", "b", "c", "d"].map(String::from);
        let sentences: Vec<_> = (0..=4).map(|length| sentence(&list[..length])).collect();
        assert_eq!(sentences, ["", "a", "a and b", "a, b, and c", "a, b, c, and d"]);
    }
}
