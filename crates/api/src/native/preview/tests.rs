#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use jiff::civil::Date;
use serde_json::{Value, json};

use super::answer;

fn asked(fields: Value) -> Result<Value, String> {
    let Value::Object(fields) = fields else { panic!("fields are an object") };
    answer(fields, Date::constant(2026, 1, 1))
}

fn refused(fields: Value) -> String {
    asked(fields).unwrap_err()
}

#[test]
fn in_a_zone_dates_are_instants_and_what_its_clocks_show() {
    let body = json!({
        "every": 1, "period": "month", "on": {"days_of_month": [31]},
        "start": "2026-03-01T09:00", "end": "2026-04-30", "zone": "Europe/Paris",
    });
    assert_eq!(
        asked(body).unwrap(),
        json!({
            "dates": ["2026-03-31T07:00:00Z", "2026-04-30T07:00:00Z"],
            "local": ["2026-03-31T09:00:00+02:00", "2026-04-30T09:00:00+02:00"],
            "in_words": "Every 1 month(s) on the 31st",
            "in_plain_english": "Every month on the last day at 09:00 by the clocks of \
                Europe/Paris, from 1 March 2026 until 30 April 2026",
        })
    );
}

#[test]
fn gaps_and_folds_go_as_asked_for() {
    let dates = |policy: &str, choice: &str, start: &str| {
        let mut body = json!({
            "rrule": "FREQ=DAILY;COUNT=2", "start": start, "zone": "America/New_York",
        });
        body[policy] = json!(choice);
        asked(body).unwrap()["dates"].clone()
    };
    let spring = "2026-03-07T02:30";
    assert_eq!(
        dates("gap", "shift", spring),
        json!(["2026-03-07T07:30:00Z", "2026-03-08T07:30:00Z"])
    );
    assert_eq!(
        dates("gap", "end", spring),
        json!(["2026-03-07T07:30:00Z", "2026-03-08T07:00:00Z"])
    );
    assert_eq!(dates("gap", "omit", spring), json!(["2026-03-07T07:30:00Z"]));
    let autumn = "2026-11-01T01:30";
    assert_eq!(
        dates("fold", "first", autumn),
        json!(["2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"])
    );
    assert_eq!(
        dates("fold", "second", autumn),
        json!(["2026-11-01T06:30:00Z", "2026-11-02T06:30:00Z"])
    );
    assert_eq!(
        dates("fold", "both", autumn),
        json!(["2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z", "2026-11-02T06:30:00Z"])
    );
}

#[test]
fn a_text_brings_its_zone_and_its_times_added_and_taken_away() {
    let text = "DTSTART;TZID=Asia/Bangkok:20260101T083000\n\
                RRULE:FREQ=MONTHLY;COUNT=3\n\
                RDATE;TZID=Asia/Bangkok:20260115T083000\n\
                EXDATE;TZID=Asia/Bangkok:20260201T083000";
    assert_eq!(
        asked(json!({ "rrule": text })).unwrap(),
        json!({
            "dates": ["2026-01-01T01:30:00Z", "2026-01-15T01:30:00Z", "2026-03-01T01:30:00Z"],
            "local": [
                "2026-01-01T08:30:00+07:00", "2026-01-15T08:30:00+07:00",
                "2026-03-01T08:30:00+07:00",
            ],
            "in_words": "Every month on the 1st at 08:30 by the clocks of Asia/Bangkok, 3 times, \
                from 1 January 2026; also on 15 January 2026 at 08:30; \
                not on 1 February 2026 at 08:30",
        })
    );
}

#[test]
fn with_a_roll_dates_are_moved_and_it_is_said_from_where() {
    let body = json!({
        "every": 1, "period": "month", "on": {"days_of_month": [31]}, "start": "2026-01-01",
        "count": 3, "calendar": "bank_of_thailand", "roll": "following",
    });
    assert_eq!(
        asked(body).unwrap(),
        json!({
            "dates": ["2026-02-02", "2026-03-02", "2026-03-31"],
            "moved": [
                { "from": "2026-01-31", "to": "2026-02-02" },
                { "from": "2026-02-28", "to": "2026-03-02" },
            ],
            "in_words": "Every 1 month(s) on the 31st",
            "in_plain_english": "Every month on the last day, from 1 January 2026; \
                if that is not a business day in Thailand, the next one",
        })
    );
}

