//! Examines data from outside, in use or not: what must hold of every state of them.
//!
//! The checks are those of the embedded store, over PostgreSQL's tables.

use engine::{ScheduleId, Slot};

use super::bank::audit;
use super::pool::Pool;
use super::session::Session;
use super::settings::Settings;
use super::{PostgresStore, columns, migration, webhooks};
use crate::Result;
use crate::check::{Check, FINDINGS_MAX};
use crate::fault::{During, Outcome};

const EXAMINING: &str = "examining the data";

/// Examines one state of the data in a database, whether or not nodes work with them
/// meanwhile. Nothing is written.
///
/// # Errors
/// Where there are no data of this version in the database, or they cannot be read at all.
pub async fn examine(settings: &Settings) -> Result<Vec<Check>> {
    let pool = Pool::of_visitor(settings).during(EXAMINING)?;
    migration::must_be_current(&pool).await?;
    let read = pool.transact(super::READ, |session| async move { checks(&session).await }).await;
    Ok(read.during(EXAMINING)?.0)
}

impl PostgresStore {
    /// Examines the data as they are now. It reads everything.
    ///
    /// # Errors
    /// Where they cannot be read at all.
    pub async fn examine(&self) -> Result<Vec<Check>> {
        self.read(EXAMINING, |session| async move { checks(&session).await }).await
    }
}

/// What must hold of one state of the data.
pub(super) async fn checks(session: &Session) -> Outcome<Vec<Check>> {
    // They read everything, however long that takes.
    session.run("SET LOCAL statement_timeout = 0").await?;
    let mut checks = vec![
        Check { what: "every index can be used", findings: tell(session, INDEXES).await? },
        Check { what: "every plan can be read", findings: unreadable_plans(session).await? },
    ];
    for (what, sql) in QUERIES {
        checks.push(Check { what, findings: ask(session, sql).await? });
    }
    for (what, sql) in WEBHOOK_QUERIES {
        checks.push(Check { what, findings: tell(session, sql).await? });
    }
    checks.push(Check {
        what: "every webhook endpoint can be read",
        findings: webhooks::unreadable(session).await?,
    });
    checks.push(Check {
        what: "what is counted is as much as is there",
        findings: audit::counts(session).await?,
    });
    checks.push(Check {
        what: "the built-in bank's books add up",
        findings: audit::books(session).await?,
    });
    for check in &mut checks {
        check.findings.truncate(FINDINGS_MAX);
    }
    Ok(checks)
}

/// An index that is not valid answers some queries with less than there is.
const INDEXES: &str = "SELECT indexrelid::regclass::text || ' is not valid: REINDEX it'
    FROM pg_catalog.pg_index
    JOIN pg_catalog.pg_class ON pg_class.oid = indexrelid
    WHERE relnamespace = current_schema()::regnamespace AND NOT (indisvalid AND indisready)
    ORDER BY 1";

