//! Rules in plain English, for the person who pays.

use std::fmt;

use jiff::civil::{Date, Weekday};

use super::{name, ordinalized};
use crate::{Calendar, NamedCalendar, Ordinal, Pattern, Recurrence, Roll, Rule};

/// When something falls due, in one sentence of plain English: a rule, its
/// window if it has one, and what becomes of a date that is not a business
/// day.
///
/// It is told what to say one part after another, and says it as a `Display`
/// does.
///
/// ```
/// use recurrence::words::Plain;
/// use recurrence::{Date, DaysOfMonth, NamedCalendar, Recurrence, Roll, Rule};
///
/// let rule = Rule::months_on_days(3, DaysOfMonth::new(&[1, 31])?)?;
/// assert_eq!(Plain::rule(&rule).to_string(), "Every 3 months on the 1st and the last day");
///
/// let year = Recurrence::new(rule, Date::constant(2026, 2, 1), Date::constant(2027, 1, 31))?;
/// let said = Plain::recurrence(&year)
///     .rolled(Roll::Following, NamedCalendar::BankOfThailand.calendar())
///     .to_string();
/// assert_eq!(
///     said,
///     "Every 3 months on the 1st and the last day, \
///      from 1 February 2026 until 31 January 2027; \
///      if that is not a business day in Thailand, the next one",
/// );
/// # Ok::<(), recurrence::RuleError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Plain {
    /// "Every 3 months".
    every: String,
    /// Parts that follow without a comma: "on the 1st and the last day".
    on: Vec<String>,
    /// "from 1 February 2026 until 31 January 2027".
    window: Option<String>,
    /// "if that is not a business day in Thailand, the next one".
    roll: Option<String>,
}

impl Plain {
    /// A rule, for ever.
    ///
    /// ```
    /// use recurrence::words::Plain;
    /// use recurrence::{DaysOfMonth, Ordinal, Rule, RuleError, Weekday, Weekdays};
    ///
    /// let said = |rule: Rule| Plain::rule(&rule).to_string();
    /// let workdays = Weekdays::from_iter(Weekday::Monday.cycle_forward().take(5))?;
    /// let days = |days: &[u8]| DaysOfMonth::new(days);
    ///
    /// assert_eq!(said(Rule::days(1)?), "Every day");
    /// assert_eq!(said(Rule::days(10)?), "Every 10 days");
    /// assert_eq!(said(Rule::weeks(1, workdays)?), "Every week from Monday to Friday");
    /// assert_eq!(
    ///     said(Rule::months_on_days(1, days(&[15, 30])?)?),
    ///     "Every month on the 15th and the 30th (the last day, in a shorter month)",
    /// );
    /// assert_eq!(
    ///     said(Rule::months_on_weekday(2, Ordinal::Second, Weekday::Tuesday)?),
    ///     "Every 2 months on the second Tuesday",
    /// );
    /// # Ok::<(), RuleError>(())
    /// ```
    pub fn rule(rule: &Rule) -> Plain {
        let pattern = match rule.pattern() {
            Pattern::Weeks(all) if rule.every() == 1 && all.iter().count() == 7 => Pattern::Days,
            Pattern::MonthDays(all) if rule.every() == 1 && all.iter().count() == 31 => {
                Pattern::Days
            }
            // Words for the other parts of RFC 5545 are still to come; the rule's own
            // text is at least exact.
            Pattern::Other => {
                let every = format!("By the rule {rule}");
                return Plain { every, on: vec![], window: None, roll: None };
            }
            pattern => pattern,
        };
        let (unit, on) = match pattern {
            Pattern::Days | Pattern::Other => ("day", vec![]),
            Pattern::Weeks(weekdays) => {
                ("week", vec![on_weekdays(&weekdays.iter().collect::<Vec<_>>())])
            }
            Pattern::MonthDays(days) => {
                ("month", vec![on_month_days(&days.iter().collect::<Vec<_>>())])
            }
            Pattern::MonthWeekday(ordinal, weekday) => {
                ("month", vec![format!("on the {} {}", which(ordinal), name(weekday))])
            }
        };
        let every = match rule.every() {
            1 => format!("Every {unit}"),
            several => format!("Every {several} {unit}s"),
        };
        Plain { every, on, window: None, roll: None }
    }

    /// A rule within its window.
    ///
    /// ```
    /// use recurrence::words::Plain;
    /// use recurrence::{Date, Recurrence, Rule, RuleError};
    ///
    /// let weekly = Recurrence::new(
    ///     Rule::days(7)?,
    ///     Date::constant(2026, 2, 1),
    ///     Date::constant(2026, 6, 30),
    /// )?;
    /// assert_eq!(
    ///     Plain::recurrence(&weekly).to_string(),
    ///     "Every 7 days, from 1 February 2026 until 30 June 2026",
    /// );
    /// # Ok::<(), RuleError>(())
    /// ```
    pub fn recurrence(recurrence: &Recurrence) -> Plain {
        Plain::rule(&recurrence.rule()).within(recurrence.start(), recurrence.end())
    }

