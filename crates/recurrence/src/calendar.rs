//! Which days are business days.

mod england_and_wales;
mod error;
mod federal_reserve;
mod japan;
mod malaysia;
mod named_calendar;
mod singapore;
mod statute;
mod target2;
mod thailand;
mod weekend;

use std::ops::RangeInclusive;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use self::error::CalendarError;
pub use self::named_calendar::NamedCalendar;
pub use self::weekend::Weekend;
use crate::day::stored_date;

/// Which days are business days: all but weekends and holidays, between the
/// first and the last date of which it is known which days are holidays.
/// Outside of them a calendar does not guess: it answers
/// [`CalendarError::Unknown`].
///
/// There are [built-in](NamedCalendar) ones, one [without holidays](Calendar::weekends_only),
/// and [those of one's own](Calendar::new).
///
/// ```
/// use recurrence::{Calendar, CalendarError, Date, NamedCalendar, Weekend};
///
/// let year = Date::constant(2026, 1, 1)..=Date::constant(2026, 12, 31);
/// let stocktaking = Date::constant(2026, 6, 30);
/// let acme = Calendar::new("Acme", Weekend::default(), year, &[stocktaking])?;
///
/// assert_eq!(acme.is_business_day(stocktaking), Ok(false));
/// assert_eq!(acme.after(stocktaking, 1)?, Date::constant(2026, 7, 1));
/// assert!(matches!(
///     acme.is_business_day(Date::constant(2027, 1, 4)),
///     Err(CalendarError::Unknown { .. }),
/// ));
/// # Ok::<(), CalendarError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "StoredCalendar", into = "StoredCalendar")]
pub struct Calendar {
    name: String,
    /// Which built-in calendar this is, unless it has been changed.
    named: Option<NamedCalendar>,
    weekend: Weekend,
    known_from: Date,
    /// Never before `known_from`.
    known_until: Date,
    /// Ascending, each once, all of them known.
    holidays: Vec<Date>,
}

impl Calendar {
    /// The most business days that [`after`](Calendar::after) and
    /// [`before`](Calendar::before) count: about four years.
    ///
    /// ```
    /// use recurrence::{Calendar, CalendarError, Date, Weekend};
    ///
    /// let (weekdays, today) =
    ///     (Calendar::weekends_only(Weekend::default()), Date::constant(2026, 1, 1));
    /// assert!(weekdays.after(today, Calendar::BUSINESS_DAYS_MAX).is_ok());
    /// assert_eq!(
    ///     weekdays.after(today, Calendar::BUSINESS_DAYS_MAX + 1),
    ///     Err(CalendarError::TooManyBusinessDays { count: 1_001 }),
    /// );
    /// ```
    pub const BUSINESS_DAYS_MAX: u16 = 1_000;

    /// The most holidays that a calendar holds: a century of a hundred a year.
    ///
    /// ```
    /// use recurrence::{Calendar, CalendarError, Date, Weekend};
    ///
    /// let weekdays = Calendar::weekends_only(Weekend::default());
    /// let too_many = vec![Date::constant(2026, 1, 1); Calendar::HOLIDAYS_MAX + 1];
    /// assert_eq!(
    ///     weekdays.with_holidays(&too_many),
    ///     Err(CalendarError::TooManyHolidays { count: 10_001 }),
    /// );
    /// ```
    pub const HOLIDAYS_MAX: usize = 10_000;

    /// The longest name, in characters.
    ///
    /// ```
    /// use recurrence::{Calendar, CalendarError, Date, Weekend};
    ///
    /// let named = |length| {
    ///     let name = "x".repeat(length);
    ///     Calendar::new(&name, Weekend::default(), Date::MIN..=Date::MAX, &[])
    /// };
    /// assert!(named(Calendar::NAME_LENGTH_MAX).is_ok());
    /// assert_eq!(
    ///     named(Calendar::NAME_LENGTH_MAX + 1),
    ///     Err(CalendarError::NameTooLong { length: 101 }),
    /// );
    /// ```
    pub const NAME_LENGTH_MAX: usize = 100;

