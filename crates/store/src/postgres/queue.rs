//! Runs: queued, claimed, frozen, recovered, counted.
//!
//! A run that nobody has claimed stands in `queue`, one that is in flight in `claimed`, and
//! whoever moves it from one to the other holds its row until it commits. Claims skip rows
//! that are held, so that nodes do not wait for each other.

use std::collections::HashSet;
use std::sync::Arc;

use engine::{AccountId, Instant, LaneId, Money, Role, Run, RunKey, ScheduleId, Slot, Term};
use tokio_postgres::Row;

use super::columns::{
    self, attempt_at, instant_at, money_at, plan_blob, role, role_columns, short, whole_at,
};
use super::session::Session;
use crate::fault::{Fault, Outcome};
use crate::store::{Claim, Frozen};

/// The term of a run that does not read as what was written: nobody settles it, and nobody
/// claims it.
const SET_ASIDE: i64 = -1;

/// A run, with its plan as it is stored.
#[derive(Clone, Debug)]
pub(super) struct QueueRow {
    pub(super) key: RunKey,
    account: AccountId,
    attempt: i16,
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
            attempt: i16::from(run.attempt),
            queued_at: run.queued_at,
            role: run.role,
            quoted: run.quoted,
            plan: plan_blob(&run.plan)?,
        })
    }
}

/// Keys as four arrays.
#[derive(Default)]
pub(super) struct KeyArrays {
    pub(super) lanes: Vec<i64>,
    pub(super) due: Vec<i64>,
    pub(super) schedules: Vec<i64>,
    pub(super) slots: Vec<i64>,
}

impl FromIterator<RunKey> for KeyArrays {
    fn from_iter<I: IntoIterator<Item = RunKey>>(keys: I) -> KeyArrays {
        let mut arrays = KeyArrays::default();
        for key in keys {
            arrays.lanes.push(key.lane.0);
            arrays.due.push(key.due.nanoseconds());
            arrays.schedules.push(key.schedule.0);
            arrays.slots.push(key.slot.stored());
        }
        arrays
    }
}

/// Puts runs into the queue, unclaimed; one that is there already is an error.
pub(super) async fn insert(session: &Session, rows: &[&QueueRow]) -> Outcome<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let keys: KeyArrays = rows.iter().map(|row| row.key).collect();
    let roles: Vec<_> = rows.iter().map(|row| role_columns(row.role)).collect();
    let accounts: Vec<i64> = rows.iter().map(|row| row.account.0).collect();
    let attempts: Vec<i16> = rows.iter().map(|row| row.attempt).collect();
    let queued_at: Vec<i64> = rows.iter().map(|row| row.queued_at.nanoseconds()).collect();
    let kinds: Vec<i16> = roles.iter().map(|(kind, _, _)| short(*kind)).collect();
    let recorded: Vec<i64> = roles.iter().map(|(_, recorded, _)| i64::from(*recorded)).collect();
    let through: Vec<i64> = roles.iter().map(|(_, _, through)| *through).collect();
    let quoted: Vec<Option<i64>> =
        rows.iter().map(|row| row.quoted.map(|money| money.amount_minor)).collect();
    let currencies: Vec<Option<&str>> =
        rows.iter().map(|row| row.quoted.as_ref().map(|money| money.currency.code())).collect();
    let plans: Vec<&[u8]> = rows.iter().map(|row| &row.plan[..]).collect();
    session
        .execute(
            "INSERT INTO queue (lane, due, schedule, slot, role, account, attempt, queued_at,
             recorded, through, quoted, quoted_currency, plan)
             SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[],
                 $5::smallint[], $6::bigint[], $7::smallint[], $8::bigint[], $9::bigint[],
                 $10::bigint[], $11::bigint[], $12::text[], $13::bytea[])",
            &[
                &keys.lanes,
                &keys.due,
                &keys.schedules,
                &keys.slots,
                &kinds,
                &accounts,
                &attempts,
                &queued_at,
                &recorded,
                &through,
                &quoted,
                &currencies,
                &plans,
            ],
        )
        .await?;
    session.after_commit(|after| after.queued.extend(rows.iter().map(|row| row.key)));
    Ok(())
}

