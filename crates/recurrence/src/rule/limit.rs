//! Where a rule ends of itself.

use std::fmt;

use jiff::civil::{Date, DateTime, Time};

/// Where a rule ends of itself: RFC 5545's `COUNT` and `UNTIL`, which exclude
/// each other.
///
/// ```
/// use recurrence::{Limit, Rule};
///
/// let rule: Rule = "FREQ=DAILY;COUNT=5".parse()?;
/// assert_eq!(rule.limit(), Limit::Count(5));
/// # Ok::<(), recurrence::ParseError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Limit {
    /// It does not end.
    #[default]
    Never,
    /// After so many occurrences, at least one.
    Count(u32),
    /// With the last occurrence that is not later.
    Until(Until),
}

/// The last moment of a rule, itself included.
///
/// ```
/// use jiff::civil::date;
/// use recurrence::{Limit, Rule, Until};
///
/// let rule: Rule = "FREQ=DAILY;UNTIL=20271231".parse()?;
/// assert_eq!(rule.limit(), Limit::Until(Until::Date(date(2027, 12, 31))));
/// # Ok::<(), recurrence::ParseError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Until {
    /// The whole of this day is included.
    Date(Date),
    /// By the clock on the wall.
    Local(DateTime),
    /// By the clock in UTC.
    Utc(DateTime),
}

impl Until {
    /// The last moment, where the clock on the wall shows UTC.
    pub(crate) fn last(self) -> DateTime {
        match self {
            Until::Date(date) => date.to_datetime(Time::MAX),
            Until::Local(time) | Until::Utc(time) => time,
        }
    }
}

impl fmt::Display for Until {
    /// As RFC 5545 writes it.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use recurrence::Until;
    ///
    /// assert_eq!(Until::Date(date(2027, 12, 31)).to_string(), "20271231");
    /// let evening = date(2027, 12, 31).at(18, 30, 0, 0);
    /// assert_eq!(Until::Utc(evening).to_string(), "20271231T183000Z");
    /// ```
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Until::Date(date) => write_date(formatter, *date),
            Until::Local(time) => write_date_time(formatter, *time),
            Until::Utc(time) => {
                write_date_time(formatter, *time)?;
                formatter.write_str("Z")
            }
        }
    }
}

fn write_date(formatter: &mut fmt::Formatter<'_>, date: Date) -> fmt::Result {
    write!(formatter, "{:04}{:02}{:02}", date.year(), date.month(), date.day())
}

fn write_date_time(formatter: &mut fmt::Formatter<'_>, time: DateTime) -> fmt::Result {
    write_date(formatter, time.date())?;
    write!(formatter, "T{:02}{:02}{:02}", time.hour(), time.minute(), time.second())
}
