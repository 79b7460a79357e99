//! Schedules: made, found, listed, ended.
//!
//! Whoever changes one holds its row first.

use std::collections::HashMap;
use std::sync::Arc;

use engine::creation::Created;
use engine::schedule::ScheduleEvent;
use engine::{AccountId, Instant, LaneId, Pause, PausedRun, Schedule, ScheduleId, Slot, Status};
use tokio_postgres::Row;

use super::amendments;
use super::columns::{
    Life, Stored, compact, from_compact, from_json, instant_at, json, life, link_at,
    optional_instant_at, plan, plan_blob, stored_at, whole_at,
};
use super::counters::{self, Changes, List};
use super::queue::{self, QueueRow};
use super::session::{Session, Values};
use crate::event::{EventKind, NewEvent};
use crate::fault::Outcome;
use crate::page::{Order, Page};
use crate::request::RequestKey;
use crate::store::{Deletion, Found, NewSchedule, ScheduleQuery, ScheduleSearch};

/// A statement that selects a schedule's columns; the rest of it follows.
macro_rules! select_schedule {
    ($rest:literal) => {
        concat!(
            "SELECT id, account, lane, status, created_at, updated_at, version, ended_at,
             first_due, first_slot, first_attempt, since, recorded_detached, attributes, plan,
             life, paused, kind FROM ",
            $rest
        )
    };
}

/// A schedule whose blobs are made.
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

/// Creates schedules with their first runs and events. Of two that are made for the same
/// request at once the database refuses the later, which is then made anew and finds it.
pub(super) async fn create(session: &Session, new: &[Prepared]) -> Outcome<Vec<Schedule>> {
    let mut changes = Changes::default();
    let mut made: HashMap<(i64, &str), usize> = HashMap::new();
    let mut schedules: Vec<Schedule> = Vec::with_capacity(new.len());
    let mut fresh: Vec<&Prepared> = Vec::with_capacity(new.len());
    for prepared in new {
        if let Some(RequestKey { account, key }) = &prepared.request {
            let earlier = made.get(&(account.0, &**key)).and_then(|place| schedules.get(*place));
            let earlier = match earlier {
                Some(earlier) => Some(earlier.clone()),
                None => made_by(session, *account, key).await?,
            };
            if let Some(existing) = earlier {
                schedules.push(existing);
                continue;
            }
            made.insert((account.0, key), schedules.len());
        }
        schedules.push(prepared.schedule.clone());
        fresh.push(prepared);
    }
    insert(session, &fresh).await?;
    let mut first_runs = Vec::with_capacity(fresh.len());
    for Prepared { schedule, runs, amendments, events, .. } in &fresh {
        show_to_parties(session, schedule).await?;
        amendments::write(session, amendments).await?;
        let added = i64::try_from(runs.len()).unwrap_or(i64::MAX);
        changes.count(List::QUEUE, schedule.lane.0, added);
        first_runs.extend(runs);
        let kind = schedule.plan.instruction.kind();
        changes.count(List::SCHEDULES, schedule.account.0, 1);
        changes.count(List::schedules_of(kind), schedule.account.0, 1);
        let (account, at) = (schedule.account, schedule.created_at);
        changes.tell_all(events.iter().map(|event| told(account, schedule.id, *event, at)));
    }
    first_runs.sort_unstable_by_key(|row| row.key);
    queue::insert(session, &first_runs).await?;
    changes.write(session).await?;
    Ok(schedules)
}

