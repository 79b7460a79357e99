//! What people did by hand.

use engine::AccountId;

use super::columns::{Stored, instant_at, stored_at};
use super::session::Session;
use crate::audit::AuditEntry;
use crate::fault::Outcome;

/// Appends an entry.
pub(super) async fn append(session: &Session, entry: &AuditEntry) -> Outcome<()> {
    session
        .execute(
            "INSERT INTO audit (id, account, at, actor, deed, subject, reason)
             VALUES (nextval('audit_number'), $1, $2, $3, $4, $5, $6)",
            &[
                &entry.account.0,
                &entry.at.nanoseconds(),
                &&*entry.actor,
                &entry.deed.number(),
                &&*entry.subject,
                &&*entry.reason,
            ],
        )
        .await?;
    Ok(())
}

/// The latest entries of an account, newest first.
pub(super) async fn latest(
    session: &Session,
    account: AccountId,
    limit: u32,
) -> Outcome<Vec<AuditEntry>> {
    let rows = session
        .query(
            "SELECT at, actor, deed, subject, reason FROM audit WHERE account = $1
             ORDER BY id DESC LIMIT $2",
            &[&account.0, &i64::from(limit)],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(AuditEntry {
                account,
                at: instant_at(row, 0)?,
                actor: row.try_get::<_, &str>(1)?.into(),
                deed: stored_at(row, 2)?,
                subject: row.try_get::<_, &str>(3)?.into(),
                reason: row.try_get::<_, &str>(4)?.into(),
            })
        })
        .collect()
}
