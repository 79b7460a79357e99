//! What must hold once faults have stopped and everything has come to rest.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::{
    AccountId, Exhausted, Instant, Occurrence, OccurrenceStatus, Retried, Run, Schedule,
    ScheduleEvent, ScheduleId, Slot, Status,
};
use futures::executor::block_on;
use store::{EventKind, Order, PageQuery};

use crate::books::{AttemptName, Books, KEY_WINDOW_SECONDS, PaymentState};
use crate::judge::{Seen, is_due_within, is_late};
use crate::line::Surroundings;
use crate::node::LANE;
use crate::person;
use crate::scenario::GatewayKind;
use crate::store_line::Ends;

/// How far the store has come to rest.
pub(crate) fn is_at_rest(surroundings: &Surroundings, ends: &Ends) -> bool {
    let depth = block_on(ends.store.queue_depth(LANE)).unwrap_or(u64::MAX);
    depth == 0 && surroundings.judge.seen().awaiting().next().is_none()
}

/// Whether the outcome of anything may become known.
pub(crate) fn is_anything_awaited(surroundings: &Surroundings, seen: &Seen) -> bool {
    let now = surroundings.kernel.now();
    let books = surroundings.books();
    seen.awaiting().any(|(name, run)| !is_held(surroundings, &books, *name, run, now))
}

/// Whether whoever looks now finds something of what is awaited: that it is final, or that
/// it never arrived and may be asked for again.
pub(crate) fn would_a_look_find_anything(surroundings: &Surroundings, seen: &Seen) -> bool {
    let now = surroundings.kernel.now();
    let books = surroundings.books();
    let is_found = |(name, run): (&AttemptName, &Run)| match books.payment(*name) {
        Some(payment) => payment.visible_from <= now,
        None => may_be_asked_again(surroundings, run, now),
    };
    seen.awaiting().filter(|(name, _)| !books.is_pending(**name)).any(is_found)
}

/// Whether a node may ask for a payment again that never arrived; or would, if it forgot
/// for how long its key is known.
fn may_be_asked_again(surroundings: &Surroundings, run: &Run, now: Instant) -> bool {
    let is_known = match surroundings.scenario.gateway {
        GatewayKind::Forgetful => is_due_within(run, now, 2 * KEY_WINDOW_SECONDS),
        GatewayKind::Built | GatewayKind::Keyed | GatewayKind::Searchable => true,
    };
    is_known && !is_late(run, now)
}

/// Whether an attempt rightly waits for a person: it never reached its gateway, which
/// cannot be asked again, or it came too late for that.
fn is_held(
    surroundings: &Surroundings,
    books: &Books,
    name: AttemptName,
    run: &Run,
    now: Instant,
) -> bool {
    let cannot_be_asked = surroundings.scenario.gateway == GatewayKind::Forgetful;
    (cannot_be_asked || is_late(run, now)) && books.payment(name).is_none()
}

/// Says of a world at rest what is wrong with it.
pub(crate) fn pronounce(surroundings: &Surroundings, ends: &Ends) {
    let kernel = &surroundings.kernel;
    let depth = block_on(ends.store.queue_depth(LANE)).unwrap_or(u64::MAX);
    let seen = surroundings.judge.seen();
    if depth > 0 {
        kernel.violate(|| format!("{depth} runs are stuck in the queue"));
    }
    for (name, _) in seen.awaiting() {
        kernel.violate(|| {
            let payment = surroundings.books().payment(*name).cloned();
            format!("{name} waits for its outcome for ever; the gateway has {payment:?}")
        });
    }
    if !surroundings.books().is_balanced() {
        kernel.violate(|| "the gateway's balances do not add up".to_owned());
    }
    every_payment_is_recorded(surroundings, &seen);
    for schedule in seen.created.values() {
        if let Err(wrong) = examine(surroundings, ends, &seen, schedule.id) {
            kernel.violate(|| format!("schedule {}: {wrong}", schedule.id));
        }
    }
    for account in 1..=surroundings.scenario.accounts {
        events_are_told_once(surroundings, ends, AccountId(account), &seen);
    }
}

fn every_payment_is_recorded(surroundings: &Surroundings, seen: &Seen) {
    for payment in surroundings.books().payments.values() {
        let wanted = match payment.state {
            PaymentState::Succeeded => OccurrenceStatus::Successful,
            PaymentState::Declined(_) => OccurrenceStatus::Failed,
            PaymentState::Pending => continue,
        };
        let recorded = seen.recorded.get(payment.name).map(|occurrence| occurrence.status);
        if recorded != Some(wanted) {
            surroundings
                .kernel
                .violate(|| format!("the gateway has {payment:?}, and recorded is {recorded:?}"));
        }
    }
}

