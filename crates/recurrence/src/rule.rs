//! A rule: which dates, without a first or a last.

use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

use crate::day::{self, Day};
use crate::day_set::DaySet;
use crate::visit::Visit;
use crate::{DaysOfMonth, Ordinal, RuleError, Weekdays, month, week, weekdays};

/// Every how many days, weeks or months, and on which days of them.
///
/// A rule alone has no dates: "every 2 weeks" needs a date to count from. That
/// is the start of a [`Recurrence`](crate::Recurrence).
///
/// ```
/// use recurrence::{Pattern, Rule};
///
/// let rule = Rule::days(10)?;
/// assert_eq!((rule.every(), rule.pattern()), (10, Pattern::Days));
/// # Ok::<(), recurrence::RuleError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "StoredRule", into = "StoredRule")]
pub struct Rule {
    /// From 1 to [`Rule::EVERY_MAX`].
    every: u16,
    pattern: Pattern,
}

/// What a rule counts in, and on which days of each such period it falls.
///
/// ```
/// use recurrence::{DaysOfMonth, Pattern, Rule};
///
/// let days = DaysOfMonth::new(&[1, 16])?;
/// assert_eq!(Rule::months_on_days(1, days)?.pattern(), Pattern::MonthDays(days));
/// # Ok::<(), recurrence::RuleError>(())
/// ```
// Stored by position: add at the end, never reorder.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pattern {
    /// Days, each of which counts.
    Days,
    /// Weeks from Monday to Sunday, on these weekdays.
    Weeks(Weekdays),
    /// Months, on these days; one that a month lacks falls back to its last.
    MonthDays(DaysOfMonth),
    /// Months, on for example the last Friday.
    MonthWeekday(Ordinal, #[serde(with = "weekdays::stored_weekday")] Weekday),
}

impl Rule {
    /// The greatest number of days, weeks or months from one to the next.
    pub const EVERY_MAX: u16 = 1_000;

    /// Every so many days.
    ///
    /// ```
    /// use recurrence::{Rule, RuleError};
    ///
    /// assert!(Rule::days(Rule::EVERY_MAX).is_ok());
    /// assert_eq!(Rule::days(0), Err(RuleError::EveryOutOfRange { every: 0 }));
    /// assert_eq!(Rule::days(1_001), Err(RuleError::EveryOutOfRange { every: 1_001 }));
    /// ```
    pub fn days(every: u16) -> Result<Rule, RuleError> {
        Rule::new(every, Pattern::Days)
    }

    /// Every so many weeks, on these weekdays. A week starts on Monday.
    ///
    /// ```
    /// use recurrence::{Rule, RuleError, Weekday, Weekdays};
    ///
    /// let weekends = Weekdays::new(&[Weekday::Saturday, Weekday::Sunday])?;
    /// assert!(Rule::weeks(2, weekends).is_ok());
    /// assert_eq!(Rule::weeks(0, weekends), Err(RuleError::EveryOutOfRange { every: 0 }));
    /// # Ok::<(), RuleError>(())
    /// ```
    pub fn weeks(every: u16, on: Weekdays) -> Result<Rule, RuleError> {
        Rule::new(every, Pattern::Weeks(on))
    }

    /// Every so many months, on these days. A day that a month lacks falls
    /// back to the month's last day; days that meet there fall due once.
    ///
    /// ```
    /// use recurrence::{Date, DaysOfMonth, Recurrence, Rule, RuleError};
    ///
    /// let month_end = DaysOfMonth::new(&[30, 31])?;
    /// let rule = Rule::months_on_days(1, month_end)?;
    /// let spring = Recurrence::new(
    ///     rule,
    ///     Date::constant(2026, 2, 1),
    ///     Date::constant(2026, 3, 31),
    /// )?;
    /// assert_eq!(spring.iter().collect::<Vec<_>>(), [
    ///     Date::constant(2026, 2, 28),
    ///     Date::constant(2026, 3, 30),
    ///     Date::constant(2026, 3, 31),
    /// ]);
    ///
    /// let refused = Rule::months_on_days(1_001, month_end);
    /// assert_eq!(refused, Err(RuleError::EveryOutOfRange { every: 1_001 }));
    /// # Ok::<(), RuleError>(())
    /// ```
    pub fn months_on_days(every: u16, on: DaysOfMonth) -> Result<Rule, RuleError> {
        Rule::new(every, Pattern::MonthDays(on))
    }

