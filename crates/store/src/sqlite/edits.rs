//! Edits of schedules: what they are decided from, and how they are written.

use std::collections::BTreeSet;

use engine::edit::{Edited, Standing, StandingRun};
use engine::{Instant, RunKey, Schedule, ScheduleId, Slot};
use rusqlite::{Connection, OptionalExtension};

use super::amendments;
use super::audit;
use super::columns::role;
use super::history;
use super::listing::{Appended, List};
use super::positions;
use super::runs::{self, QueueRow, key_columns};
use super::schedules;
use super::writer::Writing;
use crate::audit::AuditEntry;
use crate::fault::Outcome;
use crate::store::EditWritten;

/// A schedule with all that an edit must know.
pub(super) fn standing(
    connection: &Connection,
    id: ScheduleId,
    asked: &[Slot],
    now: Instant,
) -> Outcome<Option<Standing>> {
    let Some(schedule) = schedules::find(connection, id)? else { return Ok(None) };
    let located = positions::locate(connection, &schedule, now)?;
    let cadence = match located.queued {
        Some((_, key)) => standing_run(connection, key)?,
        None => None,
    };
    let others = runs::detached(connection, id)?
        .into_iter()
        .filter_map(|key| standing_run(connection, key).transpose())
        .collect::<Outcome<_>>()?;
    let amendments = amendments::of(connection, id)?;
    let told_of = Standing::told_of(&schedule, &amendments);
    let asked: Vec<Slot> = asked.iter().copied().chain(told_of).collect();
    let mut done = done(connection, &schedule, asked.iter().copied())?;
    if let Some(moved) = history::moved(connection, id)? {
        done.extend(asked.into_iter().filter(|slot| moved.covers(*slot, &amendments)));
    }
    Ok(Some(Standing { cadence, recorded: located.recorded, others, done, amendments, schedule }))
}

fn standing_run(connection: &Connection, key: RunKey) -> Outcome<Option<StandingRun>> {
    let found: Option<(u8, i64, u32, i64, i64)> = connection
        .prepare_cached(
            "SELECT attempt, role, recorded, through, term FROM queue
             WHERE lane = ?1 AND due = ?2 AND schedule = ?3 AND slot = ?4",
        )?
        .query_row(key_columns(key), |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
        })
        .optional()?;
    let Some((attempt, kind, recorded, through, term)) = found else { return Ok(None) };
    let role = role(kind, recorded, through)?;
    Ok(Some(StandingRun { key, attempt, role, in_flight: term != runs::UNCLAIMED }))
}

/// Which of these slots have run, or wait for their outcome.
fn done(
    connection: &Connection,
    schedule: &Schedule,
    asked: impl Iterator<Item = Slot>,
) -> Outcome<BTreeSet<Slot>> {
    let mut select = connection.prepare_cached(
        "SELECT 1 FROM occurrence WHERE slot = ?1 AND schedule = ?2
         UNION ALL SELECT 1 FROM awaiting WHERE slot = ?1 AND schedule = ?2",
    )?;
    let mut done = BTreeSet::new();
    for slot in asked {
        if select.exists((slot.stored(), schedule.id.0))? {
            done.insert(slot);
        }
    }
    Ok(done)
}

/// An edit whose blobs are made.
pub(super) struct Prepared {
    schedule: Schedule,
    cadence: Option<RunKey>,
    removed: Vec<RunKey>,
    queued: Vec<QueueRow>,
    amendments: Vec<amendments::Row>,
    restored: Vec<Slot>,
}

impl Prepared {
    /// Makes the blobs.
    pub(super) fn new(edited: Edited) -> Outcome<Prepared> {
        let Edited { schedule, cadence, removed, mut queued, amendments, restored } = edited;
        queued.sort_unstable_by_key(|run| run.key);
        Ok(Prepared {
            schedule,
            cadence,
            removed,
            queued: queued.iter().map(QueueRow::new).collect::<Outcome<_>>()?,
            amendments: amendments.iter().map(amendments::Row::new).collect::<Outcome<_>>()?,
            restored,
        })
    }
}

/// Writes an edit, if nothing that it was decided from has changed.
/// With it goes who it was and why, where that is kept.
pub(super) fn write(
    writing: &mut Writing<'_>,
    edited: &Prepared,
    entry: Option<&AuditEntry>,
) -> Outcome<EditWritten> {
    let Prepared { schedule, cadence, removed, queued, amendments, restored } = edited;
    let connection = writing.connection;
    let Some(before) = schedules::find(connection, schedule.id)? else {
        return Ok(EditWritten::Overtaken);
    };
    let located = positions::locate(connection, &before, schedule.updated_at)?.queued;
    if located.map(|(_, key)| key) != *cadence {
        return Ok(EditWritten::Overtaken);
    }
    for key in removed {
        if standing_run(connection, *key)?.is_none_or(|run| run.in_flight) {
            return Ok(EditWritten::Overtaken);
        }
    }
    if schedule.paused.is_some() {
        // What was queued beside the cadence since the edit was decided would run.
        let beside = runs::detached(connection, schedule.id)?;
        if beside.iter().any(|key| !removed.contains(key)) {
            return Ok(EditWritten::Overtaken);
        }
    }
    if !schedules::replace(connection, schedule)? {
        return Ok(EditWritten::Overtaken);
    }
    if let Some(entry) = entry {
        audit::append(connection, entry)?;
    }
    for key in removed {
        runs::end(connection, *key)?;
    }
    runs::insert(connection, &Vec::from_iter(queued))?;
    amendments::write(connection, amendments)?;
    amendments::remove(connection, schedule.id, restored)?;
    let mut appended = Appended::default();
    let (more, fewer) = (queued.len(), removed.len());
    let change = i64::try_from(more).unwrap_or(i64::MAX) - i64::try_from(fewer).unwrap_or(i64::MAX);
    appended.count(List::QUEUE, schedule.lane.0, change);
    appended.write(connection, writing.state)?;
    Ok(EditWritten::Written)
}
