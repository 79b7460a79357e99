//! Which dates and times a rule falls on.
//!
//! This crate is arithmetic on the calendar and nothing else. It reads no clock
//! and keeps no list. A [`Rule`] says *every 2 weeks on Monday and Friday*: it
//! is made by a constructor or read from the text of RFC 5545 and RFC 7529.
//! From a rule there come
//!
//! - a [`Recurrence`]: dates, within a window;
//! - a [`Timetable`]: civil dates and times, from a start;
//! - a [`RuleSet`]: several timetables, with times added and taken away;
//! - [`Zoned`]: instants, by the clocks of a time zone.
//!
//! ```
//! use recurrence::{Date, DaysOfMonth, Recurrence, Rule, words};
//!
//! let rule = Rule::months_on_days(1, DaysOfMonth::new(&[31])?)?;
//! let recurrence = Recurrence::new(
//!     rule,
//!     Date::constant(2028, 1, 31),
//!     Date::constant(2028, 12, 31),
//! )?;
//!
//! assert_eq!(words::omise(&rule), "Every 1 month(s) on the 31st");
//! assert_eq!(recurrence.nth(1), Some(Date::constant(2028, 2, 29)));
//! assert_eq!(recurrence.after(Date::constant(2028, 2, 29)), Some(Date::constant(2028, 3, 31)));
//! assert_eq!(recurrence.count_between(Date::MIN, Date::MAX), 12);
//! # Ok::<(), recurrence::RuleError>(())
//! ```
//!
//! ```
//! use jiff::civil::date;
//! use recurrence::{Rule, Timetable};
//!
//! let rule: Rule = "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1".parse()?;
//! let last_working_day = Timetable::new(rule, date(2026, 1, 1).at(9, 0, 0, 0));
//! assert_eq!(last_working_day.nth(1), Some(date(2026, 2, 27).at(9, 0, 0, 0)));
//! # Ok::<(), recurrence::ParseError>(())
//! ```
//!
//! # The model
//!
//! A rule **visits** every N-th year, month, week or day, counted from the one
//! that holds the start, and gives each month of the calendar a **word**: one
//! bit for each day on which it falls. The word depends on nothing but the
//! month. All parts of a rule meet in it:
//!
//! | part | what it does to the word |
//! |---|---|
//! | `FREQ`, `INTERVAL`, `WKST` | strikes out what is not visited |
//! | `BYMONTH`, `BYWEEKNO`, `BYYEARDAY`, `BYMONTHDAY`, `BYDAY` | strike out days |
//! | `SKIP` | moves the bit of a day that the month lacks: to its last day, or to the bit after it, which stands for the first of the next month |
//! | `BYSETPOS` | keeps the bits at its positions of the period |
//!
//! So no question needs a walk from the start:
//!
//! - **The next date** after another is the lowest bit of what is left of the
//!   word of its month, or else of the next word that is not empty. The
//!   calendar repeats after 400 years, and so do the words: a search that has
//!   seen so many in vain has seen all.
//! - **The time of day** is one of all combinations of some hours, minutes and
//!   seconds. Rules that count in hours and less leap between what their steps,
//!   the days and the times of day allow, until all agree; whether they ever do
//!   is a matter of remainders, and settled once, when the rule gets its start.
//! - **How many dates** lie before another, and which is the k-th, is for most
//!   rules a matter of remainders too: each visit holds as many, or as many as
//!   the length of its month allows. Otherwise words are counted over at most
//!   one cycle in which they repeat.
//!
//! # Where the RFCs leave a choice
//!
//! - The start is a date of the rule only if the rule falls on it.
//! - `BYWEEKNO` without `BYDAY` means all days of the week, as python-dateutil
//!   and its many descendants have it; `FREQ=YEARLY` with `BYWEEKNO` looks at
//!   the days of the calendar year.
//! - An `UNTIL` that is a date includes the whole of that day.
//! - Second 60 is second 59.
//! - `SKIP` moves days counted from the start of a month, and day 366. A day
//!   counted from the end that a month lacks is left out.
//! - What RFC 5545 says must not stand together is refused.
//!
//! # Business days
//!
//! A rule's own dates know nothing of holidays. A [`Calendar`] says which days
//! are business days, and a [`Roll`] where a date goes that is not one. No
//! calendar guesses: beyond the years that were announced, or that a statute
//! makes certain, the answer is an error, and what is certain of the
//! [built-in](NamedCalendar) ones is said with each of them.
//!
//! ```
//! use recurrence::{CalendarError, Date, DaysOfMonth, NamedCalendar, Recurrence, Roll, Rule};
//!
//! let rule = Rule::months_on_days(1, DaysOfMonth::new(&[31])?)?;
//! let autumn = Recurrence::new(
//!     rule,
//!     Date::constant(2027, 10, 1),
//!     Date::constant(2028, 1, 31),
//! )?;
//! let thailand = NamedCalendar::BankOfThailand.calendar();
//! let paid: Vec<_> = autumn.iter().map(|due| Roll::Preceding.roll(due, thailand)).collect();
//! assert_eq!(paid[0], Ok(Date::constant(2027, 10, 29)));
//! assert_eq!(paid[1], Ok(Date::constant(2027, 11, 30)));
//! assert_eq!(paid[2], Ok(Date::constant(2027, 12, 30)));
//! assert!(matches!(paid[3], Err(CalendarError::Unknown { .. })), "not announced yet");
//! # Ok::<(), recurrence::RuleError>(())
//! ```

mod calendar;

mod date_times;
mod dates;
mod day;
mod days_of_month;
mod error;
mod expansion;
mod month;
mod ordinal;
mod recurrence;
mod roll;
mod rule;
mod rule_set;
mod rule_text;
mod signed_set;
mod tally;
mod timetable;
mod visits;
mod week;
mod weekdays;
pub mod words;
mod zoned;

pub use jiff::civil::{Date, Weekday};

pub use crate::calendar::{Calendar, CalendarError, NamedCalendar, Weekend};
pub use crate::date_times::DateTimes;
pub use crate::dates::Dates;
pub use crate::days_of_month::DaysOfMonth;
pub use crate::error::RuleError;
pub use crate::ordinal::Ordinal;
pub use crate::recurrence::Recurrence;
pub use crate::roll::Roll;
pub use crate::rule::{Frequency, Limit, ParseError, Pattern, Rule, Skip, Until};
pub use crate::rule_set::RuleSet;
pub use crate::rule_text::RuleText;
pub use crate::timetable::Timetable;
pub use crate::weekdays::Weekdays;
pub use crate::zoned::{Fold, Gap, Zoned};
