//! The queue: claimed, frozen, recovered, counted.

use std::ops::Range;
use std::sync::Arc;

use engine::{AccountId, Instant, LaneId, Money, Role, Run, RunKey, ScheduleId, Slot, Term};
use rusqlite::{Connection, OptionalExtension, Rows};

use super::bulk::Bulk;

use super::columns::{self, instant_at, money_at, plan_blob, role, role_columns};
use super::writer::Writing;
use crate::fault::{Fault, Outcome};
use crate::store::{Claim, Frozen};

/// A row of the queue, with its plan as it is stored.
#[derive(Clone, Debug)]
pub(super) struct QueueRow {
    key: RunKey,
    account: AccountId,
    attempt: u8,
    queued_at: Instant,
    role: Role,
    quoted: Option<Money>,
    plan: Vec<u8>,
}

impl QueueRow {
    /// Makes the blob of a run's plan.
    pub(super) fn new(run: &Run) -> Outcome<QueueRow> {
        Ok(QueueRow {
            key: run.key,
            account: run.account,
            attempt: run.attempt,
            queued_at: run.queued_at,
            role: run.role,
            quoted: run.quoted,
            plan: plan_blob(&run.plan)?,
        })
    }

    pub(super) const fn key(&self) -> RunKey {
        self.key
    }

    pub(super) const fn lane(&self) -> i64 {
        self.key.lane.0
    }
}

/// Puts runs into the queue, unclaimed; one that is there already is an error.
pub(super) fn insert(connection: &Connection, rows: &[&QueueRow]) -> Outcome<()> {
    const INTO: &str =
        "INSERT OR FAIL INTO queue (lane, due, schedule, slot, role, account, attempt,
        queued_at, recorded, through, quoted, quoted_currency, plan)";
    Bulk::new(connection, INTO, 13).insert(rows, |values, row| {
        let (lane, due, schedule, slot) = key_columns(row.key);
        let (role, recorded, through) = role_columns(row.role);
        values.put(lane)?;
        values.put(due)?;
        values.put(schedule)?;
        values.put(slot)?;
        values.put(role)?;
        values.put(row.account.0)?;
        values.put(row.attempt)?;
        values.put(row.queued_at.nanoseconds())?;
        values.put(recorded)?;
        values.put(through)?;
        values.put(row.quoted.map(|money| money.amount_minor))?;
        values.put(row.quoted.as_ref().map(|money| money.currency.code()))?;
        values.put(&row.plan)
    })
}

/// Runs as they are read: their plans lie together, and are read by the caller.
#[derive(Default)]
pub(super) struct RawRuns {
    rows: Vec<RawRun>,
    plans: Vec<u8>,
}

struct RawRun {
    key: RunKey,
    account: AccountId,
    attempt: u8,
    queued_at: Instant,
    role: (i64, u32, i64),
    quoted: Option<Money>,
    plan: Range<usize>,
}

/// Runs as they read, and the places of those that do not.
#[derive(Default)]
pub(super) struct Sorted {
    pub(super) runs: Vec<Run>,
    pub(super) unreadable: Vec<(RunKey, Fault)>,
}

impl RawRuns {
    fn read(&mut self, lane: LaneId, rows: &mut Rows<'_>) -> Outcome<()> {
        while let Some(row) = rows.next()? {
            let plan = row.get_ref(11)?.as_blob().unwrap_or(&[]);
            let start = self.plans.len();
            self.plans.extend_from_slice(plan);
            self.rows.push(RawRun {
                key: RunKey {
                    lane,
                    due: instant_at(row, 0)?,
                    schedule: ScheduleId(row.get(1)?),
                    slot: Slot::from_stored(row.get(2)?),
                },
                account: AccountId(row.get(3)?),
                attempt: row.get(4)?,
                queued_at: instant_at(row, 5)?,
                role: (row.get(6)?, row.get(7)?, row.get(8)?),
                quoted: money_at(row, 9)?,
                plan: start..self.plans.len(),
            });
        }
        Ok(())
    }

