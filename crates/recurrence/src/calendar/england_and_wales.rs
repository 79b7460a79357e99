//! Bank holidays in England and Wales.
//!
//! Easter Monday, the last Mondays of May and August and the days after
//! Christmas are bank holidays by the Banking and Financial Dealings Act 1971,
//! schedule 1; New Year's Day and the first Monday of May by royal
//! proclamation every year; Good Friday and Christmas Day by common law. One
//! that falls on a weekend is made up for on the next weekday that is not one
//! itself. What kings and queens had moved or added is listed year by year.

use jiff::civil::{Date, Weekday, date};

use super::statute::{days_later, easter_monday, first_from, good_friday};

pub(super) const FIRST_YEAR: i16 = 2017;

pub(super) const LAST_YEAR: i16 = 2027;

pub(super) const SOURCE: &str = "Banking and Financial Dealings Act 1971, schedule 1, and royal \
     proclamations; UK bank holidays, GOV.UK, division england-and-wales, 2017 to 2027";

pub(super) fn holidays(year: i16) -> Vec<Date> {
    let mut holidays = vec![
        date(year, 1, 1),
        good_friday(year),
        easter_monday(year),
        early_may(year),
        spring(year),
        // Summer: the last Monday.
        first_from(date(year, 8, 25), Weekday::Monday),
        date(year, 12, 25),
        date(year, 12, 26),
    ];
    holidays.extend_from_slice(proclaimed_once(year));
    for holiday in holidays.clone() {
        if is_weekend(holiday) {
            holidays.push(next_free_weekday(holiday, &holidays));
        }
    }
    holidays
}

/// The first Monday of May; in 2020, the day on which the war in Europe had
/// ended 75 years before.
fn early_may(year: i16) -> Date {
    match year {
        2020 => date(2020, 5, 8),
        _ => first_from(date(year, 5, 1), Weekday::Monday),
    }
}

/// The last Monday of May; in 2022, a Thursday of the platinum jubilee.
fn spring(year: i16) -> Date {
    match year {
        2022 => date(2022, 6, 2),
        _ => first_from(date(year, 5, 25), Weekday::Monday),
    }
}

fn proclaimed_once(year: i16) -> &'static [Date] {
    match year {
        // The platinum jubilee, and the state funeral, of Elizabeth II.
        2022 => const { &[date(2022, 6, 3), date(2022, 9, 19)] },
        // The coronation of Charles III.
        2023 => const { &[date(2023, 5, 8)] },
        _ => &[],
    }
}

fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

fn next_free_weekday(holiday: Date, taken: &[Date]) -> Date {
    let mut day = holiday;
    while is_weekend(day) || taken.contains(&day) {
        day = days_later(day, 1);
    }
    day
}
