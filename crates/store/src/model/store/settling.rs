//! Settlement and deletion: what ends a run, and what ends a schedule.

use std::collections::BTreeSet;

use engine::settlement::Source;
use engine::{
    Instant, Occurrence, Pause, PausedRun, Run, ScheduleEvent, ScheduleId, Settlement, Status, Term,
};

use super::{Books, taken};
use crate::Result;
use crate::audit::AuditEntry;
use crate::event::{Event, EventId, EventKind};
use crate::store::{Deletion, Settled};

impl Books {
    /// Writes settlements: all that are not stale, or nothing. A person has no term, and
    /// settles only what waits.
    pub(super) fn settle(
        &mut self,
        term: Option<Term>,
        settlements: Vec<Settlement>,
    ) -> Result<Vec<Settled>> {
        self.refuse_what_is_taken(term, &settlements)?;
        let told_before = self.events.len();
        let settled =
            settlements.into_iter().map(|settlement| self.settle_one(term, settlement)).collect();
        self.attempts_first(told_before);
        Ok(settled)
    }

    /// Of what one batch tells, its attempts come first, and then what became of schedules.
    fn attempts_first(&mut self, told_before: usize) {
        let mut told = self.events.split_off(told_before);
        let numbers: Vec<EventId> = told.iter().map(|event| event.id).collect();
        told.sort_by_key(|event| !matches!(event.body.kind, EventKind::Occurrence(_)));
        let in_order = numbers.into_iter().zip(told).map(|(id, event)| Event { id, ..event });
        self.events.extend(in_order);
    }

    /// Writes what a person decided, with who it was and why, or neither.
    pub(super) fn settle_by_hand(
        &mut self,
        settlement: Settlement,
        entry: AuditEntry,
    ) -> Result<Settled> {
        let settled = self.settle(None, vec![settlement])?;
        let written = settled.first().is_some_and(|settled| settled.is_written());
        if written {
            self.audit.push(entry);
        }
        Ok(if written { Settled::Written } else { Settled::Stale })
    }

    /// Looks before anything is written: one attempt is recorded once, and one run
    /// stands in one place of the queue.
    fn refuse_what_is_taken(&self, term: Option<Term>, settlements: &[Settlement]) -> Result<()> {
        const DURING: &str = "settling";
        let mut recorded = BTreeSet::new();
        let mut queued = BTreeSet::new();
        let mut sources = Vec::new();
        for settlement in settlements {
            // The second of two that end the same run is stale by then.
            if self.is_stale(term, settlement) || sources.contains(&settlement.source) {
                continue;
            }
            sources.push(settlement.source);
            for occurrence in &settlement.occurrences {
                let key = (occurrence.schedule, occurrence.slot, occurrence.attempt);
                if self.occurrences.contains_key(&key) || !recorded.insert(key) {
                    return Err(taken(DURING, &key));
                }
            }
            let follow = settlement.follow.as_ref().map(|run| run.key);
            if let Some(key) = follow.filter(|key| settlement.source != Source::Queue(*key))
                && (self.queue.get(&key).is_some() || !queued.insert(key))
            {
                return Err(taken(DURING, &key));
            }
        }
        Ok(())
    }

    /// Whether the row that a settlement ends is gone, of another term, or waits anew.
    fn is_stale(&self, term: Option<Term>, settlement: &Settlement) -> bool {
        match settlement.source {
            Source::Queue(key) => {
                let row = self.queue.get(&key);
                !term.zip(row).is_some_and(|(term, row)| row.is_claimed_under(term))
            }
            Source::Awaiting(key) => {
                let row = self.awaiting.get(&(key.slot, key.schedule, key.attempt));
                row.is_none_or(|row| settlement.waited_since.is_some_and(|it| it != row.since))
            }
        }
    }

