//! Occurrences that leave the data, and the files into which they went.

use engine::settlement::AwaitingKey;
use engine::{ScheduleId, Slot};
use tokio_postgres::Row;

use super::columns::{Stored as _, hash_at, instant_at, short, short_at, stored_at, whole_at};
use super::occurrences::occurrence;
use super::session::Session;
use crate::fault::Outcome;
use crate::history::{FileState, HistoryFile, Leaving, Movable, MovableQuery, Moved};

/// Every file, oldest first.
pub(super) async fn files(session: &Session) -> Outcome<Vec<HistoryFile>> {
    let rows = session
        .query(
            "SELECT number, name, sha256, occurrences, first_slot, last_slot, moved_at, state
             FROM history_file ORDER BY number",
            &[],
        )
        .await?;
    rows.iter().map(file).collect()
}

fn file(row: &Row) -> Outcome<HistoryFile> {
    Ok(HistoryFile {
        number: whole_at(row, 0, "number of a file")?,
        name: row.try_get::<_, &str>(1)?.into(),
        sha256: hash_at(row, 2)?,
        occurrences: whole_at(row, 3, "count of occurrences")?,
        first: Slot::from_stored(row.try_get(4)?),
        last: Slot::from_stored(row.try_get(5)?),
        moved_at: instant_at(row, 6)?,
        state: short_at(row, 7)?,
    })
}

/// What of schedules was moved: one answer for each, in order.
pub(super) async fn moved(session: &Session, schedules: &[i64]) -> Outcome<Vec<Option<Moved>>> {
    let rows = session
        .query(
            "SELECT occurrences, recorded, through FROM
             unnest($1::bigint[]) WITH ORDINALITY AS asked (schedule, place)
             LEFT JOIN moved ON moved.schedule = asked.schedule ORDER BY place",
            &[&schedules],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let Some(through) = row.try_get::<_, Option<i64>>(2)? else { return Ok(None) };
            Ok(Some(Moved {
                occurrences: whole_at(row, 0, "count of occurrences")?,
                recorded: whole_at(row, 1, "ordinal")?,
                through: Slot::from_stored(through),
            }))
        })
        .collect()
}

/// What of one schedule was moved.
pub(super) async fn moved_of(session: &Session, schedule: ScheduleId) -> Outcome<Option<Moved>> {
    Ok(moved(session, &[schedule.0]).await?.pop().flatten())
}

/// Occurrences that may be moved; none of an account that went elsewhere, where it has them
/// too. Each subquery is of one row and has a limit, so that it is
/// looked up for every occurrence by itself: without that the planner would rather read whole
/// tables, the queue among them.
pub(super) async fn movable(session: &Session, query: &MovableQuery) -> Outcome<Movable> {
    let (slot, schedule) =
        query.after.map_or((i64::MIN, i64::MIN), |(slot, schedule)| (slot.stored(), schedule.0));
    let rows = session
        .query(
            "SELECT it.slot, it.schedule, it.attempt, it.account, it.created_at, it.processed_at,
             it.retry_on, it.status, it.message, it.result_kind, it.result, it.ordinal,
             it.link_due, it.link_slot, it.link_attempt,
             CASE WHEN it.link_slot IS NULL THEN it.ordinal IS NULL
                 ELSE (SELECT 1 FROM occurrence AS next WHERE next.slot = it.link_slot
                     AND next.schedule = it.schedule AND next.attempt = it.link_attempt
                     LIMIT 1) IS NOT NULL END
             AND schedule.paused IS NULL
             AND (SELECT 1 FROM amendment AS own
                 WHERE own.schedule = it.schedule AND own.slot = it.slot LIMIT 1) IS NULL
             AND (SELECT 1 FROM awaiting AS own
                 WHERE own.slot = it.slot AND own.schedule = it.schedule LIMIT 1) IS NULL
             AND (SELECT 1 FROM queue AS own
                 WHERE own.schedule = it.schedule AND own.slot = it.slot LIMIT 1) IS NULL
             AND (SELECT 1 FROM claimed AS own
                 WHERE own.schedule = it.schedule AND own.slot = it.slot LIMIT 1) IS NULL
             AND (SELECT 1 FROM relocation AS away
                 WHERE away.account = it.account AND away.state > 1 LIMIT 1) IS NULL, schedule.kind
             FROM (SELECT * FROM occurrence WHERE slot < $1 AND (slot, schedule) > ($2, $3)
                 ORDER BY slot, schedule, attempt LIMIT $4) AS it
             CROSS JOIN LATERAL (SELECT kind, paused FROM schedule WHERE id = it.schedule
                 LIMIT 1) AS schedule
             ORDER BY it.slot, it.schedule, it.attempt",
            &[&query.before.stored(), &slot, &schedule, &i64::from(query.limit)],
        )
        .await?;
    let looked_at = rows
        .iter()
        .map(|row| {
            let leaving = Leaving { occurrence: occurrence(row)?, kind: stored_at(row, 16)? };
            Ok((leaving, row.try_get(15)?))
        })
        .collect::<Outcome<Vec<_>>>()?;
    Ok(Movable::sort(&looked_at, query.limit))
}