/// Runs as they read, and those that do not.
#[derive(Default)]
pub(super) struct Sorted {
    pub(super) runs: Vec<Run>,
    pub(super) unreadable: Vec<(RunKey, Fault)>,
}

/// Reads rows, in due order.
pub(super) fn sort(lane: LaneId, rows: &[Row]) -> Outcome<Sorted> {
    let mut sorted = Sorted::default();
    for row in rows {
        let key = RunKey {
            lane,
            due: instant_at(row, 0)?,
            schedule: ScheduleId(row.try_get(1)?),
            slot: Slot::from_stored(row.try_get(2)?),
        };
        match run(key, row) {
            Ok(run) => sorted.runs.push(run),
            Err(fault) => sorted.unreadable.push((key, fault)),
        }
    }
    sorted.runs.sort_unstable_by_key(|run| run.key);
    Ok(sorted)
}

fn run(key: RunKey, row: &Row) -> Outcome<Run> {
    Ok(Run {
        key,
        account: AccountId(row.try_get(3)?),
        attempt: attempt_at(row, 4)?,
        queued_at: instant_at(row, 5)?,
        role: role_at(row, 6)?,
        plan: Arc::new(columns::plan(row.try_get(11)?)?),
        quoted: money_at(row, 9)?,
    })
}

/// The three columns of a role, from `first` on.
pub(super) fn role_at(row: &Row, first: usize) -> Outcome<Role> {
    let kind: i16 = row.try_get(first)?;
    let recorded = whole_at(row, first + 1, "count of occurrences")?;
    role(i64::from(kind), recorded, row.try_get(first + 2)?)
}

/// Until when a claim holds, as a row keeps it: by the claim's own clock, or else so long
/// from now by the database's.
#[derive(Clone, Copy)]
pub(super) struct Lease {
    length: i64,
    wall_now: Option<i64>,
}

impl Lease {
    pub(super) fn of(claim: &Claim, is_by_database: bool) -> Lease {
        let wall_now = claim.wall_now.nanoseconds();
        let length = claim.lease_until.nanoseconds().saturating_sub(wall_now).max(0);
        if is_by_database {
            // A century at most, so that adding it to now cannot overflow.
            return Lease { length: length.min(LEASE_MAX), wall_now: None };
        }
        Lease { length, wall_now: Some(wall_now) }
    }
}

/// A hundred years, in nanoseconds.
const LEASE_MAX: i64 = 100 * 365 * 86_400 * 1_000_000_000;

/// Claims what is due and unclaimed, in due order, from behind a row on.
pub(super) async fn claim(
    session: &Session,
    claim: &Claim,
    behind: Option<RunKey>,
    lease: Lease,
) -> Outcome<Vec<Row>> {
    let (due, schedule, slot) = match behind {
        Some(key) => (key.due.nanoseconds(), key.schedule.0, key.slot.stored()),
        None => (i64::MIN, i64::MIN, i64::MIN),
    };
    session
        .query(
            "WITH picked AS MATERIALIZED (
                 SELECT lane, due, schedule, slot FROM queue
                 WHERE lane = $1 AND due <= $2 AND (lane, due, schedule, slot) > ($1, $4, $5, $6)
                 AND (not_before IS NULL OR not_before <= $2)
                 AND NOT EXISTS (SELECT 1 FROM lane_elsewhere WHERE lane_elsewhere.lane = $1)
                 ORDER BY lane, due, schedule, slot LIMIT $3 FOR UPDATE SKIP LOCKED
             ), gone AS (
                 DELETE FROM queue USING picked
                 WHERE queue.lane = $1 AND queue.due = picked.due
                 AND queue.schedule = picked.schedule AND queue.slot = picked.slot
                 RETURNING queue.lane, queue.due, queue.schedule, queue.slot, queue.account,
                     queue.queued_at, queue.through, queue.recorded, queue.quoted, queue.role,
                     queue.attempt, queue.quoted_currency, queue.plan
             )
             INSERT INTO claimed (lane, due, schedule, slot, term, lease_until, account,
                 queued_at, through, recorded, quoted, role, attempt, ending, quoted_currency,
                 plan)
             SELECT lane, due, schedule, slot, $7::bigint,
                 coalesce($8, database_now()) + $9::bigint,
                 account, queued_at, through, recorded, quoted, role, attempt, false,
                 quoted_currency, plan
             FROM gone
             RETURNING due, schedule, slot, account, attempt, queued_at, role, recorded, through,
                 quoted, quoted_currency, plan",
            &[
                &claim.lane.0,
                &claim.now.nanoseconds(),
                &i64::from(claim.limit),
                &due,
                &schedule,
                &slot,
                &claim.term.number(),
                &lease.wall_now,
                &lease.length,
            ],
        )
        .await
}