    fn settle_one(&mut self, term: Option<Term>, settlement: Settlement) -> Settled {
        if self.is_stale(term, &settlement) {
            return Settled::Stale;
        }
        let Settlement {
            source,
            of_cadence: _,
            waited_since: _,
            occurrences,
            follow,
            awaiting,
            status,
            events,
            released_until,
        } = settlement;
        if let Some(until) = released_until {
            match source {
                // It was provably not sent, and its schedule has ended: it goes.
                Source::Queue(key) if !self.may_go_on(key.schedule) => {
                    self.remove_source(source);
                }
                source => self.release(source, until),
            }
            return Settled::Written;
        }
        let schedule = self.remove_source(source);
        let is_beside = occurrences.iter().any(|it| it.ordinal.is_none());
        for occurrence in occurrences {
            self.tell_of(&occurrence);
            self.record(occurrence);
        }
        if let Some(awaiting) = awaiting {
            let key = awaiting.key();
            self.awaiting.insert((key.slot, key.schedule, key.attempt), awaiting);
        }
        let goes_on = is_beside && self.has_cadence(schedule);
        let expires = matches!(status, Some((Status::Expired, _)));
        self.change_status(schedule, status.filter(|_| !(expires && goes_on)), events);
        if let Some(run) = follow.filter(|_| self.may_go_on(schedule)) {
            self.queue_or_keep(run);
        }
        Settled::Written
    }

    /// Whether anything carries a schedule on.
    fn has_cadence(&self, id: ScheduleId) -> bool {
        let pause = self.schedules.get(&id).and_then(|it| it.paused.as_ref());
        pause.is_some_and(Pause::has_cadence)
            || self.queue.of_schedule(id).any(|row| row.run.role.is_cadence())
    }

    /// What follows of a paused schedule is kept with it.
    fn queue_or_keep(&mut self, run: Run) {
        let schedule = self.schedules.get_mut(&run.key.schedule);
        match schedule.and_then(|it| it.paused.as_mut().map(|pause| (pause, &mut it.version))) {
            Some((pause, version)) => {
                pause.runs.push(PausedRun::of(&run));
                *version = version.saturating_add(1);
            }
            None => self.queue.insert(run),
        }
    }

    /// Gives a run back to the queue: it was provably not sent.
    fn release(&mut self, source: Source, until: Instant) {
        let Source::Queue(key) = source else { return };
        self.queue.release(&key, until);
    }

    /// Takes out the row that a settlement ends; whose it was.
    fn remove_source(&mut self, source: Source) -> ScheduleId {
        match source {
            Source::Queue(key) => {
                self.queue.remove(&key);
                key.schedule
            }
            Source::Awaiting(key) => {
                self.awaiting.remove(&(key.slot, key.schedule, key.attempt));
                key.schedule
            }
        }
    }

    fn record(&mut self, occurrence: Occurrence) {
        if let Some(schedule) = self.schedules.get_mut(&occurrence.schedule)
            && occurrence.ordinal.is_none()
        {
            schedule.recorded_detached = schedule.recorded_detached.saturating_add(1);
        }
        let key = (occurrence.schedule, occurrence.slot, occurrence.attempt);
        self.occurrences.insert(key, occurrence);
    }

    /// An end that was written meanwhile stands: a late outcome does not undo it.
    fn change_status(
        &mut self,
        id: ScheduleId,
        status: Option<(Status, Instant)>,
        events: Vec<ScheduleEvent>,
    ) {
        let Some((status, at)) = status else { return };
        let Some(schedule) = self.schedules.get_mut(&id).filter(|it| it.status.is_active()) else {
            return;
        };
        schedule.status = status;
        schedule.version = schedule.version.saturating_add(1);
        schedule.ended_at = (!status.is_active()).then_some(at);
        if let Some(pause) = schedule.paused.as_mut().filter(|_| status == Status::Suspended) {
            pause.runs.clear();
            schedule.version = schedule.version.saturating_add(1);
        }
        let schedule = schedule.clone();
        for event in events {
            self.tell(&schedule, event, at);
        }
        if status == Status::Suspended {
            self.queue.call_off(id);
        }
    }

    /// A schedule that has reached its last date still retries what it owes; one that
    /// was stopped does not.
    fn may_go_on(&self, id: ScheduleId) -> bool {
        self.schedules
            .get(&id)
            .is_some_and(|it| !matches!(it.status, Status::Deleted | Status::Suspended))
    }

    pub(super) fn delete_schedule(&mut self, id: ScheduleId, at: Instant) -> Deletion {
        let Some(schedule) = self.schedules.get_mut(&id) else { return Deletion::NotFound };
        let Some(deleted) = schedule.clone().delete(at) else {
            return Deletion::Already(schedule.clone());
        };
        *schedule = deleted.clone();
        self.queue.call_off(id);
        self.tell(&deleted, ScheduleEvent::Deleted, at);
        Deletion::Deleted(deleted)
    }
}
