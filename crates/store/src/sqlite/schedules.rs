//! Schedules: made, found, listed, ended.

use engine::schedule::ScheduleEvent;
use engine::{AccountId, Instant, Instruction, LaneId, Link, Schedule, ScheduleId, Slot, Status};
use rusqlite::{Connection, OptionalExtension, Row, params_from_iter};

use super::columns::{Stored, from_json, instant_at, json, plan, plan_blob, stored_at};
use super::fault::Outcome;
use super::listing::{self, Appended, List};
use super::positions;
use super::runs::{self, QueueRow};
use super::writer::Writing;
use crate::event::{EventKind, NewEvent};
use crate::page::{Order, Page};
use crate::request::RequestKey;
use crate::store::{Deletion, NewSchedule, ScheduleQuery};

const COLUMNS: &str = "id, account, lane, status, created_at, ended_at, first_due, first_slot,
    first_attempt, recorded_detached, attributes, plan";

/// A schedule whose blobs are made, so that the writer only writes.
pub(super) struct Prepared {
    schedule: Schedule,
    attributes: String,
    run: QueueRow,
    request: Option<RequestKey>,
    events: Vec<ScheduleEvent>,
}

impl Prepared {
    /// Makes the blobs.
    pub(super) fn new(new: NewSchedule) -> Outcome<Prepared> {
        let NewSchedule { created, request } = new;
        let attributes = json("attributes", &created.schedule.attributes)?;
        let run = QueueRow::new(&created.run)?;
        Ok(Prepared {
            schedule: created.schedule,
            attributes,
            run,
            request,
            events: created.events,
        })
    }
}

/// Creates schedules with their first runs and events.
pub(super) fn create(writing: &mut Writing<'_>, new: Vec<Prepared>) -> Outcome<Vec<Schedule>> {
    let connection = writing.connection;
    let mut appended = Appended::default();
    let mut insert = connection.prepare_cached(
        "INSERT INTO schedule (id, account, lane, kind, party, status, created_at, ended_at,
         first_due, first_slot, first_attempt, recorded_detached, request_key, attributes, plan)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
    )?;
    let mut first_runs = Vec::with_capacity(new.len());
    let mut schedules = Vec::with_capacity(new.len());
    for Prepared { schedule, attributes, run, request, events } in new {
        if let Some(existing) = made_by(connection, request.as_ref())? {
            schedules.push(existing);
            continue;
        }
        let kind = schedule.plan.instruction.kind();
        insert.execute(rusqlite::params![
            schedule.id.0,
            schedule.account.0,
            schedule.lane.0,
            kind.number(),
            party(&schedule.plan.instruction),
            schedule.status.number(),
            schedule.created_at.nanoseconds(),
            schedule.ended_at.map(Instant::nanoseconds),
            schedule.first.due.nanoseconds(),
            schedule.first.slot.civil_seconds(),
            schedule.first.attempt,
            schedule.recorded_detached,
            request.as_ref().map(|request| &*request.key),
            attributes,
            plan_blob(&schedule.plan)?,
        ])?;
        appended.count(List::QUEUE, run.lane(), 1);
        first_runs.push(run);
        appended.count(List::SCHEDULES, schedule.account.0, 1);
        appended.count(List::schedules_of(kind), schedule.account.0, 1);
        let (account, at) = (schedule.account, schedule.created_at);
        appended.tell_all(events.into_iter().map(|event| told(account, schedule.id, event, at)));
        schedules.push(schedule);
    }
    first_runs.sort_unstable_by_key(QueueRow::key);
    runs::insert(connection, &Vec::from_iter(&first_runs))?;
    appended.write(connection, writing.state)?;
    Ok(schedules)
}

/// Whom a schedule's runs deal with.
fn party(instruction: &Instruction) -> i64 {
    match instruction {
        Instruction::Charge { customer, .. } => customer.0,
        Instruction::Transfer { recipient, .. } => recipient.0,
        Instruction::Remittance(remitted) => remitted.partner.0,
    }
}

/// What an account is told of its schedule.
pub(super) fn told(
    account: AccountId,
    schedule: ScheduleId,
    event: ScheduleEvent,
    at: Instant,
) -> NewEvent {
    NewEvent { account, at, kind: EventKind::Schedule(event), subject: schedule.0, snapshot: None }
}

fn made_by(connection: &Connection, request: Option<&RequestKey>) -> Outcome<Option<Schedule>> {
    let Some(RequestKey { account, key }) = request else { return Ok(None) };
    let mut select = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM schedule WHERE account = ?1 AND request_key = ?2"
    ))?;
    let mut rows = select.query((account.0, key))?;
    rows.next()?.map(schedule).transpose()
}

/// One schedule.
pub(super) fn find(connection: &Connection, id: ScheduleId) -> Outcome<Option<Schedule>> {
    let mut select =
        connection.prepare_cached(&format!("SELECT {COLUMNS} FROM schedule WHERE id = ?1"))?;
    let mut rows = select.query([id.0])?;
    rows.next()?.map(schedule).transpose()
}

