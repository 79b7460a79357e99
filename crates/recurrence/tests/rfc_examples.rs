//! The examples of RFC 5545, section 3.8.5.3, and of RFC 7529, with the dates
//! that they give.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use recurrence::{Rule, RuleSet, RuleText, Timetable, Zoned};

/// `1997 9/2,4-6 10/1` is 2, 4, 5 and 6 September and 1 October 1997.
fn dates(text: &str) -> Vec<Date> {
    let mut year = 0;
    let mut dates = vec![];
    for word in text.split_whitespace() {
        let Some((month, days)) = word.split_once('/') else {
            year = word.parse().unwrap();
            continue;
        };
        for days in days.split(',') {
            let (first, last) = days.split_once('-').unwrap_or((days, days));
            for day in first.parse().unwrap()..=last.parse().unwrap() {
                dates.push(Date::new(year, month.parse().unwrap(), day).unwrap());
            }
        }
    }
    dates
}

/// The local times of a rule in New York, at most so many.
fn times_in_new_york(start: &str, rule: &str, most: usize) -> Vec<DateTime> {
    let text = format!("DTSTART;TZID=America/New_York:{start}\n{rule}");
    let text: RuleText = text.parse().unwrap();
    let zone = TimeZone::get(text.zone().unwrap()).unwrap();
    let zoned = Zoned::new(text.into_set(None).unwrap(), zone.clone());
    zoned.iter().take(most).map(|time| time.to_zoned(zone.clone()).datetime()).collect()
}

/// That a rule in New York begins with these dates, all at 09:00.
fn begins_with(start: &str, rule: &str, expected: &str) {
    let expected: Vec<_> = dates(expected).iter().map(|date| date.at(9, 0, 0, 0)).collect();
    assert_eq!(times_in_new_york(start, rule, expected.len()), expected, "{rule}");
}

/// That these are all.
fn is_all(start: &str, rule: &str, expected: &str) {
    begins_with(start, rule, expected);
    let count = dates(expected).len();
    assert_eq!(times_in_new_york(start, rule, count + 1).len(), count, "{rule}");
}

#[test]
fn daily() {
    let start = "19970902T090000";
    is_all(start, "RRULE:FREQ=DAILY;COUNT=10", "1997 9/2-11");
    is_all(start, "RRULE:FREQ=DAILY;UNTIL=19971224T000000Z", "1997 9/2-30 10/1-31 11/1-30 12/1-23");
    begins_with(
        start,
        "RRULE:FREQ=DAILY;INTERVAL=2",
        "1997 9/2,4,6,8,10,12,14,16,18,20,22,24,26,28,30 10/2,4,6,8,10,12,14,16,18,20,22,24,26,28,30 \
         11/1,3,5,7,9,11,13,15,17,19,21,23,25,27,29 12/1,3,5",
    );
    is_all(start, "RRULE:FREQ=DAILY;INTERVAL=10;COUNT=5", "1997 9/2,12,22 10/2,12");
    let januaries = "1998 1/1-31 1999 1/1-31 2000 1/1-31";
    is_all(
        "19980101T090000",
        "RRULE:FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA",
        januaries,
    );
    is_all("19980101T090000", "RRULE:FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1", januaries);
}

#[test]
fn weekly() {
    let start = "19970902T090000";
    is_all(start, "RRULE:FREQ=WEEKLY;COUNT=10", "1997 9/2,9,16,23,30 10/7,14,21,28 11/4");
    is_all(
        start,
        "RRULE:FREQ=WEEKLY;UNTIL=19971224T000000Z",
        "1997 9/2,9,16,23,30 10/7,14,21,28 11/4,11,18,25 12/2,9,16,23",
    );
    begins_with(
        start,
        "RRULE:FREQ=WEEKLY;INTERVAL=2;WKST=SU",
        "1997 9/2,16,30 10/14,28 11/11,25 12/9,23 1998 1/6,20 2/3,17",
    );
    let five_weeks = "1997 9/2,4,9,11,16,18,23,25,30 10/2";
    is_all(start, "RRULE:FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH", five_weeks);
    is_all(start, "RRULE:FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH", five_weeks);
    is_all(
        "19970901T090000",
        "RRULE:FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR",
        "1997 9/1,3,5,15,17,19,29 10/1,3,13,15,17,27,29,31 11/10,12,14,24,26,28 12/8,10,12,22",
    );
    is_all(
        start,
        "RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH",
        "1997 9/2,4,16,18,30 10/2,14,16",
    );
}

