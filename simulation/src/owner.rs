//! Those who own schedules: they create them, ask again when no answer comes, and
//! delete them at any moment.

use std::sync::Arc;
use std::time::Duration;

use engine::creation::{Creation, create};
use engine::{AccountId, Plan, ScheduleId};
use futures::executor::block_on;
use jiff::ToSpan;
use jiff::civil::Date;
use store::{NewSchedule, RequestKey};

use crate::editor;
use crate::fault::Fault;
use crate::line::Surroundings;
use crate::node::LANE;
use crate::scenario::{self, Copying};
use crate::store_line::Ends;

/// Plans the creation of every schedule, and of what becomes of some of them.
pub(crate) fn plan_creations(surroundings: &Arc<Surroundings>, ends: &Ends, last_day: Date) {
    let scenario = &surroundings.scenario;
    for number in 0..scenario.schedules {
        let seconds = scenario.days * 86_400 / 2;
        let wait = surroundings.kernel.draw(|random| random.between(0, seconds));
        let (surroundings, ends) = (Arc::clone(surroundings), ends.clone());
        let kernel = Arc::clone(&surroundings.kernel);
        kernel.after(Duration::from_secs(wait.cast_unsigned()), move || {
            create_one(&surroundings, &ends, number, last_day);
        });
    }
}

fn create_one(surroundings: &Arc<Surroundings>, ends: &Ends, number: i64, last_day: Date) {
    let kernel = &surroundings.kernel;
    let today = kernel.now().timestamp().to_zoned(jiff::tz::TimeZone::UTC).date();
    // A plain copy quotes balances that its original has drawn on since, and does not know it.
    let with_shares = surroundings.scenario.copied != Some(Copying::Plainly);
    let drawn = kernel.draw(|random| {
        let start = today.saturating_add(random.between(0, 20).days());
        let plan = scenario::plan(random, with_shares, start, last_day)?;
        Some((plan, AccountId(random.between(1, surroundings.scenario.accounts))))
    });
    let Some((plan, account)) = drawn else { return };
    let request = RequestKey { account, key: format!("request {number}").into() };
    ask_to_create(surroundings, ends, plan, request);
}

fn ask_to_create(surroundings: &Arc<Surroundings>, ends: &Ends, plan: Plan, request: RequestKey) {
    let kernel = &surroundings.kernel;
    let asked_again = plan.clone();
    let Ok(id) = ends.ask(surroundings, "allocate_schedules", |store| store.allocate_schedules(1))
    else {
        return;
    };
    let account = request.account;
    let creation = Creation::of(id, account, LANE, plan);
    let Ok(created) = create(creation, kernel.now()) else { return };
    let known = (!surroundings.has(Fault::DropUniqueIndex)).then(|| request.clone());
    let new = NewSchedule { created, request: known };
    let made = ends.ask(surroundings, "create_schedules", |store| {
        let new = vec![new.clone()];
        store.create_schedules(new)
    });
    match made {
        Ok(made) => {
            kernel.note("created", || format!("{made:?}"));
            surroundings.wake_nodes();
            surroundings.judge.created(&request, &made);
            if made.iter().any(|schedule| schedule.id == id) {
                plan_deletion(surroundings, ends, id, &asked_again);
                editor::plan_edits(surroundings, ends, id);
            }
        }
        Err(error) => kernel.violate(|| format!("a schedule was refused: {error}")),
    }
    if surroundings.strikes(|troubles| troubles.commit_unknown) {
        let (asking, ends) = (Arc::clone(surroundings), ends.clone());
        kernel.after(Duration::from_secs(5), move || {
            ask_to_create(&asking, &ends, asked_again, request);
        });
    }
}

/// Some are deleted, most of those at the very time at which they run.
fn plan_deletion(surroundings: &Arc<Surroundings>, ends: &Ends, id: ScheduleId, plan: &Plan) {
    if !surroundings.strikes(|troubles| troubles.deleted) {
        return;
    }
    let now = surroundings.kernel.now();
    let wait = surroundings.kernel.draw(|random| {
        let before = random.magnitude(1, 64).cast_unsigned() - 1;
        let slot = plan.cadence.iter().nth(usize::try_from(before).unwrap_or(usize::MAX));
        let due = slot.and_then(|slot| plan.due(slot));
        let wait = due.map_or(0, |due| due.nanoseconds().saturating_sub(now.nanoseconds()));
        let most = random.pick(600_000, &[10, 60_000, 86_400_000]);
        let after = random.magnitude(1, most);
        wait.max(0).saturating_add(after * 1_000_000)
    });
    let (deleting, ends) = (Arc::clone(surroundings), ends.clone());
    surroundings.kernel.after(Duration::from_nanos(wait.cast_unsigned()), move || {
        delete(&deleting, &ends, id);
    });
}

fn delete(surroundings: &Arc<Surroundings>, ends: &Ends, id: ScheduleId) {
    let kernel = &surroundings.kernel;
    let now = kernel.now();
    if !surroundings.has(Fault::KeepRunsOfDeleted) {
        let deletion =
            ends.ask(surroundings, "delete_schedule", |store| store.delete_schedule(id, now));
        if let Err(error) = deletion {
            kernel.violate(|| format!("a deletion was refused: {error}"));
        }
    }
    kernel.note("deleted", || id.to_string());
    surroundings.judge.deleted(id);
    if surroundings.strikes(|troubles| troubles.commit_unknown) {
        let again = block_on(ends.store.delete_schedule(id, now));
        if let Some(mirror) = &ends.mirror {
            let _ = block_on(mirror.delete_schedule(id, now)); // compared in what follows
        }
        kernel.note("deleted again", || format!("{again:?}"));
    }
}
