//! Examines data from outside, in use or not: what must hold of every state of it.

use std::path::Path;

use engine::{ScheduleId, Slot};
use rusqlite::Connection;

use super::bank::audit;
use super::{SqliteStore, columns, connection, migration, webhooks};
use crate::Result;
use crate::check::{Check, FINDINGS_MAX};
use crate::fault::{During, Fault, Outcome};

const EXAMINING: &str = "examining the data";
/// Examines one state of the data at `data`, whether or not a process works with it
/// meanwhile. Nothing is written.
///
/// # Errors
/// Where there is no data of this version at `data`, or it cannot be read at all.
pub fn examine(data: &Path) -> Result<Vec<Check>> {
    open_and_examine(data).during(EXAMINING)
}

fn open_and_examine(data: &Path) -> Outcome<Vec<Check>> {
    let connection = connection::reader(data)?;
    if !connection::is_ours(&connection)? || connection::is_empty(&connection)? {
        return Err(Fault::Refused(format!("{} is not data of Kalends", data.display())));
    }
    if !migration::is_current(&connection)? {
        return Err(Fault::Refused(format!(
            "{} was written by another version of Kalends; start this one with it first, or \
             examine it with its own",
            data.display()
        )));
    }
    connection.execute_batch("BEGIN")?;
    checks(&connection)
}

impl SqliteStore {
    /// Examines the data as they are now. It reads everything.
    ///
    /// # Errors
    /// Where they cannot be read at all.
    pub async fn examine(&self) -> Result<Vec<Check>> {
        self.read(EXAMINING, checks).await
    }
}

/// What must hold of one state of the data.
pub(super) fn checks(connection: &Connection) -> Outcome<Vec<Check>> {
    let mut checks = vec![
        Check { what: "the file is whole", findings: damage(connection)? },
        Check { what: "every plan can be read", findings: unreadable_plans(connection)? },
    ];
    for (what, sql) in QUERIES {
        checks.push(Check { what, findings: ask(connection, sql)? });
    }
    for (what, sql) in WEBHOOK_QUERIES {
        checks.push(Check { what, findings: tell(connection, sql)? });
    }
    checks.push(Check {
        what: "every webhook endpoint can be read",
        findings: webhooks::unreadable(connection)?,
    });
    checks.push(Check {
        what: "what is counted is as much as is there",
        findings: audit::counts(connection)?,
    });
    checks.push(Check {
        what: "the built-in bank's books add up",
        findings: audit::books(connection)?,
    });
    for check in &mut checks {
        check.findings.truncate(FINDINGS_MAX);
    }
    Ok(checks)
}

/// What must hold of the tables together, and how to find where it does not: of which
/// schedule, at which slot if at one, and what is wrong.
const QUERIES: [(&str, &str); 9] = [
    (
        "every run, waiting attempt and record is of a schedule that is there",
        "SELECT schedule, NULL, place || ' names it, and it is not there' FROM (
             SELECT DISTINCT schedule, 'the queue' AS place FROM queue
             UNION SELECT DISTINCT schedule, 'an attempt that waits' FROM awaiting
             UNION SELECT DISTINCT schedule, 'an occurrence' FROM occurrence
         ) WHERE schedule NOT IN (SELECT id FROM schedule)",
    ),
    (
        "no more than one run carries a schedule on",
        "SELECT schedule, NULL, 'is carried on by ' || count(*) || ' runs'
         FROM queue WHERE role = 0 AND ending = 0 GROUP BY schedule HAVING count(*) > 1",
    ),
    (
        "a schedule that goes on has something to come",
        "SELECT id, NULL, 'is active, and nothing of it is queued or waits'
         FROM schedule WHERE status IN (0, 1) AND paused IS NULL
         AND id NOT IN (SELECT schedule FROM queue)
         AND id NOT IN (SELECT schedule FROM awaiting)
         AND id NOT IN (SELECT schedule FROM amendment)",
    ),
    (
        "nothing of a paused schedule is queued",
        "SELECT schedule, slot, 'is queued, and its schedule is paused'
         FROM queue WHERE schedule IN (SELECT id FROM schedule WHERE paused IS NOT NULL)",
    ),
    (
        "an attempt is queued, or waits, or is recorded",
        "SELECT schedule, slot, 'attempt ' || attempt || ' stands in ' || count(*) || ' places'
         FROM (
             SELECT slot, schedule, attempt FROM queue
             UNION ALL SELECT slot, schedule, attempt FROM awaiting
             UNION ALL SELECT slot, schedule, attempt FROM occurrence WHERE (slot, schedule) IN (
                 SELECT slot, schedule FROM queue UNION SELECT slot, schedule FROM awaiting)
         ) GROUP BY slot, schedule, attempt HAVING count(*) > 1",
    ),
    (
        "attempts at a slot follow one another, and nothing follows its end",
        "SELECT schedule, slot, 'has ' || count(*) || ' attempts, the last of which is '
             || max(attempt) || ', and ' || sum(status <> 1) || ' ends'
         FROM occurrence GROUP BY slot, schedule
         HAVING min(attempt) <> 0 OR max(attempt) <> count(*) - 1 OR sum(status <> 1) > 1
         OR coalesce(max(CASE WHEN status <> 1 THEN attempt END) < max(attempt), 0)",
    ),
    (
        "a schedule's records are counted without a gap",
        "SELECT schedule, NULL, 'has ' || count(*) || ' counted records under '
             || count(DISTINCT ordinal) || ' numbers, the last of which is ' || max(ordinal)
             || ', and ' || coalesce(max(counted), 0) || ' that were moved'
         FROM occurrence LEFT JOIN moved USING (schedule)
         WHERE ordinal IS NOT NULL GROUP BY schedule
         HAVING count(*) + coalesce(max(counted), 0)
                 <> max(max(ordinal), coalesce(max(recorded), 0))
         OR count(DISTINCT ordinal) <> count(*)",
    ),
    (
        "what was moved is of a schedule and in a file that are there",
        "SELECT schedule, NULL, 'something of it was moved, and it is not there' FROM moved
         WHERE schedule NOT IN (SELECT id FROM schedule)
         UNION ALL
         SELECT schedule, through, 'was moved, and no file holds it' FROM moved
         WHERE through > (SELECT coalesce(max(last_slot), 0) FROM history_file WHERE state > 0)",
    ),
    (
        "no payment pays for two slots",
        "SELECT max(schedule), max(slot), 'payment ' || result || ' is recorded ' || count(*)
             || ' times'
         FROM occurrence WHERE result IS NOT NULL GROUP BY result_kind, result
         HAVING count(*) > 1",
    ),
];

