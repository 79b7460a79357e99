//! Schedules: made, found, listed, ended.

use std::sync::Arc;

use engine::creation::Created;
use engine::schedule::ScheduleEvent;
use engine::{AccountId, Instant, LaneId, Pause, PausedRun, Schedule, ScheduleId, Slot, Status};
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};

use super::amendments;
use super::columns::{
    Life, Stored, compact, from_compact, from_json, instant_at, json, life, link_at, link_columns,
    plan, plan_blob, stored_at,
};
use super::listing::{self, Appended, List};
use super::positions;
use super::runs::{self, QueueRow};
use super::writer::Writing;
use crate::event::{EventKind, NewEvent};
use crate::fault::Outcome;
use crate::page::{Order, Page};
use crate::request::RequestKey;
use crate::store::{Deletion, Found, NewSchedule, ScheduleQuery, ScheduleSearch};

const COLUMNS: &str = "id, account, lane, status, created_at, updated_at, version, ended_at,
    first_due, first_slot, first_attempt, since, recorded_detached, attributes, plan, life, paused";

/// A schedule whose blobs are made, so that the writer only writes.
pub(super) struct Prepared {
    schedule: Schedule,
    attributes: String,
    plan: Vec<u8>,
    life: Vec<u8>,
    runs: Vec<QueueRow>,
    amendments: Vec<amendments::Row>,
    request: Option<RequestKey>,
    events: Vec<ScheduleEvent>,
}

impl Prepared {
    /// Makes the blobs.
    pub(super) fn new(new: NewSchedule) -> Outcome<Prepared> {
        let NewSchedule { created, request } = new;
        let Created { schedule, runs, amendments, events } = created;
        Ok(Prepared {
            attributes: json("attributes", &schedule.attributes)?,
            plan: plan_blob(&schedule.plan)?,
            life: life(&schedule)?,
            runs: runs.iter().map(QueueRow::new).collect::<Outcome<_>>()?,
            amendments: amendments.iter().map(amendments::Row::new).collect::<Outcome<_>>()?,
            schedule,
            request,
            events,
        })
    }
}