    /// Reads the plans.
    pub(super) fn sort(self) -> Sorted {
        let RawRuns { rows, plans } = self;
        let mut sorted = Sorted { runs: Vec::with_capacity(rows.len()), unreadable: Vec::new() };
        for row in rows {
            let key = row.key;
            match row.read(&plans) {
                Ok(run) => sorted.runs.push(run),
                Err(fault) => sorted.unreadable.push((key, fault)),
            }
        }
        sorted
    }
}

impl RawRun {
    fn read(self, plans: &[u8]) -> Outcome<Run> {
        let RawRun { key, account, attempt, queued_at, role, quoted, plan } = self;
        let role = columns::role(role.0, role.1, role.2)?;
        let plan = Arc::new(columns::plan(plans.get(plan).unwrap_or(&[]))?);
        Ok(Run { key, account, attempt, queued_at, role, plan, quoted })
    }
}

const COLUMNS: &str = "due, schedule, slot, account, attempt, queued_at, role, recorded, through,
    quoted, quoted_currency, plan";

/// The `term` of a run that nobody has claimed: terms count from one, so that it is none's.
pub(super) const UNCLAIMED: i64 = 1 << 32;
/// The `term` of a run that does not read as what was written: it is left where it lies,
/// and nobody claims it.
const SET_ASIDE: i64 = UNCLAIMED - 1;
/// The `lease_until` of a run that nobody has claimed.
const NO_LEASE: i64 = i64::MIN;

/// A claimer's term as it is stored: as many bytes as [`UNCLAIMED`].
pub(super) const fn term_column(term: Term) -> i64 {
    UNCLAIMED.saturating_add(term.number())
}

/// A key as four columns.
pub(super) const fn key_columns(key: RunKey) -> (i64, i64, i64, i64) {
    (key.lane.0, key.due.nanoseconds(), key.schedule.0, key.slot.stored())
}

/// Claims what is due and unclaimed, in due order.
pub(super) fn claim(writing: &mut Writing<'_>, claim: &Claim) -> Outcome<RawRuns> {
    let connection = writing.connection;
    let mut select = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM queue
         WHERE lane = ?1 AND due <= ?2 AND term = ?4
         AND (not_before IS NULL OR not_before <= ?2)
         ORDER BY due, schedule, slot LIMIT ?3"
    ))?;
    let now = claim.now.nanoseconds();
    let mut claimed = RawRuns::default();
    claimed.read(claim.lane, &mut select.query((claim.lane.0, now, claim.limit, UNCLAIMED))?)?;
    let (Some(first), Some(last)) = (claimed.rows.first(), claimed.rows.last()) else {
        return Ok(claimed);
    };
    // Whatever can be claimed between the first and the last was selected: one range.
    connection
        .prepare_cached(
            "UPDATE OR FAIL queue SET term = ?8, lease_until = ?9, not_before = NULL
             WHERE lane = ?1 AND (due, schedule, slot) >= (?2, ?3, ?4)
             AND (due, schedule, slot) <= (?5, ?6, ?7)
             AND term = ?11 AND (not_before IS NULL OR not_before <= ?10)",
        )?
        .execute((
            claim.lane.0,
            first.key.due.nanoseconds(),
            first.key.schedule.0,
            first.key.slot.stored(),
            last.key.due.nanoseconds(),
            last.key.schedule.0,
            last.key.slot.stored(),
            term_column(claim.term),
            claim.lease_until.nanoseconds(),
            now,
            UNCLAIMED,
        ))?;
    note_claimed(connection, claim.lane, last.key.due)?;
    Ok(claimed)
}

/// Remembers how far a lane was claimed, so that recovery need not look further.
fn note_claimed(connection: &Connection, lane: LaneId, due: Instant) -> Outcome<()> {
    connection
        .prepare_cached(
            "INSERT INTO lane (lane, claimed_through) VALUES (?1, ?2)
             ON CONFLICT DO UPDATE SET claimed_through = excluded.claimed_through
             WHERE excluded.claimed_through > claimed_through",
        )?
        .execute((lane.0, due.nanoseconds()))?;
    Ok(())
}

