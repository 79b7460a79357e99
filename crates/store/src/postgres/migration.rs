//! Schema changes: numbered, embedded, forward only, each recorded with its hash.
//!
//! Nodes of two versions run side by side while one after the other is replaced, so a
//! migration only adds: tables, and columns that may be null or have a default. What is no
//! longer used goes one version after the last that used it.

use sha2::{Digest, Sha256};

use super::pool::Pool;
use super::session::Session;
use crate::fault::{During, Fault, Outcome};
use crate::{Result, StoreError};

/// Every migration, in order; the first is number 1. One that was released is never edited.
pub(super) const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_first.sql"),
    include_str!("migrations/0002_turns.sql"),
    include_str!("migrations/0003_history.sql"),
    include_str!("migrations/0004_relocation.sql"),
    include_str!("migrations/0005_held_back.sql"),
    include_str!("migrations/0006_asking.sql"),
];

/// How often the table of migrations is looked for, at most: nodes that start at once may
/// make it at once, and all but one of them fail.
const ATTEMPTS_MAX: u32 = 8;

/// What PostgreSQL itself is told of the tables that are written most; what is compatible
/// with it may not know these words.
const TUNING: &str = "
    ALTER TABLE queue SET (autovacuum_vacuum_scale_factor = 0.02,
        autovacuum_vacuum_threshold = 20000, autovacuum_vacuum_cost_delay = 0);
    ALTER TABLE claimed SET (autovacuum_vacuum_scale_factor = 0,
        autovacuum_vacuum_threshold = 20000, autovacuum_vacuum_cost_delay = 0);
    ALTER TABLE counter SET (fillfactor = 50, autovacuum_vacuum_threshold = 1000,
        autovacuum_vacuum_scale_factor = 0);
    ALTER TABLE bank_balance SET (fillfactor = 50, autovacuum_vacuum_threshold = 1000,
        autovacuum_vacuum_scale_factor = 0.1)";

const DURING: &str = "migrating the schema";

/// Brings a database to the newest schema that this binary knows. Of several nodes that
/// start at once one does so, and the others wait for it.
pub(super) async fn migrate(pool: &Pool) -> Result<()> {
    prepare(pool).await?;
    let applied = pool.transact("BEGIN", |session| async move { apply(&session).await }).await;
    let (applied, _) = applied.during(DURING)?;
    if applied? {
        tune(pool).await.during(DURING)?;
    }
    Ok(())
}

/// Makes the table of migrations, and the row that whoever migrates holds.
async fn prepare(pool: &Pool) -> Result<()> {
    let mut attempts = 0;
    loop {
        attempts += 1;
        match prepare_once(pool).await {
            Ok(()) => return Ok(()),
            Err(fault) if attempts < ATTEMPTS_MAX && was_made_meanwhile(&fault) => {}
            Err(fault) => return Err(fault.while_doing(DURING)),
        }
    }
}

/// Refuses a database that has not exactly the schema of this binary.
pub(super) async fn must_be_current(pool: &Pool) -> Result<()> {
    const DURING: &str = "looking for data";
    let found = pool.look(|session| async move { is_current(&session).await }).await;
    let message = match found.during(DURING)? {
        Some(true) => return Ok(()),
        Some(false) => {
            "they were written by another version of Kalends; start this one with them first, or \
             examine them with its own"
        }
        None => "there are no data of Kalends in the database",
    };
    Err(StoreError::Database { during: DURING, message: message.to_owned() })
}

/// Whether a database has exactly the schema that this binary writes; `None` where it has
/// none of ours.
pub(super) async fn is_current(session: &Session) -> Outcome<Option<bool>> {
    if session.first(IS_THERE, &[]).await?.is_none() {
        return Ok(None);
    }
    let recorded = recorded(session).await?;
    let known = MIGRATIONS.iter().map(|sql| hash(sql).to_vec());
    Ok(Some(recorded.into_iter().eq(known)))
}

/// The hashes of what was applied, in order.
async fn recorded(session: &Session) -> Outcome<Vec<Vec<u8>>> {
    let rows = session.query("SELECT sha256 FROM kalends_migration ORDER BY number", &[]).await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// Has a row where the table of migrations is there.
const IS_THERE: &str = "SELECT 1 FROM pg_catalog.pg_tables
    WHERE schemaname = current_schema() AND tablename = 'kalends_migration'";

async fn prepare_once(pool: &Pool) -> Outcome<()> {
    let session = pool.session().await?;
    if session.first(IS_THERE, &[]).await?.is_none() {
        let others = "SELECT count(*) FROM pg_catalog.pg_tables
            WHERE schemaname = current_schema() AND tablename NOT LIKE 'kalends_migration%'";
        if session.one(others, &[]).await?.try_get::<_, i64>(0)? > 0
            && session.first(IS_THERE, &[]).await?.is_none()
        {
            let message =
                "the database holds another program's tables; give Kalends one of its own";
            return Err(Fault::Refused(message.to_owned()));
        }
    }
    session
        .run(
            "CREATE TABLE IF NOT EXISTS kalends_migration_lock (one SMALLINT PRIMARY KEY);
             CREATE TABLE IF NOT EXISTS kalends_migration (
                 number BIGINT PRIMARY KEY, sha256 BYTEA NOT NULL);
             INSERT INTO kalends_migration_lock (one) VALUES (1) ON CONFLICT DO NOTHING",
        )
        .await
}

/// Whether another node made the same thing at the same time.
fn was_made_meanwhile(fault: &Fault) -> bool {
    let Fault::Postgres(error) = fault else { return false };
    let known = ["23505", "42P07", "42710", "40001", "XX000"];
    error.code().is_some_and(|code| known.contains(&code.code()))
}

/// Applies what is missing; whether anything was.
async fn apply(session: &Session) -> Outcome<Result<bool>> {
    session.query("SELECT one FROM kalends_migration_lock FOR UPDATE", &[]).await?;
    let recorded = recorded(session).await?;
    let (found, known) = (number(recorded.len()), number(MIGRATIONS.len()));
    if found > known {
        return Ok(Err(StoreError::TooNew { found, known }));
    }
    for (index, sql) in MIGRATIONS.iter().enumerate() {
        let (number, hash) = (number(index + 1), hash(sql));
        match recorded.get(index) {
            Some(recorded) if recorded[..] == hash => {}
            Some(_) => {
                let message =
                    format!("number {number} was applied in another wording than this binary's");
                return Ok(Err(StoreError::Corrupt { what: "migration", message }));
            }
            None => {
                session.run(sql).await?;
                session
                    .execute(
                        "INSERT INTO kalends_migration (number, sha256) VALUES ($1, $2)",
                        &[&i64::from(number), &&hash[..]],
                    )
                    .await?;
            }
        }
    }
    Ok(Ok(found < known))
}

/// Tells PostgreSQL how to keep the tables that are written most.
async fn tune(pool: &Pool) -> Outcome<()> {
    let session = pool.session().await?;
    match session.run(TUNING).await {
        Err(Fault::Postgres(error)) if error.code().is_some() => {
            tracing::warn!(%error, "the tables keep the database's own settings");
            Ok(())
        }
        done => done,
    }
}

fn hash(sql: &str) -> [u8; 32] {
    Sha256::digest(sql.as_bytes()).into()
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