/// What must hold of the tables together, and how to find where it does not: of which
/// schedule, at which slot if at one, and what is wrong.
const QUERIES: [(&str, &str); 9] = [
    (
        "every run, waiting attempt and record is of a schedule that is there",
        "SELECT schedule, NULL::bigint, place || ' names it, and it is not there' FROM (
             SELECT DISTINCT schedule, 'the queue' AS place FROM queue
             UNION SELECT DISTINCT schedule, 'a claim' FROM claimed
             UNION SELECT DISTINCT schedule, 'an attempt that waits' FROM awaiting
             UNION SELECT DISTINCT schedule, 'an occurrence' FROM occurrence
         ) AS named
         WHERE NOT EXISTS (SELECT FROM schedule WHERE schedule.id = named.schedule)
         ORDER BY schedule, place LIMIT 100",
    ),
    (
        "no more than one run carries a schedule on",
        "SELECT schedule, NULL::bigint, 'is carried on by ' || count(*) || ' runs' FROM (
             SELECT schedule FROM queue WHERE role = 0
             UNION ALL SELECT schedule FROM claimed WHERE role = 0 AND NOT ending
         ) AS run GROUP BY schedule HAVING count(*) > 1 ORDER BY schedule LIMIT 100",
    ),
    (
        "a schedule that goes on has something to come",
        "SELECT id, NULL::bigint, 'is active, and nothing of it is queued or waits'
         FROM schedule WHERE status IN (0, 1) AND paused IS NULL
         AND NOT EXISTS (SELECT FROM queue WHERE queue.schedule = id)
         AND NOT EXISTS (SELECT FROM claimed WHERE claimed.schedule = id)
         AND id NOT IN (SELECT schedule FROM awaiting)
         AND NOT EXISTS (SELECT FROM amendment WHERE amendment.schedule = id)
         ORDER BY id LIMIT 100",
    ),
    (
        "nothing of a paused schedule is queued",
        "SELECT schedule, slot, 'is queued, and its schedule is paused' FROM (
             SELECT schedule, slot FROM queue UNION ALL SELECT schedule, slot FROM claimed
         ) AS run WHERE schedule IN (SELECT id FROM schedule WHERE paused IS NOT NULL)
         ORDER BY schedule, slot LIMIT 100",
    ),
    (
        "an attempt is queued, or waits, or is recorded",
        "WITH pending AS MATERIALIZED (
             SELECT slot, schedule, attempt FROM queue
             UNION ALL SELECT slot, schedule, attempt FROM claimed
             UNION ALL SELECT slot, schedule, attempt FROM awaiting
         )
         SELECT schedule, slot, 'attempt ' || attempt || ' stands in ' || count(*) || ' places'
         FROM (
             SELECT slot, schedule, attempt FROM pending
             UNION ALL SELECT slot, schedule, attempt FROM occurrence
                 WHERE (slot, schedule) IN (SELECT slot, schedule FROM pending)
         ) AS place GROUP BY slot, schedule, attempt HAVING count(*) > 1
         ORDER BY slot, schedule, attempt LIMIT 100",
    ),
    (
        "attempts at a slot follow one another, and nothing follows its end",
        "SELECT schedule, slot, 'has ' || count(*) || ' attempts, the last of which is '
             || max(attempt) || ', and ' || count(*) FILTER (WHERE status <> 1) || ' ends'
         FROM occurrence GROUP BY slot, schedule
         HAVING min(attempt) <> 0 OR max(attempt) <> count(*) - 1
         OR count(*) FILTER (WHERE status <> 1) > 1
         OR max(attempt) FILTER (WHERE status <> 1) < max(attempt)
         ORDER BY slot, schedule LIMIT 100",
    ),
    (
        "a schedule's records are counted without a gap",
        "SELECT schedule, NULL::bigint, 'has ' || count(*) || ' counted records under '
             || count(DISTINCT ordinal) || ' numbers, the last of which is ' || max(ordinal)
             || ', and ' || coalesce(max(counted), 0) || ' that were moved'
         FROM occurrence LEFT JOIN moved USING (schedule)
         WHERE ordinal IS NOT NULL GROUP BY schedule
         HAVING count(*) + coalesce(max(counted), 0)
                 <> greatest(max(ordinal), coalesce(max(recorded), 0))
         OR count(DISTINCT ordinal) <> count(*)
         ORDER BY schedule LIMIT 100",
    ),
    (
        "what was moved is of a schedule and in a file that are there",
        "SELECT schedule, NULL::bigint, 'something of it was moved, and it is not there'
         FROM moved
         WHERE NOT EXISTS (SELECT FROM schedule WHERE schedule.id = moved.schedule)
         UNION ALL
         SELECT schedule, through, 'was moved, and no file holds it' FROM moved
         WHERE through > (SELECT coalesce(max(last_slot), 0) FROM history_file WHERE state > 0)
         LIMIT 100",
    ),
    (
        "no payment pays for two slots",
        "SELECT max(schedule), max(slot), 'payment ' || result || ' is recorded ' || count(*)
             || ' times'
         FROM occurrence WHERE result IS NOT NULL GROUP BY result_kind, result
         HAVING count(*) > 1 ORDER BY result LIMIT 100",
    ),
];

