//! What owners did to single slots.

use engine::{Amendment, Instant, ScheduleId, Slot};
use rusqlite::Connection;

use super::columns::{compact, from_compact};
use crate::fault::Outcome;

/// An amendment whose blob is made, so that the writer only writes.
pub(super) struct Row {
    amendment: Amendment,
    instruction: Option<Vec<u8>>,
}

impl Row {
    /// Makes the blob.
    pub(super) fn new(amendment: &Amendment) -> Outcome<Row> {
        let instruction =
            amendment.instruction.as_ref().map(|it| compact("instruction", it)).transpose()?;
        Ok(Row { amendment: amendment.clone(), instruction })
    }
}

/// Writes amendments over what stood of their slots.
pub(super) fn write(connection: &Connection, rows: &[Row]) -> Outcome<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut insert = connection.prepare_cached(
        "INSERT INTO amendment (schedule, slot, run_at, instruction, canceled_at)
         VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT DO UPDATE SET run_at = excluded.run_at, instruction = excluded.instruction,
         canceled_at = excluded.canceled_at",
    )?;
    for Row { amendment, instruction } in rows {
        insert.execute((
            amendment.schedule.0,
            amendment.slot.stored(),
            amendment.run_at.map(Instant::nanoseconds),
            instruction,
            amendment.canceled_at.map(Instant::nanoseconds),
        ))?;
    }
    Ok(())
}

/// Forgets what was done to slots: they are as the rule has them.
pub(super) fn remove(connection: &Connection, schedule: ScheduleId, slots: &[Slot]) -> Outcome<()> {
    let mut delete =
        connection.prepare_cached("DELETE FROM amendment WHERE schedule = ?1 AND slot = ?2")?;
    for slot in slots {
        delete.execute((schedule.0, slot.stored()))?;
    }
    Ok(())
}

/// What was done to a schedule's slots, by slot.
pub(super) fn of(connection: &Connection, schedule: ScheduleId) -> Outcome<Vec<Amendment>> {
    let mut select = connection.prepare_cached(
        "SELECT slot, run_at, instruction, canceled_at FROM amendment
         WHERE schedule = ?1 ORDER BY slot",
    )?;
    select
        .query_and_then([schedule.0], |row| {
            let instant = |index| -> Outcome<Option<Instant>> {
                Ok(row.get::<_, Option<i64>>(index)?.map(Instant::from_nanoseconds))
            };
            let instruction: Option<Vec<u8>> = row.get(2)?;
            Ok(Amendment {
                schedule,
                slot: Slot::from_stored(row.get(0)?),
                run_at: instant(1)?,
                instruction: instruction
                    .map(|blob| from_compact("instruction", &blob))
                    .transpose()?,
                canceled_at: instant(3)?,
            })
        })?
        .collect()
}
