//! Rules as calendars write them, with starts, dates added and taken away.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use jiff::civil::{DateTime, date};
use jiff::tz::TimeZone;
use recurrence::{ParseError, RuleText};

fn times(text: &str) -> Vec<String> {
    let set = text.parse::<RuleText>().unwrap().into_set(None).unwrap();
    set.iter().take(5).map(|time| time.to_string()).collect()
}

fn instants(text: &str, start: Option<DateTime>, zone: &str) -> Vec<String> {
    let zone = TimeZone::get(zone).unwrap();
    let zoned = text.parse::<RuleText>().unwrap().into_zoned(start, zone).unwrap();
    zoned.iter().take(5).map(|time| time.to_string()).collect()
}

fn refused(text: &str) -> ParseError {
    text.parse::<RuleText>().and_then(|text| text.into_set(None)).unwrap_err()
}

#[test]
fn folded_lines_are_read_as_one() {
    let folded = "DTSTART:2026\r\n 0101T090000\r\nRRULE:FREQ=DAILY;\r\n\tCOUNT=2\r\n";
    assert_eq!(times(folded), ["2026-01-01T09:00:00", "2026-01-02T09:00:00"]);
    let twice = "DTSTART:20260101T090000\nRRULE:FREQ\n =DAI\n LY;COUNT=1";
    assert_eq!(times(twice), ["2026-01-01T09:00:00"]);
}

#[test]
fn an_error_in_a_folded_line_is_placed_in_the_text_as_it_stands() {
    let flat = refused("DTSTART:20260101T090000\nRRULE:FREQ=DAILY;COUNT=0");
    assert_eq!((flat.part(), flat.position()), ("COUNT", 48));
    let folded = refused("DTSTART:20260101T090000\nRRULE:FREQ=DA\r\n ILY;COUNT=0");
    assert_eq!((folded.part(), folded.position(), folded.found()), ("COUNT", 51, "0"));
    let before_the_fold = refused("DTSTART:20260101T090000\nRRULE:FREQ=DALLY;C\n OUNT=1");
    assert_eq!(before_the_fold.position(), 36);
    let without_start = refused("RRULE:FREQ=DA\n ILY");
    assert_eq!(without_start.position(), 19);
}

#[test]
fn of_a_period_its_start_counts() {
    let text = "DTSTART:19970101T000000\n\
                RDATE;VALUE=PERIOD:19960403T020000/19960403T040000,19960404T010000/PT3H";
    assert_eq!(times(text), ["1996-04-03T02:00:00", "1996-04-04T01:00:00", "1997-01-01T00:00:00"]);
    for wrong in ["19960403T020000/later", "19960403T020000/-PT3H", "19960403T020000/"] {
        let error = refused(&format!("DTSTART:19970101T000000\nRDATE:{wrong}"));
        assert_eq!((error.part(), error.position()), ("RDATE", 47), "{wrong}");
        assert!(error.expected().starts_with("the end of the period"), "{error}");
    }
}

#[test]
fn an_exception_by_another_clock_is_not_silently_missed() {
    let text = "DTSTART;TZID=Asia/Bangkok:20260101T090000\n\
                RRULE:FREQ=DAILY;COUNT=3\n\
                EXDATE:20260102T020000Z";
    assert_eq!(refused(text).part(), "EXDATE");
    assert_eq!(
        instants(text, None, "Asia/Bangkok"),
        ["2026-01-01T02:00:00Z", "2026-01-03T02:00:00Z"]
    );
}

#[test]
fn an_exception_without_a_time_of_day_is_not_silently_missed() {
    let error = refused("DTSTART:20260101T090000\nRRULE:FREQ=DAILY\nEXDATE;VALUE=DATE:20260102");
    assert_eq!((error.part(), error.found()), ("EXDATE", "20260102"));
    let midnights =
        "DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE;VALUE=DATE:20260102";
    assert_eq!(times(midnights), ["2026-01-01T00:00:00", "2026-01-03T00:00:00"]);
}

#[test]
fn times_that_name_no_clock_are_by_the_clock_of_those_that_do() {
    let text = "DTSTART;TZID=Europe/Paris:20260101T090000\n\
                RRULE:FREQ=DAILY;UNTIL=20260103T090000\nEXDATE:20260102T090000";
    assert_eq!(times(text), ["2026-01-01T09:00:00", "2026-01-03T09:00:00"]);
    assert_eq!(
        instants(text, None, "Asia/Tokyo"),
        ["2026-01-01T08:00:00Z", "2026-01-03T08:00:00Z"],
        "the same instants, by another clock"
    );
}

#[test]
fn a_text_by_no_clock_is_by_that_of_the_caller() {
    let start = date(2026, 3, 28).at(9, 0, 0, 0);
    assert_eq!(
        instants("FREQ=DAILY;COUNT=2", Some(start), "Europe/Paris"),
        ["2026-03-28T08:00:00Z", "2026-03-29T07:00:00Z"]
    );
}

#[test]
fn quotes_around_the_name_of_a_zone_are_left_out() {
    let text: RuleText = "DTSTART;X=Y;TZID=\"America/New_York\":19970902T090000".parse().unwrap();
    assert_eq!(text.zone(), Some("America/New_York"));
}
