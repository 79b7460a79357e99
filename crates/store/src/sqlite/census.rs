//! Who is in the data, in use or not.

use std::path::Path;

use engine::Account;
use rusqlite::Connection;

use super::{accounts, connection, migration, pulse, relocation, runs};
use crate::Result;
use crate::census::AccountCensus;
use crate::fault::{During, Fault, Outcome};

const COUNTING: &str = "reading the accounts";

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
        went_to: relocation::went_to(connection, account.id)?,
        account,
    })
}