/// Creates schedules with their first runs and events.
pub(super) fn create(writing: &mut Writing<'_>, new: Vec<Prepared>) -> Outcome<Vec<Schedule>> {
    let connection = writing.connection;
    let mut appended = Appended::default();
    let mut insert = connection.prepare_cached(
        "INSERT INTO schedule (id, account, lane, kind, status, created_at, updated_at, version,
         ended_at, first_due, first_slot, first_attempt, since, recorded_detached, request_key,
         attributes, plan, life)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)",
    )?;
    let mut first_runs = Vec::with_capacity(new.len());
    let mut schedules = Vec::with_capacity(new.len());
    for Prepared { schedule, attributes, plan, life, runs, amendments, request, events } in new {
        if let Some(existing) = made_by(connection, request.as_ref())? {
            schedules.push(existing);
            continue;
        }
        let kind = schedule.plan.instruction.kind();
        let first = link_columns(schedule.first);
        insert.execute(params![
            schedule.id.0,
            schedule.account.0,
            schedule.lane.0,
            kind.number(),
            schedule.status.number(),
            schedule.created_at.nanoseconds(),
            schedule.updated_at.nanoseconds(),
            schedule.version,
            schedule.ended_at.map(Instant::nanoseconds),
            first.0,
            first.1,
            first.2,
            schedule.since.stored(),
            schedule.recorded_detached,
            request.as_ref().map(|request| &*request.key),
            attributes,
            plan,
            life,
        ])?;
        show_to_parties(connection, &schedule)?;
        amendments::write(connection, &amendments)?;
        let added = i64::try_from(runs.len()).unwrap_or(i64::MAX);
        appended.count(List::QUEUE, schedule.lane.0, added);
        first_runs.extend(runs);
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

/// Puts a schedule into the lists of its parties.
fn show_to_parties(connection: &Connection, schedule: &Schedule) -> Outcome<()> {
    let mut insert = connection.prepare_cached(
        "INSERT OR IGNORE INTO schedule_party (of_account, of_kind, party, made_at, schedule)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for party in &schedule.parties {
        insert.execute((
            schedule.account.0,
            schedule.plan.instruction.kind().number(),
            party,
            schedule.created_at.nanoseconds(),
            schedule.id.0,
        ))?;
    }
    Ok(())
}

/// Writes an edited schedule over the one before it, if that is still the one there.
pub(super) fn replace(connection: &Connection, schedule: &Schedule) -> Outcome<bool> {
    let first = link_columns(schedule.first);
    let replaced = connection
        .prepare_cached(
            "UPDATE schedule SET status = ?3, updated_at = ?4, version = ?2 + 1, ended_at = ?5,
             first_due = ?6, first_slot = ?7, first_attempt = ?8, since = ?9, attributes = ?10,
             plan = ?11, life = ?12, paused = ?13 WHERE id = ?1 AND version = ?2",
        )?
        .execute(params![
            schedule.id.0,
            i64::from(schedule.version) - 1,
            schedule.status.number(),
            schedule.updated_at.nanoseconds(),
            schedule.ended_at.map(Instant::nanoseconds),
            first.0,
            first.1,
            first.2,
            schedule.since.stored(),
            json("attributes", &schedule.attributes)?,
            plan_blob(&schedule.plan)?,
            life(schedule)?,
            schedule.paused.as_ref().map(pause_blob).transpose()?,
        ])?;
    Ok(replaced == 1)
}

fn pause_blob(pause: &Pause) -> Outcome<Vec<u8>> {
    compact("pause", pause)
}

/// Keeps a run with its schedule, which is paused, in the place of the queue.
pub(super) fn keep_paused(
    connection: &Connection,
    id: ScheduleId,
    pause: Pause,
    run: PausedRun,
) -> Outcome<()> {
    let Pause { since, reason, mut runs } = pause;
    runs.push(run);
    write_pause(connection, id, Some(&Pause { since, reason, runs }))
}

/// Writes what a paused schedule is to run when it goes on, or that it is not paused.
pub(super) fn write_pause(
    connection: &Connection,
    id: ScheduleId,
    pause: Option<&Pause>,
) -> Outcome<()> {
    connection
        .prepare_cached("UPDATE schedule SET paused = ?2, version = version + 1 WHERE id = ?1")?
        .execute((id.0, pause.map(pause_blob).transpose()?))?;
    Ok(())
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
    let Life { former, parties, recorded_before } =
        from_compact("schedule's life", row.get_ref(15)?.as_blob().unwrap_or(&[]))?;
    Ok(Schedule {
        id: ScheduleId(row.get(0)?),
        account: AccountId(row.get(1)?),
        lane: LaneId(row.get(2)?),
        status: stored_at(row, 3)?,
        created_at: instant_at(row, 4)?,
        updated_at: instant_at(row, 5)?,
        version: row.get(6)?,
        ended_at: row.get::<_, Option<i64>>(7)?.map(Instant::from_nanoseconds),
        first: link_at(row, 8)?,
        since: Slot::from_stored(row.get(11)?),
        recorded_before,
        recorded_detached: row.get(12)?,
        attributes: from_json("schedule's attributes", row.get_ref(13)?.as_str().unwrap_or(""))?,
        plan: Arc::new(plan(row.get_ref(14)?.as_blob().unwrap_or(&[]))?),
        former,
        parties,
        paused: match row.get_ref(16)?.as_blob_or_null().ok().flatten() {
            Some(blob) => Some(from_compact("pause", blob)?),
            None => None,
        },
    })
}

/// Schedules that a search wants, from where it goes on.
pub(super) fn find_some(connection: &Connection, search: &ScheduleSearch) -> Outcome<Found> {
    let ScheduleSearch { account, kind, status, paused, from, to, after, order, limit } = search;
    let (direction, beyond) = match order {
        Order::Chronological => ("ASC", ">"),
        Order::ReverseChronological => ("DESC", "<"),
    };
    let after_where =
        after.map_or(String::new(), |_| format!("AND (created_at, id) {beyond} (?5, ?6)"));
    // What is looked at is a stretch of one index, and bounded, whatever is wanted of it.
    let mut select = connection.prepare_cached(&format!(
        "SELECT {COLUMNS}, kind FROM schedule WHERE account = ?1 AND created_at BETWEEN ?2 AND ?3
         {after_where} ORDER BY created_at {direction}, id {direction} LIMIT ?4"
    ))?;
    let (at, id) = after.map_or((0, 0), |(at, id)| (at.nanoseconds(), id.0));
    let looked_at = i64::from(ScheduleSearch::LOOKED_AT_MAX);
    let (from, to) = (from.nanoseconds(), to.nanoseconds());
    let mut rows = if after.is_some() {
        select.query((account.0, from, to, looked_at, at, id))?
    } else {
        select.query((account.0, from, to, looked_at))?
    };
    let mut found = Found { schedules: Vec::new(), looked_through: None };
    let mut looked = 0;
    while let Some(row) = rows.next()? {
        looked += 1;
        let is_wanted = kind.is_none_or(|kind| row.get(17).ok() == Some(kind.number()))
            && status.is_none_or(|status| row.get(3).ok() == Some(status.number()))
            && paused.is_none_or(|paused| {
                row.get_ref(16).is_ok_and(|it| (it != rusqlite::types::ValueRef::Null) == paused)
            });
        let place = (instant_at(row, 4)?, ScheduleId(row.get(0)?));
        if is_wanted {
            found.schedules.push(schedule(row)?);
        }
        let is_full = found.schedules.len() >= usize::try_from(*limit).unwrap_or(usize::MAX);
        if is_full || looked == looked_at {
            found.looked_through = Some(place);
            break;
        }
    }
    Ok(found)
}

/// A page of schedules, by creation.
pub(super) fn page(connection: &Connection, query: &ScheduleQuery) -> Outcome<Page<Schedule>> {
    let ScheduleQuery { account, kind, party, status, page } = query;
    let tables = match party {
        Some(_) => "schedule_party JOIN schedule ON id = schedule",
        None => "schedule",
    };
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
        also("of_account = ?", account.0);
        also("party = ?", *party);
        if let Some(kind) = kind {
            also("of_kind = ?", kind.number());
        }
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
            .prepare_cached(&format!("SELECT count(*) FROM {tables} WHERE {conditions}"))?
            .query_row(params_from_iter(&values), |row| row.get(0))?;
        total.cast_unsigned()
    };
    let direction = match page.order {
        Order::Chronological => "ASC",
        Order::ReverseChronological => "DESC",
    };
    // Either way it is a stretch of one index.
    let order = if party.is_some() {
        format!("made_at {direction}, schedule {direction}")
    } else {
        format!("created_at {direction}, id {direction}")
    };
    values.extend([i64::from(page.limit), i64::from(page.offset)]);
    let mut select = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM {tables} WHERE {conditions} ORDER BY {order} LIMIT ? OFFSET ?"
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
    connection
        .prepare_cached("UPDATE schedule SET paused = NULL WHERE id = ?1")?
        .execute([id.0])?;
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
        .prepare_cached(
            "UPDATE schedule SET status = ?2, ended_at = ?3, version = version + 1 WHERE id = ?1",
        )?
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
