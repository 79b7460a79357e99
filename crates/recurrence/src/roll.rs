//! What becomes of a date that is not a business day.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{Calendar, CalendarError};

/// What becomes of a date that is not a business day: the roll conventions of
/// finance.
///
/// ```
/// use recurrence::{Date, NamedCalendar, Roll};
///
/// // 31 October 2026 is a Saturday.
/// let halloween = Date::constant(2026, 10, 31);
/// let rolled = |roll: Roll| roll.roll(halloween, NamedCalendar::EnglandAndWales.calendar());
/// assert_eq!(rolled(Roll::None), Ok(halloween));
/// assert_eq!(rolled(Roll::Following), Ok(Date::constant(2026, 11, 2)));
/// assert_eq!(rolled(Roll::ModifiedFollowing), Ok(Date::constant(2026, 10, 30)));
/// assert_eq!(rolled(Roll::Preceding), Ok(Date::constant(2026, 10, 30)));
/// assert_eq!(rolled(Roll::ModifiedPreceding), Ok(Date::constant(2026, 10, 30)));
/// assert_eq!(rolled(Roll::EndOfMonth), Ok(Date::constant(2026, 10, 30)));
/// ```
// Stored by position: add at the end, never reorder.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Roll {
    /// Nothing: the date stays.
    #[default]
    None,
    /// The next business day.
    Following,
    /// The next business day, unless it lies in another month: then the last
    /// one before.
    ModifiedFollowing,
    /// The last business day before.
    Preceding,
    /// The last business day before, unless it lies in another month: then the
    /// next one.
    ModifiedPreceding,
    /// The last business day of the date's month, whatever the date.
    EndOfMonth,
}

impl Roll {
    /// Where a date is moved to. A business day stays where it is, except by
    /// [`EndOfMonth`](Roll::EndOfMonth). Two dates may be moved to the same.
    ///
    /// An answer that depends on a day which the calendar does not know is an
    /// error, and so is a month without a business day to those conventions
    /// that keep to the month. [`None`](Roll::None) asks nothing and always
    /// answers.
    ///
    /// ```
    /// use recurrence::{Calendar, CalendarError, Date, NamedCalendar, Roll, Weekend};
    ///
    /// let thailand = NamedCalendar::BankOfThailand.calendar();
    /// let new_years_eve = Date::constant(2027, 12, 31);
    /// assert!(matches!(
    ///     Roll::Following.roll(new_years_eve, thailand),
    ///     Err(CalendarError::Unknown { .. }),
    /// ));
    /// assert_eq!(
    ///     Roll::ModifiedFollowing.roll(new_years_eve, thailand),
    ///     Ok(Date::constant(2027, 12, 30)),
    ///     "what comes after the month does not matter",
    /// );
    ///
    /// let february = Date::constant(2026, 2, 1)..=Date::constant(2026, 2, 28);
    /// let all_of_it: Vec<_> = (1..=28).map(|day| Date::constant(2026, 2, day)).collect();
    /// let calendar = Calendar::new("Dead month", Weekend::default(), february, &all_of_it)?;
    /// assert_eq!(
    ///     Roll::ModifiedPreceding.roll(Date::constant(2026, 2, 10), &calendar),
    ///     Err(CalendarError::NoBusinessDayInMonth {
    ///         calendar: "Dead month".into(),
    ///         date: Date::constant(2026, 2, 10),
    ///     }),
    /// );
    /// # Ok::<(), CalendarError>(())
    /// ```
    pub fn roll(self, date: Date, calendar: &Calendar) -> Result<Date, CalendarError> {
        match self {
            Roll::None => Ok(date),
            Roll::Following => calendar.after(date, 0),
            Roll::Preceding => calendar.before(date, 0),
            Roll::ModifiedFollowing => {
                within_month(date, calendar, rest_of_month(date).chain(month_until(date)))
            }
            Roll::ModifiedPreceding => {
                within_month(date, calendar, month_until(date).chain(rest_of_month(date)))
            }
            Roll::EndOfMonth => within_month(date, calendar, month_until(date.last_of_month())),
        }
    }
}

fn within_month(
    date: Date,
    calendar: &Calendar,
    candidates: impl Iterator<Item = Date>,
) -> Result<Date, CalendarError> {
    calendar.first_business_day(candidates)?.ok_or_else(|| CalendarError::NoBusinessDayInMonth {
        calendar: String::from(calendar.name()),
        date,
    })
}

/// From the date to the last of its month.
fn rest_of_month(date: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(date), |day| day.tomorrow().ok())
        .take_while(move |day| day.month() == date.month())
}

/// From the date back to the first of its month.
fn month_until(date: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(date), |day| day.yesterday().ok())
        .take_while(move |day| day.month() == date.month())
}
