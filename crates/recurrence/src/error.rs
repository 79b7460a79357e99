//! What can be wrong with a rule or its window.

use jiff::civil::Date;

use crate::Rule;

/// Why a rule, a set of days or a window was refused.
///
/// ```
/// use recurrence::{Rule, RuleError};
///
/// let refused = Rule::days(0);
/// assert_eq!(refused, Err(RuleError::EveryOutOfRange { every: 0 }));
/// assert_eq!(
///     RuleError::EveryOutOfRange { every: 0 }.to_string(),
///     "`every` is 0; it must be a whole number from 1 to 1000",
/// );
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RuleError {
    /// A rule cannot repeat every zero periods, nor less often than every
    /// [`Rule::EVERY_MAX`].
    #[error("`every` is {every}; it must be a whole number from 1 to {max}", max = Rule::EVERY_MAX)]
    EveryOutOfRange {
        /// The number that was given.
        every: u16,
    },

    /// A weekly rule without a weekday would never fall due.
    #[error("the list of weekdays is empty; it must name at least one, from Monday to Sunday")]
    NoWeekdays,

    /// A monthly rule without a day would never fall due.
    #[error("the list of days of the month is empty; it must name at least one, from 1 to 31")]
    NoDaysOfMonth,

    /// No month has such a day.
    #[error("day of the month {day} does not exist; it must be from 1 to 31")]
    DayOfMonthOutOfRange {
        /// The day that was given.
        day: u8,
    },

    /// A window that ends before it starts holds no date.
    #[error("the end date {end} is before the start date {start}; it must be that date or later")]
    EndBeforeStart {
        /// The first date of the window.
        start: Date,
        /// The last date of the window.
        end: Date,
    },

    /// A rule with times of day has no dates alone.
    #[error("the rule has times of day; a recurrence of dates must have none, a timetable may")]
    TimesOfDay,

    /// A stored set of weekdays has bits that stand for no weekday.
    #[error("the stored weekdays {bits:#b} hold an unknown bit; only the lowest 7 have a meaning")]
    UnknownWeekdayBits {
        /// The stored bits.
        bits: u8,
    },

    /// A stored set of days of the month has bits that stand for no day.
    #[error(
        "the stored days of the month {bits:#b} hold an unknown bit; \
         only the lowest 31 have a meaning"
    )]
    UnknownDayOfMonthBits {
        /// The stored bits.
        bits: u32,
    },

    /// A stored weekday is not one of the seven.
    #[error("the stored weekday {number} does not exist; it must be from 1, Monday, to 7, Sunday")]
    UnknownWeekdayNumber {
        /// The stored number.
        number: u8,
    },
}
