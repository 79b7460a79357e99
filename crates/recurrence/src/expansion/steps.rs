//! How much work a question is, counted in steps: a month looked at, or a leap
//! to another hour, minute or second. Counted in this crate's tests alone.
//!
//! | question | steps at most |
//! |---|---|
//! | the next or the last date or time | a few; for rules made to be hard, as many as there are months after which the rule repeats, or stretches of time that it leaves in 400 years: not 25,000 |
//! | how many, or which | the months between, or twice those after which the rule repeats: not 300,000 |
//!
//! A rule that never matches is found out when it gets its start, or by the
//! end of the months after which it repeats.

/// No question for the next or the last takes more steps, whatever the rule:
/// well under a millisecond if they are months, a few if they are stretches.
#[cfg(test)]
const STEPS_MAX: u64 = 25_000;

/// No question for how many there are, or which, takes more.
#[cfg(test)]
const STEPS_TO_COUNT_MAX: u64 = 300_000;

#[cfg(test)]
thread_local! {
    static STEPS: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// Counts one.
pub(super) fn count_step() {
    #[cfg(test)]
    STEPS.with(|steps| steps.set(steps.get() + 1));
}

#[cfg(test)]
mod tests {
    use jiff::civil::{DateTime, date};
    use proptest::prelude::*;

    use super::*;
    use crate::Timetable;

    fn steps(work: impl FnOnce()) -> u64 {
        STEPS.with(|steps| steps.set(0));
        work();
        STEPS.with(std::cell::Cell::get)
    }

    fn is_within_bounds(rule: &str, start: DateTime) -> Result<(), TestCaseError> {
        let rule: crate::Rule = rule.parse().unwrap();
        let far = start + jiff::ToSpan::years(1_000);
        let timetable = Timetable::new(rule, start);
        let nearest = [
            steps(|| _ = timetable.first()),
            steps(|| _ = timetable.last()),
            steps(|| _ = timetable.after(start)),
            steps(|| _ = timetable.after(far)),
            steps(|| _ = timetable.before(far)),
        ];
        let counted = [
            steps(|| _ = Timetable::new(rule, start)),
            steps(|| _ = timetable.nth(10)),
            steps(|| _ = timetable.count_between(start, far)),
        ];
        prop_assert!(nearest.iter().all(|it| *it <= STEPS_MAX), "{rule} at {start}: {nearest:?}");
        prop_assert!(
            counted.iter().all(|it| *it <= STEPS_TO_COUNT_MAX),
            "{rule} at {start}: {counted:?}"
        );
        Ok(())
    }

    const HOSTILE: [&str; 34] = [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;INTERVAL=399;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO",
        "FREQ=YEARLY;INTERVAL=4294967295",
        "FREQ=MONTHLY;INTERVAL=4799;BYMONTHDAY=29;BYMONTH=2",
        "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=366",
        "FREQ=MONTHLY;BYDAY=53MO",
        "FREQ=WEEKLY;INTERVAL=20870;BYMONTH=2;BYDAY=SU",
        "FREQ=WEEKLY;INTERVAL=52;BYMONTH=2",
        "FREQ=WEEKLY;INTERVAL=9;BYMONTH=2;BYDAY=MO;BYSETPOS=-1",
        "FREQ=DAILY;INTERVAL=146096;BYMONTHDAY=29;BYMONTH=2",
        "FREQ=DAILY;INTERVAL=61;BYMONTHDAY=29;BYMONTH=2;BYDAY=SU",
        "FREQ=DAILY;INTERVAL=7;BYDAY=MO;BYMONTH=2;BYMONTHDAY=29",
        "FREQ=HOURLY;INTERVAL=24;BYHOUR=10",
        "FREQ=HOURLY;INTERVAL=25;BYHOUR=10;BYMONTH=2;BYMONTHDAY=29",
        "FREQ=MINUTELY;INTERVAL=1439;BYHOUR=9;BYMINUTE=0",
        "FREQ=MINUTELY;INTERVAL=1441;BYHOUR=9;BYMINUTE=0;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO",
        "FREQ=SECONDLY;INTERVAL=86399;BYHOUR=9;BYMINUTE=0;BYSECOND=0",
        "FREQ=SECONDLY;INTERVAL=86401;BYHOUR=9;BYMINUTE=0;BYSECOND=0;BYMONTH=2;BYMONTHDAY=29",
        "FREQ=SECONDLY;INTERVAL=86401;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11",
        "FREQ=SECONDLY;INTERVAL=43201;BYHOUR=23;BYMINUTE=59;BYSECOND=59;BYDAY=SU;BYMONTHDAY=13",
        "FREQ=SECONDLY;INTERVAL=604801;BYHOUR=9;BYMINUTE=0;BYSECOND=0;BYDAY=TU",
        "FREQ=SECONDLY;INTERVAL=604801;BYDAY=TU",
        "FREQ=SECONDLY;INTERVAL=7;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=SECONDLY;INTERVAL=604802;BYDAY=MO",
        "FREQ=SECONDLY;INTERVAL=604799;BYDAY=MO;BYMONTH=2;BYMONTHDAY=29",
        "FREQ=SECONDLY;INTERVAL=2629747;BYMONTHDAY=15",
        "FREQ=SECONDLY;INTERVAL=31556953;BYYEARDAY=200;BYSECOND=0,10,20,30,40,50",
        "FREQ=SECONDLY;INTERVAL=100803;BYHOUR=1,3,5,7,9;BYMINUTE=8,45;BYSECOND=0,1,4;BYMONTH=2",
        "FREQ=SECONDLY;INTERVAL=3944679;BYSECOND=0,10,20,30,40,50;BYMONTH=2;BYDAY=MO,TH",
        "FREQ=SECONDLY;INTERVAL=21607;BYHOUR=5;BYMINUTE=45;BYMONTH=2;BYMONTHDAY=-10;BYDAY=MO,TH",
        "FREQ=SECONDLY;INTERVAL=86633;BYHOUR=0;BYMINUTE=5;BYSECOND=0",
        "FREQ=SECONDLY;INTERVAL=86633;BYHOUR=0,2,4,6;BYMINUTE=1,3,5,7,9,11,13,15;BYSECOND=0,2,4,6,8,10,12",
        "FREQ=MINUTELY;INTERVAL=1441;BYHOUR=0,2,4,6,8,10,12;BYMINUTE=1,3,5,7,9,11,13,15,17,19,21;BYDAY=MO,WE,FR",
        "FREQ=DAILY;INTERVAL=136;BYMONTH=2;BYMONTHDAY=29;BYDAY=TU",
    ];

    #[test]
    fn no_hostile_rule_costs_more_than_the_bound() {
        for rule in HOSTILE {
            for start in [date(2026, 1, 31).at(10, 0, 1, 0), date(1, 1, 1).at(0, 0, 0, 0)] {
                is_within_bounds(rule, start).unwrap();
            }
        }
    }

    #[test]
    fn what_is_asked_every_day_costs_a_few_steps() {
        for rule in [
            "FREQ=DAILY",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR",
            "FREQ=MONTHLY;BYMONTHDAY=31",
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            "FREQ=YEARLY",
            "FREQ=HOURLY;BYHOUR=9,17",
            "FREQ=SECONDLY;INTERVAL=90",
        ] {
            let start = date(2026, 1, 31).at(9, 0, 0, 0);
            let timetable = Timetable::new(rule.parse().unwrap(), start);
            let far = start + jiff::ToSpan::years(5_000);
            let asked = steps(|| _ = timetable.after(far));
            assert!(asked <= 5, "{rule}: {asked} steps");
        }
    }

    proptest! {
        #[test]
        fn no_odd_interval_costs_more_than_the_bound(
            unit in 0..3_usize, interval in 1..2_000_000_u32, hour in 0..24_u8, minute in 0..60_u8,
            second in 0..60_u8, days in 0..4_usize, start in 0..86_400_i64,
        ) {
            let unit = ["HOURLY", "MINUTELY", "SECONDLY"][unit];
            let days = ["", ";BYDAY=WE", ";BYMONTH=2;BYMONTHDAY=29", ";BYYEARDAY=-1;BYDAY=SA"][days];
            let rule = format!(
                "FREQ={unit};INTERVAL={interval};BYHOUR={hour};BYMINUTE={minute};BYSECOND={second}{days}"
            );
            let start = date(2026, 1, 31).at(0, 0, 0, 0) + jiff::ToSpan::seconds(start);
            is_within_bounds(&rule, start)?;
        }

        /// Steps of about a day, a week, a month or a year, and parts of them.
        #[test]
        fn no_interval_that_runs_beside_the_calendar_costs_more_than_the_bound(
            unit in 0..5_usize, period in 0..7_usize, times in 1..12_i64, parts in 1..12_i64,
            off in -70..70_i64, time in 0..6_usize, days in 0..8_usize, start in 0..31_536_000_i64,
        ) {
            let (unit, seconds) =
                [("DAILY", 86_400), ("HOURLY", 3_600), ("MINUTELY", 60), ("SECONDLY", 1), ("SECONDLY", 1)]
                    [unit];
            let period =
                [3_600, 86_400, 604_800, 2_629_746, 31_556_952, 31_536_000, 126_230_400][period];
            let interval = (period * times / parts / seconds + off).max(1);
            let time = [
                "", ";BYHOUR=9", ";BYHOUR=9;BYMINUTE=0,30;BYSECOND=1", ";BYHOUR=9;BYMINUTE=59",
                ";BYSECOND=0,10,20,30,40,50",
                ";BYHOUR=1,3,5,7,9,11,13;BYMINUTE=8,45;BYSECOND=0,1,4,59",
            ][time];
            let days = [
                "", ";BYDAY=TU", ";BYMONTH=2", ";BYMONTH=2;BYMONTHDAY=29", ";BYMONTHDAY=15,-3",
                ";BYMONTHDAY=13;BYDAY=FR", ";BYMONTH=6;BYDAY=MO,TU", ";BYMONTH=11;BYMONTHDAY=-9;BYDAY=TU",
            ][days];
            let rule = format!("FREQ={unit};INTERVAL={interval}{time}{days}");
            let start = date(2026, 1, 1).at(0, 0, 0, 0) + jiff::ToSpan::seconds(start);
            is_within_bounds(&rule, start)?;
        }
    }
}