/// What must hold of webhooks; each row that comes is a finding.
const WEBHOOK_QUERIES: &[(&str, &str)] = &[
    (
        "every delivery is of an endpoint and an event that are there",
        "SELECT 'delivery ' || id || ' is of an endpoint that is not there' FROM webhook_delivery
         WHERE endpoint NOT IN (SELECT id FROM webhook_endpoint)
         AND endpoint NOT IN (SELECT id FROM webhook_endpoint_gone)
         UNION ALL
         SELECT 'delivery ' || id || ' is of an event that is not there' FROM webhook_delivery
         WHERE event NOT IN (SELECT id FROM event)",
    ),
    (
        "of what waits in one chain of deliveries, the first alone is due",
        "SELECT 'delivery ' || id || iif(next_at IS NULL, ' is the first of its chain, and never due',
             ' is due before one of its chain that came earlier')
         FROM (SELECT id, next_at, chain_kind = 0 OR row_number() OVER (
                   PARTITION BY endpoint, chain_kind, chain ORDER BY id) = 1 AS goes
               FROM webhook_delivery WHERE state = 0)
         WHERE goes <> (next_at IS NOT NULL)",
    ),
    (
        "a delivery has ended, or is to be tried",
        "SELECT 'delivery ' || id || ' is in state ' || state || ', and '
             || iif(ended_at IS NULL, 'has not ended', 'has ended')
         FROM webhook_delivery WHERE (state = 0) <> (ended_at IS NULL) OR state NOT IN (0, 1, 2)",
    ),
    (
        "no webhook endpoint has seen what has not happened",
        "SELECT 'endpoint ' || id || ' has seen event ' || event FROM webhook_endpoint
         WHERE event > (SELECT coalesce(max(id), 0) FROM event)",
    ),
];

fn tell(connection: &Connection, sql: &str) -> Outcome<Vec<String>> {
    let mut select = connection.prepare(sql)?;
    let rows = select.query_map([], |row| row.get(0))?;
    Ok(rows.take(FINDINGS_MAX).collect::<std::result::Result<_, _>>()?)
}

fn ask(connection: &Connection, sql: &str) -> Outcome<Vec<String>> {
    let mut select = connection.prepare(sql)?;
    let mut rows = select.query([])?;
    let mut findings = Vec::new();
    while let Some(row) = rows.next()?
        && findings.len() < FINDINGS_MAX
    {
        let schedule = ScheduleId(row.get(0)?);
        let slot: Option<i64> = row.get(1)?;
        let wrong: String = row.get(2)?;
        findings.push(match slot.map(Slot::from_stored) {
            Some(slot) => format!("schedule {schedule}, slot {slot:?}: {wrong}"),
            None => format!("schedule {schedule}: {wrong}"),
        });
    }
    Ok(findings)
}

/// What SQLite says of its own file.
fn damage(connection: &Connection) -> Outcome<Vec<String>> {
    let mut check = connection.prepare(&format!("PRAGMA integrity_check({FINDINGS_MAX})"))?;
    let mut said: Vec<String> =
        check.query_map([], |row| row.get(0))?.collect::<std::result::Result<_, _>>()?;
    said.retain(|line| line != "ok");
    Ok(said)
}

fn unreadable_plans(connection: &Connection) -> Outcome<Vec<String>> {
    let mut findings = Vec::new();
    for (place, sql) in [
        ("the queue", "SELECT schedule, plan FROM queue"),
        ("an attempt that waits", "SELECT schedule, plan FROM awaiting"),
        ("a schedule", "SELECT id, plan FROM schedule"),
    ] {
        let mut select = connection.prepare(sql)?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let schedule: i64 = row.get(0)?;
            let plan = row.get_ref(1)?.as_blob().unwrap_or_default();
            if let Err(fault) = columns::plan(plan) {
                findings.push(format!("{place}, schedule {schedule}: {fault}"));
            }
        }
    }
    Ok(findings)
}