    /// The same, from a date until another, both inclusive. A window that
    /// starts with the first date there is, or ends with the last, is not
    /// said to start, or to end.
    ///
    /// ```
    /// use recurrence::words::Plain;
    /// use recurrence::{Date, Rule, RuleError};
    ///
    /// let daily = Plain::rule(&Rule::days(1)?);
    /// let (first, last) = (Date::constant(2026, 2, 1), Date::constant(2026, 2, 28));
    /// let said = |from, until| daily.clone().within(from, until).to_string();
    /// assert_eq!(said(first, last), "Every day, from 1 February 2026 until 28 February 2026");
    /// assert_eq!(said(first, Date::MAX), "Every day, from 1 February 2026");
    /// assert_eq!(said(Date::MIN, last), "Every day, until 28 February 2026");
    /// assert_eq!(said(Date::MIN, Date::MAX), "Every day");
    /// assert_eq!(said(first, first), "Every day, on 1 February 2026 only");
    /// # Ok::<(), RuleError>(())
    /// ```
    #[must_use]
    pub fn within(self, from: Date, until: Date) -> Plain {
        let window = match (from > Date::MIN, until < Date::MAX) {
            _ if from == until => Some(format!("on {} only", dated(from))),
            (true, true) => Some(format!("from {} until {}", dated(from), dated(until))),
            (true, false) => Some(format!("from {}", dated(from))),
            (false, true) => Some(format!("until {}", dated(until))),
            (false, false) => None,
        };
        Plain { window, ..self }
    }

    /// The same, with what becomes of a date that is not a business day.
    ///
    /// ```
    /// use recurrence::words::Plain;
    /// use recurrence::{Calendar, NamedCalendar, Roll, Rule, RuleError, Weekend};
    ///
    /// let daily = Plain::rule(&Rule::days(1)?);
    /// let said = |roll, calendar| daily.clone().rolled(roll, calendar).to_string();
    /// let japan = NamedCalendar::Japan.calendar();
    /// assert_eq!(said(Roll::None, japan), "Every day");
    /// assert_eq!(
    ///     said(Roll::Preceding, japan),
    ///     "Every day; if that is not a business day in Japan, the one before",
    /// );
    /// assert_eq!(
    ///     said(Roll::EndOfMonth, &Calendar::weekends_only(Weekend::default())),
    ///     "Every day; moved to the last business day of the month",
    /// );
    /// # Ok::<(), RuleError>(())
    /// ```
    #[must_use]
    pub fn rolled(self, roll: Roll, calendar: &Calendar) -> Plain {
        let place = place(calendar);
        let instead = |instead| Some(format!("if that is not a business day{place}, {instead}"));
        let roll = match roll {
            Roll::None => None,
            Roll::Following => instead("the next one"),
            Roll::ModifiedFollowing => {
                instead("the next one in the same month, or else the one before")
            }
            Roll::Preceding => instead("the one before"),
            Roll::ModifiedPreceding => {
                instead("the one before in the same month, or else the next one")
            }
            Roll::EndOfMonth => Some(format!("moved to the last business day of the month{place}")),
        };
        Plain { roll, ..self }
    }
}

impl fmt::Display for Plain {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.every)?;
        self.on.iter().try_for_each(|part| write!(formatter, " {part}"))?;
        self.window.iter().try_for_each(|window| write!(formatter, ", {window}"))?;
        self.roll.iter().try_for_each(|roll| write!(formatter, "; {roll}"))
    }
}

/// Ascending and not empty.
fn on_weekdays(weekdays: &[Weekday]) -> String {
    match weekdays {
        [_, _, _, _, _, _, _] => String::from("on every day"),
        [first, _, .., last]
            if first.cycle_forward().take(weekdays.len()).eq(weekdays.iter().copied()) =>
        {
            format!("from {} to {}", name(*first), name(*last))
        }
        _ => format!("on {}", listed(weekdays.iter().map(|weekday| String::from(name(*weekday))))),
    }
}

