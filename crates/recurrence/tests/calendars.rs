//! The built-in calendars against the lists that their authorities published.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use jiff::ToSpan;
use recurrence::{Calendar, CalendarError, Date, NamedCalendar, Weekday, Weekend};

/// The days from Monday to Friday of a year that are not business days, as
/// `month-day`.
fn closed(named: NamedCalendar, year: i16) -> String {
    let days = Date::constant(year, 1, 1).series(1.day()).take_while(|day| day.year() == year);
    let closed = days.filter(|day| {
        !Weekend::default().contains(day.weekday())
            && !named.calendar().is_business_day(*day).unwrap()
    });
    closed.map(|day| day.strftime("%m-%d").to_string()).collect::<Vec<_>>().join(" ")
}

fn assert_published(named: NamedCalendar, years: &[(i16, &str)]) {
    for (year, published) in years {
        assert_eq!(closed(named, *year), *published, "{} in {year}", named.name());
    }
}

#[test]
fn the_federal_reserve_closes_on_the_days_that_k_8_lists() {
    assert_published(
        NamedCalendar::FederalReserve,
        &[
            (2022, "01-17 02-21 05-30 06-20 07-04 09-05 10-10 11-11 11-24 12-26"),
            (2023, "01-02 01-16 02-20 05-29 06-19 07-04 09-04 10-09 11-23 12-25"),
            (2024, "01-01 01-15 02-19 05-27 06-19 07-04 09-02 10-14 11-11 11-28 12-25"),
            (2025, "01-01 01-20 02-17 05-26 06-19 07-04 09-01 10-13 11-11 11-27 12-25"),
            (2026, "01-01 01-19 02-16 05-25 06-19 09-07 10-12 11-11 11-26 12-25"),
            (2027, "01-01 01-18 02-15 05-31 07-05 09-06 10-11 11-11 11-25"),
            (2028, "01-17 02-21 05-29 06-19 07-04 09-04 10-09 11-23 12-25"),
            (2029, "01-01 01-15 02-19 05-28 06-19 07-04 09-03 10-08 11-12 11-22 12-25"),
            (2030, "01-01 01-21 02-18 05-27 06-19 07-04 09-02 10-14 11-11 11-28 12-25"),
        ],
    );
}

#[test]
fn the_federal_reserve_is_open_on_the_friday_before_a_holiday_on_a_saturday() {
    let friday = Date::constant(2026, 7, 3);
    assert_eq!(friday.weekday(), Weekday::Friday);
    assert_eq!(NamedCalendar::FederalReserve.calendar().is_business_day(friday), Ok(true));
}

#[test]
fn target2_closes_on_the_six_days_of_its_long_term_calendar() {
    assert_published(
        NamedCalendar::Target2,
        &[
            (2002, "01-01 03-29 04-01 05-01 12-25 12-26"),
            (2008, "01-01 03-21 03-24 05-01 12-25 12-26"),
            (2011, "04-22 04-25 12-26"),
            (2019, "01-01 04-19 04-22 05-01 12-25 12-26"),
            (2024, "01-01 03-29 04-01 05-01 12-25 12-26"),
            (2025, "01-01 04-18 04-21 05-01 12-25 12-26"),
            (2026, "01-01 04-03 04-06 05-01 12-25"),
            (2027, "01-01 03-26 03-29"),
            (2030, "01-01 04-19 04-22 05-01 12-25 12-26"),
        ],
    );
}

#[test]
fn england_and_wales_keep_the_bank_holidays_that_gov_uk_lists() {
    assert_published(
        NamedCalendar::EnglandAndWales,
        &[
            (2017, "01-02 04-14 04-17 05-01 05-29 08-28 12-25 12-26"),
            (2018, "01-01 03-30 04-02 05-07 05-28 08-27 12-25 12-26"),
            (2019, "01-01 04-19 04-22 05-06 05-27 08-26 12-25 12-26"),
            (2020, "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28"),
            (2021, "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28"),
            (2022, "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27"),
            (2023, "01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26"),
            (2024, "01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26"),
            (2025, "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26"),
            (2026, "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28"),
            (2027, "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28"),
        ],
    );
}

