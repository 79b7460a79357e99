//! Every rule of RFC 5545 and RFC 7529 against a reading of them that is as
//! plain as it is slow: list every date of every period, leave out what a part
//! leaves out, and take what stands at the positions.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time, Weekday, date};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use recurrence::{Rule, Timetable};

const FREQUENCIES: [&str; 7] =
    ["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"];
const WEEKDAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// The parts of a rule, as lists. An empty list is a part that is not there.
#[derive(Clone, Debug, Default)]
struct Parts {
    frequency: usize,
    interval: i64,
    week_start: usize,
    skip: &'static str,
    months: Vec<i64>,
    weeks: Vec<i64>,
    year_days: Vec<i64>,
    month_days: Vec<i64>,
    /// With a number, or 0 without.
    weekdays: Vec<(i64, usize)>,
    hours: Vec<i64>,
    minutes: Vec<i64>,
    seconds: Vec<i64>,
    positions: Vec<i64>,
}

impl Parts {
    fn text(&self) -> String {
        let mut text = format!("FREQ={}", FREQUENCIES[self.frequency]);
        write!(text, ";INTERVAL={};WKST={}", self.interval, WEEKDAYS[self.week_start]).unwrap();
        let lists = [
            ("BYMONTH", &self.months),
            ("BYWEEKNO", &self.weeks),
            ("BYYEARDAY", &self.year_days),
            ("BYMONTHDAY", &self.month_days),
            ("BYHOUR", &self.hours),
            ("BYMINUTE", &self.minutes),
            ("BYSECOND", &self.seconds),
            ("BYSETPOS", &self.positions),
        ];
        for (name, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
            let numbers: Vec<_> = list.iter().map(i64::to_string).collect();
            write!(text, ";{name}={}", numbers.join(",")).unwrap();
        }
        if !self.weekdays.is_empty() {
            let days = self.weekdays.iter().map(|(number, day)| match number {
                0 => WEEKDAYS[*day].to_owned(),
                _ => format!("{number}{}", WEEKDAYS[*day]),
            });
            write!(text, ";BYDAY={}", days.collect::<Vec<_>>().join(",")).unwrap();
        }
        write!(text, ";RSCALE=GREGORIAN;SKIP={}", self.skip).unwrap();
        text
    }

    fn says_days(&self) -> bool {
        let lists = [&self.weeks, &self.year_days, &self.month_days];
        lists.iter().any(|list| !list.is_empty()) || !self.weekdays.is_empty()
    }

    /// With what it takes from its start.
    fn completed(&self, start: DateTime) -> Parts {
        let mut parts = self.clone();
        if !self.says_days() {
            match FREQUENCIES[self.frequency] {
                "YEARLY" => {
                    if parts.months.is_empty() {
                        parts.months.push(start.month().into());
                    }
                    parts.month_days.push(start.day().into());
                }
                "MONTHLY" => parts.month_days.push(start.day().into()),
                "WEEKLY" => parts.weekdays.push((0, monday_is_0(start.date()))),
                _ => {}
            }
        }
        let complete = |list: &mut Vec<i64>, missing: bool, value: i8| {
            if list.is_empty() && missing {
                list.push(value.into());
            }
        };
        complete(&mut parts.hours, self.frequency < 4, start.hour());
        complete(&mut parts.minutes, self.frequency < 5, start.minute());
        complete(&mut parts.seconds, self.frequency < 6, start.second());
        parts
    }

    /// The dates that the parts leave, each with the month that it comes from.
    fn dates(&self, first: Date, last: Date) -> BTreeSet<(Date, Date)> {
        let mut dates = BTreeSet::new();
        let mut month = first.first_of_month().checked_sub(2.months()).unwrap();
        while month <= last {
            if self.months.is_empty() || self.months.contains(&month.month().into()) {
                dates.extend(
                    self.dates_of_month(month)
                        .into_iter()
                        .filter(|date| self.leaves_weekday(*date))
                        .map(|date| (month, date)),
                );
            }
            month = month.checked_add(1.month()).unwrap();
        }
        dates
    }