/// Claims anew what was claimed before and left behind: under any term whose lease has
/// passed, or under an earlier term, which nobody else can be working under while we
/// have the data to ourselves.
pub(super) fn recover(writing: &mut Writing<'_>, claim: &Claim) -> Outcome<RawRuns> {
    let connection = writing.connection;
    let mut select = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM queue
         WHERE lane = ?1 AND due <= (SELECT claimed_through FROM lane WHERE lane = ?1)
         AND term <> ?5 AND term <> ?6 AND (term <> ?2 OR lease_until <= ?3)
         ORDER BY due, schedule, slot LIMIT ?4"
    ))?;
    let term = term_column(claim.term);
    let wall_now = claim.wall_now.nanoseconds();
    let mut left = RawRuns::default();
    left.read(
        claim.lane,
        &mut select.query((claim.lane.0, term, wall_now, claim.limit, UNCLAIMED, SET_ASIDE))?,
    )?;
    let mut update = connection.prepare_cached(
        "UPDATE queue SET term = ?5, lease_until = ?6
         WHERE lane = ?1 AND due = ?2 AND schedule = ?3 AND slot = ?4",
    )?;
    for row in &left.rows {
        let (lane, due, schedule, slot) = key_columns(row.key);
        let lease_until = claim.lease_until.nanoseconds();
        update.execute((lane, due, schedule, slot, term, lease_until))?;
    }
    Ok(left)
}

/// Leaves claimed rows where they lie, for a person to look at, so that the others run.
pub(super) fn set_aside(connection: &Connection, term: Term, keys: &[RunKey]) -> Outcome<()> {
    let mut update = connection.prepare_cached(
        "UPDATE queue SET term = ?6
         WHERE lane = ?1 AND due = ?2 AND schedule = ?3 AND slot = ?4 AND term = ?5",
    )?;
    for key in keys {
        let (lane, due, schedule, slot) = key_columns(*key);
        update.execute((lane, due, schedule, slot, term_column(term), SET_ASIDE))?;
    }
    Ok(())
}

/// Freezes quoted amounts in claimed runs.
pub(super) fn freeze(
    writing: &mut Writing<'_>,
    term: Term,
    frozen: &[Frozen],
) -> Outcome<Vec<bool>> {
    let mut update = writing.connection.prepare_cached(
        "UPDATE queue SET quoted = ?6, quoted_currency = ?7
         WHERE lane = ?1 AND due = ?2 AND schedule = ?3 AND slot = ?4 AND term = ?5
         AND (quoted IS NULL OR (quoted = ?6 AND quoted_currency = ?7))",
    )?;
    frozen
        .iter()
        .map(|Frozen { key, quoted }| {
            let (lane, due, schedule, slot) = key_columns(*key);
            let (amount, currency) = (quoted.amount_minor, quoted.currency.code());
            let changed =
                update.execute((lane, due, schedule, slot, term_column(term), amount, currency))?;
            Ok(changed == 1)
        })
        .collect()
}

/// When the next unclaimed run of a lane can be claimed.
pub(super) fn next_due(connection: &Connection, lane: LaneId) -> Outcome<Option<Instant>> {
    let mut select = connection.prepare_cached(
        "SELECT due, not_before FROM queue WHERE lane = ?1 AND term = ?2 ORDER BY due",
    )?;
    let mut rows = select.query((lane.0, UNCLAIMED))?;
    let mut next: Option<i64> = None;
    while let Some(row) = rows.next()? {
        let due: i64 = row.get(0)?;
        if next.is_some_and(|next| next <= due) {
            break; // what comes later cannot be claimed earlier
        }
        let from = due.max(row.get::<_, Option<i64>>(1)?.unwrap_or(due));
        next = Some(next.map_or(from, |next| next.min(from)));
    }
    Ok(next.map(Instant::from_nanoseconds))
}