#[test]
fn monthly() {
    is_all(
        "19970905T090000",
        "RRULE:FREQ=MONTHLY;COUNT=10;BYDAY=1FR",
        "1997 9/5 10/3 11/7 12/5 1998 1/2 2/6 3/6 4/3 5/1 6/5",
    );
    is_all(
        "19970905T090000",
        "RRULE:FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR",
        "1997 9/5 10/3 11/7 12/5",
    );
    is_all(
        "19970907T090000",
        "RRULE:FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU",
        "1997 9/7,28 11/2,30 1998 1/4,25 3/1,29 5/3,31",
    );
    is_all(
        "19970922T090000",
        "RRULE:FREQ=MONTHLY;COUNT=6;BYDAY=-2MO",
        "1997 9/22 10/20 11/17 12/22 1998 1/19 2/16",
    );
    begins_with(
        "19970928T090000",
        "RRULE:FREQ=MONTHLY;BYMONTHDAY=-3",
        "1997 9/28 10/29 11/28 12/29 1998 1/29 2/26",
    );
    is_all(
        "19970902T090000",
        "RRULE:FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15",
        "1997 9/2,15 10/2,15 11/2,15 12/2,15 1998 1/2,15",
    );
    is_all(
        "19970930T090000",
        "RRULE:FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1",
        "1997 9/30 10/1,31 11/1,30 12/1,31 1998 1/1,31 2/1",
    );
    is_all(
        "19970910T090000",
        "RRULE:FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15",
        "1997 9/10-15 1999 3/10-13",
    );
    begins_with(
        "19970902T090000",
        "RRULE:FREQ=MONTHLY;INTERVAL=2;BYDAY=TU",
        "1997 9/2,9,16,23,30 11/4,11,18,25 1998 1/6,13,20,27 3/3,10,17,24,31",
    );
}

#[test]
fn yearly() {
    is_all(
        "19970610T090000",
        "RRULE:FREQ=YEARLY;COUNT=10;BYMONTH=6,7",
        "1997 6/10 7/10 1998 6/10 7/10 1999 6/10 7/10 2000 6/10 7/10 2001 6/10 7/10",
    );
    is_all(
        "19970310T090000",
        "RRULE:FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3",
        "1997 3/10 1999 1/10 2/10 3/10 2001 1/10 2/10 3/10 2003 1/10 2/10 3/10",
    );
    is_all(
        "19970101T090000",
        "RRULE:FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200",
        "1997 1/1 4/10 7/19 2000 1/1 4/9 7/18 2003 1/1 4/10 7/19 2006 1/1",
    );
    begins_with("19970519T090000", "RRULE:FREQ=YEARLY;BYDAY=20MO", "1997 5/19 1998 5/18 1999 5/17");
    begins_with(
        "19970512T090000",
        "RRULE:FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO",
        "1997 5/12 1998 5/11 1999 5/17",
    );
    begins_with(
        "19970313T090000",
        "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=TH",
        "1997 3/13,20,27 1998 3/5,12,19,26 1999 3/4,11,18,25",
    );
    begins_with(
        "19970605T090000",
        "RRULE:FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8",
        "1997 6/5,12,19,26 7/3,10,17,24,31 8/7,14,21,28 1998 6/4,11,18,25 7/2,9,16,23,30 \
         8/6,13,20,27 1999 6/3,10,17,24 7/1,8,15,22,29 8/5,12,19,26",
    );
}

#[test]
fn days_that_two_parts_agree_on() {
    begins_with(
        "19970902T090000",
        "EXDATE;TZID=America/New_York:19970902T090000\nRRULE:FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
        "1998 2/13 3/13 11/13 1999 8/13 2000 10/13",
    );
    begins_with(
        "19970913T090000",
        "RRULE:FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13",
        "1997 9/13 10/11 11/8 12/13 1998 1/10 2/7 3/7 4/11 5/9 6/13",
    );
    begins_with(
        "19961105T090000",
        "RRULE:FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
        "1996 11/5 2000 11/7 2004 11/2",
    );
}

