//! The rule engine against a walk over the calendar, one day after another,
//! that asks of each day what the rule says in the plainest words.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use jiff::ToSpan;
use proptest::prelude::*;
use recurrence::{Date, DaysOfMonth, Ordinal, Pattern, Recurrence, Rule, Weekday, Weekdays};

/// Whether a rule that counts from `start` falls on a date, window aside.
fn falls_on(rule: Rule, start: Date, date: Date) -> bool {
    let every = i64::from(rule.every());
    let days_apart = |from: Date, to: Date| i64::from((to - from).get_days());
    let months = |date: Date| i64::from(date.year()) * 12 + i64::from(date.month());
    let months_apart = months(date) - months(start);
    let last_day = date.days_in_month();

    match rule.pattern() {
        Pattern::Days => days_apart(start, date) % every == 0,
        Pattern::Weeks(weekdays) => {
            // Weeks between the Mondays on or before either date.
            let days_into_week = i64::from(start.weekday().to_monday_zero_offset());
            let weeks_apart = (days_apart(start, date) + days_into_week) / 7;
            weeks_apart % every == 0 && weekdays.contains(date.weekday())
        }
        Pattern::MonthDays(days) => {
            months_apart % every == 0
                && days.iter().any(|day| i8::try_from(day).unwrap().min(last_day) == date.day())
        }
        Pattern::MonthWeekday(ordinal, weekday) => {
            months_apart % every == 0
                && date.weekday() == weekday
                && match ordinal {
                    Ordinal::First => (1..=7).contains(&date.day()),
                    Ordinal::Second => (8..=14).contains(&date.day()),
                    Ordinal::Third => (15..=21).contains(&date.day()),
                    Ordinal::Fourth => (22..=28).contains(&date.day()),
                    Ordinal::Last => date.day() + 7 > last_day,
                }
        }
        Pattern::Other => unreachable!("only plain rules are made here"),
    }
}

/// All dates of a recurrence, found the long way.
fn walk(recurrence: &Recurrence) -> Vec<Date> {
    let (rule, start, end) = (recurrence.rule(), recurrence.start(), recurrence.end());
    start
        .series(1.day())
        .take_while(|date| *date <= end)
        .filter(|date| falls_on(rule, start, *date))
        .collect()
}

fn any_rule() -> impl Strategy<Value = Rule> {
    // Small steps meet more dates; large ones must still be right.
    let every = || prop_oneof![4 => 1..=4_u16, 2 => 1..=60_u16, 1 => 1..=Rule::EVERY_MAX];
    let ordinal = prop_oneof![
        Just(Ordinal::First),
        Just(Ordinal::Second),
        Just(Ordinal::Third),
        Just(Ordinal::Fourth),
        Just(Ordinal::Last),
    ];
    let weekday = (0..7_i8).prop_map(|day| Weekday::from_monday_zero_offset(day).unwrap());
    let days = prop_oneof![
        prop::collection::vec(1..=31_u8, 1..5),
        // Where months differ is where mistakes are.
        prop::collection::vec(28..=31_u8, 1..5),
    ];
    prop_oneof![
        every().prop_map(|every| Rule::days(every).unwrap()),
        (every(), 1..0b1000_0000_u8).prop_map(|(every, bits)| {
            Rule::weeks(every, Weekdays::try_from(bits).unwrap()).unwrap()
        }),
        (every(), days).prop_map(|(every, days)| {
            Rule::months_on_days(every, DaysOfMonth::new(&days).unwrap()).unwrap()
        }),
        (every(), ordinal, weekday).prop_map(|(every, ordinal, weekday)| {
            Rule::months_on_weekday(every, ordinal, weekday).unwrap()
        }),
    ]
}

fn any_date() -> impl Strategy<Value = Date> {
    let in_years = |years: std::ops::RangeInclusive<i16>| {
        (years, 1..=12_i8, 1..=31_i8).prop_map(|(year, month, day)| {
            let last = Date::constant(year, month, 1).last_of_month();
            Date::new(year, month, day).unwrap_or(last)
        })
    };
    prop_oneof![
        6 => in_years(1890..=2110),
        2 => in_years(-9999..=9999),
        1 => in_years(9999..=9999),
        1 => in_years(-9999..=-9999),
    ]
}

/// A window that a walk crosses in reasonable time.
fn any_recurrence() -> impl Strategy<Value = Recurrence> {
    (any_rule(), any_date(), 0..5_000_i64).prop_map(|(rule, start, days)| {
        Recurrence::new(rule, start, start.saturating_add(days.days())).unwrap()
    })
}