/// Notes a new file, if it is the next, and all of the last was moved.
pub(super) async fn add(session: &Session, file: &HistoryFile) -> Outcome<bool> {
    let last = session
        .first("SELECT number, state FROM history_file ORDER BY number DESC LIMIT 1", &[])
        .await?;
    let (last, state) = match last {
        Some(row) => (whole_at(&row, 0, "number of a file")?, short_at(&row, 1)?),
        None => (0, FileState::Moved),
    };
    if file.number != u32::saturating_add(last, 1) || state != FileState::Moved {
        return Ok(false);
    }
    session
        .execute(
            "INSERT INTO history_file (number, name, sha256, occurrences, first_slot, last_slot,
             moved_at, state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            &[
                &i64::from(file.number),
                &&*file.name,
                &&file.sha256[..],
                &i64::try_from(file.occurrences).unwrap_or(i64::MAX),
                &file.first.stored(),
                &file.last.stored(),
                &file.moved_at.nanoseconds(),
                &short(file.state.number()),
            ],
        )
        .await?;
    Ok(true)
}

/// Notes how far a move has come, unless it has come further.
pub(super) async fn set_state(session: &Session, number: u32, state: FileState) -> Outcome<bool> {
    let changed = session
        .execute(
            "UPDATE history_file SET state = $2 WHERE number = $1 AND state <= $2",
            &[&i64::from(number), &short(state.number())],
        )
        .await?;
    Ok(changed == 1)
}

/// Forgets a file that never got its name.
pub(super) async fn drop_file(session: &Session, number: u32) -> Outcome<()> {
    session
        .execute(
            "DELETE FROM history_file WHERE number = $1 AND state = $2",
            &[&i64::from(number), &short(FileState::Written.number())],
        )
        .await?;
    Ok(())
}

/// Deletes what a file holds, and counts what was there.
pub(super) async fn delete(session: &Session, number: u32, keys: &[AwaitingKey]) -> Outcome<bool> {
    let is_named = session
        .first(
            "SELECT 1 FROM history_file WHERE number = $1 AND state = $2",
            &[&i64::from(number), &short(FileState::Named.number())],
        )
        .await?;
    if is_named.is_none() {
        return Ok(false);
    }
    let slots: Vec<i64> = keys.iter().map(|key| key.slot.stored()).collect();
    let schedules: Vec<i64> = keys.iter().map(|key| key.schedule.0).collect();
    let attempts: Vec<i16> = keys.iter().map(|key| i16::from(key.attempt)).collect();
    session
        .execute(
            "WITH gone AS (
                 DELETE FROM occurrence
                 USING unnest($1::bigint[], $2::bigint[], $3::smallint[])
                     AS leaving (slot, schedule, attempt)
                 WHERE occurrence.slot = leaving.slot AND occurrence.schedule = leaving.schedule
                 AND occurrence.attempt = leaving.attempt
                 RETURNING occurrence.schedule, occurrence.slot, occurrence.ordinal
             )
             INSERT INTO moved (schedule, occurrences, counted, recorded, through)
             SELECT schedule, count(*), count(ordinal), coalesce(max(ordinal), 0), max(slot)
             FROM gone GROUP BY schedule ORDER BY schedule
             ON CONFLICT (schedule) DO UPDATE SET
                 occurrences = moved.occurrences + excluded.occurrences,
                 counted = moved.counted + excluded.counted,
                 recorded = greatest(moved.recorded, excluded.recorded),
                 through = greatest(moved.through, excluded.through)",
            &[&slots, &schedules, &attempts],
        )
        .await?;
    Ok(true)
}
