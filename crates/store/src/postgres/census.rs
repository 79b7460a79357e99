//! Who is in the data, in use or not.

use engine::Account;

use super::pool::Pool;
use super::session::Session;
use super::settings::Settings;
use super::{accounts, migration, pulse, queue, relocation};
use crate::Result;
use crate::census::AccountCensus;
use crate::fault::{During, Outcome};

const COUNTING: &str = "reading the accounts";

/// Reads who is in the data of a database, whether or not nodes work with them meanwhile.
/// Nothing is written.
///
/// # Errors
/// Where there are no data of this version in the database, or they cannot be read.
pub async fn census(settings: &Settings) -> Result<Vec<AccountCensus>> {
    let pool = Pool::of_visitor(settings).during(COUNTING)?;
    migration::must_be_current(&pool).await?;
    let read = pool.transact(super::READ, |session| async move { count_all(&session).await }).await;
    Ok(read.during(COUNTING)?.0)
}

async fn count_all(session: &Session) -> Outcome<Vec<AccountCensus>> {
    let mut all = Vec::new();
    for account in accounts::all(session).await? {
        all.push(count(session, account).await?);
    }
    Ok(all)
}

async fn count(session: &Session, account: Account) -> Outcome<AccountCensus> {
    let statement = "SELECT count(*) FROM schedule WHERE account = $1 AND ended_at IS NULL";
    let schedules: i64 = session.one(statement, &[&account.id.0]).await?.try_get(0)?;
    Ok(AccountCensus {
        schedules: u64::try_from(schedules).unwrap_or(0),
        next_due: queue::next_due(session, account.lane).await?,
        pulse: pulse::find(session, account.lane).await?,
        went_to: relocation::went_to(session, account.id).await?,
        account,
    })
}