    fn dates_of_month(&self, month: Date) -> BTreeSet<Date> {
        let all = month.series(1.day()).take(month.days_in_month().unsigned_abs().into());
        let leaves_week = |date: &Date| self.weeks.is_empty() || self.leaves_week(*date);
        let by_year_day: BTreeSet<Date> = match self.year_days.as_slice() {
            [] => all.clone().collect(),
            year_days => {
                let length = i64::from(month.days_in_year());
                let mut days: BTreeSet<Date> = all
                    .clone()
                    .filter(|date| {
                        let day = i64::from(date.day_of_year());
                        year_days.contains(&day) || year_days.contains(&(day - length - 1))
                    })
                    .collect();
                if month.month() == 12 && length == 365 && year_days.contains(&366) {
                    days.extend(self.instead(month.last_of_month()));
                }
                days
            }
        };
        if self.month_days.is_empty() {
            return by_year_day.into_iter().filter(leaves_week).collect();
        }
        let length = i64::from(month.days_in_month());
        let mut by_month_day = BTreeSet::new();
        for day in &self.month_days {
            match *day {
                day if (1..=length).contains(&day) => {
                    by_month_day.insert(month.checked_add((day - 1).days()).unwrap());
                }
                day if (-length..=-1).contains(&day) => {
                    by_month_day.insert(month.checked_add((length + day).days()).unwrap());
                }
                day if day > 0 => by_month_day.extend(self.instead(month.last_of_month())),
                _ => {}
            }
        }
        let year_days = |date: &Date| self.year_days.is_empty() || by_year_day.contains(date);
        by_month_day.into_iter().filter(leaves_week).filter(year_days).collect()
    }

    /// The date that stands for one that the month lacks.
    fn instead(&self, last_of_month: Date) -> Option<Date> {
        match self.skip {
            "BACKWARD" => Some(last_of_month),
            "FORWARD" => Some(last_of_month.tomorrow().unwrap()),
            _ => None,
        }
    }

    /// The week is numbered in the year of its fourth day.
    fn leaves_week(&self, date: Date) -> bool {
        let middle = week_start(date, self.week_start).checked_add(3.days()).unwrap();
        let number = (i64::from(middle.day_of_year()) - 1) / 7 + 1;
        let of_year: Vec<_> = middle
            .first_of_year()
            .series(1.day())
            .take_while(|day| day.year() == middle.year())
            .filter(|day| day.weekday() == middle.weekday())
            .collect();
        let from_end = number - i64::try_from(of_year.len()).unwrap() - 1;
        self.weeks.contains(&number) || self.weeks.contains(&from_end)
    }

    fn leaves_weekday(&self, date: Date) -> bool {
        let (day, length) = if self.frequency == 0 && self.months.is_empty() {
            (i64::from(date.day_of_year()), i64::from(date.days_in_year()))
        } else {
            (i64::from(date.day()), i64::from(date.days_in_month()))
        };
        let (number, from_end) = ((day - 1) / 7 + 1, -((length - day) / 7 + 1));
        self.weekdays.is_empty()
            || self.weekdays.iter().any(|(wanted, weekday)| {
                *weekday == monday_is_0(date) && [0, number, from_end].contains(wanted)
            })
    }

    /// All times from the start until before an end.
    fn times(&self, start: DateTime, end: DateTime) -> BTreeSet<DateTime> {
        let parts = self.completed(start);
        let origin = date(1970, 1, 1);
        let days = |date: Date| i64::from((date - origin).get_days());
        let first_period = parts.period(start.date(), start.date(), start.time());
        let mut periods: BTreeMap<i64, BTreeSet<DateTime>> = BTreeMap::new();
        // Whole periods around the window, for positions to be counted in.
        let first = start.date().first_of_year().checked_sub(7.days()).unwrap();
        let last = end.date().last_of_year().checked_add(7.days()).unwrap();
        let (first, last) =
            if self.frequency < 4 { (first, last) } else { (start.date(), end.date()) };
        for (month, date) in parts.dates(first, last) {
            if days(date) < days(first) {
                continue;
            }
            for time in parts.times_of_day() {
                let period = parts.period(month, date, time);
                if period >= first_period && (period - first_period) % self.interval == 0 {
                    periods.entry(period).or_default().insert(date.to_datetime(time));
                }
            }
        }
        let picked = periods.into_values().flat_map(|times| parts.picked(&times));
        picked.filter(|time| start <= *time && *time < end).collect()
    }

    fn times_of_day(&self) -> Vec<Time> {
        let or_all = |list: &[i64], count: i64| match list {
            [] => (0..count).collect(),
            _ => list.to_vec(),
        };
        let mut times = vec![];
        for hour in or_all(&self.hours, 24) {
            for minute in or_all(&self.minutes, 60) {
                for second in or_all(&self.seconds, 60) {
                    let field = |number: i64| i8::try_from(number).unwrap();
                    times.push(Time::constant(
                        field(hour),
                        field(minute),
                        field(second.min(59)),
                        0,
                    ));
                }
            }
        }
        times
    }