/// Claims anew what was claimed under any term whose lease has passed.
pub(super) async fn recover(session: &Session, claim: &Claim, lease: Lease) -> Outcome<Vec<Row>> {
    session
        .query(
            "WITH left_behind AS MATERIALIZED (
                 SELECT lane, due, schedule, slot FROM claimed
                 WHERE lane = $1 AND term <> -1 AND lease_until <= coalesce($4, database_now())
                 AND NOT EXISTS (SELECT 1 FROM lane_elsewhere WHERE lane_elsewhere.lane = $1)
                 ORDER BY lane, due, schedule, slot LIMIT $2 FOR UPDATE SKIP LOCKED
             )
             UPDATE claimed SET term = $3,
                 lease_until = coalesce($4, database_now()) + $5::bigint
             FROM left_behind
             WHERE claimed.lane = left_behind.lane AND claimed.due = left_behind.due
             AND claimed.schedule = left_behind.schedule AND claimed.slot = left_behind.slot
             RETURNING claimed.due, claimed.schedule, claimed.slot, claimed.account,
                 claimed.attempt, claimed.queued_at, claimed.role, claimed.recorded,
                 claimed.through, claimed.quoted, claimed.quoted_currency, claimed.plan",
            &[
                &claim.lane.0,
                &i64::from(claim.limit),
                &claim.term.number(),
                &lease.wall_now,
                &lease.length,
            ],
        )
        .await
}

/// Leaves claimed rows where they lie, for a person to look at, so that the others run.
pub(super) async fn set_aside(session: &Session, term: Term, keys: &[RunKey]) -> Outcome<()> {
    let keys: KeyArrays = keys.iter().copied().collect();
    session
        .execute(
            "UPDATE claimed SET term = $6
             FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[])
                 AS aside (lane, due, schedule, slot)
             WHERE claimed.lane = aside.lane AND claimed.due = aside.due
             AND claimed.schedule = aside.schedule AND claimed.slot = aside.slot
             AND claimed.term = $5",
            &[&keys.lanes, &keys.due, &keys.schedules, &keys.slots, &term.number(), &SET_ASIDE],
        )
        .await?;
    Ok(())
}

/// Freezes quoted amounts in claimed runs.
pub(super) async fn freeze(session: &Session, term: Term, frozen: &[Frozen]) -> Outcome<Vec<bool>> {
    let mut answers = Vec::with_capacity(frozen.len());
    for Frozen { key, quoted } in frozen {
        // One after the other: quotes come from a balance, and few at a time.
        let changed = session
            .execute(
                "UPDATE claimed SET quoted = $6, quoted_currency = $7
                 WHERE lane = $1 AND due = $2 AND schedule = $3 AND slot = $4 AND term = $5
                 AND (quoted IS NULL OR (quoted = $6 AND quoted_currency = $7))",
                &[
                    &key.lane.0,
                    &key.due.nanoseconds(),
                    &key.schedule.0,
                    &key.slot.stored(),
                    &term.number(),
                    &quoted.amount_minor,
                    &quoted.currency.code(),
                ],
            )
            .await?;
        answers.push(changed == 1);
    }
    Ok(answers)
}