#[test]
fn banks_in_japan_close_on_national_holidays_and_around_the_new_year() {
    assert_published(
        NamedCalendar::Japan,
        &[
            (
                2022,
                "01-03 01-10 02-11 02-23 03-21 04-29 05-03 05-04 05-05 07-18 08-11 09-19 09-23 \
                 10-10 11-03 11-23",
            ),
            (
                2023,
                "01-02 01-03 01-09 02-23 03-21 05-03 05-04 05-05 07-17 08-11 09-18 10-09 11-03 \
                 11-23",
            ),
            (
                2024,
                "01-01 01-02 01-03 01-08 02-12 02-23 03-20 04-29 05-03 05-06 07-15 08-12 09-16 \
                 09-23 10-14 11-04 12-31",
            ),
            (
                2025,
                "01-01 01-02 01-03 01-13 02-11 02-24 03-20 04-29 05-05 05-06 07-21 08-11 09-15 \
                 09-23 10-13 11-03 11-24 12-31",
            ),
            (
                2026,
                "01-01 01-02 01-12 02-11 02-23 03-20 04-29 05-04 05-05 05-06 07-20 08-11 09-21 \
                 09-22 09-23 10-12 11-03 11-23 12-31",
            ),
            (
                2027,
                "01-01 01-11 02-11 02-23 03-22 04-29 05-03 05-04 05-05 07-19 08-11 09-20 09-23 \
                 10-11 11-03 11-23 12-31",
            ),
        ],
    );
}

#[test]
fn a_working_day_between_two_national_holidays_of_japan_is_a_holiday() {
    // Respect for the Aged Day is the 21st, the autumnal equinox the 23rd.
    let between = Date::constant(2026, 9, 22);
    assert_eq!(NamedCalendar::Japan.calendar().is_business_day(between), Ok(false));
}

#[test]
fn banks_in_thailand_close_on_the_days_that_their_central_bank_announced() {
    assert_published(
        NamedCalendar::BankOfThailand,
        &[
            (
                2023,
                "01-02 03-06 04-06 04-13 04-14 05-01 05-04 05-05 06-05 07-28 08-01 08-14 10-13 \
                 10-23 12-05 12-11 12-29",
            ),
            (
                2024,
                "01-01 02-26 04-08 04-12 04-15 04-16 05-01 05-06 05-22 06-03 07-22 07-29 08-12 \
                 10-14 10-23 12-05 12-10 12-31",
            ),
            (
                2025,
                "01-01 02-12 04-07 04-14 04-15 05-01 05-05 05-12 06-02 06-03 07-10 07-28 08-11 \
                 08-12 10-13 10-23 12-05 12-10 12-31",
            ),
            (
                2026,
                "01-01 01-02 03-03 04-06 04-13 04-14 04-15 05-01 05-04 06-01 06-03 07-28 07-29 \
                 08-12 10-13 10-16 10-23 12-07 12-10 12-31",
            ),
            (
                2027,
                "01-01 02-22 04-06 04-13 04-14 04-15 05-03 05-04 05-20 06-03 07-19 07-28 08-12 \
                 10-13 10-25 12-06 12-10 12-31",
            ),
        ],
    );
}

#[test]
fn singapore_rests_on_the_days_that_the_ministry_of_manpower_lists() {
    assert_published(
        NamedCalendar::Singapore,
        &[
            (2024, "01-01 02-12 03-29 04-10 05-01 05-22 06-17 08-09 10-31 12-25"),
            (2025, "01-01 01-29 01-30 03-31 04-18 05-01 05-12 10-20 12-25"),
            (2026, "01-01 02-17 02-18 04-03 05-01 05-27 06-01 08-10 11-09 12-25"),
            (2027, "01-01 02-08 03-10 03-26 05-17 05-20 08-09 10-28"),
        ],
    );
}

#[test]
fn kuala_lumpur_rests_on_the_days_of_the_federal_tables_and_on_those_declared_since() {
    assert_published(
        NamedCalendar::Malaysia,
        &[
            (
                2025,
                "01-01 01-29 01-30 02-11 03-18 03-31 04-01 05-01 05-12 06-02 06-27 09-01 09-05 \
                 09-15 09-16 10-20 12-25",
            ),
            (
                2026,
                "01-01 02-02 02-17 02-18 03-20 03-23 05-01 05-27 06-01 06-02 06-17 08-25 08-31 \
                 09-16 11-09 12-25",
            ),
        ],
    );
}

#[test]
fn banks_in_thailand_work_on_days_that_only_the_government_was_given() {
    let thailand = NamedCalendar::BankOfThailand.calendar();
    for only_government in [
        // Special holidays and substitutes that the Bank did not follow.
        Date::constant(2023, 7, 31),
        Date::constant(2024, 12, 30),
        Date::constant(2025, 4, 16),
        // The first day of Buddhist Lent.
        Date::constant(2026, 7, 30),
    ] {
        assert_eq!(thailand.is_business_day(only_government), Ok(true), "{only_government}");
    }
}

#[test]
fn holidays_on_sundays_are_made_up_for_in_singapore_and_malaysia() {
    for calendar in [NamedCalendar::Singapore, NamedCalendar::Malaysia].map(NamedCalendar::calendar)
    {
        let on_sundays = calendar.holidays().iter().filter(|day| day.weekday() == Weekday::Sunday);
        for sunday in on_sundays {
            let monday = sunday.tomorrow().unwrap();
            assert_eq!(calendar.is_business_day(monday), Ok(false), "{monday}");
        }
    }
    // Wesak Day of 2026 is followed by a holiday of its own, and so made up
    // for on the Tuesday.
    let tuesday = Date::constant(2026, 6, 2);
    assert_eq!(NamedCalendar::Malaysia.calendar().is_business_day(tuesday), Ok(false));
}