/// What is due and unclaimed, in due order.
pub(super) fn queued(
    connection: &Connection,
    lane: LaneId,
    by: Instant,
    limit: u32,
) -> Outcome<RawRuns> {
    let mut select = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM queue WHERE lane = ?1 AND due <= ?2 AND term = ?4
         ORDER BY due, schedule, slot LIMIT ?3"
    ))?;
    let mut found = RawRuns::default();
    found.read(lane, &mut select.query((lane.0, by.nanoseconds(), limit, UNCLAIMED))?)?;
    Ok(found)
}

/// How many slots of a lane's queued schedules are due by `by`, retries aside.
pub(super) fn count_slots(
    connection: &Connection,
    lane: LaneId,
    by: Instant,
    enough: u64,
) -> Outcome<u64> {
    let mut select = connection.prepare_cached(
        "SELECT attempt, role, recorded, through, plan FROM queue WHERE lane = ?1 AND due <= ?2",
    )?;
    let mut rows = select.query((lane.0, by.nanoseconds()))?;
    let mut slots = 0_u64;
    while let Some(row) = rows.next()? {
        if slots > enough {
            break;
        }
        slots += u64::from(row.get::<_, u8>(0)? == 0);
        if let Role::Cadence { through, .. } = role(row.get(1)?, row.get(2)?, row.get(3)?)? {
            let plan = columns::plan(row.get_ref(4)?.as_blob().unwrap_or(&[]))?;
            slots = slots.saturating_add(plan.count_due(through, by));
        }
    }
    Ok(slots)
}

/// A schedule's runs that are not its cadence.
pub(super) fn detached(connection: &Connection, schedule: ScheduleId) -> Outcome<Vec<RunKey>> {
    let mut select = connection
        .prepare_cached("SELECT lane, due, slot FROM queue WHERE schedule = ?1 AND role <> 0")?;
    select
        .query_and_then([schedule.0], |row| {
            Ok(RunKey {
                lane: LaneId(row.get(0)?),
                due: instant_at(row, 1)?,
                schedule,
                slot: Slot::from_stored(row.get(2)?),
            })
        })?
        .collect()
}

/// Gives a claimed run back: it was provably not sent.
pub(super) fn release(connection: &Connection, key: RunKey, until: Instant) -> Outcome<()> {
    let (lane, due, schedule, slot) = key_columns(key);
    connection
        .prepare_cached(
            "UPDATE queue SET term = ?6, lease_until = ?7, not_before = ?5
             WHERE lane = ?1 AND due = ?2 AND schedule = ?3 AND slot = ?4",
        )?
        .execute((lane, due, schedule, slot, until.nanoseconds(), UNCLAIMED, NO_LEASE))?;
    Ok(())
}

/// What became of a run whose schedule ended.
pub(super) enum Ended {
    /// It was not in flight and is out of the queue.
    Removed,
    /// It is in flight: it is recorded when it settles, and nothing follows.
    Marked,
    /// It was not there.
    Gone,
}

/// Takes a run out of the queue, or marks it where it is in flight.
pub(super) fn end(connection: &Connection, key: RunKey) -> Outcome<Ended> {
    let columns = key_columns(key);
    let term: Option<i64> = connection
        .prepare_cached(
            "SELECT term FROM queue WHERE lane = ?1 AND due = ?2 AND schedule = ?3 AND slot = ?4",
        )?
        .query_row(columns, |row| row.get(0))
        .optional()?;
    let (sql, ended) = match term {
        None => return Ok(Ended::Gone),
        Some(UNCLAIMED) => (
            "DELETE FROM queue WHERE lane = ?1 AND due = ?2 AND schedule = ?3 AND slot = ?4",
            Ended::Removed,
        ),
        Some(_) => (
            "UPDATE queue SET ending = 1
             WHERE lane = ?1 AND due = ?2 AND schedule = ?3 AND slot = ?4",
            Ended::Marked,
        ),
    };
    connection.prepare_cached(sql)?.execute(columns)?;
    Ok(ended)
}