#[test]
fn positions() {
    is_all(
        "19970904T090000",
        "RRULE:FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3",
        "1997 9/4 10/7 11/6",
    );
    begins_with(
        "19970929T090000",
        "RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
        "1997 9/29 10/30 11/27 12/30 1998 1/29 2/26 3/30",
    );
}

fn at(times: &[(i8, i8)]) -> Vec<DateTime> {
    let day = Date::constant(1997, 9, 2);
    times.iter().map(|(hour, minute)| day.at(*hour, *minute, 0, 0)).collect()
}

#[test]
fn hours_and_minutes() {
    let start = "19970902T090000";
    // The example prints 15:00 too, for which its UNTIL would have to be
    // 19970902T210000Z: erratum 3883.
    assert_eq!(
        times_in_new_york(start, "RRULE:FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T170000Z", 9),
        at(&[(9, 0), (12, 0)])
    );
    assert_eq!(
        times_in_new_york(start, "RRULE:FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T210000Z", 9),
        at(&[(9, 0), (12, 0), (15, 0)])
    );
    assert_eq!(
        times_in_new_york(start, "RRULE:FREQ=MINUTELY;INTERVAL=15;COUNT=6", 9),
        at(&[(9, 0), (9, 15), (9, 30), (9, 45), (10, 0), (10, 15)])
    );
    assert_eq!(
        times_in_new_york(start, "RRULE:FREQ=MINUTELY;INTERVAL=90;COUNT=4", 9),
        at(&[(9, 0), (10, 30), (12, 0), (13, 30)])
    );
    let every_20_minutes: Vec<_> =
        (9..=16).flat_map(|hour| [(hour, 0), (hour, 20), (hour, 40)]).collect();
    for rule in [
        "RRULE:FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40",
        "RRULE:FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11,12,13,14,15,16",
    ] {
        let times = times_in_new_york(start, rule, 25);
        assert_eq!(times[..24], at(&every_20_minutes), "{rule}");
        assert_eq!(times[24], Date::constant(1997, 9, 3).at(9, 0, 0, 0), "{rule}");
    }
}

/// Section 3.3.10, where the parts are explained.
#[test]
fn rules_that_explain_the_parts() {
    is_all(
        "19970902T090000",
        "RRULE:FREQ=DAILY;COUNT=10;INTERVAL=2",
        "1997 9/2,4,6,8,10,12,14,16,18,20",
    );
    begins_with(
        "19970930T090000",
        "RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        "1997 9/30 10/31 11/28 12/31 1998 1/30 2/27",
    );
    let rule = "RRULE:FREQ=YEARLY;INTERVAL=2;BYMONTH=1;BYDAY=SU;BYHOUR=8,9;BYMINUTE=30";
    let sundays: Vec<_> = dates("1997 1/5,12,19,26 1999 1/3,10,17,24,31")
        .into_iter()
        .flat_map(|date| [date.at(8, 30, 0, 0), date.at(9, 30, 0, 0)])
        .collect();
    assert_eq!(times_in_new_york("19970105T083000", rule, 18), sundays);
}

#[test]
fn the_first_day_of_the_week_matters() {
    let rule = "RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU";
    is_all("19970805T090000", &format!("{rule};WKST=MO"), "1997 8/5,10,19,24");
    is_all("19970805T090000", &format!("{rule};WKST=SU"), "1997 8/5,17,19,31");
}

#[test]
fn a_date_that_does_not_exist_is_left_out() {
    is_all(
        "20070115T090000",
        "RRULE:FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5",
        "2007 1/15,30 2/15 3/15,30",
    );
}

#[test]
fn rfc_7529_skips_backward_forward_or_not_at_all() {
    let monthly = |skip: &str| format!("RRULE:RSCALE=GREGORIAN;FREQ=MONTHLY{skip};COUNT=4");
    is_all("20140131T090000", &monthly(""), "2014 1/31 3/31 5/31 7/31");
    is_all("20140131T090000", &monthly(";SKIP=OMIT"), "2014 1/31 3/31 5/31 7/31");
    is_all("20140131T090000", &monthly(";SKIP=BACKWARD"), "2014 1/31 2/28 3/31 4/30");
    is_all("20140131T090000", &monthly(";SKIP=FORWARD"), "2014 1/31 3/1 3/31 5/1");

    let yearly = |skip: &str| format!("RRULE:RSCALE=GREGORIAN;FREQ=YEARLY;SKIP={skip};COUNT=4");
    is_all("20160229T090000", &yearly("OMIT"), "2016 2/29 2020 2/29 2024 2/29 2028 2/29");
    is_all("20160229T090000", &yearly("BACKWARD"), "2016 2/29 2017 2/28 2018 2/28 2019 2/28");
    is_all("20160229T090000", &yearly("FORWARD"), "2016 2/29 2017 3/1 2018 3/1 2019 3/1");
}

