//! Every way in which a rule, a set, a calendar or a roll is refused, with the
//! part, the place, and what would be right.

#![allow(clippy::unwrap_used, clippy::too_many_lines, reason = "a test fails by panicking")]

use jiff::civil::Date;
use recurrence::{Calendar, CalendarError, Roll, Rule, RuleError, RuleText, Weekend};

fn rule(text: &str) -> String {
    text.parse::<Rule>().unwrap_err().to_string()
}

fn rule_text(text: &str) -> String {
    text.parse::<RuleText>().and_then(|text| text.into_set(None)).unwrap_err().to_string()
}

#[test]
fn every_part_of_a_rule_is_refused_at_its_place_with_what_would_be_right() {
    let parts = "one of FREQ, INTERVAL, COUNT, UNTIL, WKST, BYMONTH, BYWEEKNO, BYYEARDAY, \
                 BYMONTHDAY, BYDAY, BYHOUR, BYMINUTE, BYSECOND, BYSETPOS, RSCALE, SKIP, DTSTART";
    let moment = "a date such as 20271231, or a date and time such as 20271231T235959 or \
                  20271231T235959Z, of the years 0 to 9999";
    let weekday = "a weekday, one of MO, TU, WE, TH, FR, SA and SU";
    let frequencies = "YEARLY, MONTHLY, WEEKLY, DAILY, HOURLY, MINUTELY or SECONDLY";
    let listed = [
        ("", "the rule at character 1: found nothing", "a part such as FREQ=DAILY"),
        ("daily", "the rule at character 1: found `daily`", "a part such as FREQ=DAILY"),
        ("FREQ=DAILY;;", "", ""),
        (
            "FREQ=DAILY;;COUNT=1",
            "the rule at character 12: found nothing",
            "a part such as FREQ=DAILY",
        ),
        ("FREQ=DAILY;EVERY=2", "the rule at character 12: found `EVERY`", parts),
        ("FREQ=DAILY;FREQ=DAILY", "FREQ at character 12: found `FREQ`", "each part at most once"),
        ("FREQ=FORTNIGHTLY", "FREQ at character 6: found `FORTNIGHTLY`", frequencies),
        (
            "FREQ=DAILY;INTERVAL=0",
            "INTERVAL at character 21: found `0`",
            "a whole number from 1 to 4294967295",
        ),
        (
            "FREQ=DAILY;INTERVAL=1.5",
            "INTERVAL at character 21: found `1.5`",
            "a whole number from 1 to 4294967295",
        ),
        (
            "FREQ=DAILY;COUNT=-1",
            "COUNT at character 18: found `-1`",
            "a whole number from 1 to 4294967295",
        ),
        ("FREQ=DAILY;UNTIL=2027-12-31", "UNTIL at character 18: found `2027-12-31`", moment),
        ("FREQ=DAILY;UNTIL=20270230", "UNTIL at character 18: found `20270230`", moment),
        (
            "FREQ=DAILY;COUNT=1;UNTIL=20271231",
            "UNTIL at character 26: found `20271231`",
            "either UNTIL or COUNT, not both",
        ),
        ("FREQ=WEEKLY;WKST=1MO", "WKST at character 18: found `1MO`", weekday),
        ("FREQ=DAILY;BYMONTH=13", "BYMONTH at character 20: found `13`", "a number from 1 to 12"),
        (
            "FREQ=YEARLY;BYWEEKNO=54",
            "BYWEEKNO at character 22: found `54`",
            "a number from 1 to 53 or from -53 to -1",
        ),
        (
            "FREQ=YEARLY;BYYEARDAY=0",
            "BYYEARDAY at character 23: found `0`",
            "a number from 1 to 366 or from -366 to -1",
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=1,,2",
            "BYMONTHDAY at character 27: found nothing",
            "a number from 1 to 31 or from -31 to -1",
        ),
        (
            "FREQ=WEEKLY;BYDAY=M",
            "BYDAY at character 19: found `M`",
            "a weekday, one of MO, TU, WE, TH, FR, SA and SU, with or without a number before it",
        ),
        (
            "FREQ=MONTHLY;BYDAY=54MO",
            "BYDAY at character 20: found `54MO`",
            "a number from 1 to 53 or from -53 to -1 before the weekday",
        ),
        ("FREQ=DAILY;BYHOUR=24", "BYHOUR at character 19: found `24`", "a number from 0 to 23"),
        ("FREQ=DAILY;BYMINUTE=60", "BYMINUTE at character 21: found `60`", "a number from 0 to 59"),
        ("FREQ=DAILY;BYSECOND=61", "BYSECOND at character 21: found `61`", "a number from 0 to 60"),
        (
            "FREQ=DAILY;BYDAY=MO;BYSETPOS=367",
            "BYSETPOS at character 30: found `367`",
            "a number from 1 to 366 or from -366 to -1",
        ),
        ("RSCALE=HEBREW;FREQ=DAILY", "RSCALE at character 8: found `HEBREW`", "GREGORIAN"),
        (
            "RSCALE=GREGORIAN;FREQ=DAILY;SKIP=UP",
            "SKIP at character 34: found `UP`",
            "OMIT, BACKWARD or FORWARD",
        ),
        (
            "FREQ=DAILY;SKIP=OMIT",
            "SKIP at character 17: found `OMIT`",
            "RSCALE=GREGORIAN beside SKIP",
        ),
        (
            "FREQ=MONTHLY;BYWEEKNO=1",
            "BYWEEKNO at character 23: found `1`",
            "FREQ=YEARLY beside BYWEEKNO",
        ),
        (
            "FREQ=DAILY;BYYEARDAY=1",
            "BYYEARDAY at character 22: found `1`",
            "FREQ=YEARLY, HOURLY, MINUTELY or SECONDLY beside BYYEARDAY",
        ),
        (
            "FREQ=WEEKLY;BYMONTHDAY=1",
            "BYMONTHDAY at character 24: found `1`",
            "another FREQ than WEEKLY beside BYMONTHDAY",
        ),
        (
            "FREQ=WEEKLY;BYDAY=1MO",
            "BYDAY at character 19: found `1MO`",
            "weekdays without numbers, or FREQ=MONTHLY or YEARLY",
        ),
        (
            "FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO",
            "BYDAY at character 30: found `1MO`",
            "weekdays without numbers beside BYWEEKNO",
        ),
        (
            "FREQ=DAILY;BYSETPOS=1",
            "BYSETPOS at character 21: found `1`",
            "another part that starts with BY beside BYSETPOS",
        ),
        (
            "FREQ=DAILY;DTSTART=20260101",
            "DTSTART at character 20: found `20260101`",
            "no start, which is given apart",
        ),
        ("FREQ=é", "FREQ at character 6: found `é`", frequencies),
    ];
    for (text, found, expected) in listed {
        if found.is_empty() {
            assert!(text.parse::<Rule>().is_ok(), "{text}");
            continue;
        }
        assert_eq!(rule(text), format!("{found}; expected {expected}"), "{text}");
    }
}

