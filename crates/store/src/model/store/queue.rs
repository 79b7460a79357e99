//! The queue: claimed, frozen, recovered, counted.

use std::collections::{BTreeMap, BTreeSet};
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
    not_before: Option<Instant>,
    /// Its schedule ended while it was in flight: it finishes, and nothing follows it.
    ending: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Claimed {
    pub(super) term: Term,
    lease_until: Instant,
}

impl Queued {
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

/// The rows in the order in which they are due, and where to find those that are claimed
/// and those of one schedule.
///
/// A model has few lanes, mostly one: to walk to the first row of a lane costs less than to
/// search for it.
#[derive(Clone, Debug, Default)]
pub(super) struct Queue {
    rows: BTreeMap<RunKey, Queued>,
    claimed: BTreeSet<RunKey>,
    by_schedule: BTreeMap<ScheduleId, BTreeSet<RunKey>>,
}

impl Queue {
    pub(super) const fn new() -> Queue {
        Queue { rows: BTreeMap::new(), claimed: BTreeSet::new(), by_schedule: BTreeMap::new() }
    }

    pub(super) fn depth(&self, lane: LaneId) -> u64 {
        self.rows.keys().map(|key| u64::from(key.lane == lane)).sum()
    }

    pub(super) fn get(&self, key: &RunKey) -> Option<&Queued> {
        self.rows.get(key)
    }

    pub(super) fn of_schedule(&self, schedule: ScheduleId) -> impl Iterator<Item = &Queued> {
        let keys = self.by_schedule.get(&schedule).into_iter().flatten();
        keys.filter_map(|key| self.rows.get(key))
    }

    /// Adds a run that nobody works on yet.
    pub(super) fn insert(&mut self, run: Run) {
        let key = run.key;
        self.by_schedule.entry(key.schedule).or_default().insert(key);
        self.claimed.remove(&key);
        let row = Queued { run, claimed: None, not_before: None, ending: false };
        self.rows.insert(key, row);
    }

    pub(super) fn remove(&mut self, key: &RunKey) {
        self.rows.remove(key);
        self.claimed.remove(key);
        if let Some(keys) = self.by_schedule.get_mut(&key.schedule) {
            keys.remove(key);
        }
    }

    /// Lets go of a run, which is not claimed again before `until`.
    pub(super) fn release(&mut self, key: &RunKey, until: Instant) {
        if let Some(row) = self.rows.get_mut(key) {
            row.claimed = None;
            row.not_before = Some(until);
            self.claimed.remove(key);
        }
    }

    /// Takes a schedule's runs out. One that is in flight finishes.
    pub(super) fn call_off(&mut self, schedule: ScheduleId) {
        let keys: Vec<RunKey> = self.of_schedule(schedule).map(|row| row.run.key).collect();
        for key in keys {
            match self.rows.get_mut(&key) {
                Some(row) if row.claimed.is_some() => row.ending = true,
                Some(_) | None => self.remove(&key),
            }
        }
    }

    pub(super) fn claim(&mut self, claim: &Claim) -> Vec<Run> {
        let is_due = |key: &RunKey| key.lane == claim.lane && key.due <= claim.now;
        let limit = usize::try_from(claim.limit).unwrap_or(usize::MAX);
        let claimed: Vec<Run> = self
            .rows
            .iter_mut()
            .skip_while(|(key, _)| key.lane < claim.lane)
            .take_while(|(key, _)| is_due(key))
            .map(|(_, row)| row)
            .filter(|row| row.can_be_claimed(claim.now))
            .take(limit)
            .map(|row| row.take(claim))
            .collect();
        self.claimed.extend(claimed.iter().map(|run| run.key));
        claimed
    }

    pub(super) fn recover(&mut self, claim: &Claim, sharing: Sharing) -> Vec<Run> {
        let limit = usize::try_from(claim.limit).unwrap_or(usize::MAX);
        let mut recovered = Vec::new();
        for key in self.claimed.iter().filter(|key| key.lane == claim.lane) {
            if recovered.len() == limit {
                break;
            }
            let row = self.rows.get_mut(key).filter(|row| row.was_left_behind(claim, sharing));
            recovered.extend(row.map(|row| row.take(claim)));
        }
        recovered
    }

    pub(super) fn freeze(&mut self, term: Term, frozen: &[Frozen]) -> Vec<bool> {
        frozen
            .iter()
            .map(|Frozen { key, quoted }| {
                let may_be = |row: &&mut Queued| {
                    row.is_claimed_under(term) && row.run.quoted.is_none_or(|it| it == *quoted)
                };
                let row = self.rows.get_mut(key).filter(may_be);
                row.map(|row| row.run.quoted = Some(*quoted)).is_some()
            })
            .collect()
    }

    pub(super) fn next_due(&self, lane: LaneId) -> Option<Instant> {
        let mut next: Option<Instant> = None;
        for (key, row) in self.rows.iter().skip_while(|(key, _)| key.lane < lane) {
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
        let unclaimed = self.rows.values().filter(|row| row.claimed.is_none());
        unclaimed
            .map(|row| &row.run)
            .filter(|run| run.key.lane == lane && run.key.due <= by)
            .take(usize::try_from(limit).unwrap_or(usize::MAX))
            .cloned()
            .collect()
    }

    pub(super) fn count_slots(&self, lane: LaneId, by: Instant) -> u64 {
        let due = self.rows.values().map(|row| &row.run);
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
}

impl Books {
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
        let left = u64::try_from(self.occurrences_of(schedule.id).count()).unwrap_or(u64::MAX);
        let moved = self.moved_of(schedule.id).map_or(0, |moved| moved.occurrences);
        let recorded = left.saturating_add(moved);
        let next = self
            .queue
            .of_schedule(schedule.id)
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
}

/// How many slots after `through` are due by `by`.
fn later_slots(plan: &Plan, through: Slot, by: Instant) -> u64 {
    let slots = std::iter::successors(plan.after(through), |slot| plan.after(*slot));
    let due = slots.take_while(|slot| plan.due(*slot).is_some_and(|due| due <= by));
    u64::try_from(due.count()).unwrap_or(u64::MAX)
}
