//! Occurrences: written once, found by slot.

use engine::settlement::AwaitingKey;
use engine::{AccountId, Instant, InstructionKind, Occurrence, Schedule, ScheduleId, Slot};
use rusqlite::{Connection, Row};

use super::bulk::Bulk;
use super::columns::{
    Stored, instant_at, link_at, link_columns, payment_at, payment_columns, stored_at,
};
use super::{amendments, history, listing, positions};
use crate::fault::Outcome;
use crate::page::{Order, Page, PageQuery};
use crate::store::past_slots;

const COLUMNS: &str = "attempt, account, created_at, processed_at, retry_on, status, message,
    result_kind, result, ordinal, link_due, link_slot, link_attempt";

/// Records occurrences; one that is recorded already is an error.
pub(super) fn record(connection: &Connection, occurrences: &[&Occurrence]) -> Outcome<()> {
    const INTO: &str =
        "INSERT OR FAIL INTO occurrence (slot, schedule, attempt, account, created_at,
        processed_at, retry_on, status, message, result_kind, result, ordinal, link_due,
        link_slot, link_attempt)";
    Bulk::new(connection, INTO, 15).insert(occurrences, |values, occurrence| {
        let result = occurrence.result.map(payment_columns);
        let link = link_columns(occurrence.link);
        let retry_on = occurrence.retry_on.map(|date| Slot::of_date(date).stored());
        values.put(occurrence.slot.stored())?;
        values.put(occurrence.schedule.0)?;
        values.put(occurrence.attempt)?;
        values.put(occurrence.account.0)?;
        values.put(occurrence.created_at.nanoseconds())?;
        values.put(occurrence.processed_at.nanoseconds())?;
        values.put(retry_on)?;
        values.put(occurrence.status.number())?;
        values.put(occurrence.message.as_deref())?;
        values.put(result.map(|(kind, _)| kind))?;
        values.put(result.map(|(_, key)| key))?;
        values.put(occurrence.ordinal)?;
        values.put(link.0)?;
        values.put(link.1)?;
        values.put(link.2)
    })
}

/// A row of the columns that follow schedule and slot.
pub(super) fn occurrence(schedule: ScheduleId, slot: Slot, row: &Row<'_>) -> Outcome<Occurrence> {
    Ok(Occurrence {
        schedule,
        slot,
        attempt: row.get(0)?,
        account: AccountId(row.get(1)?),
        created_at: instant_at(row, 2)?,
        processed_at: instant_at(row, 3)?,
        retry_on: row.get::<_, Option<i64>>(4)?.map(|seconds| Slot::from_stored(seconds).date()),
        status: stored_at(row, 5)?,
        message: row.get(6)?,
        result: payment_at(row, 7)?,
        ordinal: row.get(9)?,
        link: link_at(row, 10)?,
    })
}

/// One occurrence.
pub(super) fn find(connection: &Connection, key: AwaitingKey) -> Outcome<Option<Occurrence>> {
    let mut select = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM occurrence WHERE slot = ?1 AND schedule = ?2 AND attempt = ?3"
    ))?;
    let mut rows = select.query((key.slot.stored(), key.schedule.0, key.attempt))?;
    rows.next()?.map(|row| occurrence(key.schedule, key.slot, row)).transpose()
}

/// The latest attempt at a slot that is recorded.
pub(super) fn latest(
    connection: &Connection,
    schedule: ScheduleId,
    slot: Slot,
) -> Outcome<Option<Occurrence>> {
    let mut select = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM occurrence WHERE slot = ?1 AND schedule = ?2
         ORDER BY attempt DESC LIMIT 1"
    ))?;
    let mut rows = select.query((slot.stored(), schedule.0))?;
    rows.next()?.map(|row| occurrence(schedule, slot, row)).transpose()
}

/// A page of a schedule's occurrences: its past slots are walked, and what stands
/// under each is read.
pub(super) fn page(
    connection: &Connection,
    schedule: &Schedule,
    now: Instant,
    query: &PageQuery,
) -> Outcome<Page<Occurrence>> {
    let unfiltered = listing::is_unfiltered(query);
    let total = if unfiltered {
        let recorded = positions::position(connection, schedule, now)?.recorded;
        let moved = history::moved(connection, schedule.id)?.map_or(0, |it| it.occurrences);
        Some(u64::from(recorded).saturating_sub(moved))
    } else {
        None
    };
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let mut matching = 0_u64;
    let mut entries = Vec::new();
    let mut select = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM occurrence WHERE slot = ?1 AND schedule = ?2 ORDER BY attempt {}",
        match query.order {
            Order::Chronological => "ASC",
            Order::ReverseChronological => "DESC",
        }
    ))?;
    for slot in slots(connection, schedule, now, query.order)? {
        if unfiltered && entries.len() >= limit {
            break;
        }
        let mut rows = select.query((slot.stored(), schedule.id.0))?;
        while let Some(row) = rows.next()? {
            let created_at = instant_at(row, 2)?;
            if !unfiltered && !(query.from..=query.to).contains(&created_at) {
                continue;
            }
            matching += 1;
            if matching > u64::from(query.offset) && entries.len() < limit {
                entries.push(occurrence(schedule.id, slot, row)?);
            }
        }
    }
    Ok(Page { entries, total: total.unwrap_or(matching) })
}

/// A schedule's slots that may have been run.
fn slots<'schedule>(
    connection: &Connection,
    schedule: &'schedule Schedule,
    now: Instant,
    order: Order,
) -> Outcome<Box<dyn Iterator<Item = Slot> + 'schedule>> {
    if may_be_amended(connection, schedule)? {
        let mut slots = all_slots(connection, schedule, now)?;
        if order == Order::ReverseChronological {
            slots.reverse();
        }
        return Ok(Box::new(slots.into_iter()));
    }
    let mut newest_first = past_slots(schedule, now);
    Ok(match order {
        Order::ReverseChronological => Box::new(newest_first),
        Order::Chronological => {
            let last = newest_first.next();
            let all = schedule.plan.cadence.iter();
            Box::new(all.take_while(move |slot| last.is_some_and(|last| *slot <= last)))
        }
    })
}

/// Whether slots may stand beside the cadence's own, or before its present one.
fn may_be_amended(connection: &Connection, schedule: &Schedule) -> Outcome<bool> {
    if schedule.updated_at > schedule.created_at
        || schedule.plan.instruction.kind() == InstructionKind::Remittance
    {
        return Ok(true);
    }
    // An edit at the very instant of its making leaves its times as they were.
    Ok(schedule.version > 0
        && (!schedule.former.is_empty() || !amendments::of(connection, schedule.id)?.is_empty()))
}

/// Every slot of a schedule that has been edited, up to now, and those added or moved.
fn all_slots(connection: &Connection, schedule: &Schedule, now: Instant) -> Outcome<Vec<Slot>> {
    let last = Slot::of(schedule.plan.policies.timing.zone.moment_at(now));
    let amended = amendments::of(connection, schedule.id)?.into_iter().map(|it| it.slot);
    let mut slots: Vec<Slot> = schedule.slots_through(last).chain(amended).collect();
    slots.sort_unstable();
    slots.dedup();
    Ok(slots)
}