    /// A calendar of one's own: its name, its weekend, the dates from which and
    /// until which it is known, and the holidays between, in any order. Naming
    /// a holiday twice is naming it once; it may lie on a weekend.
    ///
    /// ```
    /// use recurrence::{Calendar, CalendarError, Date, Weekend};
    ///
    /// let (first, last) = (Date::constant(2026, 1, 1), Date::constant(2026, 12, 31));
    /// let calendar = |name: &str, known, holidays: &[Date]| {
    ///     Calendar::new(name, Weekend::default(), known, holidays)
    /// };
    /// assert!(calendar("Acme", first..=last, &[first, first]).is_ok());
    ///
    /// assert_eq!(calendar(" ", first..=last, &[]), Err(CalendarError::NameBlank));
    /// assert_eq!(
    ///     calendar(&"a".repeat(101), first..=last, &[]),
    ///     Err(CalendarError::NameTooLong { length: 101 }),
    /// );
    /// assert_eq!(
    ///     calendar("Acme", last..=first, &[]),
    ///     Err(CalendarError::KnownUntilBeforeKnownFrom { known_from: last, known_until: first }),
    /// );
    /// let next_year = Date::constant(2027, 1, 1);
    /// assert_eq!(
    ///     calendar("Acme", first..=last, &[next_year]),
    ///     Err(CalendarError::HolidayOutsideKnown {
    ///         holiday: next_year,
    ///         known_from: first,
    ///         known_until: last,
    ///     }),
    /// );
    /// assert_eq!(
    ///     calendar("Acme", first..=last, &[first; 10_001]),
    ///     Err(CalendarError::TooManyHolidays { count: 10_001 }),
    /// );
    /// # Ok::<(), CalendarError>(())
    /// ```
    pub fn new(
        name: &str,
        weekend: Weekend,
        known: RangeInclusive<Date>,
        holidays: &[Date],
    ) -> Result<Calendar, CalendarError> {
        let (known_from, known_until) = known.into_inner();
        if name.trim().is_empty() {
            return Err(CalendarError::NameBlank);
        }
        let length = name.chars().count();
        if length > Calendar::NAME_LENGTH_MAX {
            return Err(CalendarError::NameTooLong { length });
        }
        if known_until < known_from {
            return Err(CalendarError::KnownUntilBeforeKnownFrom { known_from, known_until });
        }
        let name = String::from(name);
        Calendar { name, named: None, weekend, known_from, known_until, holidays: vec![] }
            .with_holidays(holidays)
    }

    /// A calendar that knows no holidays, and all dates.
    ///
    /// ```
    /// use recurrence::{Calendar, Date, Weekend};
    ///
    /// let calendar = Calendar::weekends_only(Weekend::default());
    /// assert_eq!(calendar.is_business_day(Date::constant(2026, 12, 25)), Ok(true));
    /// assert_eq!(calendar.is_business_day(Date::constant(2026, 12, 26)), Ok(false));
    /// assert_eq!((calendar.known_from(), calendar.known_until()), (Date::MIN, Date::MAX));
    /// ```
    pub fn weekends_only(weekend: Weekend) -> Calendar {
        Calendar {
            name: String::from("weekends only"),
            named: None,
            weekend,
            known_from: Date::MIN,
            known_until: Date::MAX,
            holidays: vec![],
        }
    }

    /// A built-in one, all of which keep Saturdays and Sundays.
    fn built_in(
        named: NamedCalendar,
        known_from: Date,
        known_until: Date,
        mut holidays: Vec<Date>,
    ) -> Calendar {
        holidays.sort_unstable();
        holidays.dedup();
        Calendar {
            name: String::from(named.name()),
            named: Some(named),
            weekend: Weekend::default(),
            known_from,
            known_until,
            holidays,
        }
    }

    /// The same calendar with more holidays, such as a government declares at
    /// short notice.
    ///
    /// ```
    /// use recurrence::{CalendarError, Date, NamedCalendar};
    ///
    /// let election_day = Date::constant(2027, 6, 1);
    /// let announced = NamedCalendar::BankOfThailand.calendar().clone();
    /// let calendar = announced.with_holidays(&[election_day])?;
    /// assert_eq!(calendar.is_business_day(election_day), Ok(false));
    ///
    /// let too_late = calendar.with_holidays(&[Date::constant(2028, 6, 1)]);
    /// assert!(matches!(too_late, Err(CalendarError::HolidayOutsideKnown { .. })));
    /// # Ok::<(), CalendarError>(())
    /// ```
    pub fn with_holidays(mut self, holidays: &[Date]) -> Result<Calendar, CalendarError> {
        let count = self.holidays.len() + holidays.len();
        if count > Calendar::HOLIDAYS_MAX {
            return Err(CalendarError::TooManyHolidays { count });
        }
        if let Some(&holiday) = holidays.iter().find(|holiday| !self.knows(**holiday)) {
            let Calendar { known_from, known_until, .. } = self;
            return Err(CalendarError::HolidayOutsideKnown { holiday, known_from, known_until });
        }
        self.holidays.extend_from_slice(holidays);
        self.holidays.sort_unstable();
        self.holidays.dedup();
        Ok(self)
    }

