//! What is to happen, and when.

use engine::Instant;
use rusqlite::{Connection, OptionalExtension};

use crate::bank_store::Agenda;
use crate::fault::Outcome;
use crate::record::RecordKey;
use crate::sqlite::columns::{Stored, instant_at, stored_at};

const fn columns(agenda: &Agenda) -> (i64, RecordKey) {
    (agenda.at.nanoseconds(), agenda.record)
}

/// What is to happen at or before `now`, oldest first.
pub(super) fn due(connection: &Connection, now: Instant, limit: u32) -> Outcome<Vec<Agenda>> {
    let mut select = connection.prepare_cached(
        "SELECT at, kind, key FROM bank_agenda WHERE at <= ?1 ORDER BY at, kind, key LIMIT ?2",
    )?;
    select
        .query_and_then((now.nanoseconds(), limit), |row| {
            let record = RecordKey { kind: stored_at(row, 1)?, key: row.get(2)? };
            Ok(Agenda { at: instant_at(row, 0)?, record })
        })?
        .collect()
}

/// When the next thing is to happen.
pub(super) fn next(connection: &Connection) -> Outcome<Option<Instant>> {
    let next: Option<i64> = connection
        .prepare_cached("SELECT at FROM bank_agenda ORDER BY at LIMIT 1")?
        .query_row([], |row| row.get(0))
        .optional()?;
    Ok(next.map(Instant::from_nanoseconds))
}

/// Whether something still stands in the agenda.
pub(super) fn stands(connection: &Connection, agenda: &Agenda) -> Outcome<bool> {
    let (at, record) = columns(agenda);
    Ok(connection
        .prepare_cached("SELECT 1 FROM bank_agenda WHERE at = ?1 AND kind = ?2 AND key = ?3")?
        .exists((at, record.kind.number(), record.key))?)
}

/// Adds to the agenda; what stands there already stands there once.
pub(super) fn add(connection: &Connection, agenda: &Agenda) -> Outcome<()> {
    let (at, record) = columns(agenda);
    connection
        .prepare_cached("INSERT OR IGNORE INTO bank_agenda (at, kind, key) VALUES (?1, ?2, ?3)")?
        .execute((at, record.kind.number(), record.key))?;
    Ok(())
}

/// Takes out of the agenda what has happened.
pub(super) fn remove(connection: &Connection, agenda: &Agenda) -> Outcome<()> {
    let (at, record) = columns(agenda);
    connection
        .prepare_cached("DELETE FROM bank_agenda WHERE at = ?1 AND kind = ?2 AND key = ?3")?
        .execute((at, record.kind.number(), record.key))?;
    Ok(())
}
