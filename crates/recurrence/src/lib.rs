//! Which dates a rule falls on.
//!
//! This crate is arithmetic on the calendar and nothing else. It reads no
//! clock, knows no time zone and allocates only to put a rule into words. A
//! [`Rule`] says *every 2 weeks on Monday and Friday*; a [`Recurrence`] is a
//! rule within a window, and has dates; both are plain values that can be
//! copied, compared and stored in a few bytes.
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
//! # The model
//!
//! Time is cut into **periods**: days, weeks that start on Monday, or months.
//! Periods of a kind are numbered without gaps, so that which period comes
//! when is ordinary arithmetic on integers.
//!
//! A rule **visits** every N-th period, counted from the one that holds the
//! start. In a period that it visits it falls on a **set of days**, kept as
//! the bits of one word, counted from the period's first day. The set depends
//! on nothing but the shape of the period: for a week it is the same always,
//! for a month it depends on the month's length and the weekday it starts on.
//! The window then cuts off what lies before the start or after the end.
//!
//! So no question needs a walk from the start:
//!
//! - **The next date** after another lies in the period of that other, if it
//!   is visited, or else in the next one visited: a division, and the lowest
//!   bit of one or two words.
//! - **How many dates** lie before another is what the visits before it hold,
//!   plus the lower bits of one word. Visits to days and weeks hold the same
//!   number each. Months hold as many as their length allows, and how many of
//!   every N-th months are, say, Februaries of leap years is a matter of
//!   remainders: number the months from January of the year 0, and Februaries
//!   leave 1 when divided by 12; those of leap years leave 1 when divided by
//!   48, unless also by 1,200, unless also by 4,800.
//! - **The n-th date** is the same question the other way round. The lengths
//!   of months repeat after 400 years; whole such cycles are divided away, and
//!   the month within one is found by halving.
//!
//! # Days that a month lacks
//!
//! There is no 31 April. RFC 5545 leaves such a date out; RFC 7529 lets a rule
//! say with `SKIP` what should happen instead: `OMIT`, `BACKWARD` to the
//! month's last day, or `FORWARD` to the first day of the next. All rules here
//! are `BACKWARD`: a rent due on the 31st is due in every month. As each month
//! is computed from the rule and never from the date before, the 31st comes
//! back in May: dates never drift. Days that fall back onto the same date are
//! one date, as they are one bit of a set.
//!
//! # What RFC 5545 rules will need
//!
//! `every` is `INTERVAL`, and the period is `FREQ`. The rest of an RRULE goes
//! to one of the two places above and leaves the questions as they are:
//!
//! | part | place |
//! |---|---|
//! | `BYDAY`, `BYMONTHDAY`, `BYSETPOS` | the set of days of a period: a function of the shape of a month, of which there are 28 |
//! | `BYMONTH`, `BYWEEKNO`, `BYYEARDAY` | the same: days struck from the set, possibly all |
//! | `FREQ=YEARLY` | one more kind of period, with a set of 366 bits and 14 shapes |
//! | `WKST` | which weekday a numbered week starts on |
//! | `SKIP` | how the set of a month treats days it lacks: drop the bit (`OMIT`), move it to the last (`BACKWARD`), or let it stand for the day after the last (`FORWARD`), for which a word has room |
//! | `UNTIL` | the end of the window |
//! | `COUNT` | the same, once: the end is the date at `COUNT - 1` |
//!
//! Two things become more general. A set may be empty, so that the next date
//! can be several visits away; but the calendar repeats after 400 years, so
//! the search has a fixed bound. And the number of dates a visit holds then
//! depends on its shape, of which there are few, so that they are still
//! counted by remainders, or once over one such cycle. Times of day, `BYHOUR`
//! and finer, are no matter of dates and belong above this crate.

mod date_times;
mod dates;
mod day;
mod days_of_month;
mod error;
mod expansion;
mod month;
mod ordinal;
mod recurrence;
mod rule;
mod rule_set;
mod signed_set;
mod tally;
mod timetable;
mod visits;
mod week;
mod weekdays;
pub mod words;
mod zoned;

pub use jiff::civil::{Date, Weekday};

pub use crate::date_times::DateTimes;
pub use crate::dates::Dates;
pub use crate::days_of_month::DaysOfMonth;
pub use crate::error::RuleError;
pub use crate::ordinal::Ordinal;
pub use crate::recurrence::Recurrence;
pub use crate::rule::{Frequency, Limit, ParseError, Pattern, Rule, Skip, Until};
pub use crate::rule_set::{RuleSet, RuleText};
pub use crate::timetable::Timetable;
pub use crate::weekdays::Weekdays;
pub use crate::zoned::{Fold, Gap, Zoned};
