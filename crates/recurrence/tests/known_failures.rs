//! What other libraries are known to get wrong, and to hang on.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use jiff::Timestamp;
use jiff::civil::{DateTime, date};
use jiff::tz::TimeZone;
use recurrence::{DateTimes, Fold, Gap, Rule, Timetable, Zoned};

fn times(rule: &str, start: DateTime) -> DateTimes {
    Timetable::new(rule.parse().unwrap(), start).iter()
}

fn in_zone(rule: &str, start: DateTime, zone: &str) -> Zoned {
    Zoned::new(Timetable::new(rule.parse().unwrap(), start), TimeZone::get(zone).unwrap())
}

fn reason(rule: &str) -> String {
    rule.parse::<Rule>().unwrap_err().to_string()
}

#[test]
fn the_31st_does_not_drift_to_the_29th() {
    let rule = "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD";
    let days: Vec<_> =
        times(rule, date(2024, 1, 31).at(9, 0, 0, 0)).take(4).map(DateTime::day).collect();
    assert_eq!(days, [31, 29, 31, 30]);
}

#[test]
fn an_interval_of_nothing_is_refused_and_does_not_loop() {
    assert_eq!(
        reason("FREQ=DAILY;INTERVAL=0"),
        "INTERVAL at character 21: found `0`; expected a whole number from 1 to 4294967295"
    );
    assert_eq!(
        reason("FREQ=DAILY;INTERVAL=-1"),
        "INTERVAL at character 21: found `-1`; expected a whole number from 1 to 4294967295"
    );
}

#[test]
fn a_rule_that_never_matches_is_found_out_and_does_not_loop() {
    let start = date(2026, 1, 1).at(9, 0, 0, 0);
    for rule in [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30,31;BYDAY=MO",
        "FREQ=MONTHLY;INTERVAL=12;BYMONTH=2",
        "FREQ=MONTHLY;BYDAY=6MO",
        "FREQ=MONTHLY;BYDAY=1MO;BYSETPOS=2",
        "FREQ=YEARLY;BYYEARDAY=200;BYMONTH=1",
        "FREQ=YEARLY;BYWEEKNO=20;BYMONTH=1",
        "FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29",
        "FREQ=DAILY;BYMONTH=4;BYMONTHDAY=31",
        "FREQ=DAILY;INTERVAL=7;BYDAY=MO",
        "FREQ=DAILY;BYHOUR=9;BYSETPOS=2",
        "FREQ=WEEKLY;INTERVAL=4294967295;BYDAY=MO",
        "FREQ=HOURLY;INTERVAL=2;BYHOUR=10",
        "FREQ=HOURLY;INTERVAL=168;BYDAY=MO",
        "FREQ=HOURLY;INTERVAL=84;BYDAY=TU;BYHOUR=9",
        "FREQ=MINUTELY;INTERVAL=1440;BYMINUTE=1",
        "FREQ=MINUTELY;INTERVAL=60;BYMINUTE=1",
        "FREQ=SECONDLY;INTERVAL=60;BYSECOND=1",
        "FREQ=SECONDLY;INTERVAL=86400;BYHOUR=1",
        "FREQ=SECONDLY;INTERVAL=604800;BYDAY=MO",
        "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=SECONDLY;BYSETPOS=2;BYSECOND=1",
        "FREQ=DAILY;COUNT=4294967295;BYMONTH=2;BYMONTHDAY=30",
    ] {
        let timetable = Timetable::new(rule.parse().unwrap(), start);
        assert_eq!(timetable.first(), None, "{rule}");
        assert!(timetable.is_empty(), "{rule}");
        assert_eq!(timetable.last(), None, "{rule}");
        assert_eq!((timetable.iter().next(), timetable.nth(0)), (None, None), "{rule}");
        assert_eq!(timetable.count_between(start, DateTime::MAX), 0, "{rule}");
    }
}

#[test]
fn a_rule_that_hardly_ever_matches_is_still_found() {
    let start = date(2026, 1, 1).at(9, 0, 0, 0);
    let first = |rule: &str| times(rule, start).next();
    assert_eq!(
        first("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO"),
        Some(date(2044, 2, 29).at(9, 0, 0, 0))
    );
    assert_eq!(
        first("FREQ=SECONDLY;INTERVAL=86401;BYHOUR=0;BYMINUTE=0;BYSECOND=0"),
        Some(date(2173, 11, 7).at(0, 0, 0, 0))
    );
    assert_eq!(first("FREQ=YEARLY;INTERVAL=7000"), Some(start));
    assert_eq!(
        times("FREQ=YEARLY;INTERVAL=7000", start).nth(1),
        Some(date(9026, 1, 1).at(9, 0, 0, 0))
    );
}

