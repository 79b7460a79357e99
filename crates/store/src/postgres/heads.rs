//! Where each lane's queue begins, as far as this process knows.
//!
//! What was claimed and settled leaves dead entries at the head of the queue until the
//! database has swept them. A claim begins behind what the last one took, and so does not
//! walk over them. What this process puts in before that, or holds back until a time that has
//! come, has the next claim begin at the very first row. What another node does is found when a
//! claim does not get as much as it wants, and by every [`WHOLE_EVERY`]th claim, which begin
//! there too.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use engine::{Instant, LaneId, RunKey};

/// Every so many claims one begins at the very first row.
const WHOLE_EVERY: u32 = 16;

/// The last rows that were claimed, by lane.
#[derive(Debug, Default)]
pub(super) struct Heads(Mutex<HashMap<LaneId, Head>>);

#[derive(Debug, Default)]
struct Head {
    last: Option<RunKey>,
    claims: u32,
    /// What is held back, and until when.
    held: BTreeSet<(Instant, RunKey)>,
}

impl Heads {
    /// Behind which row a claim at `now` begins; `None` for the very first.
    pub(super) fn before(&self, lane: LaneId, now: Instant) -> Option<RunKey> {
        let mut heads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let head = heads.entry(lane).or_default();
        head.claims = head.claims.wrapping_add(1);
        let mut is_whole = head.claims.is_multiple_of(WHOLE_EVERY);
        while head.held.first().is_some_and(|(until, _)| *until <= now) {
            let freed = head.held.pop_first().map(|(_, key)| key);
            is_whole |= freed <= head.last;
        }
        if is_whole {
            head.last = None;
        }
        head.last
    }

    /// A claim got all that it wanted, up to this row.
    pub(super) fn raise(&self, last: RunKey) {
        let mut heads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let head = heads.entry(last.lane).or_default();
        head.last = head.last.max(Some(last));
    }

    /// These runs were put into the queue again, each not before its time.
    pub(super) fn hold(&self, released: Vec<(RunKey, Instant)>) {
        let mut heads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, until) in released {
            heads.entry(key.lane).or_default().held.insert((until, key));
        }
    }

    /// These runs were put into the queue.
    pub(super) fn lower(&self, queued: &[RunKey]) {
        if queued.is_empty() {
            return;
        }
        let mut heads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for key in queued {
            if let Some(head) = heads.get_mut(&key.lane)
                && head.last.is_some_and(|last| *key <= last)
            {
                head.last = None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use engine::{Instant, ScheduleId, Slot};

    use super::*;

    fn key(due: i64) -> RunKey {
        RunKey {
            lane: LaneId(1),
            due: Instant::from_nanoseconds(due),
            schedule: ScheduleId(1),
            slot: Slot::from_stored(0),
        }
    }

    const LANE: LaneId = LaneId(1);
    const NOON: Instant = Instant::EPOCH;

    #[test]
    fn a_claim_begins_behind_the_last_until_something_comes_before_it() {
        let heads = Heads::default();
        assert_eq!(heads.before(LANE, NOON), None);
        heads.raise(key(5));
        assert_eq!(heads.before(LANE, NOON), Some(key(5)));
        heads.lower(&[key(6)]);
        assert_eq!(heads.before(LANE, NOON), Some(key(5)));
        heads.lower(&[key(5)]);
        assert_eq!(heads.before(LANE, NOON), None);
    }

    #[test]
    fn what_is_held_back_is_begun_with_when_its_time_has_come() {
        let heads = Heads::default();
        heads.raise(key(5));
        heads.hold(vec![(key(4), NOON.plus_seconds(60)), (key(7), NOON.plus_seconds(50))]);
        assert_eq!(heads.before(LANE, NOON.plus_seconds(59)), Some(key(5)));
        assert_eq!(heads.before(LANE, NOON.plus_seconds(60)), None);
        heads.raise(key(5));
        assert_eq!(heads.before(LANE, NOON.plus_seconds(61)), Some(key(5)));
    }

    #[test]
    fn one_claim_in_sixteen_begins_at_the_very_first_row() {
        let heads = Heads::default();
        heads.raise(key(5));
        let begun: Vec<bool> = (0..WHOLE_EVERY)
            .map(|_| {
                heads.raise(key(5));
                heads.before(LANE, NOON).is_none()
            })
            .collect();
        assert_eq!(begun.iter().filter(|whole| **whole).count(), 1);
    }
}
