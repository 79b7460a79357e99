//! Where schedules stand: what is queued says so, and where nothing is, what was recorded.

use std::collections::BTreeMap;

use engine::{Instant, Link, Next, Position, Role, Schedule};

use super::history;
use super::occurrences::SLOTS_AT_ONCE;
use super::queue::{self, Standing};
use super::session::Session;
use crate::fault::{Fault, Outcome};
use crate::store::past_slots;

/// Where schedules stand, in the order asked.
pub(super) async fn positions(
    session: &Session,
    schedules: &[Schedule],
    now: Instant,
) -> Outcome<Vec<Position>> {
    let ids: Vec<i64> = schedules.iter().map(|schedule| schedule.id.0).collect();
    let mut runs: BTreeMap<i64, Vec<Standing>> = BTreeMap::new();
    for run in queue::of_schedules(session, &ids).await? {
        runs.entry(run.key.schedule.0).or_default().push(run);
    }
    let mut positions = Vec::with_capacity(schedules.len());
    for schedule in schedules {
        let runs = runs.get(&schedule.id.0).map_or(&[][..], Vec::as_slice);
        let cadence = cadence(runs);
        let recorded = recorded(session, schedule, cadence, now).await?;
        positions.push(Position {
            recorded: recorded.saturating_add(schedule.recorded_detached),
            next: cadence.filter(|run| !run.ending).and_then(next),
        });
    }
    Ok(positions)
}

/// The run that carries a schedule on; where one is to end, another goes before it.
pub(super) fn cadence(runs: &[Standing]) -> Option<Standing> {
    let carrying = || runs.iter().filter(|run| run.is_cadence());
    carrying().find(|run| !run.ending).or_else(|| carrying().next()).copied()
}

fn next(run: Standing) -> Option<Next> {
    let Role::Cadence { through, .. } = run.role else { return None };
    let link = Link { due: run.key.due, slot: run.key.slot, attempt: run.attempt };
    Some(Next { link, through })
}

/// Occurrences recorded by the cadence: what is queued knows how many, or else the last
/// record since the schedule was last edited.
pub(super) async fn recorded(
    session: &Session,
    schedule: &Schedule,
    cadence: Option<Standing>,
    now: Instant,
) -> Outcome<u32> {
    let recorded = match cadence.map(|run| run.role) {
        Some(Role::Cadence { recorded, .. }) => recorded,
        Some(Role::Detached { .. }) | None => {
            let moved = history::moved_of(session, schedule.id).await?;
            let last = last_ordinal(session, schedule, now).await?;
            last.max(moved.map_or(0, |moved| moved.recorded))
        }
    };
    Ok(recorded.max(schedule.recorded_before))
}

async fn last_ordinal(session: &Session, schedule: &Schedule, now: Instant) -> Outcome<u32> {
    let until = schedule.ended_at.map_or(now, |ended| ended.min(now));
    let slots: Vec<i64> = past_slots(schedule, until).map(engine::Slot::stored).collect();
    for some in slots.chunks(SLOTS_AT_ONCE) {
        let row = session
            .one(
                "SELECT max(ordinal) FROM occurrence WHERE slot = ANY($1) AND schedule = $2",
                &[&some, &schedule.id.0],
            )
            .await?;
        if let Some(ordinal) = row.try_get::<_, Option<i64>>(0)? {
            return u32::try_from(ordinal).map_err(|error| Fault::corrupt("ordinal", error));
        }
    }
    Ok(0)
}
