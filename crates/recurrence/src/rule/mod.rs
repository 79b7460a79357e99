//! A rule: which dates and times, without a first.

mod by;
mod frequency;
mod limit;
mod packed;
mod skip;
mod stored;
mod text;
mod together;

use jiff::civil::Weekday;

pub(crate) use self::by::By;
pub use self::frequency::Frequency;
pub use self::limit::{Limit, Until};
pub use self::skip::Skip;
pub use self::text::ParseError;
pub(crate) use self::text::{Parsed, Piece, Source};
use crate::weekdays::WEEK;
use crate::{DaysOfMonth, Ordinal, RuleError, Weekdays};

/// Every how many periods, and on which days and times of them: a recurrence
/// rule of RFC 5545 and RFC 7529.
///
/// It is made by the constructors below, or read from text. There is one kind
/// of rule: what a constructor makes can be written as text, and a text that
/// says the same is equal to it.
///
/// A rule alone has no dates: "every 2 weeks" needs a date to count from. That
/// is the start of a [`Recurrence`](crate::Recurrence) or of a
/// [`Timetable`](crate::Timetable).
///
/// ```
/// use recurrence::{DaysOfMonth, Pattern, Rule};
///
/// let rule = Rule::days(10)?;
/// assert_eq!((rule.every(), rule.pattern()), (10, Pattern::Days));
///
/// let month_end = Rule::months_on_days(1, DaysOfMonth::new(&[31])?)?;
/// let text = "RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=31;SKIP=BACKWARD";
/// assert_eq!(text.parse::<Rule>()?, month_end);
/// assert_eq!(month_end.to_string(), text);
///
/// let wrong = "FREQ=MONTHLY;BYMONTHDAY=1,32".parse::<Rule>().unwrap_err();
/// assert_eq!(
///     wrong.to_string(),
///     "BYMONTHDAY at character 27: found `32`; expected a number from 1 to 31 or from -31 to -1",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Rule {
    pub(crate) frequency: Frequency,
    /// At least 1.
    pub(crate) every: u32,
    pub(crate) week_start: Weekday,
    pub(crate) skip: Skip,
    pub(crate) limit: Limit,
    pub(crate) by: By,
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
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Pattern {
    /// Days, each of which counts.
    Days,
    /// Weeks from Monday to Sunday, on these weekdays.
    Weeks(Weekdays),
    /// Months, on these days; one that a month lacks falls back to its last.
    MonthDays(DaysOfMonth),
    /// Months, on for example the last Friday.
    MonthWeekday(Ordinal, Weekday),
    /// None of these: only the rule's own text says it in full.
    Other,
}

