//! The queue: claimed, frozen, recovered, counted.

use std::ops::Bound;

use engine::settlement::AwaitingKey;
use engine::{
    Awaiting, Instant, LaneId, Link, Next, Plan, Position, Role, Run, RunKey, Schedule, ScheduleId,
    Slot, Term,
};

use super::{Books, Sharing};
use crate::store::{Claim, Frozen};

/// A row of the queue.
#[derive(Clone, Debug)]
pub(super) struct Queued {
    pub(super) run: Run,
    /// Who works on it.
    pub(super) claimed: Option<Claimed>,
    /// Not claimed before this instant.
    pub(super) not_before: Option<Instant>,
    /// Its schedule ended while it was in flight: it finishes, and nothing follows it.
    pub(super) ending: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Claimed {
    pub(super) term: Term,
    lease_until: Instant,
}

impl Queued {
    pub(super) const fn unclaimed(run: Run) -> Queued {
        Queued { run, claimed: None, not_before: None, ending: false }
    }

    pub(super) fn is_claimed_under(&self, term: Term) -> bool {
        self.claimed.is_some_and(|claimed| claimed.term == term)
    }

    fn can_be_claimed(&self, now: Instant) -> bool {
        self.claimed.is_none()
            && self.run.key.due <= now
            && self.not_before.is_none_or(|not_before| not_before <= now)
    }

    fn was_left_behind(&self, claim: &Claim, sharing: Sharing) -> bool {
        self.claimed.is_some_and(|claimed| {
            claimed.lease_until <= claim.wall_now
                || (sharing == Sharing::Exclusive && claimed.term != claim.term)
        })
    }

    fn take(&mut self, claim: &Claim) -> Run {
        self.claimed = Some(Claimed { term: claim.term, lease_until: claim.lease_until });
        self.not_before = None;
        self.run.clone()
    }
}

impl Books {
    pub(super) fn claim(&mut self, claim: &Claim) -> Vec<Run> {
        let is_due = |key: &RunKey| key.lane == claim.lane && key.due <= claim.now;
        let limit = usize::try_from(claim.limit).unwrap_or(usize::MAX);
        self.queue
            .range_mut(first_of(claim.lane)..)
            .take_while(|(key, _)| is_due(key))
            .map(|(_, queued)| queued)
            .filter(|queued| queued.can_be_claimed(claim.now))
            .take(limit)
            .map(|queued| queued.take(claim))
            .collect()
    }

    pub(super) fn recover(&mut self, claim: &Claim, sharing: Sharing) -> Vec<Run> {
        let limit = usize::try_from(claim.limit).unwrap_or(usize::MAX);
        self.queue
            .values_mut()
            .filter(|queued| queued.run.key.lane == claim.lane)
            .filter(|queued| queued.was_left_behind(claim, sharing))
            .take(limit)
            .map(|queued| queued.take(claim))
            .collect()
    }

    pub(super) fn freeze(&mut self, term: Term, frozen: &[Frozen]) -> Vec<bool> {
        frozen
            .iter()
            .map(|Frozen { key, quoted }| {
                let may_be = |row: &&mut Queued| {
                    row.is_claimed_under(term) && row.run.quoted.is_none_or(|it| it == *quoted)
                };
                let row = self.queue.get_mut(key).filter(may_be);
                row.map(|row| row.run.quoted = Some(*quoted)).is_some()
            })
            .collect()
    }

    pub(super) fn next_due(&self, lane: LaneId) -> Option<Instant> {
        let mut next: Option<Instant> = None;
        for (key, row) in self.queue.range(first_of(lane)..) {
            // What comes later in the queue is due later, whenever it is released.
            if key.lane != lane || next.is_some_and(|next| next <= key.due) {
                break;
            }
            if row.claimed.is_none() {
                let due = key.due.max(row.not_before.unwrap_or(key.due));
                next = Some(next.map_or(due, |next| next.min(due)));
            }
        }
        next
    }

    pub(super) fn due(&self, lane: LaneId, by: Instant, limit: u32) -> Vec<Run> {
        let unclaimed = self.queue.values().filter(|row| row.claimed.is_none());
        unclaimed
            .map(|row| &row.run)
            .filter(|run| run.key.lane == lane && run.key.due <= by)
            .take(usize::try_from(limit).unwrap_or(usize::MAX))
            .cloned()
            .collect()
    }

    pub(super) fn count_slots(&self, lane: LaneId, by: Instant) -> u64 {
        let due = self.queue.values().map(|row| &row.run);
        due.filter(|run| run.key.lane == lane && run.key.due <= by)
            .map(|run| {
                let later = match run.role {
                    Role::Cadence { through, .. } => later_slots(&run.plan, through, by),
                    Role::Detached { .. } => 0,
                };
                u64::from(run.attempt == 0) + later
            })
            .sum()
    }

    pub(super) fn page_of_awaiting(
        &self,
        lane: LaneId,
        after: Option<AwaitingKey>,
        limit: u32,
    ) -> Vec<Awaiting> {
        let after = after
            .map_or(Bound::Unbounded, |key| Bound::Excluded((key.slot, key.schedule, key.attempt)));
        self.awaiting
            .range((after, Bound::Unbounded))
            .map(|(_, awaiting)| awaiting)
            .filter(|awaiting| awaiting.run.key.lane == lane)
            .take(usize::try_from(limit).unwrap_or(usize::MAX))
            .cloned()
            .collect()
    }

    /// Where a schedule stands: the one run of its cadence says so, and where none is
    /// queued, what was recorded.
    pub(super) fn position(&self, schedule: &Schedule) -> Position {
        let stored = self.schedules.get(&schedule.id).unwrap_or(schedule);
        let recorded = self.occurrences_of(schedule.id).count();
        let next = self
            .runs_of(schedule.id)
            .filter(|row| !row.ending)
            .find_map(|row| {
                let Role::Cadence { through, .. } = row.run.role else { return None };
                let Run { key, attempt, .. } = row.run;
                let link = Link { due: key.due, slot: key.slot, attempt };
                Some(Next { link, through })
            })
            .filter(|_| stored.status.is_active());
        Position { recorded: u32::try_from(recorded).unwrap_or(u32::MAX), next }
    }

    pub(super) fn runs_of(&self, schedule: ScheduleId) -> impl Iterator<Item = &Queued> {
        self.queue.values().filter(move |row| row.run.key.schedule == schedule)
    }

    /// Takes a schedule's runs out of the queue. One that is in flight finishes.
    pub(super) fn call_off(&mut self, schedule: ScheduleId) {
        let keys: Vec<RunKey> = self.runs_of(schedule).map(|row| row.run.key).collect();
        for key in keys {
            match self.queue.get_mut(&key) {
                Some(row) if row.claimed.is_some() => row.ending = true,
                Some(_) | None => drop(self.queue.remove(&key)),
            }
        }
    }
}

/// Before every row of a lane.
const fn first_of(lane: LaneId) -> RunKey {
    RunKey {
        lane,
        due: Instant::from_nanoseconds(i64::MIN),
        schedule: ScheduleId(i64::MIN),
        slot: Slot::from_stored(i64::MIN),
    }
}

/// How many slots after `through` are due by `by`.
fn later_slots(plan: &Plan, through: Slot, by: Instant) -> u64 {
    let slots = std::iter::successors(plan.after(through), |slot| plan.after(*slot));
    let due = slots.take_while(|slot| plan.due(*slot).is_some_and(|due| due <= by));
    u64::try_from(due.count()).unwrap_or(u64::MAX)
}
