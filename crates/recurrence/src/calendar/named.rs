//! The calendars that are built in.

use std::sync::LazyLock;

use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};

use super::{
    Calendar, england_and_wales, federal_reserve, japan, malaysia, singapore, target2, thailand,
};

/// A calendar that is built in. Each is as long as what was announced, or what
/// a statute makes certain: before and after, it says that it does not know.
///
/// | calendar | known | from |
/// |---|---|---|
/// | [`BankOfThailand`](Named::BankOfThailand) | 2023 to 2027 | the Bank's yearly lists and special announcements |
/// | [`FederalReserve`](Named::FederalReserve) | 2022 to 2030 | 5 U.S.C. 6103(a), as listed in K.8 |
/// | [`Target2`](Named::Target2) | 2002 to 2030 | the ECB's long-term calendar |
/// | [`Japan`](Named::Japan) | 2022 to 2027 | the Act on National Holidays, equinoxes as gazetted, and the Banking Act |
/// | [`Singapore`](Named::Singapore) | 2024 to 2027 | the Ministry of Manpower's yearly lists |
/// | [`Malaysia`](Named::Malaysia) | 2025 to 2026 | the Prime Minister's Department's yearly tables |
/// | [`EnglandAndWales`](Named::EnglandAndWales) | 2017 to 2027 | the Act of 1971, proclamations, and GOV.UK's lists |
///
/// Governments add and move holidays at short notice. What was declared after
/// these lists were made can be put in with [`Calendar::with_holidays`] and
/// [`Calendar::without_holidays`].
///
/// ```
/// use recurrence::{CalendarError, Date, Named};
///
/// let calendar = Named::BankOfThailand.calendar();
/// let songkran = Date::constant(2026, 4, 13);
/// assert_eq!(calendar.is_business_day(songkran), Ok(false));
/// assert_eq!(calendar.known_until(), Date::constant(2027, 12, 31));
///
/// let not_announced = calendar.is_business_day(Date::constant(2028, 4, 13));
/// assert!(matches!(not_announced, Err(CalendarError::Unknown { .. })));
/// ```
// Stored by position: add at the end, never reorder.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Named {
    /// Financial institutions in Thailand, as announced by its central bank.
    BankOfThailand,
    /// The Federal Reserve Banks of the United States.
    FederalReserve,
    /// The payment system of the euro, called T2 since 2023.
    Target2,
    /// Banks in Japan.
    Japan,
    /// Public holidays in Singapore.
    Singapore,
    /// Public holidays of the Malaysian federation and of Kuala Lumpur.
    Malaysia,
    /// Bank holidays in England and Wales.
    EnglandAndWales,
}

impl Named {
    /// All of them.
    ///
    /// ```
    /// use recurrence::Named;
    ///
    /// assert!(Named::ALL.iter().all(|named| named.calendar().named() == Some(*named)));
    /// ```
    pub const ALL: [Named; 7] = [
        Named::BankOfThailand,
        Named::FederalReserve,
        Named::Target2,
        Named::Japan,
        Named::Singapore,
        Named::Malaysia,
        Named::EnglandAndWales,
    ];

    /// The calendar itself, made once and kept.
    ///
    /// ```
    /// use recurrence::{Date, Named};
    ///
    /// let closed = Named::Target2.calendar().is_business_day(Date::constant(2026, 5, 1));
    /// assert_eq!(closed, Ok(false));
    /// ```
    pub fn calendar(self) -> &'static Calendar {
        static BANK_OF_THAILAND: LazyLock<Calendar> =
            LazyLock::new(|| Named::BankOfThailand.make());
        static FEDERAL_RESERVE: LazyLock<Calendar> = LazyLock::new(|| Named::FederalReserve.make());
        static TARGET2: LazyLock<Calendar> = LazyLock::new(|| Named::Target2.make());
        static JAPAN: LazyLock<Calendar> = LazyLock::new(|| Named::Japan.make());
        static SINGAPORE: LazyLock<Calendar> = LazyLock::new(|| Named::Singapore.make());
        static MALAYSIA: LazyLock<Calendar> = LazyLock::new(|| Named::Malaysia.make());
        static ENGLAND_AND_WALES: LazyLock<Calendar> =
            LazyLock::new(|| Named::EnglandAndWales.make());
        match self {
            Named::BankOfThailand => &BANK_OF_THAILAND,
            Named::FederalReserve => &FEDERAL_RESERVE,
            Named::Target2 => &TARGET2,
            Named::Japan => &JAPAN,
            Named::Singapore => &SINGAPORE,
            Named::Malaysia => &MALAYSIA,
            Named::EnglandAndWales => &ENGLAND_AND_WALES,
        }
    }

    /// Its name, for people.
    ///
    /// ```
    /// assert_eq!(recurrence::Named::EnglandAndWales.name(), "England and Wales");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Named::BankOfThailand => "Bank of Thailand",
            Named::FederalReserve => "US Federal Reserve",
            Named::Target2 => "TARGET2",
            Named::Japan => "Japan",
            Named::Singapore => "Singapore",
            Named::Malaysia => "Malaysia",
            Named::EnglandAndWales => "England and Wales",
        }
    }

    /// Where it is taken from.
    ///
    /// ```
    /// assert!(recurrence::Named::Singapore.source().starts_with("Ministry of Manpower"));
    /// ```
    pub fn source(self) -> &'static str {
        match self {
            Named::BankOfThailand => thailand::SOURCE,
            Named::FederalReserve => federal_reserve::SOURCE,
            Named::Target2 => target2::SOURCE,
            Named::Japan => japan::SOURCE,
            Named::Singapore => singapore::SOURCE,
            Named::Malaysia => malaysia::SOURCE,
            Named::EnglandAndWales => england_and_wales::SOURCE,
        }
    }

    fn make(self) -> Calendar {
        let announced = |from, until, holidays: &[Date]| {
            Calendar::built_in(self, from, until, holidays.to_vec())
        };
        let computed = |first_year, last_year, holidays: fn(i16) -> Vec<Date>| {
            Calendar::built_in(
                self,
                date(first_year, 1, 1),
                date(last_year, 12, 31),
                (first_year..=last_year).flat_map(holidays).collect(),
            )
        };
        match self {
            Named::BankOfThailand => {
                announced(thailand::KNOWN_FROM, thailand::KNOWN_UNTIL, thailand::HOLIDAYS)
            }
            Named::FederalReserve => computed(
                federal_reserve::FIRST_YEAR,
                federal_reserve::LAST_YEAR,
                federal_reserve::holidays,
            ),
            Named::Target2 => computed(target2::FIRST_YEAR, target2::LAST_YEAR, target2::holidays),
            Named::Japan => computed(japan::FIRST_YEAR, japan::LAST_YEAR, japan::holidays),
            Named::Singapore => {
                announced(singapore::KNOWN_FROM, singapore::KNOWN_UNTIL, singapore::HOLIDAYS)
            }
            Named::Malaysia => {
                announced(malaysia::KNOWN_FROM, malaysia::KNOWN_UNTIL, malaysia::HOLIDAYS)
            }
            Named::EnglandAndWales => computed(
                england_and_wales::FIRST_YEAR,
                england_and_wales::LAST_YEAR,
                england_and_wales::holidays,
            ),
        }
    }
}
