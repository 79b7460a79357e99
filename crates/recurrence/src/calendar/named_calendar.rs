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
/// | [`BankOfThailand`](NamedCalendar::BankOfThailand) | 2023 to 2027 | the Bank's yearly lists and special announcements |
/// | [`FederalReserve`](NamedCalendar::FederalReserve) | 2022 to 2030 | 5 U.S.C. 6103(a), as listed in K.8 |
/// | [`Target2`](NamedCalendar::Target2) | 2002 to 2030 | the ECB's long-term calendar |
/// | [`Japan`](NamedCalendar::Japan) | 2022 to 2027 | the Act on National Holidays, equinoxes as gazetted, and the Banking Act |
/// | [`Singapore`](NamedCalendar::Singapore) | 2024 to 2027 | the Ministry of Manpower's yearly lists |
/// | [`Malaysia`](NamedCalendar::Malaysia) | 2025 to 2026 | the Prime Minister's Department's yearly tables |
/// | [`EnglandAndWales`](NamedCalendar::EnglandAndWales) | 2017 to 2027 | the Act of 1971, proclamations, and GOV.UK's lists |
///
/// Governments add and move holidays at short notice. What was declared after
/// these lists were made can be put in with [`Calendar::with_holidays`] and
/// [`Calendar::without_holidays`].
///
/// ```
/// use recurrence::{CalendarError, Date, NamedCalendar};
///
/// let calendar = NamedCalendar::BankOfThailand.calendar();
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
pub enum NamedCalendar {
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

impl NamedCalendar {
    /// All of them.
    ///
    /// ```
    /// use recurrence::NamedCalendar;
    ///
    /// assert!(NamedCalendar::ALL.iter().all(|named| named.calendar().named() == Some(*named)));
    /// ```
    pub const ALL: [NamedCalendar; 7] = [
        NamedCalendar::BankOfThailand,
        NamedCalendar::FederalReserve,
        NamedCalendar::Target2,
        NamedCalendar::Japan,
        NamedCalendar::Singapore,
        NamedCalendar::Malaysia,
        NamedCalendar::EnglandAndWales,
    ];

    /// The calendar itself, made once and kept.
    ///
    /// ```
    /// use recurrence::{Date, NamedCalendar};
    ///
    /// let closed = NamedCalendar::Target2.calendar().is_business_day(Date::constant(2026, 5, 1));
    /// assert_eq!(closed, Ok(false));
    /// ```
    pub fn calendar(self) -> &'static Calendar {
        static BANK_OF_THAILAND: LazyLock<Calendar> =
            LazyLock::new(|| NamedCalendar::BankOfThailand.make());
        static FEDERAL_RESERVE: LazyLock<Calendar> =
            LazyLock::new(|| NamedCalendar::FederalReserve.make());
        static TARGET2: LazyLock<Calendar> = LazyLock::new(|| NamedCalendar::Target2.make());
        static JAPAN: LazyLock<Calendar> = LazyLock::new(|| NamedCalendar::Japan.make());
        static SINGAPORE: LazyLock<Calendar> = LazyLock::new(|| NamedCalendar::Singapore.make());
        static MALAYSIA: LazyLock<Calendar> = LazyLock::new(|| NamedCalendar::Malaysia.make());
        static ENGLAND_AND_WALES: LazyLock<Calendar> =
            LazyLock::new(|| NamedCalendar::EnglandAndWales.make());
        match self {
            NamedCalendar::BankOfThailand => &BANK_OF_THAILAND,
            NamedCalendar::FederalReserve => &FEDERAL_RESERVE,
            NamedCalendar::Target2 => &TARGET2,
            NamedCalendar::Japan => &JAPAN,
            NamedCalendar::Singapore => &SINGAPORE,
            NamedCalendar::Malaysia => &MALAYSIA,
            NamedCalendar::EnglandAndWales => &ENGLAND_AND_WALES,
        }
    }

    /// Its name, for people.
    ///
    /// ```
    /// assert_eq!(recurrence::NamedCalendar::EnglandAndWales.name(), "England and Wales");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            NamedCalendar::BankOfThailand => "Bank of Thailand",
            NamedCalendar::FederalReserve => "US Federal Reserve",
            NamedCalendar::Target2 => "TARGET2",
            NamedCalendar::Japan => "Japan",
            NamedCalendar::Singapore => "Singapore",
            NamedCalendar::Malaysia => "Malaysia",
            NamedCalendar::EnglandAndWales => "England and Wales",
        }
    }

    /// Where it is taken from.
    ///
    /// ```
    /// assert!(recurrence::NamedCalendar::Singapore.source().starts_with("Ministry of Manpower"));
    /// ```
    pub fn source(self) -> &'static str {
        match self {
            NamedCalendar::BankOfThailand => thailand::SOURCE,
            NamedCalendar::FederalReserve => federal_reserve::SOURCE,
            NamedCalendar::Target2 => target2::SOURCE,
            NamedCalendar::Japan => japan::SOURCE,
            NamedCalendar::Singapore => singapore::SOURCE,
            NamedCalendar::Malaysia => malaysia::SOURCE,
            NamedCalendar::EnglandAndWales => england_and_wales::SOURCE,
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
            NamedCalendar::BankOfThailand => {
                announced(thailand::KNOWN_FROM, thailand::KNOWN_UNTIL, thailand::HOLIDAYS)
            }
            NamedCalendar::FederalReserve => computed(
                federal_reserve::FIRST_YEAR,
                federal_reserve::LAST_YEAR,
                federal_reserve::holidays,
            ),
            NamedCalendar::Target2 => {
                computed(target2::FIRST_YEAR, target2::LAST_YEAR, target2::holidays)
            }
            NamedCalendar::Japan => computed(japan::FIRST_YEAR, japan::LAST_YEAR, japan::holidays),
            NamedCalendar::Singapore => {
                announced(singapore::KNOWN_FROM, singapore::KNOWN_UNTIL, singapore::HOLIDAYS)
            }
            NamedCalendar::Malaysia => {
                announced(malaysia::KNOWN_FROM, malaysia::KNOWN_UNTIL, malaysia::HOLIDAYS)
            }
            NamedCalendar::EnglandAndWales => computed(
                england_and_wales::FIRST_YEAR,
                england_and_wales::LAST_YEAR,
                england_and_wales::holidays,
            ),
        }
    }
}