#[test]
fn steps_beside_the_week_the_month_or_the_year_are_not_walked_one_by_one() {
    let start = date(1997, 9, 2).at(9, 0, 0, 0);
    // From a Tuesday, two seconds later each week, or earlier: centuries and
    // millennia pass before it is Monday.
    for (rule, first) in [
        ("FREQ=SECONDLY;INTERVAL=604802;BYDAY=MO", Some(date(6654, 11, 13).at(0, 0, 0, 0))),
        ("FREQ=SECONDLY;INTERVAL=604798;BYDAY=MO", Some(date(2308, 3, 2).at(23, 59, 58, 0))),
        ("FREQ=SECONDLY;INTERVAL=2629747;BYMONTHDAY=15", None),
        ("FREQ=SECONDLY;INTERVAL=31556953;BYMONTH=6", None),
    ] {
        assert_eq!(times(rule, start).next(), first, "{rule}");
    }
}

#[test]
fn a_count_without_end_is_not_counted_one_by_one() {
    let start = date(2026, 1, 1).at(9, 0, 0, 0);
    let last = |rule: &str| Timetable::new(rule.parse().unwrap(), start).last();
    assert_eq!(last("FREQ=SECONDLY;COUNT=4294967295"), Some(date(2162, 2, 7).at(15, 28, 14, 0)));
    assert_eq!(last("FREQ=DAILY;COUNT=1000000"), Some(date(4763, 11, 28).at(9, 0, 0, 0)));
    assert_eq!(last("FREQ=DAILY;COUNT=4294967295"), Some(date(9999, 12, 31).at(9, 0, 0, 0)));
}

#[test]
fn the_last_years_of_the_calendar_end_quietly() {
    let start = date(9998, 12, 31).at(23, 59, 59, 0);
    for frequency in ["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"] {
        let rule: Rule = format!("FREQ={frequency};INTERVAL=999999999").parse().unwrap();
        let timetable = Timetable::new(rule, start);
        assert!(timetable.iter().eq([start]), "{frequency}");
        assert_eq!(timetable.last(), Some(start), "{frequency}");
        let first = Timetable::new(rule, DateTime::MIN);
        assert_eq!(first.first(), Some(DateTime::MIN), "{frequency}");
        assert_eq!(first.before(DateTime::MIN), None, "{frequency}");
        assert_eq!(timetable.after(DateTime::MAX), None, "{frequency}");
    }
}

#[test]
fn a_daily_time_in_the_hour_that_spring_leaves_out_comes_once() {
    let daily = in_zone("FREQ=DAILY", date(2026, 3, 7).at(2, 30, 0, 0), "America/New_York");
    let three: Vec<_> = daily.iter().take(3).map(|time| time.to_string()).collect();
    assert_eq!(three, ["2026-03-07T07:30:00Z", "2026-03-08T07:30:00Z", "2026-03-09T06:30:00Z"]);
}

#[test]
fn a_daily_time_in_the_hour_that_autumn_repeats_comes_once() {
    let daily = in_zone("FREQ=DAILY", date(2026, 10, 31).at(1, 30, 0, 0), "America/New_York");
    let three: Vec<_> = daily.iter().take(3).map(|time| time.to_string()).collect();
    assert_eq!(three, ["2026-10-31T05:30:00Z", "2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"]);
}

#[test]
fn the_first_and_the_last_time_in_the_hour_that_autumn_repeats_come_twice_if_both_count() {
    for (start, zone, instants) in [
        (
            date(2026, 11, 1).at(1, 30, 0, 0),
            "America/New_York",
            ["2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z"],
        ),
        // Half an hour.
        (
            date(2026, 4, 5).at(1, 30, 3, 0),
            "Australia/Lord_Howe",
            ["2026-04-04T14:30:03Z", "2026-04-04T15:00:03Z"],
        ),
    ] {
        let [first, second] = instants.map(|instant| instant.parse().unwrap());
        let once = in_zone("FREQ=DAILY;COUNT=1", start, zone);
        let both = once.clone().with_fold(Fold::Both);
        assert_eq!(both.iter().collect::<Vec<_>>(), [first, second], "{zone}");
        assert_eq!((both.after(first), both.before(second)), (Some(second), Some(first)), "{zone}");
        assert_eq!((both.after(second), both.before(first)), (None, None), "{zone}");
        let second_only = once.with_fold(Fold::Second);
        assert_eq!(second_only.iter().collect::<Vec<_>>(), [second], "{zone}");
        assert_eq!(second_only.after(first), Some(second), "{zone}");
        assert_eq!(second_only.before(second), None, "{zone}");
    }
}