fn schedule(row: &Row<'_>) -> Outcome<Schedule> {
    Ok(Schedule {
        id: ScheduleId(row.get(0)?),
        account: AccountId(row.get(1)?),
        lane: LaneId(row.get(2)?),
        status: stored_at(row, 3)?,
        created_at: instant_at(row, 4)?,
        ended_at: row.get::<_, Option<i64>>(5)?.map(Instant::from_nanoseconds),
        first: Link {
            due: instant_at(row, 6)?,
            slot: Slot::from_civil_seconds(row.get(7)?),
            attempt: row.get(8)?,
        },
        recorded_detached: row.get(9)?,
        attributes: from_json("schedule's attributes", row.get_ref(10)?.as_str().unwrap_or(""))?,
        plan: plan(row.get_ref(11)?.as_blob().unwrap_or(&[]))?,
    })
}

/// A page of schedules, by creation.
pub(super) fn page(connection: &Connection, query: &ScheduleQuery) -> Outcome<Page<Schedule>> {
    let ScheduleQuery { account, kind, party, status, page } = query;
    let mut conditions = String::from("account = ?");
    let mut values = vec![account.0];
    let mut also = |condition: &str, value: i64| {
        conditions.push_str(" AND ");
        conditions.push_str(condition);
        values.push(value);
    };
    if let Some(kind) = kind {
        also("kind = ?", kind.number());
    }
    if let Some(party) = party {
        also("party = ?", *party);
    }
    if let Some(status) = status {
        also("status = ?", status.number());
    }
    if !listing::is_unfiltered(page) {
        also("created_at >= ?", page.from.nanoseconds());
        also("created_at <= ?", page.to.nanoseconds());
    }
    let total = if party.is_none() && status.is_none() && listing::is_unfiltered(page) {
        let list = kind.map_or(List::SCHEDULES, List::schedules_of);
        listing::count(connection, list, account.0)?
    } else {
        let total: i64 = connection
            .prepare_cached(&format!("SELECT count(*) FROM schedule WHERE {conditions}"))?
            .query_row(params_from_iter(&values), |row| row.get(0))?;
        total.cast_unsigned()
    };
    let direction = match page.order {
        Order::Chronological => "ASC",
        Order::ReverseChronological => "DESC",
    };
    values.extend([i64::from(page.limit), i64::from(page.offset)]);
    let mut select = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM schedule WHERE {conditions}
         ORDER BY created_at {direction}, id {direction} LIMIT ? OFFSET ?"
    ))?;
    let entries =
        select.query_and_then(params_from_iter(&values), schedule)?.collect::<Outcome<_>>()?;
    Ok(Page { entries, total })
}

/// Whether any schedule was ever created.
pub(super) fn any(connection: &Connection) -> Outcome<bool> {
    let any = connection
        .prepare_cached("SELECT 1 FROM schedule LIMIT 1")?
        .query_row([], |_| Ok(()))
        .optional()?;
    Ok(any.is_some())
}

/// Ends a schedule as its owner wishes.
pub(super) fn delete(writing: &mut Writing<'_>, id: ScheduleId, at: Instant) -> Outcome<Deletion> {
    let connection = writing.connection;
    let Some(before) = find(connection, id)? else { return Ok(Deletion::NotFound) };
    let Some(deleted) = before.clone().delete(at) else { return Ok(Deletion::Already(before)) };
    let mut appended = Appended::default();
    call_off(connection, &before, at, &mut appended)?;
    write_status(connection, id, deleted.status, deleted.ended_at)?;
    appended.tell(told(deleted.account, id, ScheduleEvent::Deleted, at));
    appended.write(connection, writing.state)?;
    Ok(Deletion::Deleted(deleted))
}

/// Writes where a schedule stands.
pub(super) fn write_status(
    connection: &Connection,
    id: ScheduleId,
    status: Status,
    ended_at: Option<Instant>,
) -> Outcome<()> {
    connection
        .prepare_cached("UPDATE schedule SET status = ?2, ended_at = ?3 WHERE id = ?1")?
        .execute((id.0, status.number(), ended_at.map(Instant::nanoseconds)))?;
    Ok(())
}

/// Takes a schedule's runs out of the queue. One that is in flight finishes and is
/// recorded, and nothing follows it.
pub(super) fn call_off(
    connection: &Connection,
    schedule: &Schedule,
    now: Instant,
    appended: &mut Appended,
) -> Outcome<()> {
    let mut keys = runs::detached(connection, schedule.id)?;
    if let Some((_, next)) = positions::locate(connection, schedule, now)?.queued {
        keys.push(next);
    }
    for key in keys {
        match runs::end(connection, key)? {
            runs::Ended::Removed => appended.count(List::QUEUE, key.lane.0, -1),
            runs::Ended::Marked | runs::Ended::Gone => {}
        }
    }
    Ok(())
}