    /// The same calendar without these holidays, such as a government takes
    /// back at short notice. A date that is no holiday is none afterwards.
    ///
    /// ```
    /// use recurrence::{Date, NamedCalendar};
    ///
    /// let songkran = Date::constant(2027, 4, 13);
    /// let announced = NamedCalendar::BankOfThailand.calendar().clone();
    /// let calendar = announced.without_holidays(&[songkran]);
    /// assert_eq!(calendar.is_business_day(songkran), Ok(true));
    /// assert_eq!(calendar.without_holidays(&[songkran]).is_business_day(songkran), Ok(true));
    /// ```
    #[must_use]
    pub fn without_holidays(mut self, holidays: &[Date]) -> Calendar {
        self.holidays.retain(|holiday| !holidays.contains(holiday));
        self
    }

    /// Its name, for people.
    ///
    /// ```
    /// use recurrence::NamedCalendar;
    ///
    /// assert_eq!(NamedCalendar::FederalReserve.calendar().name(), "US Federal Reserve");
    /// ```
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Which built-in calendar it is, or was before holidays were added to it
    /// or taken from it; none if it is one's own.
    ///
    /// ```
    /// use recurrence::{Calendar, NamedCalendar, Weekend};
    ///
    /// assert_eq!(NamedCalendar::Japan.calendar().named(), Some(NamedCalendar::Japan));
    /// assert_eq!(Calendar::weekends_only(Weekend::default()).named(), None);
    /// ```
    pub fn named(&self) -> Option<NamedCalendar> {
        self.named
    }

    /// The weekdays on which nobody works.
    ///
    /// ```
    /// use recurrence::{NamedCalendar, Weekend};
    ///
    /// assert_eq!(NamedCalendar::Japan.calendar().weekend(), Weekend::default());
    /// ```
    pub fn weekend(&self) -> Weekend {
        self.weekend
    }

    /// The first date of which it is known whether it is a business day.
    ///
    /// ```
    /// use recurrence::{Date, NamedCalendar};
    ///
    /// assert_eq!(NamedCalendar::Singapore.calendar().known_from(), Date::constant(2024, 1, 1));
    /// ```
    pub fn known_from(&self) -> Date {
        self.known_from
    }

    /// The last date of which it is known whether it is a business day.
    ///
    /// ```
    /// use recurrence::{Date, NamedCalendar};
    ///
    /// assert_eq!(NamedCalendar::Malaysia.calendar().known_until(), Date::constant(2026, 12, 31));
    /// ```
    pub fn known_until(&self) -> Date {
        self.known_until
    }

    /// All holidays, ascending, those on weekends included.
    ///
    /// ```
    /// use recurrence::{Date, NamedCalendar};
    ///
    /// let holidays = NamedCalendar::Target2.calendar().holidays();
    /// assert_eq!(holidays.first(), Some(&Date::constant(2002, 1, 1)));
    /// ```
    pub fn holidays(&self) -> &[Date] {
        &self.holidays
    }

    /// Whether a date is a business day.
    ///
    /// ```
    /// use recurrence::{CalendarError, Date, NamedCalendar};
    ///
    /// let japan = NamedCalendar::Japan.calendar();
    /// let thursday = Date::constant(2026, 12, 31);
    /// assert_eq!(japan.is_business_day(thursday), Ok(false), "banks close for the new year");
    /// assert_eq!(japan.is_business_day(Date::constant(2026, 12, 30)), Ok(true));
    ///
    /// assert_eq!(
    ///     japan.is_business_day(Date::constant(2028, 3, 20)),
    ///     Err(CalendarError::Unknown {
    ///         calendar: "Japan".into(),
    ///         date: Date::constant(2028, 3, 20),
    ///         known_from: Date::constant(2022, 1, 1),
    ///         known_until: Date::constant(2027, 12, 31),
    ///     }),
    /// );
    /// ```
    pub fn is_business_day(&self, date: Date) -> Result<bool, CalendarError> {
        if self.knows(date) {
            let works = !self.weekend.contains(date.weekday());
            Ok(works && self.holidays.binary_search(&date).is_err())
        } else {
            Err(self.unknown(date))
        }
    }

    /// The business day that is so many business days later than a date. None
    /// later is the date itself, or the next business day if it is not one.
    ///
    /// ```
    /// use recurrence::{CalendarError, Date, NamedCalendar};
    ///
    /// let thailand = NamedCalendar::BankOfThailand.calendar();
    /// // Songkran is from Monday to Wednesday.
    /// let friday = Date::constant(2026, 4, 10);
    /// let monday = Date::constant(2026, 4, 13);
    /// assert_eq!(thailand.after(friday, 0)?, friday);
    /// assert_eq!(thailand.after(friday, 1)?, Date::constant(2026, 4, 16));
    /// assert_eq!(thailand.after(monday, 0)?, Date::constant(2026, 4, 16));
    /// assert_eq!(thailand.after(monday, 1)?, Date::constant(2026, 4, 16));
    ///
    /// assert_eq!(
    ///     thailand.after(friday, 1_001),
    ///     Err(CalendarError::TooManyBusinessDays { count: 1_001 }),
    /// );
    /// assert!(matches!(thailand.after(friday, 1_000), Err(CalendarError::Unknown { .. })));
    /// # Ok::<(), CalendarError>(())
    /// ```
    pub fn after(&self, date: Date, business_days: u16) -> Result<Date, CalendarError> {
        self.nth_business_day(date, business_days, |date| date.tomorrow().ok())
    }