fn examine(
    surroundings: &Surroundings,
    ends: &Ends,
    seen: &Seen,
    id: ScheduleId,
) -> Result<(), String> {
    let now = surroundings.kernel.now();
    let stored = ends.ask(surroundings, "schedule", |store| store.schedule(id));
    let schedule = stored.map_err(|error| error.to_string())?.ok_or("is not stored")?;
    let occurrences = occurrences(surroundings, ends, &schedule)?;
    if !occurrences.iter().eq(seen.recorded_of(id)) {
        let recorded: Vec<&Occurrence> = seen.recorded_of(id).collect();
        return Err(format!("listed are {occurrences:?}\nand recorded were {recorded:?}"));
    }
    let subject = Arc::new(schedule.clone());
    let positions = ends.ask(surroundings, "positions", |store| {
        let subject = Arc::clone(&subject);
        Box::pin(async move { store.positions(std::slice::from_ref(&*subject), now).await })
    });
    let position = positions.map_err(|error| error.to_string())?;
    let counted = position.first().map(|position| (position.recorded, position.next));
    let expected = u32::try_from(occurrences.len()).unwrap_or(u32::MAX);
    if counted != Some((expected, None)) {
        return Err(format!("stands at {position:?} with {expected} occurrences"));
    }
    if seen.edited.contains(&id) {
        return slots_are_what_was_left_of_them(&schedule, &occurrences, seen, now);
    }
    slots_are_the_rules(&schedule, &occurrences, seen)?;
    ordinals_count(&occurrences)
}

fn occurrences(
    surroundings: &Surroundings,
    ends: &Ends,
    schedule: &Schedule,
) -> Result<Vec<Occurrence>, String> {
    let now = surroundings.kernel.now();
    let subject = Arc::new(schedule.clone());
    let mut occurrences = Vec::new();
    loop {
        let offset = u32::try_from(occurrences.len()).unwrap_or(u32::MAX);
        let query = PageQuery { offset, ..PageQuery::first(PageQuery::LIMIT_MAX) };
        let page = ends.ask(surroundings, "occurrences", |store| {
            let subject = Arc::clone(&subject);
            Box::pin(async move { store.occurrences(&subject, now, query).await })
        });
        let page = page.map_err(|error| error.to_string())?;
        if page.entries.is_empty() {
            return Ok(occurrences);
        }
        occurrences.extend(page.entries);
    }
}

/// The slots that were run are the rule's dates, in order, without a gap; and each has
/// come to one end.
fn slots_are_the_rules(
    schedule: &Schedule,
    occurrences: &[Occurrence],
    seen: &Seen,
) -> Result<(), String> {
    let slots = by_slot(occurrences);
    let was_stopped = matches!(schedule.status, Status::Deleted | Status::Suspended);
    // What had gone back into the queue leaves it with its schedule.
    let is_called_off = |slot: &Slot| {
        was_stopped && !has_run(&slots, *slot) && seen.has_returned(schedule.id, *slot)
    };
    let mut given = schedule.plan.cadence.iter().filter(|slot| !is_called_off(slot));
    if !slots.iter().map(|(slot, _)| *slot).eq(given.by_ref().take(slots.len())) {
        let run: Vec<&Slot> = slots.iter().map(|(slot, _)| slot).collect();
        return Err(format!("has run {run:?}, and its rule is {:?}", schedule.plan.cadence));
    }
    let is_complete = match schedule.status {
        Status::Expired => given.next().is_none(),
        Status::Running | Status::Expiring => false,
        Status::Deleted | Status::Suspended => true,
    };
    if !is_complete {
        return Err(format!("is {:?} after {} slots", schedule.status, slots.len()));
    }
    each_has_one_end(schedule, &slots, seen)
}

/// Of a schedule that was edited: each slot has run that stands and was not called off.
/// That nothing else did was seen when it was claimed.
fn slots_are_what_was_left_of_them(
    schedule: &Schedule,
    occurrences: &[Occurrence],
    seen: &Seen,
    now: Instant,
) -> Result<(), String> {
    let slots = by_slot(occurrences);
    let was_stopped = schedule.status == Status::Deleted || seen.stopped.contains(&schedule.id);
    let owed = seen.slots_owed(schedule, now);
    if let Some(slot) = owed.iter().find(|slot| !was_stopped && !has_run(&slots, **slot)) {
        return Err(format!("is {:?}, was edited, and {slot:?} has not run", schedule.status));
    }
    each_has_one_end(schedule, &slots, seen)
}

/// The attempts at each slot, in order.
type Slots<'a> = [(Slot, &'a [Occurrence])];