/// What must hold of webhooks; each row that comes is a finding.
const WEBHOOK_QUERIES: [(&str, &str); 4] = [
    (
        "every delivery is of an endpoint and an event that are there",
        "SELECT 'delivery ' || id || ' is of an endpoint that is not there' FROM webhook_delivery
         WHERE endpoint NOT IN (SELECT id FROM webhook_endpoint)
         AND endpoint NOT IN (SELECT id FROM webhook_endpoint_gone)
         UNION ALL
         SELECT 'delivery ' || id || ' is of an event that is not there' FROM webhook_delivery
         WHERE NOT EXISTS (SELECT FROM event WHERE event.id = webhook_delivery.event) LIMIT 100",
    ),
    (
        "of what waits in one chain of deliveries, the first alone is due",
        "SELECT 'delivery ' || id || CASE WHEN next_at IS NULL
             THEN ' is the first of its chain, and never due'
             ELSE ' is due before one of its chain that came earlier' END
         FROM (SELECT id, next_at, chain_kind = 0 OR row_number() OVER (
                   PARTITION BY endpoint, chain_kind, chain ORDER BY id) = 1 AS goes
               FROM webhook_delivery WHERE state = 0) AS pending
         WHERE goes <> (next_at IS NOT NULL) ORDER BY id LIMIT 100",
    ),
    (
        "a delivery has ended, or is to be tried",
        "SELECT 'delivery ' || id || ' is in state ' || state || ', and '
             || CASE WHEN ended_at IS NULL THEN 'has not ended' ELSE 'has ended' END
         FROM webhook_delivery WHERE (state = 0) <> (ended_at IS NULL) OR state NOT IN (0, 1, 2)
         ORDER BY id LIMIT 100",
    ),
    (
        "no webhook endpoint has seen what has not happened",
        "SELECT 'endpoint ' || id || ' has seen event ' || event FROM webhook_endpoint
         WHERE event > (SELECT coalesce(max(id), 0) FROM event) ORDER BY id LIMIT 100",
    ),
];

async fn tell(session: &Session, sql: &'static str) -> Outcome<Vec<String>> {
    let rows = session.query(sql, &[]).await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

async fn ask(session: &Session, sql: &'static str) -> Outcome<Vec<String>> {
    let rows = session.query(sql, &[]).await?;
    rows.iter()
        .map(|row| {
            let schedule = ScheduleId(row.try_get(0)?);
            let slot: Option<i64> = row.try_get(1)?;
            let wrong: &str = row.try_get(2)?;
            Ok(match slot.map(Slot::from_stored) {
                Some(slot) => format!("schedule {schedule}, slot {slot:?}: {wrong}"),
                None => format!("schedule {schedule}: {wrong}"),
            })
        })
        .collect()
}

/// Plans that are read at once.
const PLANS_AT_ONCE: i64 = 1_000;

/// Where plans lie, each with how it is read: after a key of three parts, in its order.
const PLANS: [(&str, &str); 4] = [
    (
        "the queue",
        "SELECT schedule, plan, due, schedule, slot, lane FROM queue
         WHERE (lane, due, schedule, slot) > ($4, $1, $2, $3)
         ORDER BY lane, due, schedule, slot LIMIT $5",
    ),
    (
        "a claim",
        "SELECT schedule, plan, schedule, slot, due, lane FROM claimed
         WHERE (schedule, slot, due, lane) > ($1, $2, $3, $4)
         ORDER BY schedule, slot, due, lane LIMIT $5",
    ),
    (
        "an attempt that waits",
        "SELECT schedule, plan, slot, schedule, attempt::bigint, 0::bigint FROM awaiting
         WHERE (slot, schedule, attempt::bigint, 0::bigint) > ($1, $2, $3, $4)
         ORDER BY slot, schedule, attempt LIMIT $5",
    ),
    (
        "a schedule",
        "SELECT id, plan, id, 0::bigint, 0::bigint, 0::bigint FROM schedule
         WHERE id > $1 AND $2::bigint + $3::bigint + $4::bigint IS NOT NULL ORDER BY id LIMIT $5",
    ),
];

async fn unreadable_plans(session: &Session) -> Outcome<Vec<String>> {
    let mut findings = Vec::new();
    for (place, sql) in PLANS {
        let mut last = [i64::MIN, 0, 0, i64::MIN];
        loop {
            let [first, second, third, lane] = last;
            let rows =
                session.query(sql, &[&first, &second, &third, &lane, &PLANS_AT_ONCE]).await?;
            for row in &rows {
                if let Err(fault) = columns::plan(row.try_get(1)?) {
                    let schedule: i64 = row.try_get(0)?;
                    findings.push(format!("{place}, schedule {schedule}: {fault}"));
                }
            }
            let Some(row) = rows.last().filter(|_| findings.len() < FINDINGS_MAX) else { break };
            last = [row.try_get(2)?, row.try_get(3)?, row.try_get(4)?, row.try_get(5)?];
        }
    }
    Ok(findings)
}