    /// Every so many months, on for example the last Friday.
    ///
    /// ```
    /// use recurrence::{Ordinal, Rule, RuleError, Weekday};
    ///
    /// assert!(Rule::months_on_weekday(3, Ordinal::Second, Weekday::Tuesday).is_ok());
    ///
    /// let refused = Rule::months_on_weekday(0, Ordinal::Second, Weekday::Tuesday);
    /// assert_eq!(refused, Err(RuleError::EveryOutOfRange { every: 0 }));
    /// ```
    pub fn months_on_weekday(
        every: u16,
        ordinal: Ordinal,
        weekday: Weekday,
    ) -> Result<Rule, RuleError> {
        Rule::new(every, Pattern::MonthWeekday(ordinal, weekday))
    }

    fn new(every: u16, pattern: Pattern) -> Result<Rule, RuleError> {
        match every {
            1..=Rule::EVERY_MAX => Ok(Rule { every, pattern }),
            _ => Err(RuleError::EveryOutOfRange { every }),
        }
    }

    /// How many days, weeks or months lie between one and the next.
    ///
    /// ```
    /// assert_eq!(recurrence::Rule::days(7)?.every(), 7);
    /// # Ok::<(), recurrence::RuleError>(())
    /// ```
    pub fn every(&self) -> u16 {
        self.every
    }

    /// What the rule counts in, and on which days of it: all that is needed to
    /// show the rule to somebody.
    ///
    /// ```
    /// use recurrence::{Ordinal, Pattern, Rule, Weekday};
    ///
    /// let rule = Rule::months_on_weekday(1, Ordinal::First, Weekday::Monday)?;
    /// assert_eq!(rule.pattern(), Pattern::MonthWeekday(Ordinal::First, Weekday::Monday));
    /// # Ok::<(), recurrence::RuleError>(())
    /// ```
    pub fn pattern(&self) -> Pattern {
        self.pattern
    }
}

impl Pattern {
    /// The number of the period that holds a date. Periods of one kind are
    /// numbered without gaps.
    pub(crate) fn period_containing(self, date: Date) -> i64 {
        match self {
            Pattern::Days => Day::of(date).0,
            Pattern::Weeks(_) => week::containing(Day::of(date)),
            Pattern::MonthDays(_) | Pattern::MonthWeekday(..) => month::containing(date),
        }
    }

    /// The days on which a rule of this pattern falls when it visits a period:
    /// at least one. Nothing if the period lies past the year 9999.
    pub(crate) fn visit(self, period: i64) -> Option<Visit> {
        match self {
            Pattern::Days => Some(Visit { first_day: Day(period), days: DaySet::only(0) }),
            Pattern::Weeks(weekdays) => {
                Some(Visit { first_day: week::monday(period), days: weekdays.in_week() })
            }
            Pattern::MonthDays(days) => {
                let first = month::first_date(period)?;
                Some(Visit { first_day: Day::of(first), days: days.in_month(length(first)) })
            }
            Pattern::MonthWeekday(ordinal, weekday) => {
                let first = month::first_date(period)?;
                let first_time = day::days_until(first.weekday(), weekday);
                let due = ordinal.day(first_time, u32::from(length(first)));
                Some(Visit { first_day: Day::of(first), days: DaySet::only(due) })
            }
        }
    }
}

/// Of the month of a date, in days.
fn length(date: Date) -> u8 {
    date.days_in_month().unsigned_abs()
}

/// A rule as it is stored, not yet checked.
#[derive(Serialize, Deserialize)]
#[serde(rename = "Rule")]
struct StoredRule {
    every: u16,
    pattern: Pattern,
}

impl TryFrom<StoredRule> for Rule {
    type Error = RuleError;

    fn try_from(stored: StoredRule) -> Result<Rule, RuleError> {
        Rule::new(stored.every, stored.pattern)
    }
}

impl From<Rule> for StoredRule {
    fn from(rule: Rule) -> StoredRule {
        StoredRule { every: rule.every, pattern: rule.pattern }
    }
}
