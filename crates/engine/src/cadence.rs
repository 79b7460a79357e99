//! Cadence: which slots a schedule's rule gives.

use jiff::civil::DateTime;
use recurrence::{Recurrence, Timetable};
use serde::{Deserialize, Serialize};

use crate::time::Slot;

/// Which slots a schedule's rule gives, in civil time.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Cadence {
    /// Dates within a window; each is run at the hour of the schedule's timing.
    Dates(Recurrence),
    /// Moments, each with a time of day of its own.
    Times(Timetable),
    /// No rule: every slot is added by hand.
    Nothing,
}

impl From<Recurrence> for Cadence {
    fn from(recurrence: Recurrence) -> Cadence {
        Cadence::Dates(recurrence)
    }
}

impl From<Timetable> for Cadence {
    fn from(timetable: Timetable) -> Cadence {
        Cadence::Times(timetable)
    }
}

impl Cadence {
    /// The dates, where it gives dates.
    #[must_use]
    pub const fn dates(&self) -> Option<&Recurrence> {
        match self {
            Cadence::Dates(recurrence) => Some(recurrence),
            Cadence::Times(_) | Cadence::Nothing => None,
        }
    }

    /// The moments, where it gives moments.
    #[must_use]
    pub const fn times(&self) -> Option<&Timetable> {
        match self {
            Cadence::Times(timetable) => Some(timetable),
            Cadence::Dates(_) | Cadence::Nothing => None,
        }
    }

    /// Its first slot.
    #[must_use]
    pub fn first(&self) -> Option<Slot> {
        match self {
            Cadence::Dates(recurrence) => recurrence.first().map(Slot::of_date),
            Cadence::Times(timetable) => timetable.first().map(Slot::of),
            Cadence::Nothing => None,
        }
    }

    /// Its last slot; at the latest in the year 9999.
    #[must_use]
    pub fn last(&self) -> Option<Slot> {
        match self {
            Cadence::Dates(recurrence) => recurrence.last().map(Slot::of_date),
            Cadence::Times(timetable) => timetable.last().map(Slot::of),
            Cadence::Nothing => None,
        }
    }

    /// The first slot that stands later than this one.
    #[must_use]
    pub fn after(&self, slot: Slot) -> Option<Slot> {
        match self {
            Cadence::Dates(recurrence) => recurrence.day_after(slot.days()).map(Slot::of_days),
            Cadence::Times(timetable) => timetable.after(slot.moment()).map(Slot::of),
            Cadence::Nothing => None,
        }
    }

    /// The last slot at this civil moment or before.
    #[must_use]
    pub fn on_or_before(&self, moment: DateTime) -> Option<Slot> {
        match self {
            Cadence::Dates(recurrence) => recurrence.on_or_before(moment.date()).map(Slot::of_date),
            Cadence::Times(timetable) => timetable.on_or_before(moment).map(Slot::of),
            Cadence::Nothing => None,
        }
    }

    /// The last slot that stands earlier than this one.
    #[must_use]
    pub fn before(&self, slot: Slot) -> Option<Slot> {
        match self {
            Cadence::Dates(recurrence) => recurrence.before(slot.date()).map(Slot::of_date),
            Cadence::Times(timetable) => timetable.before(slot.moment()).map(Slot::of),
            Cadence::Nothing => None,
        }
    }

    /// Whether the rule gives this slot.
    #[must_use]
    pub fn contains(&self, slot: Slot) -> bool {
        slot.is_of_rule()
            && match self {
                Cadence::Dates(recurrence) => {
                    let day = slot.days();
                    slot == Slot::of_days(day) && recurrence.contains_day(day)
                }
                Cadence::Times(timetable) => timetable.contains(slot.moment()),
                Cadence::Nothing => false,
            }
    }

    /// How many slots there are from one civil moment to another, both inclusive.
    /// Constant time for most rules, whatever the distance.
    #[must_use]
    pub fn count_between(&self, from: DateTime, to: DateTime) -> u64 {
        match self {
            Cadence::Dates(recurrence) => {
                let starts_at_midnight = from == from.date().to_datetime(jiff::civil::Time::MIN);
                let first = if starts_at_midnight {
                    Some(from.date())
                } else {
                    from.date().tomorrow().ok()
                };
                first.map_or(0, |first| recurrence.count_between(first, to.date()))
            }
            Cadence::Times(timetable) => timetable.count_between(from, to),
            Cadence::Nothing => 0,
        }
    }

    /// Its slots, from the first at or after this civil moment on.
    pub fn iter_from(&self, moment: DateTime) -> impl Iterator<Item = Slot> + '_ {
        let first = match self {
            Cadence::Dates(recurrence) => {
                let day = moment.date();
                let first = recurrence.on_or_after(day);
                let is_past = moment.time() > jiff::civil::Time::MIN && first == Some(day);
                if is_past { recurrence.after(day) } else { first }.map(Slot::of_date)
            }
            Cadence::Times(timetable) => timetable.on_or_after(moment).map(Slot::of),
            Cadence::Nothing => None,
        };
        std::iter::successors(first, |slot| self.after(*slot))
    }

    /// All its slots.
    pub fn iter(&self) -> impl Iterator<Item = Slot> + '_ {
        std::iter::successors(self.first(), |slot| self.after(*slot))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use recurrence::{DaysOfMonth, Rule};

    fn month_ends() -> Cadence {
        let rule = Rule::months_on_days(1, DaysOfMonth::new(&[31]).unwrap()).unwrap();
        Recurrence::new(rule, date(2026, 1, 1), date(2026, 12, 31)).unwrap().into()
    }

    fn mornings() -> Cadence {
        let rule = "FREQ=DAILY;COUNT=5".parse().unwrap();
        Timetable::new(rule, date(2026, 1, 30).at(9, 15, 0, 0)).into()
    }

    #[test]
    fn dates_stand_at_midnight_and_moments_at_their_time() {
        assert_eq!(month_ends().first(), Some(Slot::of_date(date(2026, 1, 31))));
        assert_eq!(mornings().first(), Some(Slot::of(date(2026, 1, 30).at(9, 15, 0, 0))));
        assert_eq!(Cadence::Nothing.first(), None);
    }

    #[test]
    fn a_window_counts_what_iterating_gives() {
        let (from, to) = (date(2026, 1, 31).at(0, 0, 1, 0), date(2026, 2, 28).at(12, 0, 0, 0));
        for cadence in [month_ends(), mornings(), Cadence::Nothing] {
            let within = cadence.iter_from(from).take_while(|slot| slot.moment() <= to).count();
            assert_eq!(cadence.count_between(from, to), within as u64, "{cadence:?}");
        }
    }

    #[test]
    fn a_slot_added_by_hand_is_never_the_rules_own() {
        let moment = date(2026, 1, 30).at(9, 15, 0, 0);
        assert!(mornings().contains(Slot::of(moment)));
        assert!(!mornings().contains(Slot::added(moment, 1).unwrap()));
        assert!(!month_ends().contains(Slot::of(date(2026, 1, 31).at(9, 0, 0, 0))));
    }
}