/// Ascending and not empty; those that a month lacks fall back to its last.
fn on_month_days(days: &[u8]) -> String {
    let named = |day: &u8| match day {
        31 => String::from("the last day"),
        _ => format!("the {}", ordinalized(*day)),
    };
    let said = match days {
        [1, .., 31] if days.len() == 31 => String::from("on every day"),
        // February ends on the 28th: a run from later on would not be one.
        [first @ ..=28, _, .., last] if usize::from(last - first) + 1 == days.len() => {
            format!("from {} to {}", named(first), named(last))
        }
        _ => format!("on {}", listed(days.iter().map(named))),
    };
    match days {
        [.., 29 | 30] => format!("{said} (the last day, in a shorter month)"),
        _ => said,
    }
}

/// `a`, `a and b`, `a, b and c`.
fn listed(words: impl Iterator<Item = String>) -> String {
    let words: Vec<_> = words.collect();
    match words.as_slice() {
        [others @ .., last] if !others.is_empty() => {
            format!("{} and {last}", others.join(", "))
        }
        _ => words.concat(),
    }
}

fn which(ordinal: Ordinal) -> &'static str {
    match ordinal {
        Ordinal::First => "first",
        Ordinal::Second => "second",
        Ordinal::Third => "third",
        Ordinal::Fourth => "fourth",
        Ordinal::Last => "last",
    }
}

/// `1 February 2026`.
fn dated(date: Date) -> String {
    date.strftime("%-d %B %-Y").to_string()
}

