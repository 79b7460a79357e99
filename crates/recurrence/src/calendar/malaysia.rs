//! Public holidays in Kuala Lumpur: those of the Malaysian federation and of
//! the federal territory.
//!
//! The Prime Minister's Department publishes a table every year; more days are
//! declared under section 8 of the Holidays Act 1951, some of them days ahead.
//! By section 3, one that falls on a Sunday is made up for on the next day that
//! is not a holiday itself; one on a Saturday is not. Other states keep other
//! days, and some another weekend.

use jiff::civil::{Date, date};

pub(super) const KNOWN_FROM: Date = date(2025, 1, 1);

/// The table for 2027 is not in yet: on 6 June, a Sunday before a holiday, the
/// lists at hand disagree.
pub(super) const KNOWN_UNTIL: Date = date(2026, 12, 31);

pub(super) const SOURCE: &str = "Prime Minister's Department of Malaysia, Jadual Hari Kelepasan \
     Am Persekutuan and Negeri 2025 and 2026, Wilayah Persekutuan Kuala Lumpur; Holidays Act \
     1951, sections 3 and 8";

pub(super) const HOLIDAYS: &[Date] = &[
    date(2025, 1, 1),
    date(2025, 1, 29),
    date(2025, 1, 30),
    date(2025, 2, 1),
    date(2025, 2, 11),
    date(2025, 3, 18),
    date(2025, 3, 31),
    date(2025, 4, 1),
    date(2025, 5, 1),
    date(2025, 5, 12),
    date(2025, 6, 2),
    date(2025, 6, 7),
    date(2025, 6, 27),
    date(2025, 8, 31),
    date(2025, 9, 1),
    date(2025, 9, 5),
    // Declared on 23 July 2025.
    date(2025, 9, 15),
    date(2025, 9, 16),
    date(2025, 10, 20),
    date(2025, 12, 25),
    date(2026, 1, 1),
    // Both Thaipusam and Federal Territory Day.
    date(2026, 2, 1),
    date(2026, 2, 2),
    date(2026, 2, 17),
    date(2026, 2, 18),
    date(2026, 3, 7),
    // Declared in March 2026, as Hari Raya Puasa was to be on the 21st.
    date(2026, 3, 20),
    date(2026, 3, 21),
    date(2026, 3, 22),
    date(2026, 3, 23),
    date(2026, 5, 1),
    date(2026, 5, 27),
    // Wesak Day; the Monday after it was the King's birthday.
    date(2026, 5, 31),
    date(2026, 6, 1),
    date(2026, 6, 2),
    date(2026, 6, 17),
    date(2026, 8, 25),
    date(2026, 8, 31),
    date(2026, 9, 16),
    date(2026, 11, 8),
    date(2026, 11, 9),
    date(2026, 12, 25),
];
