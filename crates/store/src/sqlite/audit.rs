//! What people did by hand.

use engine::AccountId;
use rusqlite::Connection;

use super::columns::{Stored, instant_at, stored_as, stored_at};
use super::fault::{Fault, Outcome};
use crate::audit::{AuditEntry, Deed};

stored_as!(Deed, "deed", {
    Deed::SaidPaid => 0, Deed::SaidPaid;
    Deed::SaidNotPaid => 1, Deed::SaidNotPaid;
    Deed::Asked => 2, Deed::Asked;
    Deed::Resumed => 3, Deed::Resumed;
    Deed::MadeKey => 4, Deed::MadeKey;
    Deed::RolledKey => 5, Deed::RolledKey;
    Deed::RevokedKey => 6, Deed::RevokedKey;
    Deed::EndpointCreated => 7, Deed::EndpointCreated;
    Deed::EndpointChanged => 8, Deed::EndpointChanged;
    Deed::SecretRolled => 9, Deed::SecretRolled;
    Deed::EndpointDeleted => 10, Deed::EndpointDeleted;
    Deed::Redelivered => 11, Deed::Redelivered;
    Deed::PausedSchedule => 12, Deed::PausedSchedule;
    Deed::ResumedSchedule => 13, Deed::ResumedSchedule;
    Deed::UnsuspendedSchedule => 14, Deed::UnsuspendedSchedule;
    Deed::ChangedPolicies => 15, Deed::ChangedPolicies;
});

/// Appends an entry.
pub(super) fn append(connection: &Connection, entry: &AuditEntry) -> Outcome<()> {
    connection
        .prepare_cached(
            "INSERT INTO audit (account, at, actor, deed, subject, reason)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
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