/// Occurrences are listed by slot.
fn by_slot(occurrences: &[Occurrence]) -> Vec<(Slot, &[Occurrence])> {
    let of_one_slot = occurrences.chunk_by(|before, after| before.slot == after.slot);
    of_one_slot.filter_map(|attempts| Some((attempts.first()?.slot, attempts))).collect()
}

fn has_run(slots: &Slots<'_>, slot: Slot) -> bool {
    slots.binary_search_by_key(&slot, |(slot, _)| *slot).is_ok()
}

fn each_has_one_end(schedule: &Schedule, slots: &Slots<'_>, seen: &Seen) -> Result<(), String> {
    let was_suspended = seen.stopped.contains(&schedule.id);
    for (slot, attempts) in slots {
        slot_has_one_end(schedule, attempts, was_suspended)
            .map_err(|wrong| format!("{slot:?} {wrong}"))?;
    }
    Ok(())
}

fn slot_has_one_end(
    schedule: &Schedule,
    attempts: &[Occurrence],
    was_suspended: bool,
) -> Result<(), String> {
    let numbers = attempts.iter().map(|occurrence| usize::from(occurrence.attempt));
    if !numbers.eq(0..attempts.len()) {
        return Err(format!("has attempts {attempts:?}"));
    }
    let failed = attempts
        .iter()
        .take_while(|occurrence| occurrence.status == OccurrenceStatus::Failed)
        .count();
    if failed + 1 == attempts.len() {
        return Ok(());
    }
    if failed != attempts.len() {
        return Err(format!("went on after its end: {attempts:?}"));
    }
    let last = attempts.last().and_then(|occurrence| occurrence.message.as_deref());
    if last == Some(person::REASON) {
        return Ok(());
    }
    let retry = schedule.plan.policies.retry;
    let is_exhausted =
        failed > usize::from(retry.retries_max) || retry.retried == Retried::WhileBalanceIsShort;
    // An owner who brings back a slot of a schedule that was suspended sets it going again.
    let was_stopped = schedule.status == Status::Deleted || was_suspended;
    let goes_on = schedule.status.is_active() && !was_suspended;
    if is_exhausted && retry.exhausted == Exhausted::SuspendSchedule && goes_on {
        return Err(format!("failed for good, and the schedule is {:?}", schedule.status));
    }
    if !is_exhausted && !was_stopped {
        return Err(format!("was given up after {failed} attempts"));
    }
    Ok(())
}

/// The cadence numbers its occurrences from 1, without a gap.
fn ordinals_count(occurrences: &[Occurrence]) -> Result<(), String> {
    let mut ordinals: Vec<u32> =
        occurrences.iter().filter_map(|occurrence| occurrence.ordinal).collect();
    ordinals.sort_unstable();
    let expected = 1..=u32::try_from(ordinals.len()).unwrap_or(u32::MAX);
    if ordinals.iter().copied().eq(expected) {
        Ok(())
    } else {
        Err(format!("numbers its occurrences {ordinals:?}"))
    }
}

/// Nobody is told twice of one end, and of an end only after the beginning.
fn events_are_told_once(surroundings: &Surroundings, ends: &Ends, account: AccountId, seen: &Seen) {
    let mut told: BTreeMap<i64, Vec<ScheduleEvent>> = BTreeMap::new();
    let mut offset = 0;
    loop {
        let query = PageQuery {
            offset,
            order: Order::Chronological,
            ..PageQuery::first(PageQuery::LIMIT_MAX)
        };
        let page = ends.ask(surroundings, "events", |store| {
            Box::pin(async move {
                let page = store.events(account, query).await?;
                // Numbers are given out commit by commit; within one, stores may differ.
                Ok(page.entries.into_iter().map(|event| event.body).collect::<Vec<_>>())
            })
        });
        let Ok(page) = page else { return };
        if page.is_empty() {
            break;
        }
        offset += u32::try_from(page.len()).unwrap_or(u32::MAX);
        for event in page {
            if let EventKind::Schedule(kind) = event.kind {
                told.entry(event.subject).or_default().push(kind);
            }
        }
    }
    for (schedule, events) in told {
        let mut order = events.iter().map(|event| match event {
            ScheduleEvent::Created => 0,
            ScheduleEvent::Expiring => 1,
            ScheduleEvent::Expired | ScheduleEvent::Suspended => 2,
            ScheduleEvent::Deleted => 3,
        });
        let begins = order.next() == Some(0);
        // One that was edited may come near its end, and get further from it again.
        let was_edited = seen.edited.contains(&ScheduleId(schedule));
        if !(begins && (was_edited || order.is_sorted_by(|before, after| before < after))) {
            surroundings.kernel.violate(|| format!("schedule {schedule} told {events:?}"));
        }
    }
}