async fn insert(session: &Session, new: &[&Prepared]) -> Outcome<()> {
    if new.is_empty() {
        return Ok(());
    }
    let long = |value: &dyn Fn(&Schedule) -> i64| -> Vec<i64> {
        new.iter().map(|it| value(&it.schedule)).collect()
    };
    let optional = |value: &dyn Fn(&Schedule) -> Option<i64>| -> Vec<Option<i64>> {
        new.iter().map(|it| value(&it.schedule)).collect()
    };
    let first_attempts: Vec<Option<i16>> =
        new.iter().map(|it| it.schedule.first.map(|link| i16::from(link.attempt))).collect();
    let requests: Vec<Option<&str>> =
        new.iter().map(|it| it.request.as_ref().map(|request| &*request.key)).collect();
    let attributes: Vec<&str> = new.iter().map(|it| &it.attributes[..]).collect();
    let plans: Vec<&[u8]> = new.iter().map(|it| &it.plan[..]).collect();
    let lives: Vec<&[u8]> = new.iter().map(|it| &it.life[..]).collect();
    session
        .execute(
            "INSERT INTO schedule (id, account, lane, kind, status, created_at, updated_at,
             version, ended_at, first_due, first_slot, first_attempt, since, recorded_detached,
             request_key, attributes, plan, life)
             SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[],
                 $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[],
                 $10::bigint[], $11::bigint[], $12::smallint[], $13::bigint[], $14::bigint[],
                 $15::text[], $16::text[], $17::bytea[], $18::bytea[])",
            &[
                &long(&|it| it.id.0),
                &long(&|it| it.account.0),
                &long(&|it| it.lane.0),
                &long(&|it| it.plan.instruction.kind().number()),
                &long(&|it| it.status.number()),
                &long(&|it| it.created_at.nanoseconds()),
                &long(&|it| it.updated_at.nanoseconds()),
                &long(&|it| i64::from(it.version)),
                &optional(&|it| it.ended_at.map(Instant::nanoseconds)),
                &optional(&|it| it.first.map(|link| link.due.nanoseconds())),
                &optional(&|it| it.first.map(|link| link.slot.stored())),
                &first_attempts,
                &long(&|it| it.since.stored()),
                &long(&|it| i64::from(it.recorded_detached)),
                &requests,
                &attributes,
                &plans,
                &lives,
            ],
        )
        .await?;
    Ok(())
}

/// Puts a schedule into the lists of its parties.
async fn show_to_parties(session: &Session, schedule: &Schedule) -> Outcome<()> {
    if schedule.parties.is_empty() {
        return Ok(());
    }
    session
        .execute(
            "INSERT INTO schedule_party (of_account, of_kind, party, made_at, schedule)
             SELECT $1::bigint, $2::bigint, party, $4::bigint, $5::bigint FROM unnest($3::bigint[]) AS party
             ON CONFLICT DO NOTHING",
            &[
                &schedule.account.0,
                &schedule.plan.instruction.kind().number(),
                &schedule.parties,
                &schedule.created_at.nanoseconds(),
                &schedule.id.0,
            ],
        )
        .await?;
    Ok(())
}

/// Holds the rows of schedules until the call is committed.
pub(super) async fn hold(session: &Session, ids: &[i64]) -> Outcome<()> {
    session
        .query("SELECT id FROM schedule WHERE id = ANY($1) ORDER BY id FOR UPDATE", &[&ids])
        .await?;
    Ok(())
}

/// Writes an edited schedule over the one before it, if that is still the one there.
pub(super) async fn replace(session: &Session, schedule: &Schedule) -> Outcome<bool> {
    let replaced = session
        .execute(
            "UPDATE schedule SET status = $3, updated_at = $4, version = $2 + 1, ended_at = $5,
             first_due = $6, first_slot = $7, first_attempt = $8, since = $9, attributes = $10,
             plan = $11, life = $12, paused = $13 WHERE id = $1 AND version = $2",
            &[
                &schedule.id.0,
                &(i64::from(schedule.version) - 1),
                &schedule.status.number(),
                &schedule.updated_at.nanoseconds(),
                &schedule.ended_at.map(Instant::nanoseconds),
                &schedule.first.map(|link| link.due.nanoseconds()),
                &schedule.first.map(|link| link.slot.stored()),
                &schedule.first.map(|link| i16::from(link.attempt)),
                &schedule.since.stored(),
                &json("attributes", &schedule.attributes)?,
                &plan_blob(&schedule.plan)?,
                &life(schedule)?,
                &schedule.paused.as_ref().map(pause_blob).transpose()?,
            ],
        )
        .await?;
    Ok(replaced == 1)
}

fn pause_blob(pause: &Pause) -> Outcome<Vec<u8>> {
    compact("pause", pause)
}