/// When the next unclaimed run of a lane can be claimed.
pub(super) async fn next_due(session: &Session, lane: LaneId) -> Outcome<Option<Instant>> {
    // The first that nothing holds back bounds what can come before it.
    let row = session
        .one(
            "WITH free AS MATERIALIZED (
                 SELECT due FROM queue WHERE lane = $1 AND not_before IS NULL
                 ORDER BY lane, due LIMIT 1)
             SELECT least((SELECT due FROM free),
                 (SELECT min(greatest(due, not_before)) FROM queue
                  WHERE lane = $1 AND not_before IS NOT NULL
                  AND due < coalesce((SELECT due FROM free), 9223372036854775807)))",
            &[&lane.0],
        )
        .await?;
    columns::optional_instant_at(&row, 0)
}

/// What is due and unclaimed, in due order.
pub(super) async fn queued(
    session: &Session,
    lane: LaneId,
    by: Instant,
    limit: u32,
) -> Outcome<Vec<Row>> {
    session
        .query(
            "SELECT due, schedule, slot, account, attempt, queued_at, role, recorded, through,
             quoted, quoted_currency, plan FROM queue WHERE lane = $1 AND due <= $2
             ORDER BY lane, due, schedule, slot LIMIT $3",
            &[&lane.0, &by.nanoseconds(), &i64::from(limit)],
        )
        .await
}

/// Rows that are counted at once.
const COUNTED_AT_ONCE: i64 = 1_000;

/// How many slots of a lane's queued schedules are due by `by`, retries aside.
pub(super) async fn count_slots(
    session: &Session,
    lane: LaneId,
    by: Instant,
    enough: u64,
) -> Outcome<u64> {
    let claimed = session
        .query(
            "SELECT attempt, role, recorded, through, plan, due, schedule, slot FROM claimed
             WHERE lane = $1 AND due <= $2",
            &[&lane.0, &by.nanoseconds()],
        )
        .await?;
    let mut slots = 0_u64;
    add_slots(&claimed, by, &mut slots)?;
    let mut last = (i64::MIN, i64::MIN, i64::MIN);
    while slots <= enough {
        let rows = session
            .query(
                "SELECT attempt, role, recorded, through, plan, due, schedule, slot FROM queue
                 WHERE lane = $1 AND due <= $2 AND (lane, due, schedule, slot) > ($1, $3, $4, $5)
                 ORDER BY lane, due, schedule, slot LIMIT $6",
                &[&lane.0, &by.nanoseconds(), &last.0, &last.1, &last.2, &COUNTED_AT_ONCE],
            )
            .await?;
        let Some(row) = rows.last() else { break };
        last = (row.try_get(5)?, row.try_get(6)?, row.try_get(7)?);
        add_slots(&rows, by, &mut slots)?;
    }
    Ok(slots)
}

fn add_slots(rows: &[Row], by: Instant, slots: &mut u64) -> Outcome<()> {
    for row in rows {
        *slots += u64::from(attempt_at(row, 0)? == 0);
        if let Role::Cadence { through, .. } = role_at(row, 1)? {
            let plan = columns::plan(row.try_get(4)?)?;
            *slots = slots.saturating_add(plan.count_due(through, by));
        }
    }
    Ok(())
}

/// A run of a schedule, wherever it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Standing {
    pub(super) key: RunKey,
    pub(super) attempt: u8,
    pub(super) role: Role,
    pub(super) in_flight: bool,
    pub(super) ending: bool,
}

impl Standing {
    /// Whether it carries its schedule on.
    pub(super) const fn is_cadence(&self) -> bool {
        self.role.is_cadence()
    }
}

fn standing(row: &Row) -> Outcome<Standing> {
    Ok(Standing {
        key: RunKey {
            lane: LaneId(row.try_get(0)?),
            due: instant_at(row, 1)?,
            schedule: ScheduleId(row.try_get(2)?),
            slot: Slot::from_stored(row.try_get(3)?),
        },
        attempt: attempt_at(row, 4)?,
        role: role_at(row, 5)?,
        in_flight: row.try_get(8)?,
        ending: row.try_get(9)?,
    })
}