#[test]
fn every_hour_comes_each_hour_where_clocks_are_put_forward_or_back() {
    for (start, zone) in [
        (date(2026, 3, 7).at(0, 0, 0, 0), "America/New_York"),
        (date(2026, 10, 31).at(0, 0, 0, 0), "America/New_York"),
        (date(2026, 3, 28).at(0, 0, 0, 0), "Europe/Paris"),
        (date(2026, 10, 24).at(0, 0, 0, 0), "Europe/Paris"),
    ] {
        for (rule, seconds) in [("FREQ=HOURLY", 3_600), ("FREQ=MINUTELY;INTERVAL=15", 900)] {
            let zoned = in_zone(rule, start, zone);
            let first = zoned.first().unwrap().as_second();
            let found: Vec<_> = zoned.iter().take(300).map(Timestamp::as_second).collect();
            let expected: Vec<_> = (0..300).map(|step| first + step * seconds).collect();
            assert_eq!(found, expected, "{rule} in {zone} from {start}");
        }
    }
}

#[test]
fn times_that_meet_after_a_gap_come_once_and_in_order() {
    let rule = "FREQ=DAILY;BYHOUR=2,3;BYMINUTE=0,30";
    let zoned = in_zone(rule, date(2026, 3, 8).at(0, 0, 0, 0), "America/New_York");
    let three: Vec<_> = zoned.iter().take(3).map(|time| time.to_string()).collect();
    assert_eq!(three, ["2026-03-08T07:00:00Z", "2026-03-08T07:30:00Z", "2026-03-09T06:00:00Z"]);
}

#[test]
fn a_day_that_a_zone_left_out_is_there_or_not_as_asked_for() {
    // Samoa went from 29 to 31 December 2011.
    let daily = in_zone("FREQ=DAILY;COUNT=3", date(2011, 12, 29).at(9, 0, 0, 0), "Pacific/Apia");
    let days = |zoned: &Zoned| zoned.iter().map(|time| time.to_string()).collect::<Vec<_>>();
    assert_eq!(days(&daily), ["2011-12-29T19:00:00Z", "2011-12-30T19:00:00Z"]);
    assert_eq!(
        days(&daily.clone().with_gap(Gap::End)),
        ["2011-12-29T19:00:00Z", "2011-12-30T10:00:00Z", "2011-12-30T19:00:00Z"]
    );
    assert_eq!(days(&daily.with_gap(Gap::Omit)), ["2011-12-29T19:00:00Z", "2011-12-30T19:00:00Z"]);
}

