//! Edits of schedules.

use std::collections::BTreeSet;

use engine::edit::{Edited, Standing, StandingRun};
use engine::{Amendment, Attempt, Run, RunKey, Schedule, ScheduleId, Slot};

use super::queue::Queued;
use super::{Books, taken};
use crate::Result;
use crate::store::{EditWritten, SlotRecord};

impl Books {
    pub(super) fn standing(&self, id: ScheduleId, asked: &[Slot]) -> Option<Standing> {
        let schedule = self.schedules.get(&id)?.clone();
        let is_cadence = |run: &StandingRun| run.role.is_cadence();
        let (cadence, others): (Vec<_>, Vec<_>) =
            self.queue.of_schedule(id).map(standing_run).partition(is_cadence);
        let amendments = self.amendments_of(id);
        let moved = self.moved_of(id);
        let is_done = |slot: &Slot| {
            self.slot_record(id, *slot) != SlotRecord::default()
                || moved.is_some_and(|moved| moved.covers(*slot, &amendments))
        };
        let asked = asked.iter().copied().chain(Standing::told_of(&schedule, &amendments));
        let asked: Vec<Slot> = asked.collect();
        let done: BTreeSet<Slot> = asked.into_iter().filter(is_done).collect();
        Some(Standing {
            schedule,
            cadence: cadence.into_iter().next(),
            recorded: self.recorded_by_cadence(id),
            others,
            amendments,
            done,
        })
    }

    pub(super) fn edit(&mut self, edited: Edited) -> Result<EditWritten> {
        const DURING: &str = "editing a schedule";
        let Edited { schedule, cadence, removed, queued, amendments, restored } = edited;
        let id = schedule.id;
        let stored = self.schedules.get(&id).map(|stored| stored.version.saturating_add(1));
        let waits = |key: &RunKey| self.queue.get(key).is_some_and(|row| row.claimed.is_none());
        let is_cadence = |run: &&Run| run.role.is_cadence();
        let carries_on = self.queue.of_schedule(id).map(|row| &row.run).find(is_cadence);
        let carries_on = carries_on.map(|run| run.key);
        if stored != Some(schedule.version) || carries_on != cadence || !removed.iter().all(waits) {
            return Ok(EditWritten::Overtaken);
        }
        let left = |row: &Queued| !removed.contains(&row.run.key);
        if schedule.paused.is_some() && self.queue.of_schedule(id).any(left) {
            return Ok(EditWritten::Overtaken);
        }
        let is_taken =
            |run: &&Run| self.queue.get(&run.key).is_some() && !removed.contains(&run.key);
        if let Some(run) = queued.iter().find(is_taken) {
            return Err(taken(DURING, &run.key));
        }
        for key in removed {
            self.queue.remove(&key);
        }
        for run in queued {
            self.queue.insert(run);
        }
        for amendment in amendments {
            self.amendments.insert((id, amendment.slot), amendment);
        }
        for slot in restored {
            self.amendments.remove(&(id, slot));
        }
        // What was recorded since the edit was decided stays counted.
        let counted = self.schedules.get(&id).map_or(0, |stored| stored.recorded_detached);
        self.schedules.insert(id, Schedule { recorded_detached: counted, ..schedule });
        Ok(EditWritten::Written)
    }

    pub(super) fn amendments_of(&self, schedule: ScheduleId) -> Vec<Amendment> {
        let all = self.amendments.range((schedule, Slot::MIN)..=(schedule, Slot::MAX));
        all.map(|(_, amendment)| amendment.clone()).collect()
    }

    pub(super) fn slot_record(&self, schedule: ScheduleId, slot: Slot) -> SlotRecord {
        let attempts = (schedule, slot, Attempt::MIN)..=(schedule, slot, Attempt::MAX);
        let awaiting = (slot, schedule, Attempt::MIN)..=(slot, schedule, Attempt::MAX);
        SlotRecord {
            occurrence: self.occurrences.range(attempts).next_back().map(|(_, it)| it.clone()),
            awaiting: self.awaiting.range(awaiting).next_back().map(|(_, it)| it.clone()),
        }
    }
}

fn standing_run(row: &Queued) -> StandingRun {
    StandingRun {
        key: row.run.key,
        attempt: row.run.attempt,
        role: row.run.role,
        in_flight: row.claimed.is_some(),
    }
}
