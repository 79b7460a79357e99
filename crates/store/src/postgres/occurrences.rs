//! Occurrences: written once, found by slot.

use engine::settlement::AwaitingKey;
use engine::{AccountId, Instant, InstructionKind, Occurrence, Schedule, ScheduleId, Slot};
use tokio_postgres::Row;

use super::columns::{
    Stored, attempt_at, instant_at, link_at, nullable_payment, payment_at, short, short_at,
};
use super::session::Session;
use super::{amendments, counters, history, positions};
use crate::fault::{Fault, Outcome};
use crate::page::{Order, Page, PageQuery};
use crate::store::past_slots;

/// Slots of a schedule that are looked up at once.
pub(super) const SLOTS_AT_ONCE: usize = 128;

/// Records occurrences; one that is recorded already is an error.
pub(super) async fn record(session: &Session, occurrences: &[&Occurrence]) -> Outcome<()> {
    if occurrences.is_empty() {
        return Ok(());
    }
    let long = |value: &dyn Fn(&Occurrence) -> i64| -> Vec<i64> {
        occurrences.iter().map(|it| value(it)).collect()
    };
    let optional = |value: &dyn Fn(&Occurrence) -> Option<i64>| -> Vec<Option<i64>> {
        occurrences.iter().map(|it| value(it)).collect()
    };
    let attempts: Vec<i16> = occurrences.iter().map(|it| i16::from(it.attempt)).collect();
    let statuses: Vec<i16> = occurrences.iter().map(|it| short(it.status.number())).collect();
    let results: Vec<_> = occurrences.iter().map(|it| nullable_payment(it.result)).collect();
    let result_kinds: Vec<Option<i16>> = results.iter().map(|(kind, _)| *kind).collect();
    let result_keys: Vec<Option<i64>> = results.iter().map(|(_, key)| *key).collect();
    let link_attempts: Vec<Option<i16>> =
        occurrences.iter().map(|it| it.link.map(|link| i16::from(link.attempt))).collect();
    let messages: Vec<Option<&str>> = occurrences.iter().map(|it| it.message.as_deref()).collect();
    session
        .execute(
            "INSERT INTO occurrence (slot, schedule, attempt, account, created_at, processed_at,
             retry_on, status, message, result_kind, result, ordinal, link_due, link_slot,
             link_attempt)
             SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::smallint[], $4::bigint[],
                 $5::bigint[], $6::bigint[], $7::bigint[], $8::smallint[], $9::text[],
                 $10::smallint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[],
                 $15::smallint[])",
            &[
                &long(&|it| it.slot.stored()),
                &long(&|it| it.schedule.0),
                &attempts,
                &long(&|it| it.account.0),
                &long(&|it| it.created_at.nanoseconds()),
                &long(&|it| it.processed_at.nanoseconds()),
                &optional(&|it| it.retry_on.map(|date| Slot::of_date(date).stored())),
                &statuses,
                &messages,
                &result_kinds,
                &result_keys,
                &optional(&|it| it.ordinal.map(i64::from)),
                &optional(&|it| it.link.map(|link| link.due.nanoseconds())),
                &optional(&|it| it.link.map(|link| link.slot.stored())),
                &link_attempts,
            ],
        )
        .await?;
    Ok(())
}

/// A row of all columns, in the order in which they are written.
pub(super) fn occurrence(row: &Row) -> Outcome<Occurrence> {
    let retry_on: Option<i64> = row.try_get(6)?;
    let ordinal: Option<i64> = row.try_get(11)?;
    Ok(Occurrence {
        slot: Slot::from_stored(row.try_get(0)?),
        schedule: ScheduleId(row.try_get(1)?),
        attempt: attempt_at(row, 2)?,
        account: AccountId(row.try_get(3)?),
        created_at: instant_at(row, 4)?,
        processed_at: instant_at(row, 5)?,
        retry_on: retry_on.map(|seconds| Slot::from_stored(seconds).date()),
        status: short_at(row, 7)?,
        message: row.try_get::<_, Option<&str>>(8)?.map(Into::into),
        result: payment_at(row, 9)?,
        ordinal: ordinal
            .map(u32::try_from)
            .transpose()
            .map_err(|error| Fault::corrupt("ordinal", error))?,
        link: link_at(row, 12)?,
    })
}

/// One occurrence.
pub(super) async fn find(session: &Session, key: AwaitingKey) -> Outcome<Option<Occurrence>> {
    let row = session
        .first(
            "SELECT slot, schedule, attempt, account, created_at, processed_at, retry_on, status,
             message, result_kind, result, ordinal, link_due, link_slot, link_attempt
             FROM occurrence WHERE slot = $1 AND schedule = $2 AND attempt = $3",
            &[&key.slot.stored(), &key.schedule.0, &i16::from(key.attempt)],
        )
        .await?;
    row.as_ref().map(occurrence).transpose()
}

