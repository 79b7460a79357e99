//! Occurrences that leave the data, and the files into which they went.

use engine::settlement::AwaitingKey;
use engine::{ScheduleId, Slot};
use rusqlite::{Connection, OptionalExtension, Row};

use super::columns::{Stored as _, instant_at, stored_at};
use super::occurrences::occurrence;
use crate::fault::Outcome;
use crate::history::{FileState, HistoryFile, Leaving, Movable, MovableQuery, Moved};

/// Every file, oldest first.
pub(super) fn files(connection: &Connection) -> Outcome<Vec<HistoryFile>> {
    let mut select = connection.prepare_cached(
        "SELECT number, name, sha256, occurrences, first_slot, last_slot, moved_at, state
         FROM history_file ORDER BY number",
    )?;
    select.query_and_then([], file)?.collect()
}

fn file(row: &Row<'_>) -> Outcome<HistoryFile> {
    Ok(HistoryFile {
        number: row.get(0)?,
        name: row.get(1)?,
        sha256: row.get(2)?,
        occurrences: row.get::<_, i64>(3)?.cast_unsigned(),
        first: Slot::from_stored(row.get(4)?),
        last: Slot::from_stored(row.get(5)?),
        moved_at: instant_at(row, 6)?,
        state: stored_at(row, 7)?,
    })
}

/// What of a schedule was moved.
pub(super) fn moved(connection: &Connection, schedule: ScheduleId) -> Outcome<Option<Moved>> {
    let mut select = connection
        .prepare_cached("SELECT occurrences, recorded, through FROM moved WHERE schedule = ?1")?;
    let found = select.query_row([schedule.0], |row| {
        Ok(Moved {
            occurrences: row.get::<_, i64>(0)?.cast_unsigned(),
            recorded: row.get(1)?,
            through: Slot::from_stored(row.get(2)?),
        })
    });
    Ok(found.optional()?)
}

/// Occurrences that may be moved; none of an account that went elsewhere, where it has them
/// too. Of what is queued only that beside the cadence is looked for: the record before the
/// cadence's own leads to it, and stays for that.
pub(super) fn movable(connection: &Connection, query: &MovableQuery) -> Outcome<Movable> {
    let (slot, schedule) =
        query.after.map_or((i64::MIN, i64::MIN), |(slot, schedule)| (slot.stored(), schedule.0));
    let mut select = connection.prepare_cached(
        "SELECT it.attempt, it.account, it.created_at, it.processed_at, it.retry_on, it.status,
         it.message, it.result_kind, it.result, it.ordinal, it.link_due, it.link_slot,
         it.link_attempt, it.schedule, it.slot,
         CASE WHEN it.link_slot IS NULL THEN it.ordinal IS NULL
             ELSE EXISTS (SELECT 1 FROM occurrence AS next WHERE next.slot = it.link_slot
                 AND next.schedule = it.schedule AND next.attempt = it.link_attempt) END
         AND schedule.paused IS NULL
         AND NOT EXISTS (SELECT 1 FROM amendment AS own
             WHERE own.schedule = it.schedule AND own.slot = it.slot)
         AND NOT EXISTS (SELECT 1 FROM awaiting AS own
             WHERE own.slot = it.slot AND own.schedule = it.schedule)
         AND NOT EXISTS (SELECT 1 FROM queue AS own
             WHERE own.schedule = it.schedule AND own.slot = it.slot AND own.role <> 0)
         AND NOT EXISTS (SELECT 1 FROM relocation AS away
             WHERE away.account = it.account AND away.state > 1),
         schedule.kind
         FROM occurrence AS it CROSS JOIN schedule ON schedule.id = it.schedule WHERE it.slot < ?1 AND (it.slot, it.schedule) > (?2, ?3)
         ORDER BY it.slot, it.schedule, it.attempt LIMIT ?4",
    )?;
    let values = (query.before.stored(), slot, schedule, query.limit);
    let looked_at = select
        .query_and_then(values, |row| {
            let (schedule, slot) = (ScheduleId(row.get(13)?), Slot::from_stored(row.get(14)?));
            let occurrence = occurrence(schedule, slot, row)?;
            Ok((Leaving { occurrence, kind: stored_at(row, 16)? }, row.get(15)?))
        })?
        .collect::<Outcome<Vec<_>>>()?;
    Ok(Movable::sort(&looked_at, query.limit))
}

/// Notes a new file, if it is the next, and all of the last was moved.
pub(super) fn add(connection: &Connection, file: &HistoryFile) -> Outcome<bool> {
    let last = files(connection)?.pop();
    let next = last.as_ref().map_or(0, |last| last.number).saturating_add(1);
    if file.number != next || last.is_some_and(|last| last.state != FileState::Moved) {
        return Ok(false);
    }
    connection.execute(
        "INSERT INTO history_file (number, name, sha256, occurrences, first_slot, last_slot,
         moved_at, state) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        (
            file.number,
            &*file.name,
            file.sha256,
            i64::try_from(file.occurrences).unwrap_or(i64::MAX),
            file.first.stored(),
            file.last.stored(),
            file.moved_at.nanoseconds(),
            file.state.number(),
        ),
    )?;
    Ok(true)
}

/// Notes how far a move has come, unless it has come further.
pub(super) fn set_state(connection: &Connection, number: u32, state: FileState) -> Outcome<bool> {
    let changed = connection.execute(
        "UPDATE history_file SET state = ?2 WHERE number = ?1 AND state <= ?2",
        (number, state.number()),
    )?;
    Ok(changed == 1)
}

/// Forgets a file that never got its name.
pub(super) fn drop_file(connection: &Connection, number: u32) -> Outcome<()> {
    connection.execute(
        "DELETE FROM history_file WHERE number = ?1 AND state = ?2",
        (number, FileState::Written.number()),
    )?;
    Ok(())
}

/// Deletes what a file holds, and counts what was there.
pub(super) fn delete(connection: &Connection, number: u32, keys: &[AwaitingKey]) -> Outcome<bool> {
    let is_named = connection
        .prepare_cached("SELECT 1 FROM history_file WHERE number = ?1 AND state = ?2")?
        .exists((number, FileState::Named.number()))?;
    if !is_named {
        return Ok(false);
    }
    let mut delete = connection.prepare_cached(
        "DELETE FROM occurrence WHERE slot = ?1 AND schedule = ?2 AND attempt = ?3
         RETURNING ordinal",
    )?;
    let mut count = connection.prepare_cached(
        "INSERT INTO moved (schedule, occurrences, counted, recorded, through)
         VALUES (?1, 1, ?2, ?3, ?4)
         ON CONFLICT (schedule) DO UPDATE SET occurrences = occurrences + 1,
             counted = counted + excluded.counted,
             recorded = max(recorded, excluded.recorded),
             through = max(through, excluded.through)",
    )?;
    for key in keys {
        let values = (key.slot.stored(), key.schedule.0, key.attempt);
        let found = delete.query_row(values, |row| row.get::<_, Option<u32>>(0)).optional()?;
        if let Some(ordinal) = found {
            let counted = i64::from(ordinal.is_some());
            let recorded = ordinal.unwrap_or(0);
            count.execute((key.schedule.0, counted, recorded, key.slot.stored()))?;
        }
    }
    Ok(true)
}
