//! When a lane was last worked, and what holds it.

use engine::{Instant, LaneId};
use rusqlite::{Connection, OptionalExtension};

use super::fault::Outcome;
use crate::pulse::{Beat, Pulse};

/// How a lane stands.
pub(super) fn find(connection: &Connection, lane: LaneId) -> Outcome<Pulse> {
    let found: Option<(Option<i64>, Option<i64>, Option<i64>)> = connection
        .prepare_cached("SELECT beat_at, doubtful_through, held_since FROM pulse WHERE lane = ?1")?
        .query_row([lane.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((beat_at, doubtful_through, held_since)) = found else { return Ok(Pulse::default()) };
    Ok(Pulse {
        beat_at: beat_at.map(Instant::from_nanoseconds),
        doubtful_through: doubtful_through.map(Instant::from_nanoseconds),
        held_since: held_since.map(Instant::from_nanoseconds),
    })
}

/// Notes a sign of life.
pub(super) fn beat(connection: &Connection, beat: &Beat) -> Outcome<Pulse> {
    let pulse = find(connection, beat.lane)?.after(beat);
    write(connection, beat.lane, pulse)?;
    Ok(pulse)
}

/// Holds a lane.
pub(super) fn hold(connection: &Connection, lane: LaneId, since: Instant) -> Outcome<()> {
    let pulse = find(connection, lane)?;
    write(connection, lane, Pulse { held_since: Some(since), ..pulse })
}

/// Lets a lane go. What held it before.
pub(super) fn resume(
    connection: &Connection,
    lane: LaneId,
    now: Instant,
) -> Outcome<Option<Instant>> {
    let pulse = find(connection, lane)?;
    write(connection, lane, pulse.resumed(now))?;
    Ok(pulse.held_since)
}

fn write(connection: &Connection, lane: LaneId, pulse: Pulse) -> Outcome<()> {
    let columns = [pulse.beat_at, pulse.doubtful_through, pulse.held_since]
        .map(|instant| instant.map(Instant::nanoseconds));
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO pulse (lane, beat_at, doubtful_through, held_since)
             VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute((lane.0, columns[0], columns[1], columns[2]))?;
    Ok(())
}