#[test]
fn a_text_too_long_is_refused_without_repeating_it() {
    let long = format!("FREQ=DAILY;BYHOUR={}", "1,".repeat(10_000));
    let error = long.parse::<Rule>().unwrap_err();
    assert_eq!(error.expected(), "at most 16384 bytes");
    assert!(error.to_string().len() < 200, "{error}");
}

#[test]
fn every_line_of_a_text_is_refused_at_its_place_with_what_would_be_right() {
    let start = "DTSTART:20260101T090000\n";
    let listed = [
        (
            "SUMMARY:Rent".to_owned(),
            "the text at character 1: found `SUMMARY`; expected one of DTSTART, RRULE, RDATE and EXDATE",
        ),
        (
            " ".to_owned(),
            "the text at character 2: found nothing; expected a rule such as FREQ=DAILY",
        ),
        (
            "RRULE:FREQ=DAILY".to_owned(),
            "DTSTART at character 17: found nothing; expected DTSTART=, a date such as 20271231T235959Z to start from",
        ),
        (format!("{start}{start}"), "DTSTART at character 25: found `DTSTART`; expected one start"),
        (
            format!("{start}RDATE:soon"),
            "RDATE at character 31: found `soon`; expected a date such as 20271231, or a date and time such as 20271231T235959 or 20271231T235959Z, of the years 0 to 9999",
        ),
        (
            format!("{start}EXRULE:FREQ=DAILY"),
            "EXRULE at character 25: found `EXRULE`; expected EXDATE with the times to take away, as RFC 5545 knows no EXRULE",
        ),
        (
            format!("{start}RDATE:20260101T090000/soon"),
            "RDATE at character 47: found `soon`; expected the end of the period, a date and time such as 20271231T235959Z or a duration such as PT3H",
        ),
        (
            format!("{start}EXDATE;TZID=Nowhere:20260101T090000"),
            "TZID at character 37: found `Nowhere`; expected the name of a time zone, such as Asia/Bangkok",
        ),
        (
            format!("{start}EXDATE:20260102"),
            "EXDATE at character 32: found `20260102`; expected a date and time such as 20271231T235959, as the rule has times of day",
        ),
        (
            "DTSTART:20260101T090000Z\nRDATE;TZID=Asia/Tokyo:20260101T090000".to_owned(),
            "RDATE at character 48: found `20260101T090000`; expected a time by the same clock as the times before it, UTC",
        ),
    ];
    for (text, error) in listed {
        assert_eq!(rule_text(&text), error);
    }
}

