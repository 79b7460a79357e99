//! What people did by hand.

use engine::AccountId;
use rusqlite::Connection;

use super::columns::{Stored, instant_at, stored_at};
use crate::audit::AuditEntry;
use crate::fault::Outcome;

/// Appends an entry.
pub(super) fn append(connection: &Connection, entry: &AuditEntry) -> Outcome<()> {
    connection
        .prepare_cached(
            "INSERT INTO audit (id, account, at, actor, deed, subject, reason)
             SELECT max(coalesce((SELECT max(id) FROM audit), 0), audit) + 1,
                 ?1, ?2, ?3, ?4, ?5, ?6 FROM key_floor",
        )?
        .execute((
            entry.account.0,
            entry.at.nanoseconds(),
            &entry.actor,
            entry.deed.number(),
            &entry.subject,
            &entry.reason,
        ))?;
    Ok(())
}

/// The latest entries of an account, newest first.
pub(super) fn latest(
    connection: &Connection,
    account: AccountId,
    limit: u32,
) -> Outcome<Vec<AuditEntry>> {
    let mut select = connection.prepare_cached(
        "SELECT at, actor, deed, subject, reason FROM audit WHERE account = ?1
         ORDER BY id DESC LIMIT ?2",
    )?;
    select
        .query_and_then((account.0, limit), |row| {
            Ok(AuditEntry {
                account,
                at: instant_at(row, 0)?,
                actor: row.get(1)?,
                deed: stored_at(row, 2)?,
                subject: row.get(3)?,
                reason: row.get(4)?,
            })
        })?
        .collect()
}
