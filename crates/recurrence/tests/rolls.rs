//! Rolls and counts of business days, over calendars of every shape.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use jiff::ToSpan;
use proptest::prelude::*;
use recurrence::{Calendar, CalendarError, Date, NamedCalendar, Roll, Weekday, Weekend};

const ROLLS: [Roll; 6] = [
    Roll::None,
    Roll::Following,
    Roll::ModifiedFollowing,
    Roll::Preceding,
    Roll::ModifiedPreceding,
    Roll::EndOfMonth,
];

const FIRST: Date = Date::constant(2026, 1, 1);
const LAST: Date = Date::constant(2028, 12, 31);

fn any_known_date() -> impl Strategy<Value = Date> {
    (0..=1_095_i64).prop_map(|days| FIRST.saturating_add(days.days()))
}

/// From one without a weekend to one with a single working day a week, from no
/// holidays to months of them.
fn any_calendar() -> impl Strategy<Value = Calendar> {
    let holidays = prop_oneof![
        4 => prop::collection::vec(any_known_date(), 0..60),
        1 => (any_known_date(), 1..70_i64).prop_map(|(first, days)| {
            first.series(1.day()).take_while(|day| *day <= LAST)
                .take(usize::try_from(days).unwrap()).collect()
        }),
    ];
    (0..0b111_1111_u8, holidays).prop_map(|(weekend, holidays)| {
        let weekend = Weekend::try_from(weekend).unwrap();
        Calendar::new("Any", weekend, FIRST..=LAST, &holidays).unwrap()
    })
}

/// Every known business day, found by asking each day.
fn business_days(calendar: &Calendar) -> Vec<Date> {
    FIRST
        .series(1.day())
        .take_while(|day| *day <= LAST)
        .filter(|day| calendar.is_business_day(*day).unwrap())
        .collect()
}

fn same_month(one: Date, other: Date) -> bool {
    one.first_of_month() == other.first_of_month()
}

proptest! {
    #[test]
    fn no_roll_but_none_lands_on_a_day_that_is_not_a_business_day(
        calendar in any_calendar(),
        date in any_known_date(),
    ) {
        for roll in ROLLS {
            match roll.roll(date, &calendar) {
                Ok(rolled) if roll == Roll::None => prop_assert_eq!(rolled, date),
                Ok(rolled) => prop_assert_eq!(calendar.is_business_day(rolled), Ok(true)),
                Err(CalendarError::Unknown { date, .. }) => {
                    prop_assert!(date < FIRST || date > LAST);
                }
                Err(CalendarError::NoBusinessDayInMonth { .. }) => {
                    let days = business_days(&calendar);
                    prop_assert!(days.iter().all(|day| !same_month(*day, date)));
                }
                Err(other) => prop_assert!(false, "{other}"),
            }
        }
    }

    #[test]
    fn modified_rolls_and_the_end_of_the_month_never_leave_the_month(
        calendar in any_calendar(),
        date in any_known_date(),
    ) {
        for roll in [Roll::ModifiedFollowing, Roll::ModifiedPreceding, Roll::EndOfMonth] {
            if let Ok(rolled) = roll.roll(date, &calendar) {
                prop_assert!(same_month(rolled, date), "{date} {roll:?} {rolled}");
            }
        }
    }

    #[test]
    fn a_business_day_stays_where_it_is(calendar in any_calendar(), date in any_known_date()) {
        prop_assume!(calendar.is_business_day(date).unwrap());
        for roll in ROLLS.into_iter().filter(|roll| *roll != Roll::EndOfMonth) {
            prop_assert_eq!(roll.roll(date, &calendar), Ok(date));
        }
    }

    #[test]
    fn each_roll_finds_the_nearest_business_day_on_its_side(
        calendar in any_calendar(),
        date in any_known_date(),
    ) {
        let days = business_days(&calendar);
        let following = days.iter().copied().find(|day| *day >= date);
        let preceding = days.iter().copied().rfind(|day| *day <= date);
        let in_month = |day: &Date| same_month(*day, date);
        let last_of_month = days.iter().copied().rfind(in_month);

        prop_assert_eq!(Roll::Following.roll(date, &calendar).ok(), following);
        prop_assert_eq!(Roll::Preceding.roll(date, &calendar).ok(), preceding);
        prop_assert_eq!(
            Roll::ModifiedFollowing.roll(date, &calendar).ok(),
            following.filter(in_month).or(preceding.filter(in_month))
        );
        prop_assert_eq!(
            Roll::ModifiedPreceding.roll(date, &calendar).ok(),
            preceding.filter(in_month).or(following.filter(in_month))
        );
        prop_assert_eq!(Roll::EndOfMonth.roll(date, &calendar).ok(), last_of_month);
    }

    #[test]
    fn rolling_twice_is_rolling_once(calendar in any_calendar(), date in any_known_date()) {
        for roll in ROLLS {
            if let Ok(rolled) = roll.roll(date, &calendar) {
                prop_assert_eq!(roll.roll(rolled, &calendar), Ok(rolled));
            }
        }
    }

    #[test]
    fn so_many_business_days_after_and_as_many_before_return_to_a_business_day(
        calendar in any_calendar(),
        date in any_known_date(),
        count in 0..=300_u16,
    ) {
        let Ok(start) = calendar.after(date, 0) else { return Ok(()) };
        if let Ok(later) = calendar.after(start, count) {
            prop_assert_eq!(calendar.before(later, count), Ok(start));
        }
        if let Ok(earlier) = calendar.before(start, count) {
            prop_assert_eq!(calendar.after(earlier, count), Ok(start));
        }
    }

    #[test]
    fn business_days_are_counted_as_if_one_by_one(
        calendar in any_calendar(),
        date in any_known_date(),
        count in 1..=300_u16,
    ) {
        let days = business_days(&calendar);
        let index = usize::from(count) - 1;
        let later = days.iter().copied().filter(|day| *day > date).nth(index);
        let earlier = days.iter().copied().rev().filter(|day| *day < date).nth(index);
        prop_assert_eq!(calendar.after(date, count).ok(), later);
        prop_assert_eq!(calendar.before(date, count).ok(), earlier);
    }

    #[test]
    fn no_date_whatever_makes_a_calendar_panic_or_run_on(
        year in -9999..=9999_i16,
        month in 1..=12_i8,
        day in 1..=31_i8,
        count in any::<u16>(),
    ) {
        let Ok(date) = Date::new(year, month, day) else { return Ok(()) };
        let weekends = Calendar::weekends_only(Weekend::default());
        let built_in = NamedCalendar::ALL.map(NamedCalendar::calendar);
        for calendar in built_in.into_iter().chain([&weekends]) {
            for roll in ROLLS {
                let _ = roll.roll(date, calendar);
            }
            let _ = (calendar.after(date, count), calendar.before(date, count));
        }
    }
}