#[test]
fn every_error_of_a_constructor_says_what_would_be_right() {
    let (first, last) = (Date::constant(2026, 1, 1), Date::constant(2026, 12, 31));
    let listed = [
        (
            RuleError::EveryOutOfRange { every: 0 },
            "`every` is 0; it must be a whole number from 1 to 1000",
        ),
        (
            RuleError::NoWeekdays,
            "the list of weekdays is empty; it must name at least one, from Monday to Sunday",
        ),
        (
            RuleError::NoDaysOfMonth,
            "the list of days of the month is empty; it must name at least one, from 1 to 31",
        ),
        (
            RuleError::DayOfMonthOutOfRange { day: 32 },
            "day of the month 32 does not exist; it must be from 1 to 31",
        ),
        (
            RuleError::EndBeforeStart { start: last, end: first },
            "the end date 2026-01-01 is before the start date 2026-12-31; it must be that date or later",
        ),
        (
            RuleError::TimesOfDay,
            "the rule has times of day; a recurrence of dates must have none, a timetable may",
        ),
    ];
    for (error, text) in listed {
        assert_eq!(error.to_string(), text);
    }
}

#[test]
fn every_error_of_a_calendar_or_a_roll_names_it_and_what_would_be_right() {
    let (first, last) = (Date::constant(2026, 1, 1), Date::constant(2026, 1, 31));
    let calendar = |name: &str, known, holidays: &[Date]| {
        Calendar::new(name, Weekend::default(), known, holidays)
    };
    let text = |error: CalendarError| error.to_string();
    assert_eq!(
        text(calendar("", first..=last, &[]).unwrap_err()),
        "the name of the calendar is blank; it must hold at least one visible character"
    );
    assert_eq!(
        text(calendar(&"x".repeat(101), first..=last, &[]).unwrap_err()),
        "the name of the calendar is 101 characters long; it can be at most 100"
    );
    assert_eq!(
        text(calendar("Acme", last..=first, &[]).unwrap_err()),
        "the last date that the calendar knows, 2026-01-01, is before the first, 2026-01-31; \
         it must be that date or later"
    );
    assert_eq!(
        text(calendar("Acme", first..=first, &[last]).unwrap_err()),
        "the holiday 2026-01-31 lies outside the dates that the calendar knows; \
         it must be from 2026-01-01 to 2026-01-01"
    );
    assert_eq!(
        text(calendar("Acme", first..=last, &vec![first; 10_001]).unwrap_err()),
        "10001 holidays are too many; a calendar holds at most 10000"
    );
    let acme = calendar("Acme", first..=last, &[]).unwrap();
    assert_eq!(
        text(Roll::Following.roll(last, &acme).unwrap_err()),
        "the calendar `Acme` knows the days from 2026-01-01 to 2026-01-31; \
         whether 2026-02-01 is a business day is not known"
    );
    assert_eq!(
        text(acme.after(first, 1_001).unwrap_err()),
        "1001 business days are too many to count; it can be at most 1000"
    );
    let idle: Vec<_> = (1..=31).map(|day| Date::constant(2026, 1, day)).collect();
    let idle = calendar("Idle", first..=last, &idle).unwrap();
    assert_eq!(
        text(Roll::EndOfMonth.roll(first, &idle).unwrap_err()),
        "the calendar `Idle` has no business day in the month of 2026-01-01"
    );
    assert_eq!(
        text(Calendar::weekends_only(Weekend::default()).after(Date::MAX, 1).unwrap_err()),
        "there is no business day past 9999-12-31, where dates end"
    );
    assert_eq!(
        text(Weekend::try_from(0b111_1111).unwrap_err()),
        "the weekend holds all seven weekdays; it must leave at least one to work on"
    );
}
