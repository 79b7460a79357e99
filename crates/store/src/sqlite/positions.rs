//! Where schedules stand, found without an index: what ran last is looked for along
//! the schedule's past slots, and its link leads to what is queued.

use engine::{Instant, Link, Next, Position, Role, RunKey, Schedule, Slot};
use rusqlite::{Connection, OptionalExtension};

use super::columns::{link_at, role};
use super::history;
use super::runs::key_columns;
use crate::fault::Outcome;
use crate::store::past_slots;

/// Links followed before a chain counts as broken: more than any retry policy makes.
const CHAIN_MAX: usize = 1_000;

/// Where a schedule stands, and which row of the queue carries it on.
pub(super) struct Located {
    /// Occurrences recorded by the cadence.
    pub(super) recorded: u32,
    /// The run that is queued or in flight; `ending` where nothing will follow it.
    pub(super) queued: Option<(Queued, RunKey)>,
}

impl Located {
    /// What the queue's row knows of what was recorded, or else what the records say.
    fn at(queued: Option<(Queued, RunKey)>, recorded: u32) -> Located {
        Located { recorded: queued.map_or(recorded, |(queued, _)| queued.recorded), queued }
    }
}

/// The cadence's row in the queue.
#[derive(Clone, Copy)]
pub(super) struct Queued {
    next: Next,
    recorded: u32,
    ending: bool,
}

/// One schedule's position, as the outside sees it.
pub(super) fn position(
    connection: &Connection,
    schedule: &Schedule,
    now: Instant,
) -> Outcome<Position> {
    let located = locate(connection, schedule, now)?;
    Ok(Position {
        recorded: located.recorded.saturating_add(schedule.recorded_detached),
        next: located.queued.filter(|(queued, _)| !queued.ending).map(|(queued, _)| queued.next),
    })
}

/// Where the cadence stands. What it had recorded when it was last edited is behind what
/// can be walked, and so is what was moved.
pub(super) fn locate(
    connection: &Connection,
    schedule: &Schedule,
    now: Instant,
) -> Outcome<Located> {
    let Located { recorded, queued } = walk(connection, schedule, now)?;
    let recorded = recorded.max(schedule.recorded_before);
    if queued.is_some() {
        return Ok(Located { recorded, queued });
    }
    let moved = history::moved(connection, schedule.id)?;
    Ok(Located { recorded: recorded.max(moved.map_or(0, |moved| moved.recorded)), queued })
}

/// Walks back to the last record since the last edit, then follows its links to the queue.
fn walk(connection: &Connection, schedule: &Schedule, now: Instant) -> Outcome<Located> {
    let until = schedule.ended_at.map_or(now, |ended| ended.min(now));
    let mut recorded = 0;
    let mut chained = false;
    for slot in past_slots(schedule, until) {
        let records = records_of(connection, schedule, slot)?;
        recorded = records.iter().filter_map(|record| record.ordinal).max().unwrap_or(0);
        let link = records.iter().rev().find_map(|record| record.link);
        if !chained || recorded > 0 {
            // An older slot may have been retried on past this one.
            let reached = follow(connection, schedule, link)?;
            recorded = recorded.max(reached.recorded);
            let queued = match reached.queued {
                None if !chained => following(connection, schedule, slot)?,
                queued => queued,
            };
            if queued.is_some() {
                return Ok(Located::at(queued, recorded));
            }
            // What went its own way says nothing of the cadence.
            chained |= link.is_some() || recorded > 0;
        }
        if recorded > 0 {
            return Ok(Located { recorded, queued: None });
        }
    }
    if chained {
        return Ok(Located { recorded, queued: None });
    }
    follow(connection, schedule, schedule.first)
}

/// What stands of an attempt outside the queue.
struct Record {
    ordinal: Option<u32>,
    link: Option<Link>,
}

