//! What can be wrong with a calendar, or with a question put to one.

use jiff::civil::Date;

use crate::Calendar;

/// Why a calendar was refused, or why it gives no answer.
///
/// ```
/// use recurrence::{Calendar, CalendarError, Date, Weekend};
///
/// let year = Date::constant(2026, 1, 1)..=Date::constant(2026, 12, 31);
/// let calendar = Calendar::new("Acme", Weekend::default(), year, &[])?;
/// let unknown = calendar.is_business_day(Date::constant(2027, 1, 4));
/// assert_eq!(
///     unknown.unwrap_err().to_string(),
///     "the calendar `Acme` knows the days from 2026-01-01 to 2026-12-31; \
///      whether 2027-01-04 is a business day is not known",
/// );
/// # Ok::<(), CalendarError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CalendarError {
    /// Nobody has announced yet, or this crate was never told, which days of
    /// that time are holidays.
    #[error(
        "the calendar `{calendar}` knows the days from {known_from} to {known_until}; \
         whether {date} is a business day is not known"
    )]
    Unknown {
        /// The name of the calendar.
        calendar: String,
        /// The date that was asked about, or that the answer depends on.
        date: Date,
        /// The first date that the calendar knows.
        known_from: Date,
        /// The last date that the calendar knows.
        known_until: Date,
    },

    /// A date cannot be kept in a month in which nobody works.
    #[error("the calendar `{calendar}` has no business day in the month of {date}")]
    NoBusinessDayInMonth {
        /// The name of the calendar.
        calendar: String,
        /// The date that should have been moved within its month.
        date: Date,
    },

    /// The business day asked for would lie outside the years -9999 to 9999.
    #[error("there is no business day past {date}, where dates end")]
    EndOfDates {
        /// The last date there is in that direction.
        date: Date,
    },

    /// More business days than are ever counted.
    #[error(
        "{count} business days are too many to count; it can be at most {max}",
        max = Calendar::BUSINESS_DAYS_MAX
    )]
    TooManyBusinessDays {
        /// The number that was given.
        count: u16,
    },

    /// There would be no business day at all.
    #[error("the weekend holds all seven weekdays; it must leave at least one to work on")]
    EveryDayIsWeekend,

    /// A stored weekend has bits that stand for no weekday.
    #[error("the stored weekend {bits:#b} holds an unknown bit; only the lowest 7 have a meaning")]
    UnknownWeekendBits {
        /// The stored bits.
        bits: u8,
    },

    /// A calendar is spoken of by its name.
    #[error("the name of the calendar is blank; it must hold at least one visible character")]
    NameBlank,

    /// The name would not fit where it is shown.
    #[error(
        "the name of the calendar is {length} characters long; it can be at most {max}",
        max = Calendar::NAME_LENGTH_MAX
    )]
    NameTooLong {
        /// How long the name is, in characters.
        length: usize,
    },

    /// A calendar that ends before it starts knows no day.
    #[error(
        "the last date that the calendar knows, {known_until}, is before the first, {known_from}; \
         it must be that date or later"
    )]
    KnownUntilBeforeKnownFrom {
        /// The first date that the calendar should know.
        known_from: Date,
        /// The last date that the calendar should know.
        known_until: Date,
    },

    /// A holiday on a day of which the calendar claims to know nothing.
    #[error(
        "the holiday {holiday} lies outside the dates that the calendar knows; \
         it must be from {known_from} to {known_until}"
    )]
    HolidayOutsideKnown {
        /// The holiday.
        holiday: Date,
        /// The first date that the calendar knows.
        known_from: Date,
        /// The last date that the calendar knows.
        known_until: Date,
    },

    /// More holidays than a calendar may hold.
    #[error(
        "{count} holidays are too many; a calendar holds at most {max}",
        max = Calendar::HOLIDAYS_MAX
    )]
    TooManyHolidays {
        /// How many there are.
        count: usize,
    },
}