/// A recurrence, and a date in its window or somewhat outside.
fn any_recurrence_and_date() -> impl Strategy<Value = (Recurrence, Date)> {
    (any_recurrence(), -1_000..6_000_i64).prop_map(|(recurrence, days)| {
        let date = recurrence.start().saturating_add(days.days());
        (recurrence, date)
    })
}

/// A recurrence without end, and a date anywhere after its start.
fn any_far_date() -> impl Strategy<Value = (Recurrence, Date)> {
    (any_rule(), any_date(), any_date()).prop_map(|(rule, one, other)| {
        (Recurrence::new(rule, one.min(other), Date::MAX).unwrap(), one.max(other))
    })
}

proptest! {
    #[test]
    fn the_dates_are_those_of_the_walk(recurrence in any_recurrence()) {
        let dates: Vec<_> = recurrence.iter().collect();
        prop_assert_eq!(dates, walk(&recurrence));
    }

    #[test]
    fn backwards_the_dates_are_those_of_the_walk_reversed(recurrence in any_recurrence()) {
        let mut walked = walk(&recurrence);
        walked.reverse();
        prop_assert_eq!(recurrence.iter().rev().collect::<Vec<_>>(), walked);
    }

    #[test]
    fn both_ends_meet_without_a_date_lost_or_doubled(
        recurrence in any_recurrence(),
        from_the_back in prop::collection::vec(any::<bool>(), 0..200),
    ) {
        let mut dates = recurrence.iter();
        let (mut front, mut back) = (vec![], vec![]);
        for from_the_back in from_the_back {
            if from_the_back {
                back.extend(dates.next_back());
            } else {
                front.extend(dates.next());
            }
        }
        let expected_rest = dates.size_hint();
        let rest: Vec<_> = dates.collect();
        prop_assert_eq!(expected_rest, (rest.len(), Some(rest.len())));
        front.extend(rest);
        front.extend(back.into_iter().rev());
        prop_assert_eq!(front, walk(&recurrence));
    }

    #[test]
    fn the_first_and_the_last_are_the_ends_of_the_walk(recurrence in any_recurrence()) {
        let walked = walk(&recurrence);
        prop_assert_eq!(
            (recurrence.first(), recurrence.last()),
            (walked.first().copied(), walked.last().copied())
        );
    }

    #[test]
    fn the_neighbours_of_a_date_are_those_of_the_walk(
        (recurrence, date) in any_recurrence_and_date(),
    ) {
        let walked = walk(&recurrence);
        let first = |wanted: &dyn Fn(&Date) -> bool| walked.iter().copied().find(wanted);
        let last = |wanted: &dyn Fn(&Date) -> bool| walked.iter().copied().rfind(wanted);
        prop_assert_eq!(recurrence.after(date), first(&|other| *other > date));
        prop_assert_eq!(recurrence.on_or_after(date), first(&|other| *other >= date));
        prop_assert_eq!(recurrence.before(date), last(&|other| *other < date));
        prop_assert_eq!(recurrence.on_or_before(date), last(&|other| *other <= date));
        prop_assert_eq!(recurrence.contains(date), walked.contains(&date));
        prop_assert_eq!(recurrence.iter_from(date).next(), recurrence.on_or_after(date));
    }

    #[test]
    fn a_date_is_found_by_its_index_in_the_walk(recurrence in any_recurrence()) {
        let walked = walk(&recurrence);
        let mut found = vec![];
        for index in 0.. {
            match recurrence.nth(index) {
                Some(date) => found.push(date),
                None => break,
            }
        }
        prop_assert_eq!(found, walked);
    }

    #[test]
    fn no_date_has_an_index_past_the_last(recurrence in any_recurrence(), index: u64) {
        let count = recurrence.count_between(Date::MIN, Date::MAX);
        prop_assert_eq!(recurrence.nth(index).is_some(), index < count);
        prop_assert_eq!(recurrence.nth(u64::MAX), None);
    }

    #[test]
    fn dates_are_counted_as_the_walk_counts_them(
        (recurrence, from) in any_recurrence_and_date(),
        days in -10..6_000_i64,
    ) {
        let to = from.saturating_add(days.days());
        let walked = walk(&recurrence).into_iter().filter(|date| from <= *date && *date <= to);
        let walked = u64::try_from(walked.count()).unwrap();
        prop_assert_eq!(recurrence.count_between(from, to), walked);
    }

    #[test]
    fn far_from_the_start_the_next_date_is_that_of_a_walk_from_there(
        (recurrence, date) in any_far_date(),
    ) {
        let (rule, start) = (recurrence.rule(), recurrence.start());
        let walked = date.series(1.day()).find(|date| falls_on(rule, start, *date));
        prop_assert_eq!(recurrence.on_or_after(date), walked);
    }

    #[test]
    fn far_from_the_start_a_date_is_found_by_the_number_of_those_before_it(
        (recurrence, date) in any_far_date(),
    ) {
        let through_date = recurrence.count_between(Date::MIN, date);
        prop_assert_eq!(recurrence.nth(through_date), recurrence.after(date));
        let last = through_date.checked_sub(1).and_then(|index| recurrence.nth(index));
        prop_assert_eq!(last, recurrence.on_or_before(date));
    }

    #[test]
    fn day_31_is_the_last_of_every_month_and_never_drifts(start in any_date(), index in 0..5_000_u64) {
        let rule = Rule::months_on_days(1, DaysOfMonth::new(&[31]).unwrap()).unwrap();
        let recurrence = Recurrence::new(rule, start, Date::MAX).unwrap();
        let months = i64::try_from(index).unwrap().months();
        let expected = start.first_of_month().checked_add(months).map(Date::last_of_month);
        prop_assert_eq!(recurrence.nth(index), expected.ok());
    }

    #[test]
    fn days_that_meet_on_the_last_of_a_month_fall_due_once(recurrence in any_recurrence()) {
        let dates: Vec<_> = recurrence.iter().collect();
        prop_assert!(dates.is_sorted_by(|one, next| one < next), "{:?}", dates);
    }
}