    fn period(&self, month: Date, date: Date, time: Time) -> i64 {
        let days = |date: Date| i64::from((date - Date::constant(1970, 1, 1)).get_days());
        let hours = 24 * days(date) + i64::from(time.hour());
        let minutes = 60 * hours + i64::from(time.minute());
        match FREQUENCIES[self.frequency] {
            "YEARLY" => i64::from(month.year()),
            "MONTHLY" => 12 * i64::from(month.year()) + i64::from(month.month()),
            "WEEKLY" => days(week_start(date, self.week_start)).div_euclid(7),
            "DAILY" => days(date),
            "HOURLY" => hours,
            "MINUTELY" => minutes,
            _ => 60 * minutes + i64::from(time.second()),
        }
    }

    fn picked(&self, times: &BTreeSet<DateTime>) -> Vec<DateTime> {
        let times: Vec<_> = times.iter().copied().collect();
        if self.positions.is_empty() {
            return times;
        }
        let length = i64::try_from(times.len()).unwrap();
        let index = |position: &i64| if *position > 0 { position - 1 } else { length + position };
        let indexes: BTreeSet<_> = self.positions.iter().map(index).collect();
        indexes
            .iter()
            .filter_map(|index| usize::try_from(*index).ok().and_then(|index| times.get(index)))
            .copied()
            .collect()
    }
}

fn monday_is_0(date: Date) -> usize {
    date.weekday().to_monday_zero_offset().try_into().unwrap()
}

fn week_start(date: Date, start: usize) -> Date {
    let start = Weekday::from_monday_zero_offset(i8::try_from(start).unwrap()).unwrap();
    date.checked_sub(i64::from(start.until(date.weekday())).days()).unwrap()
}

fn signed(max: i64) -> impl Strategy<Value = i64> {
    prop_oneof![1..=max, -max..=-1]
}

/// A list in one rule of so many.
fn sometimes(list: impl Strategy<Value = Vec<i64>>, of: u32) -> impl Strategy<Value = Vec<i64>> {
    prop_oneof![of - 1 => Just(vec![]), 1 => list]
}

fn few(numbers: impl Strategy<Value = i64>) -> impl Strategy<Value = Vec<i64>> {
    prop::collection::vec(numbers, 1..4)
}

fn some_of(count: i64) -> impl Strategy<Value = Vec<i64>> {
    subsequence((0..count).collect::<Vec<_>>(), 1..4)
}

fn any_parts(frequencies: std::ops::Range<usize>) -> impl Strategy<Value = Parts> {
    let month_day = prop_oneof![signed(31), 28..=31_i64];
    let structure = (
        frequencies,
        prop_oneof![2 => Just(1), 2 => 1..=4_i64, 1 => 1..=100_i64],
        0..7_usize,
        select(&["OMIT", "BACKWARD", "FORWARD"][..]),
    );
    let days = (
        sometimes(few(1..=12_i64), 3),
        sometimes(few(signed(53)), 6),
        sometimes(few(signed(366)), 6),
        sometimes(few(month_day), 2),
        prop_oneof![
            2 => Just(vec![]),
            1 => prop::collection::vec((Just(0), 0..7_usize), 1..4),
            1 => prop::collection::vec((prop_oneof![signed(5), signed(53), Just(0)], 0..7_usize), 1..4),
        ],
    );
    let times = (
        sometimes(some_of(24), 4),
        sometimes(some_of(60), 4),
        sometimes(some_of(61), 4),
        sometimes(few(prop_oneof![signed(3), signed(40), signed(366)]), 3),
    );
    (structure, days, times).prop_map(|(structure, days, times)| {
        let (frequency, interval, week_start, skip) = structure;
        let (months, weeks, year_days, month_days, weekdays) = days;
        let (hours, minutes, seconds, positions) = times;
        let mut parts = Parts {
            frequency,
            interval,
            week_start,
            skip,
            months,
            weeks,
            year_days,
            month_days,
            weekdays,
            hours,
            minutes,
            seconds,
            positions,
        };
        parts.leave_out_what_rfc_5545_rules_out();
        parts
    })
}

impl Parts {
    fn leave_out_what_rfc_5545_rules_out(&mut self) {
        match FREQUENCIES[self.frequency] {
            "MONTHLY" | "DAILY" => self.year_days.clear(),
            "WEEKLY" => {
                self.year_days.clear();
                self.month_days.clear();
            }
            _ => {}
        }
        if self.frequency > 0 {
            self.weeks.clear();
        }
        if self.frequency > 1 || !self.weeks.is_empty() {
            self.weekdays.iter_mut().for_each(|(number, _)| *number = 0);
        }
        let lists = [&self.hours, &self.minutes, &self.seconds, &self.months];
        if !self.says_days() && lists.iter().all(|list| list.is_empty()) {
            self.positions.clear();
        }
    }
}