/// All runs of schedules.
pub(super) async fn of_schedules(session: &Session, ids: &[i64]) -> Outcome<Vec<Standing>> {
    let rows = session
        .query(
            "SELECT lane, due, schedule, slot, attempt, role, recorded, through, false, false
             FROM queue WHERE schedule = ANY($1)
             UNION ALL
             SELECT lane, due, schedule, slot, attempt, role, recorded, through, true, ending
             FROM claimed WHERE schedule = ANY($1)
             ORDER BY 3, 2, 4",
            &[&ids],
        )
        .await?;
    rows.iter().map(standing).collect()
}

/// Locks all runs of a schedule whose own row is locked, so that nobody claims, settles or
/// gives back one of them, and answers which they are.
///
/// A run comes to a schedule only with its row locked, or from another run: a claim moves
/// it, a settlement puts the next in its place. So where every run that is seen could be
/// locked, none can have come from it, and there is none beside them. Where one was gone,
/// what came of it is looked for anew.
pub(super) async fn hold(session: &Session, id: ScheduleId) -> Outcome<Vec<Standing>> {
    for _ in 0..HOLD_ATTEMPTS_MAX {
        let rows = session
            .query(
                "WITH seen AS MATERIALIZED (
                     SELECT (SELECT count(*) FROM queue WHERE schedule = $1)
                         + (SELECT count(*) FROM claimed WHERE schedule = $1) AS runs
                 ), waiting AS MATERIALIZED (
                     SELECT lane, due, schedule, slot, attempt, role, recorded, through
                     FROM queue WHERE schedule = $1 ORDER BY due, slot FOR UPDATE
                 ), flying AS MATERIALIZED (
                     SELECT lane, due, schedule, slot, attempt, role, recorded, through, ending
                     FROM claimed WHERE schedule = $1 ORDER BY due, slot FOR UPDATE
                 ), held AS (
                     SELECT lane, due, schedule, slot, attempt, role, recorded, through,
                         false AS in_flight, false AS ending FROM waiting
                     UNION ALL
                     SELECT lane, due, schedule, slot, attempt, role, recorded, through,
                         true, ending FROM flying
                 )
                 SELECT held.lane, held.due, held.schedule, held.slot, held.attempt, held.role,
                     held.recorded, held.through, held.in_flight, held.ending, seen.runs
                 FROM seen LEFT JOIN held ON true ORDER BY 2, 4",
                &[&id.0],
            )
            .await?;
        let seen: i64 = match rows.first() {
            Some(row) => row.try_get(10)?,
            None => return Err(Fault::corrupt("answer", "it has no row")),
        };
        if seen == 0 {
            return Ok(Vec::new());
        }
        let is_held = |row: &Row| row.try_get::<_, Option<i64>>(0).is_ok_and(|it| it.is_some());
        let held: Vec<Standing> =
            rows.iter().filter(|row| is_held(row)).map(standing).collect::<Outcome<_>>()?;
        if i64::try_from(held.len()) == Ok(seen) {
            return Ok(held);
        }
    }
    Err(Fault::Refused("its runs are settled faster than they can be held".to_owned()))
}

/// How often a schedule's runs are looked for before that counts as hopeless.
const HOLD_ATTEMPTS_MAX: u32 = 100;

/// Ends held runs of one schedule: takes those that wait out of the queue, and marks those
/// in flight. How many left the queue, for each lane.
pub(super) async fn end(session: &Session, runs: &[Standing]) -> Outcome<Vec<LaneId>> {
    let of = |in_flight: bool| -> KeyArrays {
        runs.iter().filter(|run| run.in_flight == in_flight).map(|run| run.key).collect()
    };
    let waiting = of(false);
    if !waiting.lanes.is_empty() {
        session
            .execute(
                "DELETE FROM queue USING unnest($1::bigint[], $2::bigint[], $3::bigint[],
                     $4::bigint[]) AS gone (lane, due, schedule, slot)
                 WHERE queue.lane = gone.lane AND queue.due = gone.due
                 AND queue.schedule = gone.schedule AND queue.slot = gone.slot",
                &[&waiting.lanes, &waiting.due, &waiting.schedules, &waiting.slots],
            )
            .await?;
    }
    let flying = of(true);
    if !flying.lanes.is_empty() {
        session
            .execute(
                "UPDATE claimed SET ending = true
                 FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[])
                     AS marked (lane, due, schedule, slot)
                 WHERE claimed.lane = marked.lane AND claimed.due = marked.due
                 AND claimed.schedule = marked.schedule AND claimed.slot = marked.slot",
                &[&flying.lanes, &flying.due, &flying.schedules, &flying.slots],
            )
            .await?;
    }
    Ok(waiting.lanes.into_iter().map(LaneId).collect())
}