impl Rule {
    /// The greatest number of days, weeks or months from one to the next, for
    /// the constructors; the text of RFC 5545 may say more.
    ///
    /// ```
    /// use recurrence::{Rule, RuleError};
    ///
    /// assert!(Rule::days(Rule::EVERY_MAX).is_ok());
    /// let more = Rule::EVERY_MAX + 1;
    /// assert_eq!(Rule::days(more), Err(RuleError::EveryOutOfRange { every: more }));
    /// assert!("FREQ=DAILY;INTERVAL=1001".parse::<Rule>().is_ok());
    /// ```
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
        if !matches!(every, 1..=Rule::EVERY_MAX) {
            return Err(RuleError::EveryOutOfRange { every });
        }
        let mut rule = Rule { every: u32::from(every), ..Rule::every_one(Frequency::Daily) };
        match pattern {
            Pattern::Days | Pattern::Other => {}
            Pattern::Weeks(on) => {
                rule.frequency = Frequency::Weekly;
                rule.by.weekdays = on.into();
            }
            Pattern::MonthDays(on) => {
                rule.frequency = Frequency::Monthly;
                rule.skip = Skip::Backward;
                on.iter().for_each(|day| rule.by.month_days.insert(i16::from(day)));
            }
            Pattern::MonthWeekday(ordinal, weekday) => {
                rule.frequency = Frequency::Monthly;
                let of_week = WEEK.into_iter().zip(&mut rule.by.numbered_weekdays);
                for (_, numbers) in of_week.filter(|(day, _)| *day == weekday) {
                    numbers.insert(ordinal.number());
                }
            }
        }
        Ok(rule)
    }

    /// Without any part but its frequency.
    pub(crate) fn every_one(frequency: Frequency) -> Rule {
        Rule {
            frequency,
            every: 1,
            week_start: Weekday::Monday,
            skip: Skip::Omit,
            limit: Limit::Never,
            by: By::NOTHING,
        }
    }

    /// How many periods lie between one and the next: RFC 5545's `INTERVAL`.
    ///
    /// ```
    /// assert_eq!(recurrence::Rule::days(7)?.every(), 7);
    /// # Ok::<(), recurrence::RuleError>(())
    /// ```
    pub fn every(&self) -> u32 {
        self.every
    }

    /// The period that the rule counts in: RFC 5545's `FREQ`.
    ///
    /// ```
    /// use recurrence::{Frequency, Rule};
    ///
    /// assert_eq!(Rule::days(7)?.frequency(), Frequency::Daily);
    /// # Ok::<(), recurrence::RuleError>(())
    /// ```
    pub fn frequency(&self) -> Frequency {
        self.frequency
    }

    /// On which day its weeks start: RFC 5545's `WKST`.
    ///
    /// ```
    /// use recurrence::{Rule, Weekday};
    ///
    /// assert_eq!(Rule::days(7)?.week_start(), Weekday::Monday);
    /// let rule: Rule = "FREQ=WEEKLY;INTERVAL=2;WKST=SU".parse()?;
    /// assert_eq!(rule.week_start(), Weekday::Sunday);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn week_start(&self) -> Weekday {
        self.week_start
    }

    /// What becomes of a day that a month lacks: RFC 7529's `SKIP`.
    ///
    /// ```
    /// use recurrence::{DaysOfMonth, Rule, Skip};
    ///
    /// let month_end = Rule::months_on_days(1, DaysOfMonth::new(&[31])?)?;
    /// assert_eq!(month_end.skip(), Skip::Backward);
    /// assert_eq!("FREQ=MONTHLY;BYMONTHDAY=31".parse::<Rule>()?.skip(), Skip::Omit);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn skip(&self) -> Skip {
        self.skip
    }

    /// Where the rule ends of itself: RFC 5545's `COUNT` and `UNTIL`.
    ///
    /// ```
    /// use recurrence::{Limit, Rule};
    ///
    /// assert_eq!(Rule::days(7)?.limit(), Limit::Never);
    /// # Ok::<(), recurrence::RuleError>(())
    /// ```
    pub fn limit(&self) -> Limit {
        self.limit
    }

    /// What the rule counts in, and on which days of it, where that is one of
    /// the four plain forms: all that is needed to show such a rule to
    /// somebody.
    ///
    /// ```
    /// use recurrence::{Ordinal, Pattern, Rule, Weekday};
    ///
    /// let rule = Rule::months_on_weekday(1, Ordinal::First, Weekday::Monday)?;
    /// assert_eq!(rule.pattern(), Pattern::MonthWeekday(Ordinal::First, Weekday::Monday));
    /// assert_eq!("FREQ=DAILY;COUNT=3".parse::<Rule>()?.pattern(), Pattern::Other);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn pattern(&self) -> Pattern {
        // A plain form is the one that, made again, is this rule.
        let same = |pattern: &Pattern| {
            u16::try_from(self.every).is_ok_and(|every| Rule::new(every, *pattern) == Ok(*self))
        };
        self.nearest_pattern().filter(same).unwrap_or(Pattern::Other)
    }

    /// The only plain form that this rule can have.
    fn nearest_pattern(&self) -> Option<Pattern> {
        match self.frequency {
            Frequency::Daily => Some(Pattern::Days),
            Frequency::Weekly => Weekdays::try_from(self.by.weekdays).ok().map(Pattern::Weeks),
            Frequency::Monthly if !self.by.month_days.is_empty() => {
                let days = u32::try_from(self.by.month_days.first_words().0).ok()?;
                DaysOfMonth::try_from(days).ok().map(Pattern::MonthDays)
            }
            Frequency::Monthly => {
                let of_week = WEEK.into_iter().zip(&self.by.numbered_weekdays);
                let (weekday, number) = { of_week }
                    .find_map(|(weekday, numbers)| Some((weekday, numbers.iter().next()?)))?;
                Some(Pattern::MonthWeekday(Ordinal::numbered(number)?, weekday))
            }
            _ => None,
        }
    }
}
