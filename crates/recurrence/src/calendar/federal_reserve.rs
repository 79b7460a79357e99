//! The Federal Reserve Banks of the United States.
//!
//! The holidays are those of 5 U.S.C. 6103(a), as the Board of Governors lists
//! them in its statistical release K.8. Of a holiday on a Saturday the
//! Reserve Banks say that they are open on the Friday before; of one on a
//! Sunday, that they are closed on the Monday after.

use jiff::civil::{Date, Weekday, date};

use super::statute::{days_later, first_from};

/// Juneteenth is kept by the Reserve Banks since 2022.
pub(super) const FIRST_YEAR: i16 = 2022;

/// The last year of K.8 as of 31 December 2025.
pub(super) const LAST_YEAR: i16 = 2030;

pub(super) const SOURCE: &str = "5 U.S.C. 6103(a); Board of Governors of the Federal Reserve \
     System, K.8 Holidays Observed by the Federal Reserve System 2026-2030";

pub(super) fn holidays(year: i16) -> Vec<Date> {
    let mut holidays = vec![
        date(year, 1, 1),
        // Birthday of Martin Luther King, Jr.: the third Monday.
        first_from(date(year, 1, 15), Weekday::Monday),
        // Washington's Birthday: the third Monday.
        first_from(date(year, 2, 15), Weekday::Monday),
        // Memorial Day: the last Monday.
        first_from(date(year, 5, 25), Weekday::Monday),
        // Juneteenth National Independence Day.
        date(year, 6, 19),
        date(year, 7, 4),
        // Labor Day: the first Monday.
        first_from(date(year, 9, 1), Weekday::Monday),
        // Columbus Day: the second Monday.
        first_from(date(year, 10, 8), Weekday::Monday),
        // Veterans Day.
        date(year, 11, 11),
        // Thanksgiving Day: the fourth Thursday.
        first_from(date(year, 11, 22), Weekday::Thursday),
        date(year, 12, 25),
    ];
    let on_sundays = holidays.iter().filter(|holiday| holiday.weekday() == Weekday::Sunday);
    let mondays_after: Vec<_> = on_sundays.map(|holiday| days_later(*holiday, 1)).collect();
    holidays.extend(mondays_after);
    holidays
}
