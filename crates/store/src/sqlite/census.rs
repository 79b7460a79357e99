//! Who is in the data, in use or not.

use std::path::Path;

use engine::{Account, Instant};
use rusqlite::Connection;

use super::{accounts, connection, migration, pulse, runs};
use crate::Result;
use crate::fault::{During, Fault, Outcome};
use crate::pulse::Pulse;

const COUNTING: &str = "reading the accounts";

/// An account, and what it has.
#[derive(Clone, PartialEq, Debug)]
pub struct AccountCensus {
    /// Who it is.
    pub account: Account,
    /// Its schedules that have not ended: running, paused, and expiring ones.
    pub schedules: u64,
    /// When the next of what is queued is due on its lane.
    pub next_due: Option<Instant>,
    /// When its lane was last worked, and what holds it.
    pub pulse: Pulse,
}

/// Reads who is in the data at `data`, whether or not a process works with it meanwhile.
/// Nothing is written.
///
/// # Errors
/// Where there is no data of this version at `data`, or it cannot be read.
pub fn census(data: &Path) -> Result<Vec<AccountCensus>> {
    open_and_count(data).during(COUNTING)
}

fn open_and_count(data: &Path) -> Outcome<Vec<AccountCensus>> {
    let connection = connection::reader(data)?;
    if !connection::is_ours(&connection)? || connection::is_empty(&connection)? {
        return Err(Fault::Refused(format!("{} is not data of Kalends", data.display())));
    }
    if !migration::is_current(&connection)? {
        return Err(Fault::Refused(format!(
            "{} was written by another version of Kalends; start this one with it first",
            data.display()
        )));
    }
    connection.execute_batch("BEGIN")?;
    let all = accounts::all(&connection)?;
    all.into_iter().map(|account| count(&connection, account)).collect()
}

fn count(connection: &Connection, account: Account) -> Outcome<AccountCensus> {
    let schedules: i64 = connection.query_row(
        "SELECT count(*) FROM schedule WHERE account = ?1 AND ended_at IS NULL",
        [account.id.0],
        |row| row.get(0),
    )?;
    Ok(AccountCensus {
        schedules: u64::try_from(schedules).unwrap_or(0),
        next_due: runs::next_due(connection, account.lane)?,
        pulse: pulse::find(connection, account.lane)?,
        account,
    })
}
