//! Days on which a schedule runs nothing, and when it runs instead.

use jiff::civil::Date;
use recurrence::{Calendar, NamedCalendar, Weekend};
use serde::{Deserialize, Serialize};

/// Calendar days that a slot moves, at most: no calendar closes for longer.
const MOVED_DAYS_MAX: i64 = 31;
/// Years of holidays that a schedule keeps.
const YEARS_KEPT: i16 = 10;

/// What a slot does that falls on a day which is no business day: it runs on the next that
/// is. It keeps its name, which is its own date, and several may run on one day.
///
/// A schedule keeps the holidays as they were known when it was told of them, for ten years,
/// so that a slot comes when it was to, whatever a later version knows. After what it keeps,
/// only weekends are closed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BusinessDays(Box<Calendar>);

impl BusinessDays {
    /// Those of a calendar that comes with this version, as it is known from a day on.
    #[must_use]
    pub fn of(named: NamedCalendar, from: Date) -> BusinessDays {
        let known = named.calendar();
        let from = from.max(known.known_from());
        let last_kept = Date::new(from.year().saturating_add(YEARS_KEPT), 12, 31);
        let until = last_kept.unwrap_or(Date::MAX).min(known.known_until());
        let holidays: Vec<Date> = known
            .holidays()
            .iter()
            .copied()
            .filter(|holiday| (from..=until).contains(holiday))
            .collect();
        let kept = Calendar::new(named.name(), known.weekend(), from..=until, &holidays);
        // All of it comes from a calendar; only one that is over knows nothing.
        BusinessDays(Box::new(kept.unwrap_or_else(|_| Calendar::weekends_only(known.weekend()))))
    }

    /// Monday to Friday.
    #[must_use]
    pub fn weekdays() -> BusinessDays {
        BusinessDays(Box::new(Calendar::weekends_only(Weekend::default())))
    }

    /// The calendar, as it is kept.
    #[must_use]
    pub const fn calendar(&self) -> &Calendar {
        &self.0
    }

    /// When a slot of this date runs: that day, or the next business day after it. Of two
    /// dates the later never runs earlier.
    #[must_use]
    pub fn on_or_after(&self, date: Date) -> Date {
        let mut day = date;
        for _ in 0..MOVED_DAYS_MAX {
            if self.is_open(day) {
                break;
            }
            let Ok(tomorrow) = day.tomorrow() else { break };
            day = tomorrow;
        }
        day
    }

    fn is_open(&self, day: Date) -> bool {
        let by_weekend = |_| !self.0.weekend().contains(day.weekday());
        self.0.is_business_day(day).unwrap_or_else(by_weekend)
    }
}

/// How many days before now the date may lie of a slot that is still to come: a day for the
/// gaps and folds of every zone, and the hour of a date; more where slots move.
pub(crate) const fn lag_days(business_days: Option<&BusinessDays>) -> i64 {
    match business_days {
        None => 1,
        Some(_) => 2 + MOVED_DAYS_MAX,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Time, date};
    use recurrence::{Recurrence, Rule};

    use super::*;
    use crate::identity::CustomerId;
    use crate::instruction::Instruction;
    use crate::money::{Currency, Money};
    use crate::policy::{CatchUp, Policies, RetryPolicy, Timing};
    use crate::run::Plan;
    use crate::time::{Slot, Zone};

    #[test]
    fn a_closed_day_gives_way_to_the_next_that_is_open() {
        let thai = BusinessDays::of(NamedCalendar::BankOfThailand, date(2026, 1, 1));
        // New Year is a Thursday, and the second was declared a holiday for the bridge.
        assert_eq!(thai.on_or_after(date(2026, 1, 1)), {
            let open = NamedCalendar::BankOfThailand.calendar();
            open.after(date(2026, 1, 1), 0).unwrap()
        });
        assert_eq!(thai.on_or_after(date(2026, 1, 31)), date(2026, 2, 2), "a Saturday");
        assert_eq!(thai.on_or_after(date(2026, 2, 2)), date(2026, 2, 2));
        let weekdays = BusinessDays::weekdays();
        assert_eq!(weekdays.on_or_after(date(2026, 1, 1)), date(2026, 1, 1));
        assert_eq!(weekdays.on_or_after(date(2026, 1, 3)), date(2026, 1, 5));
    }

    #[test]
    fn of_two_dates_the_later_never_runs_earlier_and_none_runs_early() {
        for named in NamedCalendar::ALL {
            let days = BusinessDays::of(named, date(2026, 3, 1));
            let mut last = Date::MIN;
            let first = date(2025, 12, 1);
            for date in first.series(jiff::ToSpan::days(1)).take(365 * 14) {
                let runs = days.on_or_after(date);
                assert!(runs >= date && runs >= last, "{named:?} {date} {runs}");
                last = runs;
            }
        }
    }

    #[test]
    fn what_is_due_is_counted_over_closed_days_as_slot_by_slot() {
        let daily = Rule::days(1).unwrap();
        let window = Recurrence::new(daily, date(2026, 4, 1), date(2026, 6, 30)).unwrap();
        let business_days = BusinessDays::of(NamedCalendar::BankOfThailand, date(2026, 1, 1));
        let hour = Time::constant(8, 30, 0, 0);
        let policies = Policies {
            timing: Timing { business_days: Some(business_days), ..Timing::new(Zone::utc(), hour) },
            retry: RetryPolicy::TWO_DAYS_THEN_SUSPEND,
            catch_up: CatchUp::ALL,
            run_at_start: false,
        };
        let money = Money::new(1, Currency::THB);
        let customer = CustomerId(1);
        let pays = Instruction::Charge { customer, card: None, money, description: None };
        let plan = Plan::new(window, policies, pays);
        let slots: Vec<Slot> =
            std::iter::successors(plan.first(), |slot| plan.after(*slot)).collect();
        let start = plan.due(slots[0]).unwrap();
        let hours = || (0..2_400).step_by(7);
        let asked = slots.iter().step_by(9).flat_map(|after| hours().map(|it| (*after, it)));
        for (after, hours) in asked {
            let by = start.plus_seconds(hours * 3_600);
            let is_due = |slot: &&Slot| **slot > after && plan.due(**slot).unwrap() <= by;
            let expected = u64::try_from(slots.iter().filter(is_due).count()).unwrap();
            assert_eq!(plan.count_due(after, by), expected, "{after:?} {by}");
        }
    }

    #[test]
    fn what_is_kept_says_what_the_calendar_says_as_long_as_both_know() {
        for named in NamedCalendar::ALL {
            let (kept, known) = (BusinessDays::of(named, date(2026, 3, 1)), named.calendar());
            let until = known.known_until().min(date(2036, 12, 31));
            let days = date(2026, 3, 1).series(jiff::ToSpan::days(1));
            for day in days.take_while(|day| *day <= until) {
                assert_eq!(Ok(kept.is_open(day)), known.is_business_day(day), "{named:?} {day}");
            }
        }
    }
}