/// Where a day is a business day; a calendar of weekends alone is everywhere.
fn place(calendar: &Calendar) -> String {
    match calendar.named() {
        Some(NamedCalendar::BankOfThailand) => String::from(" in Thailand"),
        Some(NamedCalendar::FederalReserve) => String::from(" in the United States"),
        Some(NamedCalendar::Target2) => String::from(" in the euro area"),
        Some(NamedCalendar::Japan) => String::from(" in Japan"),
        Some(NamedCalendar::Singapore) => String::from(" in Singapore"),
        Some(NamedCalendar::Malaysia) => String::from(" in Malaysia"),
        Some(NamedCalendar::EnglandAndWales) => String::from(" in England and Wales"),
        None if calendar.is_weekends_only() => String::new(),
        None => format!(" in the calendar “{}”", calendar.name()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DaysOfMonth, Weekdays, Weekend};

    fn weekly(weekdays: &[Weekday]) -> String {
        Plain::rule(&Rule::weeks(1, Weekdays::new(weekdays).unwrap()).unwrap()).to_string()
    }

    fn monthly(days: &[u8]) -> String {
        let days = DaysOfMonth::new(days).unwrap();
        Plain::rule(&Rule::months_on_days(1, days).unwrap()).to_string()
    }

    fn rolled(roll: Roll, calendar: &Calendar) -> String {
        Plain::rule(&Rule::days(1).unwrap()).rolled(roll, calendar).to_string()
    }

    #[test]
    fn weekdays_are_listed_and_runs_of_three_or_more_are_said_as_runs() {
        use Weekday::{Friday, Monday, Saturday, Sunday, Thursday, Tuesday, Wednesday};
        assert_eq!(weekly(&[Monday]), "Every week on Monday");
        assert_eq!(weekly(&[Friday, Monday]), "Every week on Monday and Friday");
        assert_eq!(weekly(&[Saturday, Sunday]), "Every week on Saturday and Sunday");
        assert_eq!(
            weekly(&[Monday, Wednesday, Friday]),
            "Every week on Monday, Wednesday and Friday"
        );
        assert_eq!(weekly(&[Friday, Saturday, Sunday]), "Every week from Friday to Sunday");
        assert_eq!(
            weekly(&[Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday]),
            "Every day"
        );
    }

    #[test]
    fn a_day_that_months_lack_is_said_with_what_becomes_of_it() {
        assert_eq!(monthly(&[28]), "Every month on the 28th");
        assert_eq!(monthly(&[29]), "Every month on the 29th (the last day, in a shorter month)");
        assert_eq!(
            monthly(&[29, 30]),
            "Every month on the 29th and the 30th (the last day, in a shorter month)"
        );
        assert_eq!(monthly(&[31]), "Every month on the last day");
        assert_eq!(monthly(&[30, 31]), "Every month on the 30th and the last day");
        assert_eq!(monthly(&[29, 30, 31]), "Every month on the 29th, the 30th and the last day");
    }

    #[test]
    fn days_of_the_month_are_listed_and_runs_of_three_or_more_are_said_as_runs() {
        assert_eq!(monthly(&[1, 16]), "Every month on the 1st and the 16th");
        assert_eq!(monthly(&[1, 2]), "Every month on the 1st and the 2nd");
        assert_eq!(monthly(&[1, 2, 3]), "Every month from the 1st to the 3rd");
        assert_eq!(monthly(&[1, 2, 4]), "Every month on the 1st, the 2nd and the 4th");
        assert_eq!(
            monthly(&[28, 29, 30]),
            "Every month from the 28th to the 30th (the last day, in a shorter month)"
        );
        assert_eq!(
            monthly(&[25, 26, 27, 28, 29, 30, 31]),
            "Every month from the 25th to the last day"
        );
        let all: Vec<_> = (1..=31).collect();
        assert_eq!(monthly(&all), "Every day");
    }

    #[test]
    fn a_rule_on_every_day_of_some_weeks_or_months_says_of_which() {
        let week = Weekdays::try_from(0b111_1111).unwrap();
        let month = DaysOfMonth::try_from(0x7fff_ffff).unwrap();
        let said = [Rule::weeks(2, week), Rule::months_on_days(3, month)]
            .map(|rule| Plain::rule(&rule.unwrap()).to_string());
        assert_eq!(said, ["Every 2 weeks on every day", "Every 3 months on every day"]);
    }

    #[test]
    fn no_two_sets_of_days_are_said_in_the_same_words() {
        let weekdays =
            (1..0b1000_0000).map(|bits| Rule::weeks(1, Weekdays::try_from(bits).unwrap()).unwrap());
        // Every set of three days or fewer, and every run.
        let few = (1..=31_u8).flat_map(|one| {
            (1..=31_u8).flat_map(move |two| (1..=31_u8).map(move |three| vec![one, two, three]))
        });
        let runs =
            (1..=31_u8).flat_map(|first| (first..=31).map(move |last| (first..=last).collect()));
        let month_days = few
            .chain(runs)
            .map(|days| Rule::months_on_days(1, DaysOfMonth::new(&days).unwrap()).unwrap());

        let mut said = std::collections::HashMap::new();
        for rule in weekdays.chain(month_days) {
            let words = Plain::rule(&rule).to_string();
            let other = *said.entry(words.clone()).or_insert(rule);
            assert!(other == rule || words == "Every day", "{words}: {rule:?}, {other:?}");
        }
    }

    #[test]
    fn every_weekday_of_a_month_is_called_by_its_place() {
        let said =
            [Ordinal::First, Ordinal::Second, Ordinal::Third, Ordinal::Fourth, Ordinal::Last].map(
                |ordinal| {
                    let rule = Rule::months_on_weekday(1, ordinal, Weekday::Friday).unwrap();
                    Plain::rule(&rule).to_string()
                },
            );
        assert_eq!(
            said,
            [
                "Every month on the first Friday",
                "Every month on the second Friday",
                "Every month on the third Friday",
                "Every month on the fourth Friday",
                "Every month on the last Friday",
            ]
        );
    }

    #[test]
    fn every_roll_says_where_the_date_goes() {
        let said = [
            Roll::None,
            Roll::Following,
            Roll::ModifiedFollowing,
            Roll::Preceding,
            Roll::ModifiedPreceding,
            Roll::EndOfMonth,
        ]
        .map(|roll| rolled(roll, NamedCalendar::Singapore.calendar()));
        assert_eq!(
            said,
            [
                "Every day",
                "Every day; if that is not a business day in Singapore, the next one",
                "Every day; if that is not a business day in Singapore, the next one in the same \
                 month, or else the one before",
                "Every day; if that is not a business day in Singapore, the one before",
                "Every day; if that is not a business day in Singapore, the one before in the \
                 same month, or else the next one",
                "Every day; moved to the last business day of the month in Singapore",
            ]
        );
    }

    #[test]
    fn every_calendar_is_called_by_what_a_customer_knows() {
        let said = |calendar: &Calendar| rolled(Roll::Following, calendar);
        let places = NamedCalendar::ALL.map(|named| said(named.calendar()));
        let expected = [
            "Thailand",
            "the United States",
            "the euro area",
            "Japan",
            "Singapore",
            "Malaysia",
            "England and Wales",
        ]
        .map(|place| format!("Every day; if that is not a business day in {place}, the next one"));
        assert_eq!(places, expected);

        let june = Date::constant(2026, 6, 1)..=Date::constant(2026, 6, 30);
        let own = Calendar::new("Acme", Weekend::default(), june, &[]).unwrap();
        assert_eq!(
            said(&own),
            "Every day; if that is not a business day in the calendar “Acme”, the next one"
        );
        assert_eq!(
            said(&Calendar::weekends_only(Weekend::default())),
            "Every day; if that is not a business day, the next one"
        );
    }

    #[test]
    fn dates_of_any_year_can_be_said() {
        let said =
            [Date::MIN, Date::constant(0, 2, 29), Date::constant(987, 6, 5), Date::MAX].map(dated);
        assert_eq!(said, ["1 January -9999", "29 February 0", "5 June 987", "31 December 9999"]);
    }
}