#[test]
fn every_built_in_calendar_says_where_it_ends_on_either_side() {
    for named in NamedCalendar::ALL {
        let calendar = named.calendar();
        let (first, last) = (calendar.known_from(), calendar.known_until());
        assert!(calendar.is_business_day(first).is_ok(), "{}", named.name());
        assert!(calendar.is_business_day(last).is_ok(), "{}", named.name());
        for outside in [first.yesterday().unwrap(), last.tomorrow().unwrap()] {
            let unknown = CalendarError::Unknown {
                calendar: String::from(named.name()),
                date: outside,
                known_from: first,
                known_until: last,
            };
            assert_eq!(calendar.is_business_day(outside), Err(unknown));
        }
    }
}

#[test]
fn every_built_in_calendar_would_pass_the_checks_of_ones_own() {
    for calendar in NamedCalendar::ALL.map(NamedCalendar::calendar) {
        let known = calendar.known_from()..=calendar.known_until();
        let own = Calendar::new(calendar.name(), calendar.weekend(), known, calendar.holidays());
        assert_eq!(own.unwrap().holidays(), calendar.holidays());
    }
}

#[test]
fn every_year_that_is_known_is_known_from_its_first_day_to_its_last() {
    for calendar in NamedCalendar::ALL.map(NamedCalendar::calendar) {
        assert_eq!(calendar.known_from().day_of_year(), 1);
        let last = calendar.known_until();
        assert_eq!((last.month(), last.day()), (12, 31));
        for year in calendar.known_from().year()..=last.year() {
            let holidays = calendar.holidays().iter().filter(|day| day.year() == year).count();
            assert!((6..=25).contains(&holidays), "{holidays} in {year}: {}", calendar.name());
        }
    }
}

#[test]
fn a_calendar_is_stored_and_comes_back_in_either_form() {
    let june = Date::constant(2026, 6, 1)..=Date::constant(2026, 6, 30);
    let friday = Weekend::new(&[Weekday::Friday]).unwrap();
    let own = Calendar::new("Acme", friday, june, &[Date::constant(2026, 6, 30)]).unwrap();
    let json = serde_json::to_value(&own).unwrap();
    assert_eq!(
        json,
        serde_json::json!({
            "name": "Acme",
            "named": null,
            "weekend": 0b1_0000,
            "known_from": "2026-06-01",
            "known_until": "2026-06-30",
            "holidays": ["2026-06-30"],
        })
    );
    for calendar in [&own, NamedCalendar::BankOfThailand.calendar()] {
        let json = serde_json::to_string(calendar).unwrap();
        assert_eq!(&serde_json::from_str::<Calendar>(&json).unwrap(), calendar);
        let bytes = postcard::to_stdvec(calendar).unwrap();
        assert_eq!(&postcard::from_bytes::<Calendar>(&bytes).unwrap(), calendar);
    }
}

#[test]
fn a_stored_calendar_that_could_not_have_been_stored_is_refused_with_a_reason() {
    let reason = |name: &str, weekend: u8, known_until: &str| {
        let stored = serde_json::json!({
            "name": name,
            "named": null,
            "weekend": weekend,
            "known_from": "2026-06-01",
            "known_until": known_until,
            "holidays": ["2026-06-30"],
        });
        serde_json::from_value::<Calendar>(stored).unwrap_err().to_string()
    };
    assert_eq!(
        reason(" ", 0, "2026-06-30"),
        "the name of the calendar is blank; it must hold at least one visible character"
    );
    assert_eq!(
        reason("Acme", 0b111_1111, "2026-06-30"),
        "the weekend holds all seven weekdays; it must leave at least one to work on"
    );
    assert_eq!(
        reason("Acme", 0b1000_0000, "2026-06-30"),
        "the stored weekend 0b10000000 holds an unknown bit; only the lowest 7 have a meaning"
    );
    assert_eq!(
        reason("Acme", 0, "2026-05-31"),
        "the last date that the calendar knows, 2026-05-31, is before the first, 2026-06-01; \
         it must be that date or later"
    );
    assert_eq!(
        reason("Acme", 0, "2026-06-29"),
        "the holiday 2026-06-30 lies outside the dates that the calendar knows; \
         it must be from 2026-06-01 to 2026-06-29"
    );
}

#[test]
fn names_of_built_in_calendars_are_stored_as_words() {
    let stored = NamedCalendar::ALL.map(|named| serde_json::to_value(named).unwrap());
    assert_eq!(
        stored,
        [
            "bank_of_thailand",
            "federal_reserve",
            "target2",
            "japan",
            "singapore",
            "malaysia",
            "england_and_wales",
        ]
    );
}