#[test]
fn past_the_last_day_that_a_calendar_knows_dates_are_as_the_rule_has_them() {
    let body = json!({
        "every": 6, "period": "month", "on": {"days_of_month": [31]}, "start": "2027-06-01",
        "count": 3, "calendar": "bank_of_thailand", "roll": "following",
    });
    let answer = asked(body).unwrap();
    assert_eq!(answer["dates"], json!(["2027-06-30"]));
    assert_eq!(answer["unknown"], json!(["2027-12-31", "2028-06-30"]));
    assert_eq!(
        answer["note"],
        "the calendar `Bank of Thailand` knows the days from 2023-01-01 to 2027-12-31; whether \
         2028-01-01 is a business day is not known; the dates in `unknown` are as the rule has them"
    );
}

#[test]
fn holidays_and_weekends_of_ones_own_count() {
    let answer = |calendar: Value| {
        let body = json!({
            "every": 1, "period": "day", "start": "2026-01-01", "count": 4,
            "calendar": calendar, "roll": "following",
        });
        asked(body).unwrap()["dates"].clone()
    };
    assert_eq!(
        answer(json!({ "weekend": ["thursday", "Friday"], "holidays": ["2026-01-04"] })),
        json!(["2026-01-03", "2026-01-03", "2026-01-03", "2026-01-05"])
    );
    assert_eq!(
        answer(json!({ "weekend": [], "holidays": [] })),
        json!(["2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04"])
    );
}

#[test]
fn a_rolled_instant_keeps_its_time_of_day_even_out_of_a_gap() {
    // 29 March 2026 is a Sunday, on which clocks in Paris show no 02:30.
    let body = |gap: &str| {
        json!({
            "rrule": "FREQ=YEARLY;COUNT=1", "start": "2026-03-29T02:30", "zone": "Europe/Paris",
            "gap": gap, "calendar": "weekends", "roll": "following",
        })
    };
    for gap in ["shift", "end", "omit"] {
        let answer = asked(body(gap)).unwrap();
        assert_eq!(answer["local"], json!(["2026-03-30T02:30:00+02:00"]), "{gap}");
        assert_eq!(answer["moved"][0]["to"], "2026-03-30T02:30:00+02:00", "{gap}");
    }
}

#[test]
fn what_is_wrong_is_named_with_what_would_be_right() {
    let rrule = |more: Value| {
        let mut body = json!({ "rrule": "FREQ=DAILY", "start": "2026-01-01T00:00:00Z" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        refused(body)
    };
    let listed = [
        (
            json!({ "zone": "Mars/Olympus" }),
            "zone must be the name of a time zone, such as Asia/Bangkok",
        ),
        (json!({ "gap": "omit" }), "gap needs zone, the name of a time zone, such as Asia/Bangkok"),
        (json!({ "zone": "UTC", "gap": "jump" }), "gap must be one of these: shift, end, omit"),
        (
            json!({ "zone": "UTC", "fold": "third" }),
            "fold must be one of these: first, second, both",
        ),
        (
            json!({ "calendar": "mars", "roll": "none" }),
            "calendar must be one of these: weekends, bank_of_thailand, federal_reserve, target2, \
             japan, singapore, malaysia, england_and_wales; or an object with holidays",
        ),
        (
            json!({ "roll": "following" }),
            "roll needs calendar, one of these: weekends, bank_of_thailand, federal_reserve, \
             target2, japan, singapore, malaysia, england_and_wales; or an object with holidays",
        ),
        (
            json!({ "calendar": "japan" }),
            "calendar needs roll, one of these: none, following, modified_following, preceding, \
             modified_preceding, end_of_month",
        ),
        (
            json!({ "calendar": { "holidays": ["soon"] }, "roll": "none" }),
            "calendar [holidays] must be an array of dates in the form YYYY-MM-DD",
        ),
        (
            json!({ "calendar": { "weekend": ["someday"] }, "roll": "none" }),
            "calendar [weekend] must be an array of weekday names (monday - sunday)",
        ),
        (
            json!({
                "calendar": { "weekend": [
                    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
                ] },
                "roll": "none",
            }),
            "calendar: the weekend holds all seven weekdays; it must leave at least one to work on",
        ),
        (
            json!({ "calendar": { "holiday": [] }, "roll": "none" }),
            "calendar [holiday] is not one of these: name, weekend, holidays, known_from, known_until",
        ),
        (
            json!({ "start": "tomorrow" }),
            "start must be a date and time in the form YYYY-MM-DDThh:mm:ssZ",
        ),
        (
            json!({ "rrule": "FREQ=DAILY;INTERVAL=0" }),
            "rrule: INTERVAL at character 21: found `0`; expected a whole number from 1 to 4294967295",
        ),
    ];
    for (more, message) in listed {
        assert_eq!(rrule(more), message);
    }
}