/// What is recorded of a slot, or waits for its outcome, by attempt.
fn records_of(connection: &Connection, schedule: &Schedule, slot: Slot) -> Outcome<Vec<Record>> {
    let mut select = connection.prepare_cached(
        "SELECT attempt, ordinal, link_due, link_slot, link_attempt FROM occurrence
         WHERE slot = ?1 AND schedule = ?2
         UNION ALL
         SELECT attempt, NULL, link_due, link_slot, link_attempt FROM awaiting
         WHERE slot = ?1 AND schedule = ?2
         ORDER BY 1",
    )?;
    select
        .query_and_then((slot.stored(), schedule.id.0), |row| {
            Ok(Record { ordinal: row.get(1)?, link: link_at(row, 2)? })
        })?
        .collect()
}

/// Follows links until one leads to the queue, or nowhere. An attempt that was asked for
/// again has lost its link; the cadence went on with the slot after it.
fn follow(
    connection: &Connection,
    schedule: &Schedule,
    mut link: Option<Link>,
) -> Outcome<Located> {
    let mut recorded = 0;
    let mut last = None;
    for _ in 0..CHAIN_MAX {
        let Some(at) = link else { break };
        let key = RunKey { lane: schedule.lane, due: at.due, schedule: schedule.id, slot: at.slot };
        if let Some(queued) = queued(connection, key, at)? {
            return Ok(Located::at(Some((queued, key)), recorded));
        }
        last = Some(at.slot);
        let Some(record) = record(connection, schedule, at)? else { break };
        recorded = recorded.max(record.ordinal.unwrap_or(0));
        link = record.link;
    }
    let queued = match last {
        Some(slot) => following(connection, schedule, slot)?,
        None => None,
    };
    Ok(Located::at(queued, recorded))
}

/// The cadence's row, if it goes on with the slot after this one.
fn following(
    connection: &Connection,
    schedule: &Schedule,
    slot: Slot,
) -> Outcome<Option<(Queued, RunKey)>> {
    let next = schedule.plan.after(slot).and_then(|slot| Some((slot, schedule.plan.due(slot)?)));
    let Some((slot, due)) = next else { return Ok(None) };
    let key = RunKey { lane: schedule.lane, due, schedule: schedule.id, slot };
    let found = queued(connection, key, Link { due, slot, attempt: 0 })?;
    Ok(found.map(|queued| (queued, key)))
}

fn queued(connection: &Connection, key: RunKey, link: Link) -> Outcome<Option<Queued>> {
    let found: Option<(i64, u32, i64, bool, u8)> = connection
        .prepare_cached(
            "SELECT role, recorded, through, ending, attempt FROM queue
             WHERE lane = ?1 AND due = ?2 AND schedule = ?3 AND slot = ?4",
        )?
        .query_row(key_columns(key), |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
        })
        .optional()?;
    let Some((kind, recorded, through, ending, attempt)) = found else { return Ok(None) };
    match role(kind, recorded, through)? {
        Role::Cadence { recorded, through } if attempt == link.attempt => {
            Ok(Some(Queued { next: Next { link, through }, recorded, ending }))
        }
        Role::Cadence { .. } | Role::Detached { .. } => Ok(None),
    }
}

fn record(connection: &Connection, schedule: &Schedule, at: Link) -> Outcome<Option<Record>> {
    let mut select = connection.prepare_cached(
        "SELECT ordinal, link_due, link_slot, link_attempt FROM occurrence
         WHERE slot = ?1 AND schedule = ?2 AND attempt = ?3
         UNION ALL
         SELECT NULL, link_due, link_slot, link_attempt FROM awaiting
         WHERE slot = ?1 AND schedule = ?2 AND attempt = ?3",
    )?;
    let mut rows = select.query((at.slot.stored(), schedule.id.0, at.attempt))?;
    rows.next()?.map(|row| Ok(Record { ordinal: row.get(0)?, link: link_at(row, 1)? })).transpose()
}