#[test]
fn at_the_ends_of_time_there_is_no_business_day_beyond() {
    let all_but_thursday: Vec<_> = Weekday::Friday.cycle_forward().take(6).collect();
    let thursdays = Calendar::weekends_only(Weekend::new(&all_but_thursday).unwrap());
    // 31 December 9999 is a Friday, 1 January -9999 a Monday.
    assert_eq!(
        Roll::Following.roll(Date::MAX, &thursdays),
        Err(CalendarError::EndOfDates { date: Date::MAX })
    );
    assert_eq!(
        Roll::Preceding.roll(Date::MIN, &thursdays),
        Err(CalendarError::EndOfDates { date: Date::MIN })
    );
    assert_eq!(
        thursdays.before(Date::MIN, 1).unwrap_err().to_string(),
        "there is no business day past -009999-01-01, where dates end"
    );
    assert_eq!(
        Roll::ModifiedFollowing.roll(Date::MAX, &thursdays),
        Ok(Date::constant(9999, 12, 30))
    );
}

#[test]
fn a_calendar_of_nothing_but_holidays_says_so_instead_of_searching_on() {
    let days: Vec<_> = FIRST.series(1.day()).take_while(|day| *day <= LAST).collect();
    let calendar = Calendar::new("Closed", Weekend::default(), FIRST..=LAST, &days).unwrap();
    let date = Date::constant(2027, 6, 15);
    let unknown = |date| {
        Err(CalendarError::Unknown {
            calendar: String::from("Closed"),
            date,
            known_from: FIRST,
            known_until: LAST,
        })
    };
    assert_eq!(calendar.after(date, 1), unknown(LAST.tomorrow().unwrap()));
    assert_eq!(calendar.before(date, 1), unknown(FIRST.yesterday().unwrap()));
}

#[test]
fn rolls_are_stored_as_words() {
    let stored = ROLLS.map(|roll| serde_json::to_value(roll).unwrap());
    assert_eq!(
        stored,
        [
            "none",
            "following",
            "modified_following",
            "preceding",
            "modified_preceding",
            "end_of_month",
        ]
    );
    assert_eq!(Roll::default(), Roll::None);
}
