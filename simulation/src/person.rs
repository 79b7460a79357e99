//! A person who settles what nobody else can: what never reached its gateway and may not be
//! asked for again unseen.

use std::sync::Arc;
use std::time::Duration;

use engine::settlement::{Verdict, settle_by_hand};
use engine::{Awaiting, Instant, Run, Status};
use runner::deed_of;
use store::AuditEntry;

use crate::books::AttemptName;
use crate::judge::{is_due_within, is_late};
use crate::line::Surroundings;
use crate::scenario::GatewayKind;
use crate::store_line::Ends;

/// Seconds between two looks, at most.
const BETWEEN_LOOKS_MAX: i64 = 7 * DAY;
/// Seconds after which nothing that was sent can still arrive or is not to be found yet.
const SURE_AFTER: i64 = 4 * DAY;
/// Seconds of a day: clocks differ by less.
const DAY: i64 = 86_400;
/// What is written down of what was not paid and is not to be.
pub(crate) const REASON: &str = "the gateway's statement does not have it";

/// Looks now and then for as long as the world goes on.
pub(crate) fn plan_looks(surroundings: &Arc<Surroundings>, ends: &Ends) {
    let kernel = &surroundings.kernel;
    let wait = kernel.draw(|random| random.magnitude(DAY / 4, BETWEEN_LOOKS_MAX));
    let (looking, ends) = (Arc::clone(surroundings), ends.clone());
    kernel.after(Duration::from_secs(wait.cast_unsigned()), move || {
        look(&looking, &ends);
        plan_looks(&looking, &ends);
    });
}

fn look(surroundings: &Arc<Surroundings>, ends: &Ends) {
    let now = surroundings.kernel.now();
    let held: Vec<AttemptName> = {
        let seen = surroundings.judge.seen();
        let waiting = seen.awaiting();
        let sure = waiting.filter(|(name, run)| is_surely_not_paid(surroundings, **name, run, now));
        sure.map(|(name, _)| *name).collect()
    };
    for name in held {
        decide(surroundings, ends, name, now);
    }
}

/// Whether a person can know of an attempt that it was not paid, that no node makes it, and
/// that no original of restored data has made a later one.
fn is_surely_not_paid(
    surroundings: &Surroundings,
    name: AttemptName,
    run: &Run,
    now: Instant,
) -> bool {
    let is_left_alone = surroundings.scenario.gateway == GatewayKind::Forgetful
        || is_late(run, now.plus_seconds(-DAY));
    is_left_alone
        && !is_due_within(run, now, SURE_AFTER)
        && !surroundings.books().has_any_from(name)
}

fn decide(surroundings: &Arc<Surroundings>, ends: &Ends, name: AttemptName, now: Instant) {
    let kernel = &surroundings.kernel;
    let AttemptName { schedule: id, slot, attempt } = name;
    let schedule = ends.ask(surroundings, "schedule", |store| store.schedule(id));
    let records =
        ends.ask(surroundings, "slot_records", |store| store.slot_records(vec![(id, slot)]));
    let Ok(Some(schedule)) = schedule else { return };
    let waiting = records.ok().and_then(|mut records| records.pop()?.awaiting);
    let Some(awaiting) = waiting.filter(|awaiting| awaiting.run.attempt == attempt) else {
        kernel.violate(|| format!("{name} waits, and the store does not show it"));
        return;
    };
    let has_ended = matches!(schedule.status, Status::Deleted | Status::Suspended);
    let is_asked = !has_ended && kernel.draw(|random| random.one_in(3));
    let verdict = if is_asked { Verdict::Ask } else { Verdict::NotPaid };
    write(surroundings, ends, &awaiting, &verdict, now);
}

fn write(
    surroundings: &Arc<Surroundings>,
    ends: &Ends,
    awaiting: &Awaiting,
    verdict: &Verdict,
    now: Instant,
) {
    let kernel = &surroundings.kernel;
    let settlement = settle_by_hand(awaiting, verdict, REASON, now);
    let entry = AuditEntry {
        account: awaiting.run.account,
        at: now,
        actor: "a person".into(),
        deed: deed_of(verdict),
        subject: format!("{:?}", awaiting.key()).into(),
        reason: REASON.into(),
    };
    let settled = ends.ask(surroundings, "settle_by_hand", |store| {
        store.settle_by_hand(settlement.clone(), entry.clone())
    });
    kernel.note("by hand", || format!("{:?} {verdict:?}: {settled:?}", awaiting.key()));
    match settled {
        Ok(settled) if settled.is_written() => {
            let books = surroundings.books();
            surroundings.judge.settled(None, &[settlement], &[settled], &books);
            drop(books);
            surroundings.wake_nodes();
        }
        Ok(_) => kernel.violate(|| format!("{:?} waits and was not settled", awaiting.key())),
        Err(error) => kernel.violate(|| format!("a person's word was refused: {error}")),
    }
}
