//! Banks in Japan.
//!
//! Banks are closed on Saturdays, Sundays, the holidays of the Act on National
//! Holidays, and from 31 December to 3 January: Banking Act, article 15;
//! Order for Enforcement of the Banking Act, article 5. By article 3 of the
//! Act on National Holidays, one that falls on a Sunday is made up for on the
//! next day that is not one itself, and a day between two of them is a holiday
//! too.
//!
//! The equinoxes are holidays by astronomy, but only the official gazette of
//! February of the year before makes them law: they stand in a table.

use jiff::civil::{Date, Weekday, date};

use super::statute::{days_later, first_from};

/// In 2019 to 2021, an enthronement and the Olympic Games moved and added
/// holidays.
pub(super) const FIRST_YEAR: i16 = 2022;

/// The gazette of 2 February 2026 has the equinoxes of 2027.
pub(super) const LAST_YEAR: i16 = 2027;

pub(super) const SOURCE: &str = "Act on National Holidays (Act No. 178 of 1948), articles 2 and \
     3; Order for Enforcement of the Banking Act, article 5; calendars for 2022 to 2027 of the \
     National Astronomical Observatory of Japan, as gazetted";

/// Vernal and autumnal, as gazetted.
const EQUINOXES: &[(Date, Date)] = &[
    (date(2022, 3, 21), date(2022, 9, 23)),
    (date(2023, 3, 21), date(2023, 9, 23)),
    (date(2024, 3, 20), date(2024, 9, 22)),
    (date(2025, 3, 20), date(2025, 9, 23)),
    (date(2026, 3, 20), date(2026, 9, 23)),
    (date(2027, 3, 21), date(2027, 9, 23)),
];

pub(super) fn holidays(year: i16) -> Vec<Date> {
    let national = national_holidays(year);
    let mut holidays = vec![date(year, 1, 2), date(year, 1, 3), date(year, 12, 31)];
    for holiday in &national {
        if holiday.weekday() == Weekday::Sunday {
            holidays.push(next_free_day(*holiday, &national));
        }
        if national.contains(&days_later(*holiday, 2)) {
            holidays.push(days_later(*holiday, 1));
        }
    }
    holidays.extend(national);
    holidays
}

/// Article 2.
fn national_holidays(year: i16) -> Vec<Date> {
    let mut holidays = vec![
        date(year, 1, 1),
        // Coming of Age Day: the second Monday.
        first_from(date(year, 1, 8), Weekday::Monday),
        // National Foundation Day.
        date(year, 2, 11),
        // The Emperor's Birthday.
        date(year, 2, 23),
        // Showa Day.
        date(year, 4, 29),
        // Constitution Memorial Day, Greenery Day, Children's Day.
        date(year, 5, 3),
        date(year, 5, 4),
        date(year, 5, 5),
        // Marine Day: the third Monday.
        first_from(date(year, 7, 15), Weekday::Monday),
        // Mountain Day.
        date(year, 8, 11),
        // Respect for the Aged Day: the third Monday.
        first_from(date(year, 9, 15), Weekday::Monday),
        // Sports Day: the second Monday.
        first_from(date(year, 10, 8), Weekday::Monday),
        // Culture Day.
        date(year, 11, 3),
        // Labour Thanksgiving Day.
        date(year, 11, 23),
    ];
    let of_year = EQUINOXES.iter().filter(|(vernal, _)| vernal.year() == year);
    holidays.extend(of_year.flat_map(|(vernal, autumnal)| [*vernal, *autumnal]));
    holidays
}

fn next_free_day(holiday: Date, national: &[Date]) -> Date {
    let mut day = holiday;
    while national.contains(&day) {
        day = days_later(day, 1);
    }
    day
}