/// Keeps a run with its schedule, which is paused, in the place of the queue.
pub(super) async fn keep_paused(
    session: &Session,
    id: ScheduleId,
    pause: Pause,
    run: PausedRun,
) -> Outcome<()> {
    let Pause { since, reason, mut runs } = pause;
    runs.push(run);
    write_pause(session, id, Some(&Pause { since, reason, runs })).await
}

/// Writes what a paused schedule is to run when it goes on, or that it is not paused.
pub(super) async fn write_pause(
    session: &Session,
    id: ScheduleId,
    pause: Option<&Pause>,
) -> Outcome<()> {
    session
        .execute(
            "UPDATE schedule SET paused = $2, version = version + 1 WHERE id = $1",
            &[&id.0, &pause.map(pause_blob).transpose()?],
        )
        .await?;
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

async fn made_by(session: &Session, account: AccountId, key: &str) -> Outcome<Option<Schedule>> {
    let row = session
        .first(
            select_schedule!("schedule WHERE account = $1 AND request_key = $2"),
            &[&account.0, &key],
        )
        .await?;
    row.as_ref().map(schedule).transpose()
}

/// One schedule.
pub(super) async fn find(session: &Session, id: ScheduleId) -> Outcome<Option<Schedule>> {
    let row = session.first(select_schedule!("schedule WHERE id = $1"), &[&id.0]).await?;
    row.as_ref().map(schedule).transpose()
}

fn schedule(row: &Row) -> Outcome<Schedule> {
    let Life { former, parties, recorded_before } =
        from_compact("schedule's life", row.try_get(15)?)?;
    let paused: Option<&[u8]> = row.try_get(16)?;
    Ok(Schedule {
        id: ScheduleId(row.try_get(0)?),
        account: AccountId(row.try_get(1)?),
        lane: LaneId(row.try_get(2)?),
        status: stored_at(row, 3)?,
        created_at: instant_at(row, 4)?,
        updated_at: instant_at(row, 5)?,
        version: whole_at(row, 6, "schedule's version")?,
        ended_at: optional_instant_at(row, 7)?,
        first: link_at(row, 8)?,
        since: Slot::from_stored(row.try_get(11)?),
        recorded_before,
        recorded_detached: whole_at(row, 12, "count of occurrences")?,
        attributes: from_json("schedule's attributes", row.try_get(13)?)?,
        plan: Arc::new(plan(row.try_get(14)?)?),
        former,
        parties,
        paused: paused.map(|blob| from_compact("pause", blob)).transpose()?,
    })
}

/// Schedules that are looked at in one statement of a search.
const LOOKED_AT_ONCE: i64 = 500;

/// Schedules that a search wants, from where it goes on. What is looked at is a stretch of
/// one index, and bounded, whatever is wanted of it.
pub(super) async fn find_some(session: &Session, search: &ScheduleSearch) -> Outcome<Found> {
    let limit = usize::try_from(search.limit).unwrap_or(usize::MAX);
    let mut found = Found { schedules: Vec::new(), looked_through: None };
    let mut after = search.after;
    let mut looked = 0;
    loop {
        let rows = stretch(session, search, after).await?;
        let is_last = i64::try_from(rows.len()).unwrap_or(i64::MAX) < LOOKED_AT_ONCE;
        for row in &rows {
            looked += 1;
            let place = (instant_at(row, 4)?, ScheduleId(row.try_get(0)?));
            after = Some(place);
            if is_wanted(search, row)? {
                found.schedules.push(schedule(row)?);
            }
            if found.schedules.len() >= limit || looked == ScheduleSearch::LOOKED_AT_MAX {
                found.looked_through = Some(place);
                return Ok(found);
            }
        }
        if is_last {
            return Ok(found);
        }
    }
}

async fn stretch(
    session: &Session,
    search: &ScheduleSearch,
    after: Option<(Instant, ScheduleId)>,
) -> Outcome<Vec<Row>> {
    let is_newest_first = search.order == Order::ReverseChronological;
    let beyond = if is_newest_first { (i64::MAX, i64::MAX) } else { (i64::MIN, i64::MIN) };
    let (at, id) = after.map_or(beyond, |(at, id)| (at.nanoseconds(), id.0));
    let (account, from) = (search.account.0, search.from.nanoseconds());
    let to = search.to.nanoseconds();
    let values: Values<'_> = &[&account, &from, &to, &at, &id, &LOOKED_AT_ONCE];
    let statement = if is_newest_first {
        select_schedule!(
            "schedule WHERE account = $1 AND created_at BETWEEN $2 AND $3
             AND (created_at, id) < ($4, $5) ORDER BY created_at DESC, id DESC LIMIT $6"
        )
    } else {
        select_schedule!(
            "schedule WHERE account = $1 AND created_at BETWEEN $2 AND $3
             AND (created_at, id) > ($4, $5) ORDER BY created_at, id LIMIT $6"
        )
    };
    session.query(statement, values).await
}

fn is_wanted(search: &ScheduleSearch, row: &Row) -> Outcome<bool> {
    let (status, kind): (i64, i64) = (row.try_get(3)?, row.try_get(17)?);
    let paused = row.try_get::<_, Option<&[u8]>>(16)?.is_some();
    Ok(search.kind.is_none_or(|it| it.number() == kind)
        && search.status.is_none_or(|it| it.number() == status)
        && search.paused.is_none_or(|it| it == paused))
}

/// A page of schedules, by creation.
pub(super) async fn page(session: &Session, query: &ScheduleQuery) -> Outcome<Page<Schedule>> {
    let total = total(session, query).await?;
    let rows = match query.party {
        Some(party) => page_of_party(session, query, party).await?,
        None => page_of_account(session, query).await?,
    };
    Ok(Page { entries: rows.iter().map(schedule).collect::<Outcome<_>>()?, total })
}

/// What a list is filtered by, as columns have it; null where it is not.
struct Filter {
    kind: Option<i64>,
    status: Option<i64>,
    from: i64,
    to: i64,
}

impl Filter {
    fn of(query: &ScheduleQuery) -> Filter {
        let ScheduleQuery { kind, status, page, .. } = query;
        let (from, to) = if counters::is_unfiltered(page) {
            (i64::MIN, i64::MAX)
        } else {
            (page.from.nanoseconds(), page.to.nanoseconds())
        };
        Filter { kind: kind.map(Stored::number), status: status.map(Stored::number), from, to }
    }
}

/// How many schedules a list has. Those of an account are counted as they come and go.
async fn total(session: &Session, query: &ScheduleQuery) -> Outcome<u64> {
    let ScheduleQuery { account, kind, party, status, page } = query;
    if party.is_none() && status.is_none() && counters::is_unfiltered(page) {
        let list = kind.map_or(List::SCHEDULES, List::schedules_of);
        return counters::count(session, list, account.0).await;
    }
    let Filter { kind, status, from, to } = Filter::of(query);
    let row = session
        .one(
            "SELECT CASE WHEN $6::bigint IS NULL THEN (
                 SELECT count(*) FROM schedule WHERE account = $1
                 AND ($2::bigint IS NULL OR kind = $2) AND ($3::bigint IS NULL OR status = $3)
                 AND created_at BETWEEN $4 AND $5)
             ELSE (
                 SELECT count(*) FROM schedule_party JOIN schedule ON id = schedule
                 WHERE of_account = $1 AND party = $6
                 AND ($2::bigint IS NULL OR (of_kind = $2 AND kind = $2))
                 AND ($3::bigint IS NULL OR status = $3) AND created_at BETWEEN $4 AND $5)
             END",
            &[&account.0, &kind, &status, &from, &to, party],
        )
        .await?;
    Ok(row.try_get::<_, i64>(0)?.cast_unsigned())
}

