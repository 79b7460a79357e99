//! Financial institutions in Thailand.
//!
//! The Bank of Thailand announces their holidays every year, under section 37
//! of the Financial Institution Businesses Act of 2008. They are not those of
//! the government: banks keep 1 May, but not the first day of Buddhist Lent
//! nor the Royal Ploughing Ceremony, and the Bank decides anew whether a day
//! that the cabinet adds or moves is kept by banks. (They worked on 31 July
//! 2023, on 30 December 2024 and on 16 April 2025, when offices were closed.)
//!
//! Banks in five provinces of the south may close on three days more, which
//! are not listed. 16 October 2026 was announced for Bangkok alone and is
//! listed: this is where payments are cleared.

use jiff::civil::{Date, date};

pub(super) const KNOWN_FROM: Date = date(2023, 1, 1);

/// The list for B.E. 2570 is the last that was announced.
pub(super) const KNOWN_UNTIL: Date = date(2027, 12, 31);

pub(super) const SOURCE: &str = "Bank of Thailand, Financial Institutions' Holidays, B.E. 2566 \
     to 2570, with its announcements of special holidays (among them No. 49/2566 and No. 26/2569)";

pub(super) const HOLIDAYS: &[Date] = &[
    // Both 31 December 2022 and 1 January 2023 fell on the weekend.
    date(2023, 1, 2),
    date(2023, 3, 6),
    date(2023, 4, 6),
    date(2023, 4, 13),
    date(2023, 4, 14),
    date(2023, 5, 1),
    date(2023, 5, 4),
    // Special.
    date(2023, 5, 5),
    date(2023, 6, 5),
    date(2023, 7, 28),
    date(2023, 8, 1),
    date(2023, 8, 14),
    date(2023, 10, 13),
    date(2023, 10, 23),
    date(2023, 12, 5),
    date(2023, 12, 11),
    // Moved here from 2 January 2024.
    date(2023, 12, 29),
    date(2024, 1, 1),
    date(2024, 2, 26),
    date(2024, 4, 8),
    // Special.
    date(2024, 4, 12),
    date(2024, 4, 15),
    date(2024, 4, 16),
    date(2024, 5, 1),
    date(2024, 5, 6),
    date(2024, 5, 22),
    date(2024, 6, 3),
    date(2024, 7, 22),
    date(2024, 7, 29),
    date(2024, 8, 12),
    date(2024, 10, 14),
    date(2024, 10, 23),
    date(2024, 12, 5),
    date(2024, 12, 10),
    date(2024, 12, 31),
    date(2025, 1, 1),
    date(2025, 2, 12),
    date(2025, 4, 7),
    date(2025, 4, 14),
    date(2025, 4, 15),
    date(2025, 5, 1),
    date(2025, 5, 5),
    date(2025, 5, 12),
    // Special.
    date(2025, 6, 2),
    date(2025, 6, 3),
    date(2025, 7, 10),
    date(2025, 7, 28),
    // Special.
    date(2025, 8, 11),
    date(2025, 8, 12),
    date(2025, 10, 13),
    date(2025, 10, 23),
    date(2025, 12, 5),
    date(2025, 12, 10),
    date(2025, 12, 31),
    date(2026, 1, 1),
    // Special.
    date(2026, 1, 2),
    date(2026, 3, 3),
    date(2026, 4, 6),
    date(2026, 4, 13),
    date(2026, 4, 14),
    date(2026, 4, 15),
    date(2026, 5, 1),
    date(2026, 5, 4),
    date(2026, 6, 1),
    date(2026, 6, 3),
    date(2026, 7, 28),
    date(2026, 7, 29),
    date(2026, 8, 12),
    date(2026, 10, 13),
    // Special, in Bangkok.
    date(2026, 10, 16),
    date(2026, 10, 23),
    date(2026, 12, 7),
    date(2026, 12, 10),
    date(2026, 12, 31),
    date(2027, 1, 1),
    date(2027, 2, 22),
    date(2027, 4, 6),
    date(2027, 4, 13),
    date(2027, 4, 14),
    date(2027, 4, 15),
    date(2027, 5, 3),
    date(2027, 5, 4),
    date(2027, 5, 20),
    date(2027, 6, 3),
    date(2027, 7, 19),
    date(2027, 7, 28),
    date(2027, 8, 12),
    date(2027, 10, 13),
    date(2027, 10, 25),
    date(2027, 12, 6),
    date(2027, 12, 10),
    date(2027, 12, 31),
];
