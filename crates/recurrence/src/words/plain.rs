//! Rules in plain English, for the person who pays.

mod days;
mod listing;
mod rule;
mod times;

use std::fmt;

use jiff::civil::{Date, DateTime, Time};

use self::rule::timed;
use crate::{
    Calendar, Fold, Gap, NamedCalendar, Recurrence, Roll, Rule, RuleSet, Timetable, Zoned,
};

/// Of the times added to a set or taken away, so many are named.
const TIMES_LISTED_MAX: usize = 10;

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
    /// "Every 3 months on the 1st and the last day".
    rules: String,
    /// "by the clocks of Europe/Paris".
    zone: Option<String>,
    /// "12 times".
    limit: Option<String>,
    /// "from 1 February 2026 until 31 January 2027".
    window: Option<String>,
    /// What is added and taken away, and what becomes of some: "if that is
    /// not a business day in Thailand, the next one".
    besides: Vec<String>,
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
        Plain::said(rule, None)
    }

    fn said(rule: &Rule, start: Option<DateTime>) -> Plain {
        Plain {
            rules: rule::said(rule, start),
            zone: None,
            limit: rule::limit(rule.limit()),
            window: None,
            besides: vec![],
        }
    }

    /// A rule from a start on, and what it takes from its start.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use recurrence::Timetable;
    /// use recurrence::words::Plain;
    ///
    /// let start = date(2026, 1, 31).at(9, 0, 0, 0);
    /// let said = |rule: &str| {
    ///     let timetable = Timetable::new(rule.parse()?, start);
    ///     Ok::<_, recurrence::ParseError>(Plain::timetable(&timetable).to_string())
    /// };
    /// assert_eq!(
    ///     said("FREQ=MONTHLY;COUNT=12")?,
    ///     "Every month on the 31st (in months that have it) at 09:00, 12 times, \
    ///      from 31 January 2026",
    /// );
    /// assert_eq!(
    ///     said("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1")?,
    ///     "Every month on every day from Monday to Friday at 09:00, \
    ///      only the last of these in the month, from 31 January 2026",
    /// );
    /// assert_eq!(
    ///     said("FREQ=MINUTELY;INTERVAL=15;BYHOUR=9,10,11,12")?,
    ///     "Every 15 minutes, only in hours 9 to 12, from 31 January 2026 at 09:00",
    /// );
    /// # Ok::<(), recurrence::ParseError>(())
    /// ```
    pub fn timetable(timetable: &Timetable) -> Plain {
        let (rule, start) = (timetable.rule(), timetable.start());
        let plain = Plain::said(&rule, Some(start));
        // The first hour or minute is not said by the rule.
        if rule.frequency().is_within_a_day() && start.time() != Time::midnight() {
            return Plain { window: Some(format!("from {}", timed(start))), ..plain };
        }
        plain.within(start.date(), Date::MAX)
    }

    /// Several rules, and what is added to them and taken away.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use recurrence::words::Plain;
    /// use recurrence::{RuleSet, Timetable};
    ///
    /// let start = date(2026, 1, 1).at(9, 0, 0, 0);
    /// let mut set = RuleSet::from(Timetable::new("FREQ=MONTHLY".parse()?, start));
    /// set.insert(Timetable::new("FREQ=YEARLY;BYMONTH=4".parse()?, start));
    /// set.add(date(2026, 1, 15).at(9, 0, 0, 0));
    /// set.except(date(2026, 2, 1).at(9, 0, 0, 0));
    /// assert_eq!(
    ///     Plain::set(&set).to_string(),
    ///     "Every month on the 1st at 09:00, and every year in April on the 1st at 09:00, \
    ///      from 1 January 2026; also on 15 January 2026 at 09:00; \
    ///      not on 1 February 2026 at 09:00",
    /// );
    /// # Ok::<(), recurrence::ParseError>(())
    /// ```
    pub fn set(set: &RuleSet) -> Plain {
        let mut each = set.timetables().iter().map(Plain::timetable);
        if let (Some(only), None) = (each.next(), each.next()) {
            return only.with_times_of(set);
        }
        let each: Vec<_> = set.timetables().iter().map(Plain::timetable).collect();
        let first = each.first().and_then(|plain| plain.window.as_ref());
        let window = first.filter(|_| each.iter().all(|plain| plain.window.as_ref() == first));
        let mut rules = String::new();
        for (index, plain) in each.iter().enumerate() {
            match index {
                0 => rules.push_str(&plain.rules),
                _ => write_after_the_first(&mut rules, &plain.rules),
            }
            let of_its_own = plain.window.as_ref().filter(|_| window.is_none());
            for part in plain.limit.iter().chain(of_its_own) {
                rules.push_str(", ");
                rules.push_str(part);
            }
        }
        let window = window.cloned();
        Plain { rules, zone: None, limit: None, window, besides: vec![] }.with_times_of(set)
    }

    /// The same, with the times that are added to a set and taken away.
    fn with_times_of(mut self, set: &RuleSet) -> Plain {
        let added: Vec<_> = set.added().collect();
        if self.rules.is_empty() {
            self.rules = match added.as_slice() {
                [] => "Never".to_owned(),
                times => format!("On {}", times_listed(times)),
            };
        } else if !added.is_empty() {
            self.besides.push(format!("also on {}", times_listed(&added)));
        }
        let excepted: Vec<_> = set.excepted().collect();
        if !excepted.is_empty() {
            self.besides.push(format!("not on {}", times_listed(&excepted)));
        }
        self
    }

    /// Times in a zone, with what becomes of those that its clocks leave out
    /// or show twice, where that is not what everybody expects.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use jiff::tz::TimeZone;
    /// use recurrence::words::Plain;
    /// use recurrence::{Gap, Rule, Timetable, Zoned};
    ///
    /// let nightly = Timetable::new(Rule::days(1)?, date(2026, 1, 1).at(2, 30, 0, 0));
    /// let zoned = Zoned::new(nightly, TimeZone::get("Europe/Paris").unwrap());
    /// assert_eq!(
    ///     Plain::zoned(&zoned).to_string(),
    ///     "Every day at 02:30 by the clocks of Europe/Paris, from 1 January 2026",
    /// );
    /// assert_eq!(
    ///     Plain::zoned(&zoned.with_gap(Gap::Omit)).to_string(),
    ///     "Every day at 02:30 by the clocks of Europe/Paris, from 1 January 2026; \
    ///      left out where the clocks are put forward past it",
    /// );
    /// # Ok::<(), recurrence::RuleError>(())
    /// ```
    pub fn zoned(zoned: &Zoned) -> Plain {
        let mut plain = Plain::set(zoned.set());
        plain.zone = Some(match zoned.zone().iana_name() {
            Some("UTC") => "in UTC".to_owned(),
            Some(zone) => format!("by the clocks of {zone}"),
            None => "by the clocks of a zone without a name".to_owned(),
        });
        plain.besides.extend(match zoned.gap() {
            Gap::Shift => None,
            Gap::End => Some("where the clocks are put forward past it, right after".to_owned()),
            Gap::Omit => Some("left out where the clocks are put forward past it".to_owned()),
        });
        plain.besides.extend(match zoned.fold() {
            fold if fold == zoned.usual_fold() => None,
            Fold::First => Some("where the clocks show it twice, the first time".to_owned()),
            Fold::Second => Some("where the clocks show it twice, the second time".to_owned()),
            Fold::Both => Some("where the clocks show it twice, both times".to_owned()),
        });
        plain
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
    pub fn rolled(mut self, roll: Roll, calendar: &Calendar) -> Plain {
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
        self.besides.extend(roll);
        self
    }
}

impl fmt::Display for Plain {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.rules)?;
        self.zone.iter().try_for_each(|zone| write!(formatter, " {zone}"))?;
        self.limit.iter().try_for_each(|limit| write!(formatter, ", {limit}"))?;
        self.window.iter().try_for_each(|window| write!(formatter, ", {window}"))?;
        self.besides.iter().try_for_each(|besides| write!(formatter, "; {besides}"))
    }
}

/// Appends a rule as what comes besides.
fn write_after_the_first(rules: &mut String, rule: &str) {
    rules.push_str(", and ");
    let mut letters = rule.chars();
    rules.extend(letters.next().map(|first| first.to_ascii_lowercase()));
    rules.push_str(letters.as_str());
}

/// The first few of them, and how many more.
fn times_listed(times: &[DateTime]) -> String {
    let mut said: Vec<_> = times.iter().take(TIMES_LISTED_MAX).map(|time| timed(*time)).collect();
    let more = times.len().saturating_sub(TIMES_LISTED_MAX);
    if more > 0 {
        said.push(format!("{more} more times"));
    }
    listing::listed(&said)
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
    use jiff::civil::Weekday;

    use super::*;
    use crate::{DaysOfMonth, Ordinal, Weekdays, Weekend};

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