async fn page_of_party(session: &Session, query: &ScheduleQuery, party: i64) -> Outcome<Vec<Row>> {
    let Filter { kind, status, from, to } = Filter::of(query);
    let (limit, offset) = (i64::from(query.page.limit), i64::from(query.page.offset));
    let statement = match query.page.order {
        Order::Chronological => select_schedule!(
            "schedule_party JOIN schedule ON id = schedule
             WHERE of_account = $1 AND party = $6
             AND ($2::bigint IS NULL OR (of_kind = $2 AND kind = $2))
             AND ($3::bigint IS NULL OR status = $3) AND created_at BETWEEN $4 AND $5
             ORDER BY made_at, schedule LIMIT $7 OFFSET $8"
        ),
        Order::ReverseChronological => select_schedule!(
            "schedule_party JOIN schedule ON id = schedule
             WHERE of_account = $1 AND party = $6
             AND ($2::bigint IS NULL OR (of_kind = $2 AND kind = $2))
             AND ($3::bigint IS NULL OR status = $3) AND created_at BETWEEN $4 AND $5
             ORDER BY made_at DESC, schedule DESC LIMIT $7 OFFSET $8"
        ),
    };
    let account = query.account.0;
    session.query(statement, &[&account, &kind, &status, &from, &to, &party, &limit, &offset]).await
}

