//! How much work a question is, counted in steps: a month looked at, or a leap
//! to another hour, minute or second. Counted in this crate's tests alone.
//!
//! | question | steps at most |
//! |---|---|
//! | the next or the last date | the months after which the rule repeats: 4,800 for rules of months and years, else those of the calendar, 239,988 |
//! | the next or the last time, of a rule that counts in hours or less | two leaps a week until the year 9999: a million; nearly every rule takes fewer than 64 |
//! | how many, or which | twice the months after which the rule repeats |
//!
//! A rule that never matches is found out when it gets its start, or by the
//! end of the months after which it repeats.

/// No question takes more steps, whatever the rule: some milliseconds.
#[cfg(test)]
const STEPS_MAX: u64 = 1_000_000;

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

    fn most_steps(rule: &str, start: DateTime) -> u64 {
        let rule = rule.parse().unwrap();
        let far = start + jiff::ToSpan::years(1_000);
        let mut timetable = None;
        let made = steps(|| timetable = Some(Timetable::new(rule, start)));
        let timetable = timetable.unwrap();
        let asked = [
            steps(|| _ = timetable.first()),
            steps(|| _ = timetable.last()),
            steps(|| _ = timetable.after(start)),
            steps(|| _ = timetable.after(far)),
            steps(|| _ = timetable.before(far)),
            steps(|| _ = timetable.nth(10)),
            steps(|| _ = timetable.count_between(start, far)),
        ];
        asked.into_iter().fold(made, u64::max)
    }

    const HOSTILE: [&str; 23] = [
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
    ];

    #[test]
    fn no_hostile_rule_costs_more_than_the_bound() {
        for rule in HOSTILE {
            for start in [date(2026, 1, 31).at(10, 0, 1, 0), date(1, 1, 1).at(0, 0, 0, 0)] {
                let most = most_steps(rule, start);
                assert!(most <= STEPS_MAX, "{rule} from {start}: {most} steps");
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
            let most = most_steps(&rule, start);
            prop_assert!(most <= STEPS_MAX, "{} from {}: {} steps", rule, start, most);
        }
    }
}
