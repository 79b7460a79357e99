//! Edits of schedules: what they are decided from, and how they are written.
//!
//! An edit holds its schedule's row and all its runs, so that what it was decided from can
//! be looked at once more and stays so until it is written.

use std::collections::BTreeSet;

use engine::edit::{Edited, StandingRun};
use engine::{Instant, RunKey, Schedule, ScheduleId, Slot};

use super::amendments;
use super::audit;
use super::counters::{Changes, List};
use super::history;
use super::positions;
use super::queue::{self, QueueRow, Standing};
use super::schedules;
use super::session::Session;
use crate::audit::AuditEntry;
use crate::fault::Outcome;
use crate::store::EditWritten;

/// A schedule with all that an edit must know.
pub(super) async fn standing(
    session: &Session,
    id: ScheduleId,
    asked: &[Slot],
    now: Instant,
) -> Outcome<Option<engine::edit::Standing>> {
    let Some(schedule) = schedules::find(session, id).await? else { return Ok(None) };
    let runs = queue::of_schedules(session, &[id.0]).await?;
    let cadence = positions::cadence(&runs);
    let recorded = positions::recorded(session, &schedule, cadence, now).await?;
    let others = runs.iter().filter(|run| !run.is_cadence()).map(standing_run).collect();
    let amendments = amendments::of(session, id).await?;
    let told_of = engine::edit::Standing::told_of(&schedule, &amendments);
    let asked: Vec<Slot> = asked.iter().copied().chain(told_of).collect();
    let mut done = done(session, id, &asked).await?;
    if let Some(moved) = history::moved_of(session, id).await? {
        done.extend(asked.iter().copied().filter(|slot| moved.covers(*slot, &amendments)));
    }
    Ok(Some(engine::edit::Standing {
        cadence: cadence.as_ref().map(standing_run),
        recorded,
        others,
        done,
        amendments,
        schedule,
    }))
}

fn standing_run(run: &Standing) -> StandingRun {
    let Standing { key, attempt, role, in_flight, .. } = *run;
    StandingRun { key, attempt, role, in_flight }
}

/// Which of these slots have run, or wait for their outcome.
async fn done(session: &Session, id: ScheduleId, asked: &[Slot]) -> Outcome<BTreeSet<Slot>> {
    if asked.is_empty() {
        return Ok(BTreeSet::new());
    }
    let asked: Vec<i64> = asked.iter().map(|slot| slot.stored()).collect();
    let rows = session
        .query(
            "SELECT slot FROM occurrence WHERE slot = ANY($1) AND schedule = $2
             UNION SELECT slot FROM awaiting WHERE slot = ANY($1) AND schedule = $2",
            &[&asked, &id.0],
        )
        .await?;
    rows.iter().map(|row| Ok(Slot::from_stored(row.try_get(0)?))).collect()
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
pub(super) async fn write(
    session: &Session,
    edited: &Prepared,
    entry: Option<&AuditEntry>,
) -> Outcome<EditWritten> {
    let Prepared { schedule, cadence, removed, queued, amendments, restored } = edited;
    schedules::hold(session, &[schedule.id.0]).await?;
    let runs = queue::hold(session, schedule.id).await?;
    if positions::cadence(&runs).map(|run| run.key) != *cadence {
        return Ok(EditWritten::Overtaken);
    }
    let mut leaving = Vec::with_capacity(removed.len());
    for key in removed {
        match runs.iter().find(|run| run.key == *key) {
            Some(run) if !run.in_flight => leaving.push(*run),
            Some(_) | None => return Ok(EditWritten::Overtaken),
        }
    }
    // What was queued beside the cadence since the edit was decided would run.
    let beside = || runs.iter().filter(|run| !run.is_cadence());
    if schedule.paused.is_some() && beside().any(|run| !removed.contains(&run.key)) {
        return Ok(EditWritten::Overtaken);
    }
    if !schedules::replace(session, schedule).await? {
        return Ok(EditWritten::Overtaken);
    }
    if let Some(entry) = entry {
        audit::append(session, entry).await?;
    }
    let mut changes = Changes::default();
    for lane in queue::end(session, &leaving).await? {
        changes.count(List::QUEUE, lane.0, -1);
    }
    queue::insert(session, &Vec::from_iter(queued)).await?;
    for row in queued {
        changes.count(List::QUEUE, row.key.lane.0, 1);
    }
    amendments::write(session, amendments).await?;
    amendments::remove(session, schedule.id, restored).await?;
    changes.write(session).await?;
    Ok(EditWritten::Written)
}
