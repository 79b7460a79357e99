//! Who works on a database: nodes, or one who has it alone.
//!
//! Each connection of a node holds an advisory lock that it shares with the others, for as
//! long as it is open. Who moves the data holds the same lock alone. So nothing is moved while
//! a node is connected, and a node that connects while data are moved, or after they have
//! been, is turned away.

use std::time::Duration;

use deadpool_postgres::{ClientWrapper, HookError};
use tokio_postgres::error::SqlState;

use super::session::Session;
use crate::fault::{Fault, Outcome};
use crate::relocation::Mark;

/// Locks what all nodes share. The lock is of the schema that the data are in.
const SHARE: &str = "SELECT pg_try_advisory_lock_shared(1265394802,
    current_schema()::regnamespace::oid::int)";
const HAVE_ALONE: &str = "SELECT pg_try_advisory_lock(1265394802,
    current_schema()::regnamespace::oid::int)";
/// What says of all data that they are elsewhere.
const MARK: &str = "SELECT state, place FROM relocation WHERE account = 0 AND state <> 1";

/// What a database answers that has no such locks.
const HAS_NO_SUCH_LOCKS: [SqlState; 2] =
    [SqlState::UNDEFINED_FUNCTION, SqlState::FEATURE_NOT_SUPPORTED];

/// Lets a connection of a node in, or says why not.
///
/// The lock comes first: what is read under it stays true. A database that has no such locks,
/// or no such table yet, is entered all the same.
pub(super) async fn enter(client: &ClientWrapper) -> Result<(), HookError> {
    let may_enter = match client.query_one(SHARE, &[]).await {
        Ok(row) => row.try_get(0).map_err(HookError::Backend)?,
        Err(error) if HAS_NO_SUCH_LOCKS.iter().any(|it| error.code() == Some(it)) => true,
        Err(error) => return Err(HookError::Backend(error)),
    };
    if !may_enter {
        return Err(HookError::message("the data are being moved to another database just now"));
    }
    match client.query_opt(MARK, &[]).await {
        Ok(Some(row)) => {
            let state: i64 = row.try_get(0).map_err(HookError::Backend)?;
            let place: &str = row.try_get(1).map_err(HookError::Backend)?;
            Err(HookError::message(Mark::told(state, "the data", place)))
        }
        Ok(None) => Ok(()),
        Err(error) if error.code() == Some(&SqlState::UNDEFINED_TABLE) => Ok(()),
        Err(error) => Err(HookError::Backend(error)),
    }
}

/// How often is tried to have the data alone, and the pause between: whoever has just stopped
/// may still be on the way out.
const ATTEMPTS_MAX: u32 = 20;
const PAUSE: Duration = Duration::from_millis(100);

/// Has the data alone for as long as the session's connection is open.
pub(super) async fn have_alone(session: &Session) -> Outcome<()> {
    for attempt in 1..=ATTEMPTS_MAX {
        if session.one(HAVE_ALONE, &[]).await?.try_get(0)? {
            return Ok(());
        }
        if attempt < ATTEMPTS_MAX {
            tokio::time::sleep(PAUSE).await;
        }
    }
    let others = "SELECT count(*) FROM pg_catalog.pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND backend_type = 'client backend'";
    let others: i64 = session.one(others, &[]).await?.try_get(0)?;
    Err(Fault::Refused(format!(
        "the database is in use: {others} other connections to it are open; stop every node that \
         works on it"
    )))
}
