//! What owners did to single slots. Written by whoever holds the schedule's row.

use engine::{Amendment, Instant, ScheduleId, Slot};
use tokio_postgres::Row as Stored;

use super::columns::{compact, from_compact, optional_instant_at};
use super::session::Session;
use crate::fault::Outcome;

/// An amendment whose blob is made.
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
pub(super) async fn write(session: &Session, rows: &[Row]) -> Outcome<()> {
    for Row { amendment, instruction } in rows {
        session
            .execute(
                "INSERT INTO amendment (schedule, slot, run_at, instruction, canceled_at)
                 VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (schedule, slot) DO UPDATE SET run_at = excluded.run_at,
                 instruction = excluded.instruction, canceled_at = excluded.canceled_at",
                &[
                    &amendment.schedule.0,
                    &amendment.slot.stored(),
                    &amendment.run_at.map(Instant::nanoseconds),
                    &instruction.as_deref(),
                    &amendment.canceled_at.map(Instant::nanoseconds),
                ],
            )
            .await?;
    }
    Ok(())
}

/// Forgets what was done to slots: they are as the rule has them.
pub(super) async fn remove(session: &Session, schedule: ScheduleId, slots: &[Slot]) -> Outcome<()> {
    if slots.is_empty() {
        return Ok(());
    }
    let slots: Vec<i64> = slots.iter().map(|slot| slot.stored()).collect();
    session
        .execute(
            "DELETE FROM amendment WHERE schedule = $1 AND slot = ANY($2)",
            &[&schedule.0, &slots],
        )
        .await?;
    Ok(())
}

/// What was done to a schedule's slots, by slot.
pub(super) async fn of(session: &Session, schedule: ScheduleId) -> Outcome<Vec<Amendment>> {
    of_all(session, &[schedule.0]).await
}

/// What was done to slots of schedules, by schedule and slot.
pub(super) async fn of_all(session: &Session, schedules: &[i64]) -> Outcome<Vec<Amendment>> {
    let rows = session
        .query(
            "SELECT schedule, slot, run_at, instruction, canceled_at FROM amendment
             WHERE schedule = ANY($1) ORDER BY schedule, slot",
            &[&schedules],
        )
        .await?;
    rows.iter().map(amendment).collect()
}

fn amendment(row: &Stored) -> Outcome<Amendment> {
    let instruction: Option<&[u8]> = row.try_get(3)?;
    Ok(Amendment {
        schedule: ScheduleId(row.try_get(0)?),
        slot: Slot::from_stored(row.try_get(1)?),
        run_at: optional_instant_at(row, 2)?,
        instruction: instruction.map(|blob| from_compact("instruction", blob)).transpose()?,
        canceled_at: optional_instant_at(row, 4)?,
    })
}
