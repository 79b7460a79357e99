//! Rules and recurrences as they are stored: small, readable, and checked on
//! the way back in.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use jiff::civil::{DateTime, date};
use jiff::tz::TimeZone;
use recurrence::{
    Date, DaysOfMonth, Fold, Gap, Ordinal, Recurrence, Rule, RuleSet, Timetable, Weekday, Weekdays,
    Zoned,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

fn one_of_each() -> [Rule; 4] {
    [
        Rule::days(10),
        Rule::weeks(2, Weekdays::new(&[Weekday::Monday, Weekday::Sunday]).unwrap()),
        Rule::months_on_days(Rule::EVERY_MAX, DaysOfMonth::new(&[1, 31]).unwrap()),
        Rule::months_on_weekday(1, Ordinal::Last, Weekday::Friday),
    ]
    .map(Result::unwrap)
}

fn within_a_century(rule: Rule) -> Recurrence {
    Recurrence::new(rule, Date::constant(2026, 2, 1), Date::constant(2126, 1, 31)).unwrap()
}

#[test]
fn in_json_a_recurrence_is_readable() {
    let [days, weeks, month_days, month_weekday] = one_of_each();
    let window = |rule: serde_json::Value| json!({ "rule": rule, "start": "2026-02-01", "end": "2126-01-31" });
    let stored = |rule| serde_json::to_value(within_a_century(rule)).unwrap();

    assert_eq!(stored(days), window(json!({ "every": 10, "pattern": "days" })));
    assert_eq!(stored(weeks), window(json!({ "every": 2, "pattern": { "weeks": 0b100_0001 } })));
    assert_eq!(
        stored(month_days),
        window(json!({ "every": 1000, "pattern": { "month_days": 0x4000_0001 } }))
    );
    assert_eq!(
        stored(month_weekday),
        window(json!({ "every": 1, "pattern": { "month_weekday": ["last", 5] } }))
    );
}

#[test]
fn what_was_stored_comes_back_in_either_form() {
    for recurrence in one_of_each().map(within_a_century) {
        let json = serde_json::to_string(&recurrence).unwrap();
        assert_eq!(serde_json::from_str::<Recurrence>(&json).unwrap(), recurrence);
        let bytes = postcard::to_stdvec(&recurrence).unwrap();
        assert_eq!(postcard::from_bytes::<Recurrence>(&bytes).unwrap(), recurrence);
    }
}

#[test]
fn in_a_queue_row_a_recurrence_takes_a_few_bytes() {
    let sizes =
        one_of_each().map(|rule| postcard::to_stdvec(&within_a_century(rule)).unwrap().len());
    assert_eq!(sizes, [8, 9, 14, 10]);
}

#[test]
fn the_first_and_the_last_date_of_time_are_stored_as_any_other() {
    let recurrence = Recurrence::new(Rule::days(1).unwrap(), Date::MIN, Date::MAX).unwrap();
    let bytes = postcard::to_stdvec(&recurrence).unwrap();
    assert_eq!(postcard::from_bytes::<Recurrence>(&bytes).unwrap(), recurrence);
}

#[test]
fn what_could_not_have_been_stored_is_refused_with_a_reason() {
    let reason = |rule: serde_json::Value, start: &str| {
        let stored = json!({ "rule": rule, "start": start, "end": "2126-01-31" });
        serde_json::from_value::<Recurrence>(stored).unwrap_err().to_string()
    };
    let start = "2026-02-01";

    assert_eq!(
        reason(json!({ "every": 0, "pattern": "days" }), start),
        "`every` is 0; it must be a whole number from 1 to 1000"
    );
    assert_eq!(
        reason(json!({ "every": 1, "pattern": { "weeks": 0 } }), start),
        "the list of weekdays is empty; it must name at least one, from Monday to Sunday"
    );
    assert_eq!(
        reason(json!({ "every": 1, "pattern": { "weeks": 128 } }), start),
        "the stored weekdays 0b10000000 hold an unknown bit; only the lowest 7 have a meaning"
    );
    assert_eq!(
        reason(json!({ "every": 1, "pattern": { "month_days": 0 } }), start),
        "the list of days of the month is empty; it must name at least one, from 1 to 31"
    );
    assert_eq!(
        reason(json!({ "every": 1, "pattern": { "month_days": 0x8000_0000_u32 } }), start),
        "the stored days of the month 0b10000000000000000000000000000000 hold an unknown bit; \
         only the lowest 31 have a meaning"
    );
    assert_eq!(
        reason(json!({ "every": 1, "pattern": { "month_weekday": ["last", 8] } }), start),
        "the stored weekday 8 does not exist; it must be from 1, Monday, to 7, Sunday"
    );
    assert_eq!(
        reason(json!({ "every": 1, "pattern": "days" }), "2126-02-01"),
        "the end date 2126-01-31 is before the start date 2126-02-01; it must be that date or later"
    );
}

#[test]
fn a_stored_day_that_no_date_can_name_is_refused() {
    let rule = Rule::days(1).unwrap();
    for day in [i64::MIN, i64::MAX, 2_932_897] {
        let bytes = postcard::to_stdvec(&(rule, day, day)).unwrap();
        assert!(postcard::from_bytes::<Recurrence>(&bytes).is_err(), "{day}");
    }
    // The last one that is not: 31 December 9999.
    let bytes = postcard::to_stdvec(&(rule, 2_932_896_i64, 2_932_896_i64)).unwrap();
    assert_eq!(postcard::from_bytes::<Recurrence>(&bytes).unwrap().start(), Date::MAX);
}

#[test]
fn a_rule_that_only_its_text_says_is_stored_as_that() {
    let rule: Rule = "FREQ=MONTHLY;COUNT=36;BYDAY=1MO".parse().unwrap();
    let recurrence = within_a_century(rule);
    let json = serde_json::to_value(&recurrence).unwrap();
    assert_eq!(
        json["rule"],
        json!({ "every": 1, "pattern": { "rrule": "FREQ=MONTHLY;COUNT=36;BYDAY=1MO" } })
    );
    assert_eq!(serde_json::from_value::<Recurrence>(json).unwrap(), recurrence);
    let bytes = postcard::to_stdvec(&recurrence).unwrap();
    assert_eq!(postcard::from_bytes::<Recurrence>(&bytes).unwrap(), recurrence);

    let text = "FREQ=MONTHLY;COUNT=36;BYDAY=1MO";
    assert!(bytes.len() < text.len(), "{} bytes, with the window", bytes.len());

    let wrong = json!({ "every": 1, "pattern": { "rrule": "FREQ=MONTHLY;COUNT=0" } });
    assert_eq!(
        serde_json::from_value::<Rule>(wrong).unwrap_err().to_string(),
        "COUNT at character 20: found `0`; expected a whole number from 1 to 4294967295"
    );
}

fn comes_back<Value>(value: &Value)
where
    Value: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug,
{
    let json = serde_json::to_string(value).unwrap();
    assert_eq!(&serde_json::from_str::<Value>(&json).unwrap(), value);
    let bytes = postcard::to_stdvec(value).unwrap();
    assert_eq!(&postcard::from_bytes::<Value>(&bytes).unwrap(), value);
}

fn timetable(rule: &str) -> Timetable {
    Timetable::new(rule.parse().unwrap(), date(2026, 1, 31).at(9, 30, 0, 0))
}

#[test]
fn a_timetable_is_stored_as_its_rule_and_its_start() {
    let daily = Timetable::new(Rule::days(10).unwrap(), date(2026, 1, 31).at(9, 30, 0, 0));
    assert_eq!(
        serde_json::to_value(&daily).unwrap(),
        json!({ "rule": { "every": 10, "pattern": "days" }, "start": "2026-01-31T09:30:00" })
    );
    assert_eq!(postcard::to_stdvec(&daily).unwrap().len(), 8);
    comes_back(&daily);
    for rule in ["FREQ=MONTHLY;COUNT=36;BYDAY=1MO", "FREQ=HOURLY;UNTIL=20270101T000000Z"] {
        comes_back(&timetable(rule));
    }
}

#[test]
fn a_start_keeps_its_part_of_a_second_and_may_be_the_first_or_last_of_time() {
    let starts = [
        date(2026, 1, 31).at(9, 30, 0, 123_456_789),
        date(1969, 12, 31).at(23, 59, 59, 1),
        DateTime::MIN,
        DateTime::MAX,
    ];
    for start in starts {
        comes_back(&Timetable::new(Rule::days(1).unwrap(), start));
    }
}

#[test]
fn a_stored_start_that_no_clock_shows_is_refused() {
    let rule = Rule::days(1).unwrap();
    let reason = |second: i64, nanosecond: i32| {
        let bytes = postcard::to_stdvec(&(rule, (second, nanosecond))).unwrap();
        postcard::from_bytes::<Timetable>(&bytes)
    };
    assert!(reason(0, 0).is_ok());
    for (second, nanosecond) in
        [(i64::MIN, 0), (i64::MAX, 0), (253_402_300_800, 0), (0, -1), (0, 1_000_000_000)]
    {
        assert!(reason(second, nanosecond).is_err(), "{second} and {nanosecond}");
    }

    let wrong =
        json!({ "rule": { "every": 1, "pattern": "days" }, "start": "2026-02-30T09:00:00" });
    assert!(serde_json::from_value::<Timetable>(wrong).is_err());
}

#[test]
fn a_set_is_stored_as_what_it_was_made_of() {
    let mut set = RuleSet::from(timetable("FREQ=MONTHLY;COUNT=3"));
    set.insert(timetable("FREQ=YEARLY"));
    set.add(date(2026, 2, 15).at(9, 0, 0, 0));
    set.add(date(2026, 2, 14).at(9, 0, 0, 0));
    set.except(date(2026, 3, 31).at(9, 30, 0, 0));
    assert_eq!(
        serde_json::to_value(&set).unwrap(),
        json!({
            "timetables": [
                {
                    "rule": { "every": 1, "pattern": { "rrule": "FREQ=MONTHLY;COUNT=3" } },
                    "start": "2026-01-31T09:30:00"
                },
                {
                    "rule": { "every": 1, "pattern": { "rrule": "FREQ=YEARLY" } },
                    "start": "2026-01-31T09:30:00"
                }
            ],
            "added": ["2026-02-14T09:00:00", "2026-02-15T09:00:00"],
            "excepted": ["2026-03-31T09:30:00"]
        })
    );
    comes_back(&set);
    comes_back(&RuleSet::new());
}

#[test]
fn what_is_zoned_is_stored_with_its_zone_and_its_policies() {
    let paris = TimeZone::get("Europe/Paris").unwrap();
    let zoned = Zoned::new(timetable("FREQ=DAILY;UNTIL=20270101T000000Z"), paris)
        .with_gap(Gap::Omit)
        .with_fold(Fold::Both);
    let stored = serde_json::to_value(&zoned).unwrap();
    assert_eq!(
        (&stored["zone"], &stored["gap"], &stored["fold"]),
        (&json!("Europe/Paris"), &json!("omit"), &json!("both"))
    );
    comes_back(&zoned);

    let mut elsewhere = stored;
    elsewhere["zone"] = json!("Europe/Atlantis");
    let reason = serde_json::from_value::<Zoned>(elsewhere).unwrap_err().to_string();
    assert!(reason.contains("Europe/Atlantis"), "{reason}");
}
