//! Owners who change their minds: slots moved, changed, called off, resumed or added, and
//! what a schedule pays, at any moment and while its runs go on.

use std::sync::Arc;
use std::time::Duration;

use engine::edit::{Addition, Edit, Edited, Standing, edit};
use engine::{Amendment, Instant, Role, Run, Schedule, ScheduleId, Slot};
use store::EditWritten;

use crate::fault::Fault;
use crate::line::{Surroundings, milliseconds};
use crate::random::Random;
use crate::scenario;
use crate::store_line::Ends;

/// Seconds between two edits of one schedule, at most.
const BETWEEN_EDITS_MAX: i64 = 120 * 86_400;
/// Seconds by which a slot is moved, at most.
const MOVED_MAX: i64 = 20 * 86_400;
/// How many of the coming slots an owner looks at.
const COMING: usize = 6;

/// Some schedules are edited now and then.
pub(crate) fn plan_edits(surroundings: &Arc<Surroundings>, ends: &Ends, id: ScheduleId) {
    let is_copied = surroundings.scenario.copied.is_some();
    if !is_copied && surroundings.strikes(|troubles| troubles.edited) {
        plan_next(surroundings, ends, id);
    }
}

fn plan_next(surroundings: &Arc<Surroundings>, ends: &Ends, id: ScheduleId) {
    let now = surroundings.kernel.now();
    let wait = surroundings.kernel.draw(|random| {
        let wait = random.magnitude(60, BETWEEN_EDITS_MAX);
        // Some edit at the very time at which something runs.
        let next = ends.next_due().filter(|_| random.one_in(2));
        let until_next = next.map(|next| next.seconds() - now.seconds() - random.between(0, 3));
        until_next.filter(|until| *until > 60).unwrap_or(wait)
    });
    let (editing, ends) = (Arc::clone(surroundings), ends.clone());
    surroundings.kernel.after(Duration::from_secs(wait.cast_unsigned()), move || {
        if editing.troubles().edited > 0 {
            decide(&editing, &ends, id);
            plan_next(&editing, &ends, id);
        }
    });
}

/// Decides by how the schedule stands, and writes it down a little later.
fn decide(surroundings: &Arc<Surroundings>, ends: &Ends, id: ScheduleId) {
    let kernel = &surroundings.kernel;
    let now = kernel.now();
    let Some(standing) = standing(surroundings, ends, id, &[], now) else { return };
    let wish = kernel.draw(|random| wish(random, &standing, now));
    let asked: Vec<Slot> = wish.amendments.iter().map(|amendment| amendment.slot).collect();
    let Some(standing) = self::standing(surroundings, ends, id, &asked, now) else { return };
    match edit(&standing, wish, now) {
        Ok(edited) => {
            let wait = kernel.draw(|random| milliseconds(random, 1, 4_000));
            let (writing, ends) = (Arc::clone(surroundings), ends.clone());
            kernel.after(wait, move || write(&writing, &ends, edited));
        }
        Err(error) => kernel.note("edit refused", || error.to_string()),
    }
}

fn standing(
    surroundings: &Surroundings,
    ends: &Ends,
    id: ScheduleId,
    asked: &[Slot],
    now: Instant,
) -> Option<Standing> {
    let standing = ends.ask(surroundings, "standing", |store| {
        let asked = asked.to_vec();
        store.standing(id, asked, now)
    });
    standing.ok().flatten()
}

fn wish(random: &mut Random, standing: &Standing, now: Instant) -> Edit {
    let plan = &standing.schedule.plan;
    let moment = plan.policies.timing.zone.moment_at(now);
    let coming: Vec<Slot> = plan.cadence.iter_from(moment).take(COMING).collect();
    let later = now.plus_seconds(random.magnitude(1, MOVED_MAX));
    let is_charge = random.one_in(2);
    let instruction = scenario::instruction(random, is_charge, false);
    let last = i64::try_from(coming.len()).unwrap_or(1) - 1;
    let index = usize::try_from(random.between(0, last.max(0))).unwrap_or(0);
    let Some(slot) = coming.get(index).copied().filter(|_| !random.one_in(4)) else {
        return if random.one_in(2) {
            let addition = Addition { run_at: later, instruction, canceled_at: None };
            Edit { additions: vec![addition], ..Edit::default() }
        } else {
            Edit { instruction: Some(instruction), ..Edit::default() }
        };
    };
    let known = standing.amendments.iter().find(|amendment| amendment.slot == slot).cloned();
    let known = known.unwrap_or_else(|| Amendment::none(standing.schedule.id, slot));
    let amendment = match random.between(0, 3) {
        0 => Amendment { run_at: Some(later), ..known },
        1 => Amendment { canceled_at: Some(now), ..known },
        2 => Amendment { instruction: Some(instruction), ..known },
        _ => Amendment::none(standing.schedule.id, slot),
    };
    Edit { amendments: vec![amendment], ..Edit::default() }
}

fn write(surroundings: &Arc<Surroundings>, ends: &Ends, edited: Edited) {
    let edited = spoil(surroundings, ends, edited);
    let written = ends.ask(surroundings, "edit_schedule", |store| {
        let edited = edited.clone();
        store.edit_schedule(edited, None)
    });
    surroundings.kernel.note("edited", || format!("{written:?} {edited:?}"));
    match written {
        Ok(EditWritten::Written) => {
            surroundings.judge.edited(&edited);
            surroundings.wake_nodes();
        }
        Ok(EditWritten::Overtaken) => {}
        Err(error) => {
            surroundings.kernel.violate(|| format!("an edit was refused by the store: {error}"));
        }
    }
}

/// Spoils an edit as a planted bug would.
fn spoil(surroundings: &Surroundings, ends: &Ends, mut edited: Edited) -> Edited {
    if surroundings.has(Fault::RenameMovedSlots) {
        let schedule = edited.schedule.clone();
        edited.queued.iter_mut().for_each(|run| rename(&schedule, run));
    }
    if surroundings.has(Fault::EditWhatIsInFlight) {
        let now = surroundings.kernel.now();
        let id = edited.schedule.id;
        if let Some(standing) = standing(surroundings, ends, id, &[], now) {
            let waits: Vec<_> = standing.others.iter().chain(&standing.cadence).collect();
            edited.removed.retain(|key| waits.iter().any(|it| it.key == *key && !it.in_flight));
            edited.schedule.version = standing.schedule.version.saturating_add(1);
            edited.cadence = standing.cadence.map(|run| run.key);
        }
    }
    edited
}

/// A slot that was moved gets the name of the time that it was moved to.
fn rename(schedule: &Schedule, run: &mut Run) {
    if matches!(run.role, Role::Detached { .. }) {
        let zone = &schedule.plan.policies.timing.zone;
        run.key.slot = Slot::of(zone.moment_at(run.key.due));
    }
}
