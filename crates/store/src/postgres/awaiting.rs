//! Attempts that were sent and whose outcome is not known, or not final.

use std::sync::Arc;

use engine::settlement::AwaitingKey;
use engine::{AccountId, Awaiting, Instant, LaneId, Run, RunKey, ScheduleId, Slot};
use tokio_postgres::Row;

use super::columns::{
    attempt_at, instant_at, link_at, money_at, payment_at, plan, role_columns, short, wait,
    wait_columns,
};
use super::queue::role_at;
use super::session::Session;
use crate::fault::Outcome;

/// Takes an attempt that waits out, to be settled; where it is said since when, only if it
/// has waited since then. Whether it was there.
pub(super) async fn take(
    session: &Session,
    key: AwaitingKey,
    since: Option<Instant>,
) -> Outcome<bool> {
    let taken = session
        .execute(
            "DELETE FROM awaiting WHERE slot = $1 AND schedule = $2 AND attempt = $3
             AND since = coalesce($4, since)",
            &[
                &key.slot.stored(),
                &key.schedule.0,
                &i16::from(key.attempt),
                &since.map(Instant::nanoseconds),
            ],
        )
        .await?;
    Ok(taken == 1)
}

pub(super) async fn insert(session: &Session, awaiting: &Awaiting, plan: &[u8]) -> Outcome<()> {
    let Awaiting { run, wait, since, link } = awaiting;
    let (role, recorded, through) = role_columns(run.role);
    let (held, accepted) = wait_columns(*wait);
    session
        .execute(
            "INSERT INTO awaiting (slot, schedule, attempt, lane, due, account, queued_at, role,
             recorded, through, quoted, quoted_currency, plan, accepted_kind, accepted, since,
             link_due, link_slot, link_attempt, held)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
             $18, $19, $20)",
            &[
                &run.key.slot.stored(),
                &run.key.schedule.0,
                &i16::from(run.attempt),
                &run.key.lane.0,
                &run.key.due.nanoseconds(),
                &run.account.0,
                &run.queued_at.nanoseconds(),
                &short(role),
                &i64::from(recorded),
                &through,
                &run.quoted.map(|money| money.amount_minor),
                &run.quoted.as_ref().map(|money| money.currency.code()),
                &plan,
                &accepted.map(|(kind, _)| short(kind)),
                &accepted.map(|(_, key)| key),
                &since.nanoseconds(),
                &link.map(|link| link.due.nanoseconds()),
                &link.map(|link| link.slot.stored()),
                &link.map(|link| i16::from(link.attempt)),
                &short(held),
            ],
        )
        .await?;
    Ok(())
}

/// Attempts of a lane whose outcome is not known, oldest slot first, after `after`.
pub(super) async fn page(
    session: &Session,
    lane: LaneId,
    after: Option<AwaitingKey>,
    limit: u32,
) -> Outcome<Vec<Awaiting>> {
    let (slot, schedule, attempt) = after.map_or((i64::MIN, i64::MIN, 0), |key| {
        (key.slot.stored(), key.schedule.0, i16::from(key.attempt))
    });
    let rows = session
        .query(
            "SELECT slot, schedule, attempt, due, account, queued_at, role, recorded, through,
             quoted, quoted_currency, plan, accepted_kind, accepted, since, link_due, link_slot,
             link_attempt, lane, held FROM awaiting
             WHERE (slot, schedule, attempt) > ($1, $2, $3) AND lane = $4
             ORDER BY slot, schedule, attempt LIMIT $5",
            &[&slot, &schedule, &attempt, &lane.0, &i64::from(limit)],
        )
        .await?;
    rows.iter().map(awaiting).collect()
}

/// The latest attempt that waits of each slot that has one.
pub(super) async fn latest(
    session: &Session,
    schedules: &[i64],
    slots: &[i64],
) -> Outcome<Vec<Awaiting>> {
    let rows = session
        .query(
            "SELECT DISTINCT ON (awaiting.slot, awaiting.schedule) awaiting.slot,
             awaiting.schedule, attempt, due, account, queued_at, role, recorded, through,
             quoted, quoted_currency, plan, accepted_kind, accepted, since, link_due, link_slot,
             link_attempt, lane, held
             FROM unnest($1::bigint[], $2::bigint[]) AS wanted (schedule, slot)
             JOIN awaiting ON awaiting.slot = wanted.slot AND awaiting.schedule = wanted.schedule
             ORDER BY awaiting.slot, awaiting.schedule, attempt DESC",
            &[&schedules, &slots],
        )
        .await?;
    rows.iter().map(awaiting).collect()
}

fn awaiting(row: &Row) -> Outcome<Awaiting> {
    let key = RunKey {
        lane: LaneId(row.try_get(18)?),
        due: instant_at(row, 3)?,
        schedule: ScheduleId(row.try_get(1)?),
        slot: Slot::from_stored(row.try_get(0)?),
    };
    let run = Run {
        key,
        account: AccountId(row.try_get(4)?),
        attempt: attempt_at(row, 2)?,
        queued_at: instant_at(row, 5)?,
        role: role_at(row, 6)?,
        plan: Arc::new(plan(row.try_get(11)?)?),
        quoted: money_at(row, 9)?,
    };
    let held: i16 = row.try_get(19)?;
    Ok(Awaiting {
        run,
        wait: wait(i64::from(held), payment_at(row, 12)?)?,
        since: instant_at(row, 14)?,
        link: link_at(row, 15)?,
    })
}
