//! Attempts that were sent and whose outcome is not known, or not final.

use std::sync::Arc;

use engine::settlement::AwaitingKey;
use engine::{AccountId, Awaiting, Instant, LaneId, Run, RunKey, ScheduleId, Slot};
use rusqlite::{Connection, Row, params};

use super::columns::{
    instant_at, link_at, link_columns, money_at, payment_at, plan, role, role_columns, wait,
    wait_columns,
};
use crate::fault::Outcome;

const COLUMNS: &str = "slot, schedule, attempt, due, account, queued_at, role, recorded,
    through, quoted, quoted_currency, plan, accepted_kind, accepted, since, link_due, link_slot,
    link_attempt, lane, held";

/// Whether an attempt waits; where it is said since when, whether since then.
pub(super) fn waits(
    connection: &Connection,
    key: AwaitingKey,
    since: Option<Instant>,
) -> Outcome<bool> {
    let since = since.map(Instant::nanoseconds);
    Ok(connection
        .prepare_cached(
            "SELECT 1 FROM awaiting WHERE slot = ?1 AND schedule = ?2 AND attempt = ?3
             AND since = coalesce(?4, since)",
        )?
        .exists((key.slot.stored(), key.schedule.0, key.attempt, since))?)
}

pub(super) fn remove(connection: &Connection, key: AwaitingKey) -> Outcome<()> {
    connection
        .prepare_cached("DELETE FROM awaiting WHERE slot = ?1 AND schedule = ?2 AND attempt = ?3")?
        .execute((key.slot.stored(), key.schedule.0, key.attempt))?;
    Ok(())
}

pub(super) fn insert(connection: &Connection, awaiting: &Awaiting, plan: &[u8]) -> Outcome<()> {
    let Awaiting { run, wait, since, link } = awaiting;
    let (role, recorded, through) = role_columns(run.role);
    let (held, accepted) = wait_columns(*wait);
    let link = link_columns(*link);
    connection
        .prepare_cached(
            "INSERT INTO awaiting (slot, schedule, attempt, lane, due, account, queued_at, role,
             recorded, through, quoted, quoted_currency, plan, accepted_kind, accepted, since,
             link_due, link_slot, link_attempt, held)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
             ?18, ?19, ?20)",
        )?
        .execute(params![
            run.key.slot.stored(),
            run.key.schedule.0,
            run.attempt,
            run.key.lane.0,
            run.key.due.nanoseconds(),
            run.account.0,
            run.queued_at.nanoseconds(),
            role,
            recorded,
            through,
            run.quoted.map(|money| money.amount_minor),
            run.quoted.as_ref().map(|money| money.currency.code()),
            plan,
            accepted.map(|(kind, _)| kind),
            accepted.map(|(_, key)| key),
            since.nanoseconds(),
            link.0,
            link.1,
            link.2,
            held,
        ])?;
    Ok(())
}

/// Attempts of a lane whose outcome is not known, oldest slot first, after `after`.
pub(super) fn page(
    connection: &Connection,
    lane: LaneId,
    after: Option<AwaitingKey>,
    limit: u32,
) -> Outcome<Vec<Awaiting>> {
    let (slot, schedule, attempt) = after
        .map_or((i64::MIN, i64::MIN, 0), |key| (key.slot.stored(), key.schedule.0, key.attempt));
    let mut select = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM awaiting
         WHERE (slot, schedule, attempt) > (?1, ?2, ?3) AND lane = ?4
         ORDER BY slot, schedule, attempt LIMIT ?5"
    ))?;
    select.query_and_then((slot, schedule, attempt, lane.0, limit), awaiting)?.collect()
}

/// The attempt at a slot whose outcome is not known.
pub(super) fn of(
    connection: &Connection,
    schedule: ScheduleId,
    slot: Slot,
) -> Outcome<Option<Awaiting>> {
    let mut select = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM awaiting WHERE slot = ?1 AND schedule = ?2
         ORDER BY attempt DESC LIMIT 1"
    ))?;
    let mut rows = select.query((slot.stored(), schedule.0))?;
    rows.next()?.map(awaiting).transpose()
}

fn awaiting(row: &Row<'_>) -> Outcome<Awaiting> {
    let key = RunKey {
        lane: LaneId(row.get(18)?),
        due: instant_at(row, 3)?,
        schedule: ScheduleId(row.get(1)?),
        slot: Slot::from_stored(row.get(0)?),
    };
    let run = Run {
        key,
        account: AccountId(row.get(4)?),
        attempt: row.get(2)?,
        queued_at: instant_at(row, 5)?,
        role: role(row.get(6)?, row.get(7)?, row.get(8)?)?,
        plan: Arc::new(plan(row.get_ref(11)?.as_blob().unwrap_or(&[]))?),
        quoted: money_at(row, 9)?,
    };
    Ok(Awaiting {
        run,
        wait: wait(row.get(19)?, payment_at(row, 12)?)?,
        since: instant_at(row, 14)?,
        link: link_at(row, 15)?,
    })
}
