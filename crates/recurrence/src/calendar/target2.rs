//! The payment system of the euro.
//!
//! The Governing Council of the European Central Bank decided on 14 December
//! 2000 that TARGET is closed, besides Saturdays and Sundays, on six days a
//! year, from 2002 until further notice. TARGET2, and T2 after it, kept them.
//! Nothing is moved when it falls on a weekend.

use jiff::civil::{Date, date};

use super::statute::{easter_monday, good_friday};

pub(super) const FIRST_YEAR: i16 = 2002;

/// "Until further notice" has no last year. Notice would be given years ahead,
/// not decades.
pub(super) const LAST_YEAR: i16 = 2030;

pub(super) const SOURCE: &str = "European Central Bank, Long-term calendar for TARGET closing \
     days, 14 December 2000";

pub(super) fn holidays(year: i16) -> Vec<Date> {
    vec![
        date(year, 1, 1),
        good_friday(year),
        easter_monday(year),
        date(year, 5, 1),
        date(year, 12, 25),
        date(year, 12, 26),
    ]
}
