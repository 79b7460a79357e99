//! Occurrences that leave the data, and the files into which they went.

use engine::settlement::AwaitingKey;
use engine::{Occurrence, ScheduleId};

use super::Books;
use crate::history::{FileState, HistoryFile, Leaving, Movable, MovableQuery, Moved};

impl Books {
    pub(super) fn moved_of(&self, schedule: ScheduleId) -> Option<Moved> {
        self.moved.get(&schedule).copied()
    }

    pub(super) fn movable(&self, query: &MovableQuery) -> Movable {
        let is_beyond = |it: &&Occurrence| {
            it.slot < query.before && query.after.is_none_or(|after| (it.slot, it.schedule) > after)
        };
        let mut all: Vec<&Occurrence> = self.occurrences.values().filter(is_beyond).collect();
        all.sort_by_key(|it| (it.slot, it.schedule, it.attempt));
        all.truncate(usize::try_from(query.limit).unwrap_or(usize::MAX));
        let looked_at = all.into_iter().filter_map(|it| {
            let kind = self.schedules.get(&it.schedule)?.plan.instruction.kind();
            Some((Leaving { occurrence: it.clone(), kind }, self.may_go(it)))
        });
        let looked_at: Vec<_> = looked_at.collect();
        Movable::sort(&looked_at, query.limit)
    }

    fn may_go(&self, it: &Occurrence) -> bool {
        let Occurrence { schedule, slot, .. } = *it;
        let led_on = match it.link {
            Some(link) => self.occurrences.contains_key(&(schedule, link.slot, link.attempt)),
            None => it.ordinal.is_none(),
        };
        let is_paused = self.schedules.get(&schedule).is_none_or(|it| it.paused.is_some());
        led_on
            && !is_paused
            && !self.amendments.contains_key(&(schedule, slot))
            && self.slot_record(schedule, slot).awaiting.is_none()
            && !self.queue.of_schedule(schedule).any(|row| row.run.key.slot == slot)
    }

    pub(super) fn add_history_file(&mut self, file: HistoryFile) -> bool {
        let last = self.history_files.last();
        let next = last.map_or(0, |last| last.number).saturating_add(1);
        if file.number != next || last.is_some_and(|last| last.state != FileState::Moved) {
            return false;
        }
        self.history_files.push(file);
        true
    }

    pub(super) fn set_history_state(&mut self, number: u32, state: FileState) -> bool {
        let file = self.history_files.iter_mut().find(|file| file.number == number);
        let Some(file) = file.filter(|file| file.state <= state) else { return false };
        file.state = state;
        true
    }

    pub(super) fn drop_history_file(&mut self, number: u32) {
        let stays = |file: &HistoryFile| file.number != number || file.state != FileState::Written;
        self.history_files.retain(stays);
    }

    pub(super) fn delete_moved(&mut self, number: u32, keys: &[AwaitingKey]) -> bool {
        let is_named = |file: &HistoryFile| file.number == number && file.state == FileState::Named;
        if !self.history_files.iter().any(is_named) {
            return false;
        }
        for AwaitingKey { schedule, slot, attempt } in keys {
            let Some(gone) = self.occurrences.remove(&(*schedule, *slot, *attempt)) else {
                continue;
            };
            let nothing = Moved { occurrences: 0, recorded: 0, through: *slot };
            let moved = self.moved.entry(*schedule).or_insert(nothing);
            moved.occurrences += 1;
            moved.recorded = moved.recorded.max(gone.ordinal.unwrap_or(0));
            moved.through = moved.through.max(*slot);
        }
        true
    }
}
