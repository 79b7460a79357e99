//! When a lane was last worked, and what holds it.

use engine::{Instant, LaneId};
use rusqlite::{Connection, OptionalExtension, Row};

use crate::fault::Outcome;
use crate::pulse::{Beat, Pulse};

/// How a lane stands. One that was moved elsewhere is held.
pub(super) fn find(connection: &Connection, lane: LaneId) -> Outcome<Pulse> {
    held_where_moved(connection, lane, stored(connection, lane)?)
}

fn held_where_moved(connection: &Connection, lane: LaneId, pulse: Pulse) -> Outcome<Pulse> {
    let moved_at: Option<i64> = connection
        .prepare_cached(
            "SELECT min(relocation.at) FROM account JOIN relocation
             ON relocation.account = account.id AND relocation.state IN (2, 3)
             WHERE account.lane = ?1",
        )?
        .query_row([lane.0], |row| row.get(0))?;
    let held_since = pulse.held_since.or(moved_at.map(Instant::from_nanoseconds));
    Ok(Pulse { held_since, ..pulse })
}

fn stored(connection: &Connection, lane: LaneId) -> Outcome<Pulse> {
    let columns = |row: &Row<'_>| -> rusqlite::Result<Pulse> {
        let instant =
            |index| row.get::<_, Option<i64>>(index).map(|it| it.map(Instant::from_nanoseconds));
        Ok(Pulse {
            beat_at: instant(0)?,
            doubtful_through: instant(1)?,
            restored_through: instant(2)?,
            held_since: instant(3)?,
        })
    };
    let found = connection
        .prepare_cached(
            "SELECT beat_at, doubtful_through, restored_through, held_since FROM pulse
             WHERE lane = ?1",
        )?
        .query_row([lane.0], columns)
        .optional()?;
    Ok(found.unwrap_or_default())
}

/// Notes a sign of life.
pub(super) fn beat(connection: &Connection, beat: &Beat) -> Outcome<Pulse> {
    let pulse = stored(connection, beat.lane)?.after(beat);
    write(connection, beat.lane, pulse)?;
    held_where_moved(connection, beat.lane, pulse)
}

/// Holds a lane.
pub(super) fn hold(connection: &Connection, lane: LaneId, since: Instant) -> Outcome<()> {
    let pulse = stored(connection, lane)?;
    write(connection, lane, Pulse { held_since: Some(since), ..pulse })
}

/// Lets a lane go. What held it before.
pub(super) fn resume(
    connection: &Connection,
    lane: LaneId,
    now: Instant,
) -> Outcome<Option<Instant>> {
    let pulse = stored(connection, lane)?;
    write(connection, lane, pulse.resumed(now))?;
    Ok(pulse.held_since)
}

fn write(connection: &Connection, lane: LaneId, pulse: Pulse) -> Outcome<()> {
    let Pulse { beat_at, doubtful_through, restored_through, held_since } = pulse;
    let columns = [beat_at, doubtful_through, restored_through, held_since]
        .map(|instant| instant.map(Instant::nanoseconds));
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO pulse
             (lane, beat_at, doubtful_through, restored_through, held_since)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute((lane.0, columns[0], columns[1], columns[2], columns[3]))?;
    Ok(())
}
