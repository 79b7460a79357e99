//! Fresh keys of the bank's records, given out without asking the database.
//!
//! Each time a store is opened it takes a stretch of keys for itself, wider than a process
//! can use up; what it leaves over is never given out again.

use std::sync::atomic::{AtomicI64, Ordering};

use bank::RecordKind;
use tokio::sync::Mutex;

use crate::columns::Stored;
use crate::fault::{Fault, Outcome};
use crate::relocation::Numbers;

/// Kinds of records that are numbered.
const KINDS: usize = 15;
/// Keys of one kind that one opening may give out.
const STRETCH: i64 = 1 << 32;
/// Keys below zero of one kind that one opening may give out. Foreign names lie below
/// 2^40 of them.
const NAMED_STRETCH: i64 = 1 << 20;
/// Openings until the keys below zero run out; then their stretches begin anew, and a name
/// that was given before is refused by the database.
const NAMED_STRETCHES: i64 = 1 << 19;

/// Keys of schedules that are taken from the database at once.
pub(super) const SCHEDULES_AT_ONCE: i64 = 256;

/// The last keys given out.
#[derive(Debug)]
pub(super) struct Keys {
    records: [AtomicI64; KINDS],
    named: [AtomicI64; KINDS],
    first: i64,
    named_first: i64,
    /// The next key of a schedule, and how many are left.
    pub(super) schedules: Mutex<(i64, i64)>,
}

/// How often data must have been opened, at least, so that all keys that were given out are
/// those of openings before the next.
pub(super) fn openings(given: &Numbers) -> i64 {
    let records = given.record_max / STRETCH + i64::from(given.record_max % STRETCH > 0);
    let named =
        -(given.record_min / NAMED_STRETCH) + i64::from(given.record_min % NAMED_STRETCH < 0);
    given.opened.max(records).max(named)
}

impl Keys {
    /// Those of one opening, which are counted from 1.
    pub(super) fn of(opened: i64) -> Keys {
        let first = (opened - 1).saturating_mul(STRETCH);
        let named_first = -((opened - 1) % NAMED_STRETCHES) * NAMED_STRETCH;
        Keys {
            records: std::array::from_fn(|_| AtomicI64::new(first)),
            named: std::array::from_fn(|_| AtomicI64::new(named_first)),
            first,
            named_first,
            schedules: Mutex::new((0, 0)),
        }
    }

    /// The first of `count` consecutive record keys.
    pub(super) fn records(&self, kind: RecordKind, count: u32) -> Outcome<i64> {
        let count = i64::from(count);
        let last = counter(&self.records, kind)?.fetch_add(count, Ordering::Relaxed);
        if last.saturating_add(count) > self.first.saturating_add(STRETCH) {
            return Err(used_up());
        }
        Ok(last + 1)
    }

    /// A record key below zero.
    pub(super) fn named(&self, kind: RecordKind) -> Outcome<i64> {
        let last = counter(&self.named, kind)?.fetch_sub(1, Ordering::Relaxed);
        if last <= self.named_first - NAMED_STRETCH {
            return Err(used_up());
        }
        Ok(last - 1)
    }
}

fn used_up() -> Fault {
    Fault::Refused("this process has used up its keys; start it again".to_owned())
}

fn counter(counters: &[AtomicI64; KINDS], kind: RecordKind) -> Outcome<&AtomicI64> {
    usize::try_from(kind.number())
        .ok()
        .and_then(|index| counters.get(index))
        .ok_or_else(|| Fault::Refused(format!("there are no keys for {kind:?}")))
}
