//! Public holidays in Singapore.
//!
//! The Ministry of Manpower announces them every year, after hearing the
//! communities on the dates that follow the moon. By section 4(2) of the
//! Holidays Act, one that falls on a Sunday is made up for on the next day
//! that is not a holiday itself; one on a Saturday is not.

use jiff::civil::{Date, date};

pub(super) const KNOWN_FROM: Date = date(2024, 1, 1);

pub(super) const KNOWN_UNTIL: Date = date(2027, 12, 31);

pub(super) const SOURCE: &str = "Ministry of Manpower, Singapore, gazetted public holidays for \
     2024 to 2027; Holidays Act 1998, section 4(2)";

pub(super) const HOLIDAYS: &[Date] = &[
    date(2024, 1, 1),
    date(2024, 2, 10),
    date(2024, 2, 11),
    date(2024, 2, 12),
    date(2024, 3, 29),
    date(2024, 4, 10),
    date(2024, 5, 1),
    date(2024, 5, 22),
    date(2024, 6, 17),
    date(2024, 8, 9),
    date(2024, 10, 31),
    date(2024, 12, 25),
    date(2025, 1, 1),
    date(2025, 1, 29),
    date(2025, 1, 30),
    date(2025, 3, 31),
    date(2025, 4, 18),
    date(2025, 5, 1),
    // Polling day.
    date(2025, 5, 3),
    date(2025, 5, 12),
    date(2025, 6, 7),
    date(2025, 8, 9),
    date(2025, 10, 20),
    date(2025, 12, 25),
    date(2026, 1, 1),
    date(2026, 2, 17),
    date(2026, 2, 18),
    date(2026, 3, 21),
    date(2026, 4, 3),
    date(2026, 5, 1),
    date(2026, 5, 27),
    date(2026, 5, 31),
    date(2026, 6, 1),
    date(2026, 8, 9),
    date(2026, 8, 10),
    date(2026, 11, 8),
    date(2026, 11, 9),
    date(2026, 12, 25),
    date(2027, 1, 1),
    date(2027, 2, 6),
    date(2027, 2, 7),
    date(2027, 2, 8),
    date(2027, 3, 10),
    date(2027, 3, 26),
    date(2027, 5, 1),
    date(2027, 5, 17),
    date(2027, 5, 20),
    date(2027, 8, 9),
    date(2027, 10, 28),
    date(2027, 12, 25),
];