#[test]
fn every_date_of_nineteen_thousand_years_is_found_by_its_index() {
    let month_ends = DaysOfMonth::new(&[28, 29, 30, 31]).unwrap();
    for every in [1, 5, 12, 36, 1000] {
        let rule = Rule::months_on_days(every, month_ends).unwrap();
        let recurrence = Recurrence::new(rule, Date::MIN, Date::MAX).unwrap();
        for (index, date) in (0..).zip(&recurrence) {
            assert_eq!(recurrence.nth(index), Some(date), "{index}, every {every} months");
        }
    }
}

#[test]
fn weeks_are_counted_from_the_monday_before_the_start() {
    let weekend = Weekdays::new(&[Weekday::Sunday, Weekday::Monday]).unwrap();
    let rule = Rule::weeks(2, weekend).unwrap();
    // A Wednesday: its Monday is over, its Sunday is still to come.
    let start = Date::constant(2026, 2, 4);
    let recurrence = Recurrence::new(rule, start, Date::constant(2026, 3, 8)).unwrap();
    assert_eq!(
        recurrence.iter().collect::<Vec<_>>(),
        [
            Date::constant(2026, 2, 8),
            Date::constant(2026, 2, 16),
            Date::constant(2026, 2, 22),
            Date::constant(2026, 3, 2),
            Date::constant(2026, 3, 8),
        ]
    );
}

#[test]
fn months_are_counted_from_the_month_of_the_start_even_if_its_date_is_over() {
    let rule = Rule::months_on_days(3, DaysOfMonth::new(&[1]).unwrap()).unwrap();
    let start = Date::constant(2026, 1, 2);
    let recurrence = Recurrence::new(rule, start, Date::constant(2026, 12, 31)).unwrap();
    assert_eq!(
        recurrence.iter().collect::<Vec<_>>(),
        [Date::constant(2026, 4, 1), Date::constant(2026, 7, 1), Date::constant(2026, 10, 1),]
    );
}

#[test]
fn the_last_days_of_time_end_quietly() {
    let last_day = DaysOfMonth::new(&[31]).unwrap();
    let rules = [
        Rule::days(1),
        Rule::days(1_000),
        Rule::weeks(1, Weekdays::new(&[Weekday::Friday]).unwrap()),
        Rule::months_on_days(1, last_day),
        Rule::months_on_days(1_000, last_day),
        Rule::months_on_weekday(1, Ordinal::Last, Weekday::Friday),
    ];
    for rule in rules {
        // The last day of the year 9999 is a Friday.
        let recurrence = Recurrence::new(rule.unwrap(), Date::MAX, Date::MAX).unwrap();
        assert_eq!(recurrence.iter().collect::<Vec<_>>(), [Date::MAX]);
        assert_eq!(recurrence.after(Date::MAX), None);
        assert_eq!(recurrence.before(Date::MAX), None);
        assert_eq!(recurrence.before(Date::MIN), None);
        assert_eq!((recurrence.nth(0), recurrence.nth(1)), (Some(Date::MAX), None));
    }
}
