//! Nothing is put on the heap while dates are asked for or walked over.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use allocation_counter::measure;
use jiff::civil::date;
use jiff::tz::TimeZone;
use recurrence::{Date, Recurrence, Rule, RuleSet, Timetable, Zoned};

const RULES: [&str; 16] = [
    "FREQ=DAILY",
    "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR",
    "FREQ=DAILY;BYHOUR=9,13,17",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR",
    "FREQ=WEEKLY;BYDAY=MO,WE,FR;BYHOUR=9,10;BYSETPOS=2,-1",
    "FREQ=MONTHLY;BYMONTHDAY=1,16,31",
    "RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=31;SKIP=FORWARD",
    "FREQ=MONTHLY;BYDAY=-1FR",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=500",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
    "FREQ=YEARLY;BYYEARDAY=100,-1",
    "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO",
    "FREQ=YEARLY;BYDAY=SU;BYSETPOS=-1",
    "FREQ=HOURLY;BYMINUTE=0,30;BYSETPOS=-1",
    "FREQ=MINUTELY;INTERVAL=15;BYHOUR=9,10;BYDAY=MO",
    "FREQ=SECONDLY;INTERVAL=86399;BYHOUR=9",
];

fn allocations(work: impl FnOnce()) -> u64 {
    measure(work).count_total
}

#[test]
fn a_walk_and_a_question_allocate_nothing() {
    let start = date(2026, 1, 31).at(9, 0, 0, 0);
    let far = date(2036, 1, 31).at(9, 0, 0, 0);
    for rule in RULES {
        let timetable = Timetable::new(rule.parse().unwrap(), start);
        let count = allocations(|| {
            assert!(timetable.iter().take(100).count() > 10);
            let after = timetable.after(far).unwrap();
            assert!(timetable.before(after).is_some() && timetable.contains(after));
        });
        assert_eq!(count, 0, "{rule}");
    }
}

#[test]
fn a_walk_over_dates_from_either_end_allocates_nothing() {
    for rule in RULES {
        let rule: Rule = rule.parse().unwrap();
        let window = (Date::constant(2026, 1, 31), Date::constant(2126, 1, 31));
        let Ok(dates) = Recurrence::new(rule, window.0, window.1) else { continue };
        let count = allocations(|| {
            assert!(dates.iter().take(100).count() > 10);
            assert!(dates.iter().rev().take(100).count() > 10);
            assert!(dates.after(Date::constant(2036, 1, 31)).is_some());
            let (clone, nth) = (dates.clone(), dates.nth(10));
            assert!(clone.contains(nth.unwrap()));
        });
        assert_eq!(count, 0, "{rule}");
    }
}

#[test]
fn a_walk_over_instants_allocates_nothing() {
    let start = date(2026, 1, 31).at(9, 0, 0, 0);
    let far = "2036-01-31T09:00:00Z".parse().unwrap();
    for zone in ["America/New_York", "Europe/Paris", "Asia/Bangkok", "Africa/Casablanca", "UTC"] {
        for rule in RULES {
            let timetable = Timetable::new(rule.parse().unwrap(), start);
            let mut set = RuleSet::from(timetable.clone());
            set.add(date(2027, 3, 14).at(2, 30, 0, 0));
            set.except(timetable.nth(3).unwrap());
            let zoned = Zoned::new(set, TimeZone::get(zone).unwrap());
            let count = allocations(|| {
                assert!(zoned.iter().take(100).count() > 10);
                let after = zoned.after(far).unwrap();
                assert!(zoned.before(after).is_some() && zoned.civil_of(after).is_some());
            });
            assert_eq!(count, 0, "{rule} in {zone}");
        }
    }
}