    /// The business day that is so many business days earlier than a date.
    /// None earlier is the date itself, or the last business day before it if
    /// it is not one.
    ///
    /// ```
    /// use recurrence::{CalendarError, Date, NamedCalendar};
    ///
    /// let thailand = NamedCalendar::BankOfThailand.calendar();
    /// let thursday = Date::constant(2026, 4, 16);
    /// assert_eq!(thailand.before(thursday, 1)?, Date::constant(2026, 4, 10));
    /// assert_eq!(thailand.before(Date::constant(2026, 4, 15), 0)?, Date::constant(2026, 4, 10));
    ///
    /// assert_eq!(
    ///     thailand.before(thursday, 1_001),
    ///     Err(CalendarError::TooManyBusinessDays { count: 1_001 }),
    /// );
    /// # Ok::<(), CalendarError>(())
    /// ```
    pub fn before(&self, date: Date, business_days: u16) -> Result<Date, CalendarError> {
        self.nth_business_day(date, business_days, |date| date.yesterday().ok())
    }

    /// Ends, as not all weekdays are weekend, holidays are limited in number,
    /// and so are the days known.
    fn nth_business_day(
        &self,
        date: Date,
        business_days: u16,
        next: fn(Date) -> Option<Date>,
    ) -> Result<Date, CalendarError> {
        if business_days > Calendar::BUSINESS_DAYS_MAX {
            return Err(CalendarError::TooManyBusinessDays { count: business_days });
        }
        let step = |date| next(date).ok_or(CalendarError::EndOfDates { date });
        let mut day = if business_days == 0 { date } else { step(date)? };
        let mut still_to_pass = business_days.saturating_sub(1);
        loop {
            if self.is_business_day(day)? {
                if still_to_pass == 0 {
                    return Ok(day);
                }
                still_to_pass -= 1;
            }
            day = step(day)?;
        }
    }

    /// The first of these dates that is a business day.
    pub(crate) fn first_business_day(
        &self,
        dates: impl IntoIterator<Item = Date>,
    ) -> Result<Option<Date>, CalendarError> {
        for date in dates {
            if self.is_business_day(date)? {
                return Ok(Some(date));
            }
        }
        Ok(None)
    }

    pub(crate) fn is_weekends_only(&self) -> bool {
        *self == Calendar::weekends_only(self.weekend)
    }

    fn knows(&self, date: Date) -> bool {
        self.known_from <= date && date <= self.known_until
    }

    fn unknown(&self, date: Date) -> CalendarError {
        CalendarError::Unknown {
            calendar: self.name.clone(),
            date,
            known_from: self.known_from,
            known_until: self.known_until,
        }
    }
}

/// A calendar as it is stored, not yet checked. A built-in one is stored in
/// full: what was decided by it stays as it was when a later release knows
/// more.
#[derive(Serialize, Deserialize)]
#[serde(rename = "Calendar")]
struct StoredCalendar {
    name: String,
    named: Option<NamedCalendar>,
    weekend: Weekend,
    known_from: StoredDate,
    known_until: StoredDate,
    holidays: Vec<StoredDate>,
}

#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct StoredDate(#[serde(with = "stored_date")] Date);

impl TryFrom<StoredCalendar> for Calendar {
    type Error = CalendarError;

    fn try_from(stored: StoredCalendar) -> Result<Calendar, CalendarError> {
        let holidays: Vec<_> = stored.holidays.into_iter().map(|StoredDate(date)| date).collect();
        let known = stored.known_from.0..=stored.known_until.0;
        let calendar = Calendar::new(&stored.name, stored.weekend, known, &holidays)?;
        Ok(Calendar { named: stored.named, ..calendar })
    }
}

impl From<Calendar> for StoredCalendar {
    fn from(calendar: Calendar) -> StoredCalendar {
        StoredCalendar {
            name: calendar.name,
            named: calendar.named,
            weekend: calendar.weekend,
            known_from: StoredDate(calendar.known_from),
            known_until: StoredDate(calendar.known_until),
            holidays: calendar.holidays.into_iter().map(StoredDate).collect(),
        }
    }
}