#[test]
fn forwards_backwards_and_from_anywhere_a_zone_gives_the_same_instants() {
    let rules =
        ["FREQ=DAILY", "FREQ=HOURLY", "FREQ=MINUTELY;INTERVAL=17", "FREQ=DAILY;BYHOUR=1,2,3"];
    for zone in ["America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Bangkok"] {
        for rule in rules {
            for gap in [Gap::Shift, Gap::End, Gap::Omit] {
                for fold in [Fold::First, Fold::Second, Fold::Both] {
                    let start = date(2026, 1, 1).at(2, 15, 0, 0);
                    let zoned = in_zone(rule, start, zone).with_gap(gap).with_fold(fold);
                    // All instants of a few days around each transition of the year.
                    let year = zoned.first().unwrap();
                    let zone = TimeZone::get(zone).unwrap();
                    for transition in zone.following(year).take(2) {
                        let around = transition.timestamp().as_second();
                        let at = |second: i64| Timestamp::from_second(second).unwrap();
                        let mut walked = vec![];
                        let mut next = zoned.on_or_after(at(around - 100_000));
                        while let Some(instant) =
                            next.filter(|next| next.as_second() < around + 100_000)
                        {
                            walked.push(instant);
                            next = zoned.after(instant);
                        }
                        assert!(walked.is_sorted_by(|one, other| one < other));
                        for pair in walked.windows(2) {
                            assert_eq!(
                                zoned.before(pair[1]),
                                Some(pair[0]),
                                "{rule} {gap:?} {fold:?}"
                            );
                            assert_eq!(zoned.after(at(pair[1].as_second() - 1)), Some(pair[1]));
                            assert_eq!(
                                zoned.on_or_before(at(pair[0].as_second() + 1)),
                                Some(pair[0])
                            );
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn an_end_in_utc_is_compared_with_the_instant_not_with_the_clock_on_the_wall() {
    let rule = "FREQ=DAILY;UNTIL=20260103T020000Z";
    let start = date(2026, 1, 1).at(20, 0, 0, 0);
    assert_eq!(in_zone(rule, start, "America/New_York").iter().count(), 2);
    assert_eq!(in_zone(rule, start, "UTC").iter().count(), 2);
    assert_eq!(in_zone(rule, start, "Asia/Bangkok").iter().count(), 2);
    let rule = "FREQ=DAILY;UNTIL=20260103T010000Z";
    assert_eq!(in_zone(rule, start, "America/New_York").iter().count(), 2);
    let rule = "FREQ=DAILY;UNTIL=20260103T005959Z";
    assert_eq!(in_zone(rule, start, "America/New_York").iter().count(), 1);
}

#[test]
fn what_is_wrong_is_named_with_its_place_and_what_would_be_right() {
    for (rule, expected) in [
        ("", "the rule at character 1: found nothing; expected a part such as FREQ=DAILY"),
        ("FREQ=DAILY;", ""),
        (
            "FREQ=DAILY;COUNT",
            "the rule at character 12: found `COUNT`; expected a part such as FREQ=DAILY",
        ),
        (
            "FREQ=DAILY;COUNT=2;COUNT=3",
            "COUNT at character 20: found `COUNT`; expected each part at most once",
        ),
        (
            "FREQ=DAILY;COUNT=2;UNTIL=20260101",
            "UNTIL at character 26: found `20260101`; expected either UNTIL or COUNT, not both",
        ),
        (
            "FREQ=DAILY;BYMONTH=13",
            "BYMONTH at character 20: found `13`; expected a number from 1 to 12",
        ),
        (
            "FREQ=DAILY;BYMONTH=",
            "BYMONTH at character 20: found nothing; expected a number from 1 to 12",
        ),
        (
            "FREQ=DAILY;BYHOUR=1,,2",
            "BYHOUR at character 21: found nothing; expected a number from 0 to 23",
        ),
        (
            "FREQ=DAILY;BYDAY=1MO",
            "BYDAY at character 18: found `1MO`; expected weekdays without numbers, or FREQ=MONTHLY or YEARLY",
        ),
        (
            "FREQ=MONTHLY;BYWEEKNO=1",
            "BYWEEKNO at character 23: found `1`; expected FREQ=YEARLY beside BYWEEKNO",
        ),
        (
            "FREQ=MONTHLY;SKIP=BACKWARD",
            "SKIP at character 19: found `BACKWARD`; expected RSCALE=GREGORIAN beside SKIP",
        ),
        ("RSCALE=HEBREW;FREQ=MONTHLY", "RSCALE at character 8: found `HEBREW`; expected GREGORIAN"),
        (
            "FREQ=DAILY;BYSETPOS=1",
            "BYSETPOS at character 21: found `1`; expected another part that starts with BY beside BYSETPOS",
        ),
        (
            "FREQ=DAILY;UNTIL=20260230",
            "UNTIL at character 18: found `20260230`; expected a date such as 20271231, or a date and time such as 20271231T235959 or 20271231T235959Z, of the years 0 to 9999",
        ),
        (
            "FREQ=DAILY;DTSTART=20260101",
            "DTSTART at character 20: found `20260101`; expected no start, which is given apart",
        ),
        (
            "FREQ=DAILY;É=1",
            "the rule at character 12: found `É`; expected one of FREQ, INTERVAL, COUNT, UNTIL, WKST, BYMONTH, BYWEEKNO, BYYEARDAY, BYMONTHDAY, BYDAY, BYHOUR, BYMINUTE, BYSECOND, BYSETPOS, RSCALE, SKIP, DTSTART",
        ),
    ] {
        if expected.is_empty() {
            assert!(rule.parse::<Rule>().is_ok(), "{rule}");
        } else {
            assert_eq!(reason(rule), expected);
        }
    }
}

#[test]
fn a_day_moved_into_the_next_month_is_counted_among_its_weekdays_and_weeks() {
    let years = |rule: &str| -> Vec<i16> {
        let start = date(2000, 1, 1).at(0, 0, 0, 0);
        let timetable = Timetable::new(rule.parse().unwrap(), start);
        timetable.iter().take_while(|time| time.year() < 2015).map(DateTime::year).collect()
    };
    // 31 November is 1 December, the fifth from last Thursday of these years.
    assert_eq!(
        years("RSCALE=GREGORIAN;FREQ=YEARLY;BYMONTHDAY=31;BYDAY=-5TH;SKIP=FORWARD"),
        [2005, 2011]
    );
    assert_eq!(
        years("RSCALE=GREGORIAN;FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=31;BYDAY=1TH;SKIP=FORWARD"),
        [2005, 2011]
    );
    // In 2003, 2008 and 2014 it is a Monday, the first day of week 49.
    assert_eq!(
        years(
            "RSCALE=GREGORIAN;FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=31;BYDAY=MO;BYWEEKNO=49;SKIP=FORWARD"
        ),
        [2003, 2008, 2014]
    );
}

#[test]
fn a_fraction_of_a_second_in_the_start_puts_no_time_before_it() {
    let start = date(2026, 1, 31).at(9, 0, 0, 49_990_000);
    let timetable = Timetable::new("FREQ=DAILY".parse().unwrap(), start);
    let first = date(2026, 1, 31).at(9, 0, 0, 0);
    assert_eq!((timetable.start(), timetable.first()), (first, Some(first)));
    assert_eq!(timetable.count_between(first, first), 1);
}