fn any_start() -> impl Strategy<Value = DateTime> {
    let date = prop_oneof![
        (1995..=2029_i16, 1..=12_i8, 1..=31_i8),
        // Where months and years differ is where mistakes are.
        (select(&[1896, 1899, 1900, 2000, 2023, 2024][..]), select(&[1, 2, 12][..]), 25..=31_i8),
    ];
    (date, 0..24_i8, 0..60_i8, 0..60_i8).prop_map(|((year, month, day), hour, minute, second)| {
        let last = Date::constant(year, month, 1).last_of_month();
        Date::new(year, month, day).unwrap_or(last).at(hour, minute, second, 0)
    })
}

/// That all questions are answered as the list of times in a window has it.
fn compare(parts: &Parts, start: DateTime, end: DateTime) -> Result<(), TestCaseError> {
    let rule: Rule = parts.text().parse().unwrap();
    let timetable = Timetable::new(rule, start);
    let expected: Vec<_> = parts.times(start, end).into_iter().collect();
    let found: Vec<_> =
        timetable.iter().take_while(|time| *time < end).take(expected.len() + 1).collect();
    prop_assert_eq!(&found, &expected, "{}", parts.text());

    let step = expected.len() / 8 + 1;
    let all = 0..expected.len();
    for index in all.step_by(step).chain(expected.len().checked_sub(1)) {
        let time = expected[index];
        let before = index.checked_sub(1).map(|before| expected[before]);
        prop_assert_eq!(timetable.before(time), before, "before {}", time);
        prop_assert_eq!(timetable.on_or_before(time), Some(time));
        prop_assert_eq!(timetable.on_or_after(time), Some(time));
        let between = before.map_or(start, |before| before + 1.second());
        prop_assert_eq!(timetable.on_or_after(between), Some(time), "from {}", between);
        prop_assert_eq!(timetable.iter_from(between).next(), Some(time));
        let number = u64::try_from(index).unwrap();
        prop_assert_eq!(timetable.nth(number), Some(time), "at {}", number);
        prop_assert_eq!(timetable.count_between(start, time), number + 1, "until {}", time);
        prop_assert_eq!(timetable.count_between(time, time), 1);
    }
    let limited: Rule =
        format!("{};COUNT={}", parts.text(), expected.len().max(1)).parse().unwrap();
    if !expected.is_empty() {
        let limited = Timetable::new(limited, start);
        prop_assert_eq!(limited.last(), expected.last().copied());
    }
    prop_assert_eq!(rule.to_string().parse::<Rule>().unwrap(), rule);
    Ok(())
}

/// The short form, unless it is built with `BRUTE_FORCE_RULES`, so many rules of each kind.
fn cases() -> u32 {
    option_env!("BRUTE_FORCE_RULES").and_then(|rules| rules.parse().ok()).unwrap_or(160)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn rules_by_years_and_months_fall_where_the_rfc_says(
        parts in any_parts(0..2), start in any_start(), years in 1..9_i64,
    ) {
        // Lists of times make the slow reading slower still.
        let years = if parts.hours.len() * parts.minutes.len() > 1 { 2 } else { years };
        compare(&parts, start, start + years.years())?;
    }

    #[test]
    fn rules_by_weeks_and_days_fall_where_the_rfc_says(
        parts in any_parts(2..4), start in any_start(), months in 1..30_i64,
    ) {
        compare(&parts, start, start + months.months())?;
    }

    #[test]
    fn rules_by_hours_fall_where_the_rfc_says(
        parts in any_parts(4..5), start in any_start(), days in 1..60_i64,
    ) {
        let months_away = !parts.months.is_empty() || !parts.year_days.is_empty();
        compare(&parts, start, start + (if months_away { 380 } else { days }).days())?;
    }

    #[test]
    fn rules_by_minutes_fall_where_the_rfc_says(
        parts in any_parts(5..6), start in any_start(), days in 1..12_i64,
    ) {
        compare(&parts, start, start + days.days())?;
    }

    #[test]
    fn rules_by_seconds_fall_where_the_rfc_says(
        parts in any_parts(6..7), start in any_start(), hours in 1..30_i64,
    ) {
        compare(&parts, start, start + hours.hours())?;
    }

    #[test]
    fn centuries_from_the_start_the_next_time_is_the_one_at_its_index(
        parts in any_parts(0..7), start in any_start(), seconds in 0..100_000_000_000_i64,
    ) {
        let timetable = Timetable::new(parts.text().parse().unwrap(), start);
        let far = start + seconds.seconds();
        let through = timetable.count_between(start, far);
        prop_assert_eq!(timetable.nth(through), timetable.after(far), "{}", parts.text());
        let last = through.checked_sub(1).and_then(|index| timetable.nth(index));
        prop_assert_eq!(last, timetable.on_or_before(far), "{}", parts.text());
        prop_assert_eq!(timetable.iter_from(far).next(), timetable.on_or_after(far));
    }
}