/// The latest attempt that is recorded of each slot that has one.
pub(super) async fn latest(
    session: &Session,
    schedules: &[i64],
    slots: &[i64],
) -> Outcome<Vec<Occurrence>> {
    let rows = session
        .query(
            "SELECT DISTINCT ON (occurrence.slot, occurrence.schedule) occurrence.slot,
             occurrence.schedule, attempt, account, created_at, processed_at, retry_on, status,
             message, result_kind, result, ordinal, link_due, link_slot, link_attempt
             FROM unnest($1::bigint[], $2::bigint[]) AS wanted (schedule, slot)
             JOIN occurrence ON occurrence.slot = wanted.slot
             AND occurrence.schedule = wanted.schedule
             ORDER BY occurrence.slot, occurrence.schedule, attempt DESC",
            &[&schedules, &slots],
        )
        .await?;
    rows.iter().map(occurrence).collect()
}

/// What is recorded of a few of a schedule's slots.
async fn of_slots(session: &Session, schedule: i64, slots: &[i64]) -> Outcome<Vec<Occurrence>> {
    let rows = session
        .query(
            "SELECT slot, schedule, attempt, account, created_at, processed_at, retry_on, status,
             message, result_kind, result, ordinal, link_due, link_slot, link_attempt
             FROM occurrence WHERE slot = ANY($1) AND schedule = $2 ORDER BY slot, attempt",
            &[&slots, &schedule],
        )
        .await?;
    rows.iter().map(occurrence).collect()
}

/// A page of a schedule's occurrences: its past slots are walked, many at a time, and what
/// stands under each is read.
pub(super) async fn page(
    session: &Session,
    schedule: &Schedule,
    now: Instant,
    query: &PageQuery,
) -> Outcome<Page<Occurrence>> {
    let unfiltered = counters::is_unfiltered(query);
    let total = if unfiltered {
        let schedules = std::slice::from_ref(schedule);
        let positions = positions::positions(session, schedules, now).await?;
        let moved = history::moved_of(session, schedule.id).await?.map_or(0, |it| it.occurrences);
        positions.first().map(|position| u64::from(position.recorded).saturating_sub(moved))
    } else {
        None
    };
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let mut matching = 0_u64;
    let mut entries = Vec::new();
    let is_newest_first = query.order == Order::ReverseChronological;
    let amended = if may_be_amended(session, schedule).await? {
        Some(all_slots(session, schedule, now).await?)
    } else {
        None
    };
    let mut slots = slots(schedule, amended, now, query.order);
    loop {
        if unfiltered && entries.len() >= limit {
            break;
        }
        let some: Vec<i64> = slots.by_ref().take(SLOTS_AT_ONCE).map(Slot::stored).collect();
        if some.is_empty() {
            break;
        }
        let mut found = of_slots(session, schedule.id.0, &some).await?;
        if is_newest_first {
            found.reverse();
        }
        for occurrence in found {
            if !unfiltered && !(query.from..=query.to).contains(&occurrence.created_at) {
                continue;
            }
            matching += 1;
            if matching > u64::from(query.offset) && entries.len() < limit {
                entries.push(occurrence);
            }
        }
    }
    Ok(Page { entries, total: total.unwrap_or(matching) })
}

/// A schedule's slots that may have been run.
fn slots(
    schedule: &Schedule,
    amended: Option<Vec<Slot>>,
    now: Instant,
    order: Order,
) -> Box<dyn Iterator<Item = Slot> + Send + '_> {
    if let Some(mut slots) = amended {
        if order == Order::ReverseChronological {
            slots.reverse();
        }
        return Box::new(slots.into_iter());
    }
    match order {
        Order::ReverseChronological => {
            Box::new(past_slots(schedule, now).collect::<Vec<_>>().into_iter())
        }
        Order::Chronological => {
            let last = past_slots(schedule, now).next();
            let all = schedule.plan.cadence.iter();
            let through = all.take_while(move |slot| last.is_some_and(|last| *slot <= last));
            Box::new(through.collect::<Vec<_>>().into_iter())
        }
    }
}

/// Whether slots may stand beside the cadence's own, or before its present one.
async fn may_be_amended(session: &Session, schedule: &Schedule) -> Outcome<bool> {
    if schedule.updated_at > schedule.created_at
        || schedule.plan.instruction.kind() == InstructionKind::Remittance
    {
        return Ok(true);
    }
    // An edit at the very instant of its making leaves its times as they were.
    Ok(schedule.version > 0
        && (!schedule.former.is_empty() || !amendments::of(session, schedule.id).await?.is_empty()))
}

/// Every slot of a schedule that has been edited, up to now, and those added or moved.
async fn all_slots(session: &Session, schedule: &Schedule, now: Instant) -> Outcome<Vec<Slot>> {
    let last = Slot::of(schedule.plan.policies.timing.zone.moment_at(now));
    let amended = amendments::of(session, schedule.id).await?.into_iter().map(|it| it.slot);
    let mut slots: Vec<Slot> = schedule.slots_through(last).chain(amended).collect();
    slots.sort_unstable();
    slots.dedup();
    Ok(slots)
}