/// Gives claimed runs back, each not before its time: they were provably not sent. Those
/// whose schedule ended meanwhile go. Which were there, and whether they went.
pub(super) async fn release(
    session: &Session,
    term: Term,
    released: &[(RunKey, Instant)],
) -> Outcome<Vec<(RunKey, bool)>> {
    let keys: KeyArrays = released.iter().map(|(key, _)| *key).collect();
    let until: Vec<i64> = released.iter().map(|(_, until)| until.nanoseconds()).collect();
    let rows = session
        .query(
            "WITH gone AS (
                 DELETE FROM claimed USING unnest($1::bigint[], $2::bigint[], $3::bigint[],
                     $4::bigint[], $5::bigint[]) AS released (lane, due, schedule, slot, until)
                 WHERE claimed.lane = released.lane AND claimed.due = released.due
                 AND claimed.schedule = released.schedule AND claimed.slot = released.slot
                 AND claimed.term = $6
                 RETURNING claimed.lane, claimed.due, claimed.schedule, claimed.slot, until,
                     claimed.account, claimed.queued_at, claimed.through, claimed.recorded,
                     claimed.quoted, claimed.role, claimed.attempt, claimed.ending,
                     claimed.quoted_currency, claimed.plan
             ), back AS (
                 INSERT INTO queue (lane, due, schedule, slot, not_before, account, queued_at,
                     through, recorded, quoted, role, attempt, quoted_currency, plan)
                 SELECT lane, due, schedule, slot, until, account, queued_at, through, recorded,
                     quoted, role, attempt, quoted_currency, plan
                 FROM gone WHERE NOT ending
             )
             SELECT lane, due, schedule, slot, ending FROM gone",
            &[&keys.lanes, &keys.due, &keys.schedules, &keys.slots, &until, &term.number()],
        )
        .await?;
    let found = ended(&rows)?;
    let gone: HashSet<RunKey> = found.iter().filter(|it| it.1).map(|(key, _)| *key).collect();
    let back = released.iter().filter(|(key, _)| !gone.contains(key)).copied();
    session.after_commit(|after| after.released.extend(back));
    Ok(found)
}

/// Takes claimed runs of a term out, to be settled. Which were there, and whether their
/// schedule ended meanwhile.
pub(super) async fn take(
    session: &Session,
    term: Term,
    keys: impl IntoIterator<Item = RunKey>,
) -> Outcome<Vec<(RunKey, bool)>> {
    let keys: KeyArrays = keys.into_iter().collect();
    let rows = session
        .query(
            "DELETE FROM claimed USING unnest($1::bigint[], $2::bigint[], $3::bigint[],
                 $4::bigint[]) AS settled (lane, due, schedule, slot)
             WHERE claimed.lane = settled.lane AND claimed.due = settled.due
             AND claimed.schedule = settled.schedule AND claimed.slot = settled.slot
             AND claimed.term = $5
             RETURNING claimed.lane, claimed.due, claimed.schedule, claimed.slot, claimed.ending",
            &[&keys.lanes, &keys.due, &keys.schedules, &keys.slots, &term.number()],
        )
        .await?;
    ended(&rows)
}

fn ended(rows: &[Row]) -> Outcome<Vec<(RunKey, bool)>> {
    rows.iter()
        .map(|row| {
            let key = RunKey {
                lane: LaneId(row.try_get(0)?),
                due: instant_at(row, 1)?,
                schedule: ScheduleId(row.try_get(2)?),
                slot: Slot::from_stored(row.try_get(3)?),
            };
            Ok((key, row.try_get(4)?))
        })
        .collect()
}
