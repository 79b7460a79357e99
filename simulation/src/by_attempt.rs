//! What there is of attempts, found by their names.

use std::collections::BTreeMap;

use engine::{Attempt, ScheduleId, Slot};

use crate::books::AttemptName;

/// One thing for each attempt, in the order of their names.
///
/// A schedule's attempts come almost in that order, and are looked up far more often than
/// they come: so each schedule has a list of its own.
#[derive(Clone, Debug)]
pub(crate) struct ByAttempt<T> {
    lists: BTreeMap<ScheduleId, Vec<Entry<T>>>,
}

#[derive(Clone, Debug)]
struct Entry<T> {
    slot: Slot,
    attempt: Attempt,
    value: T,
}

impl<T> Entry<T> {
    const fn place(&self) -> (Slot, Attempt) {
        (self.slot, self.attempt)
    }
}

impl<T> Default for ByAttempt<T> {
    fn default() -> ByAttempt<T> {
        ByAttempt { lists: BTreeMap::new() }
    }
}

impl<T> ByAttempt<T> {
    pub(crate) fn len(&self) -> usize {
        self.lists.values().map(Vec::len).sum()
    }

    pub(crate) fn get(&self, name: AttemptName) -> Option<&T> {
        let list = self.lists.get(&name.schedule)?;
        let index = list.binary_search_by_key(&(name.slot, name.attempt), Entry::place).ok()?;
        list.get(index).map(|entry| &entry.value)
    }

    pub(crate) fn get_mut(&mut self, name: AttemptName) -> Option<&mut T> {
        let list = self.lists.get_mut(&name.schedule)?;
        let index = list.binary_search_by_key(&(name.slot, name.attempt), Entry::place).ok()?;
        list.get_mut(index).map(|entry| &mut entry.value)
    }

    pub(crate) fn contains(&self, name: AttemptName) -> bool {
        self.get(name).is_some()
    }

    /// What was there under that name goes.
    pub(crate) fn insert(&mut self, name: AttemptName, value: T) -> Option<T> {
        let AttemptName { schedule, slot, attempt } = name;
        let list = self.lists.entry(schedule).or_default();
        match list.binary_search_by_key(&(slot, attempt), Entry::place) {
            Ok(index) => {
                list.get_mut(index).map(|entry| std::mem::replace(&mut entry.value, value))
            }
            Err(index) => {
                list.insert(index, Entry { slot, attempt, value });
                None
            }
        }
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &T> {
        self.lists.values().flatten().map(|entry| &entry.value)
    }

    pub(crate) fn of_schedule(&self, schedule: ScheduleId) -> impl Iterator<Item = &T> {
        self.lists.get(&schedule).into_iter().flatten().map(|entry| &entry.value)
    }

    /// Of one slot, those that come no earlier than this attempt.
    pub(crate) fn of_slot_from(&self, name: AttemptName) -> impl Iterator<Item = &T> {
        let AttemptName { schedule, slot, attempt } = name;
        let list = self.lists.get(&schedule).map_or(&[][..], Vec::as_slice);
        let before = list.partition_point(|entry| entry.place() < (slot, attempt));
        let rest = list.get(before..).unwrap_or_default().iter();
        rest.take_while(move |entry| entry.slot == slot).map(|entry| &entry.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(schedule: i64, slot: i64, attempt: Attempt) -> AttemptName {
        AttemptName { schedule: ScheduleId(schedule), slot: Slot::from_stored(slot), attempt }
    }

    #[test]
    fn what_comes_in_any_order_is_found_in_that_of_the_names() {
        let mut all = ByAttempt::default();
        let names = [name(2, 5, 1), name(1, 7, 0), name(2, 5, 0), name(2, 4, 3), name(2, 6, 0)];
        for name in names {
            assert_eq!(all.insert(name, name), None);
        }
        assert_eq!((all.len(), all.insert(name(1, 7, 0), name(1, 7, 0))), (5, Some(name(1, 7, 0))));
        let mut sorted = names;
        sorted.sort_unstable();
        assert!(all.values().eq(&sorted));
        assert!(all.of_schedule(ScheduleId(2)).eq(&sorted[1..]));
        assert!(all.of_slot_from(name(2, 5, 0)).eq(&[name(2, 5, 0), name(2, 5, 1)]));
        assert!(all.of_slot_from(name(2, 5, 1)).eq(&[name(2, 5, 1)]));
        assert_eq!(all.of_slot_from(name(3, 5, 0)).next(), None);
        assert_eq!((all.get(name(2, 4, 3)), all.get(name(2, 4, 2))), (Some(&name(2, 4, 3)), None));
        assert!(all.contains(name(2, 6, 0)) && !all.contains(name(3, 6, 0)));
        *all.get_mut(name(2, 6, 0)).unwrap() = name(9, 9, 9);
        assert_eq!(all.get(name(2, 6, 0)), Some(&name(9, 9, 9)));
    }
}
