//! Fresh keys, given out without asking the database.
//!
//! A key that is given out and never used leaves a gap, and after a restart it is
//! given out again: nothing that survived can refer to it.

use std::sync::atomic::{AtomicI64, Ordering};

use bank::RecordKind;
use rusqlite::Connection;

use super::bank::records::{KINDS, Table};
use super::columns::Stored;
use crate::fault::{Fault, Outcome};

/// The last key of a schedule that was given out. Beyond `schedule_until` are those of another
/// database.
pub(super) const LAST_SCHEDULE: &str = "SELECT max(schedule, coalesce(
    (SELECT max(id) FROM schedule WHERE id < schedule_until), 0)) FROM key_floor";

/// The last keys given out.
#[derive(Debug)]
pub(super) struct Keys {
    schedule: AtomicI64,
    records: [AtomicI64; KINDS],
    named: [AtomicI64; KINDS],
}

impl Keys {
    /// As the data has them.
    pub(super) fn read(connection: &Connection) -> Outcome<Keys> {
        let one = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
        let floor = one("SELECT record FROM key_floor")?;
        let keys = Keys {
            schedule: one(LAST_SCHEDULE)?.into(),
            records: Default::default(),
            named: Default::default(),
        };
        for (index, table) in Table::ALL.iter().enumerate() {
            if let (Some(key), Some(named)) = (keys.records.get(index), keys.named.get(index)) {
                key.store(one(table.key_max)?.max(floor), Ordering::Relaxed);
                named.store(one(table.key_min)?, Ordering::Relaxed);
            }
        }
        Ok(keys)
    }

    /// The first of `count` consecutive schedule keys.
    pub(super) fn schedules(&self, count: u32) -> i64 {
        self.schedule.fetch_add(i64::from(count), Ordering::Relaxed) + 1
    }

    /// The first of `count` consecutive record keys.
    pub(super) fn records(&self, kind: RecordKind, count: u32) -> Outcome<i64> {
        let last = counter(&self.records, kind)?;
        Ok(last.fetch_add(i64::from(count), Ordering::Relaxed) + 1)
    }

    /// A record key below zero.
    pub(super) fn named(&self, kind: RecordKind) -> Outcome<i64> {
        Ok(counter(&self.named, kind)?.fetch_sub(1, Ordering::Relaxed) - 1)
    }
}

fn counter(counters: &[AtomicI64; KINDS], kind: RecordKind) -> Outcome<&AtomicI64> {
    usize::try_from(kind.number())
        .ok()
        .and_then(|index| counters.get(index))
        .ok_or_else(|| Fault::Refused(format!("there are no keys for {kind:?}")))
}