async fn page_of_account(session: &Session, query: &ScheduleQuery) -> Outcome<Vec<Row>> {
    let Filter { kind, status, from, to } = Filter::of(query);
    let (limit, offset) = (i64::from(query.page.limit), i64::from(query.page.offset));
    let statement = match query.page.order {
        Order::Chronological => select_schedule!(
            "schedule WHERE account = $1 AND ($2::bigint IS NULL OR kind = $2)
             AND ($3::bigint IS NULL OR status = $3) AND created_at BETWEEN $4 AND $5
             ORDER BY created_at, id LIMIT $6 OFFSET $7"
        ),
        Order::ReverseChronological => select_schedule!(
            "schedule WHERE account = $1 AND ($2::bigint IS NULL OR kind = $2)
             AND ($3::bigint IS NULL OR status = $3) AND created_at BETWEEN $4 AND $5
             ORDER BY created_at DESC, id DESC LIMIT $6 OFFSET $7"
        ),
    };
    let account = query.account.0;
    session.query(statement, &[&account, &kind, &status, &from, &to, &limit, &offset]).await
}

/// Whether any schedule was ever created.
pub(super) async fn any(session: &Session) -> Outcome<bool> {
    Ok(session.first("SELECT id FROM schedule LIMIT 1", &[]).await?.is_some())
}

/// Ends a schedule as its owner wishes.
pub(super) async fn delete(session: &Session, id: ScheduleId, at: Instant) -> Outcome<Deletion> {
    hold(session, &[id.0]).await?;
    let Some(before) = find(session, id).await? else { return Ok(Deletion::NotFound) };
    let Some(deleted) = before.clone().delete(at) else { return Ok(Deletion::Already(before)) };
    let mut changes = Changes::default();
    call_off(session, id, &mut changes).await?;
    write_status(session, id, deleted.status, deleted.ended_at).await?;
    session.execute("UPDATE schedule SET paused = NULL WHERE id = $1", &[&id.0]).await?;
    changes.tell(told(deleted.account, id, ScheduleEvent::Deleted, at));
    changes.write(session).await?;
    Ok(Deletion::Deleted(deleted))
}

/// Writes where a schedule stands.
pub(super) async fn write_status(
    session: &Session,
    id: ScheduleId,
    status: Status,
    ended_at: Option<Instant>,
) -> Outcome<()> {
    session
        .execute(
            "UPDATE schedule SET status = $2, ended_at = $3, version = version + 1 WHERE id = $1",
            &[&id.0, &status.number(), &ended_at.map(Instant::nanoseconds)],
        )
        .await?;
    Ok(())
}

/// Takes a held schedule's runs out of the queue. One that is in flight finishes and is
/// recorded, and nothing follows it.
pub(super) async fn call_off(
    session: &Session,
    id: ScheduleId,
    changes: &mut Changes,
) -> Outcome<()> {
    let runs = queue::hold(session, id).await?;
    for lane in queue::end(session, &runs).await? {
        changes.count(List::QUEUE, lane.0, -1);
    }
    Ok(())
}