#[test]
fn rfc_7529_other_calendars_are_refused_by_name() {
    for (rule, calendar) in [
        ("RSCALE=CHINESE;FREQ=YEARLY", "CHINESE"),
        ("RSCALE=ETHIOPIC;FREQ=MONTHLY;BYMONTH=13", "ETHIOPIC"),
        ("RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=5L;BYMONTHDAY=8;SKIP=FORWARD", "HEBREW"),
    ] {
        assert_eq!(
            rule.parse::<Rule>().unwrap_err().to_string(),
            format!("RSCALE at character 8: found `{calendar}`; expected GREGORIAN"),
        );
    }
    is_all(
        "20120229T090000",
        "RRULE:RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=FORWARD;COUNT=5",
        "2012 2/29 2013 3/1 2014 3/1 2015 3/1 2016 2/29",
    );
}

#[test]
fn a_missing_day_that_meets_another_is_one_date() {
    let rule = "RRULE:RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=1,31;SKIP=FORWARD;COUNT=5";
    is_all("20140401T090000", rule, "2014 4/1 5/1,31 6/1 7/1");
    let rule = "RRULE:RSCALE=GREGORIAN;FREQ=DAILY;BYMONTHDAY=31;SKIP=FORWARD;COUNT=4";
    is_all("20250131T090000", rule, "2025 1/31 3/1,31 5/1");
}

#[test]
fn rules_unite_and_dates_are_added_and_taken_away() {
    let text: RuleText = "DTSTART:19970902T090000\n\
                          RRULE:FREQ=YEARLY;COUNT=2;BYDAY=TU\n\
                          RRULE:FREQ=YEARLY;COUNT=1;BYDAY=TH\n\
                          RDATE:19970920T090000,19970902T090000\n\
                          EXDATE:19970904T090000"
        .parse()
        .unwrap();
    let times: Vec<_> = text.into_set(None).unwrap().iter().collect();
    let expected: Vec<_> = dates("1997 9/2,9,20").iter().map(|date| date.at(9, 0, 0, 0)).collect();
    assert_eq!(times, expected);
}

#[test]
fn a_start_without_a_rule_is_the_only_time() {
    let text: RuleText = "DTSTART;VALUE=DATE:19970902".parse().unwrap();
    let set: RuleSet = text.into_set(None).unwrap();
    assert_eq!(set.iter().collect::<Vec<_>>(), [Date::constant(1997, 9, 2).at(0, 0, 0, 0)]);
}

#[test]
fn a_rule_of_moov_falls_where_it_was_computed_to() {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Case {
        recurrence_rule: String,
        start: Option<jiff::Timestamp>,
        occurrences: Vec<jiff::Timestamp>,
    }
    #[derive(serde::Deserialize)]
    struct Cases {
        cases: Vec<Case>,
    }
    let cases: Cases = serde_json::from_str(include_str!("fixtures/moov_rules.json")).unwrap();
    for case in cases.cases {
        let text: RuleText = case.recurrence_rule.parse().unwrap();
        let start = case.start.map(|start| start.to_zoned(TimeZone::UTC).datetime());
        let zoned = Zoned::new(text.into_set(start).unwrap(), TimeZone::UTC);
        let times: Vec<_> = zoned.iter().take(case.occurrences.len()).collect();
        assert_eq!(times, case.occurrences, "{}", case.recurrence_rule);
    }
}

#[test]
fn a_rule_alone_and_a_rule_in_a_set_have_the_same_times() {
    let start = Date::constant(1997, 9, 2).at(9, 0, 0, 0);
    let timetable = Timetable::new("FREQ=MONTHLY;BYDAY=-1FR".parse().unwrap(), start);
    assert!(timetable.iter().take(99).eq(RuleSet::from(timetable).iter().take(99)));
}
