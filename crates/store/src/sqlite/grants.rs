//! Tokens that stand in the place of credentials.

use engine::Instant;
use rusqlite::Connection;

use super::columns::{Stored, instant_at, stored_at};
use crate::fault::Outcome;
use crate::grant::{Grant, GrantKind};

/// Grants that have expired and go, with each time that new ones are written.
const SWEPT_MAX: u32 = 16;

/// Writes new grants; where one is spent for them, only if it is still there.
pub(super) fn add(
    connection: &Connection,
    spent: Option<[u8; 32]>,
    grants: &[Grant],
    at: Instant,
) -> Outcome<bool> {
    sweep(connection, at)?;
    if let Some(spent) = spent {
        let mut delete = connection.prepare_cached("DELETE FROM access_grant WHERE sha256 = ?1")?;
        if delete.execute([spent])? == 0 {
            return Ok(false);
        }
    }
    let mut insert = connection.prepare_cached(
        "INSERT INTO access_grant (sha256, kind, credential, family, scopes, bound, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    for grant in grants {
        insert.execute((
            grant.sha256,
            grant.kind.number(),
            grant.credential,
            grant.family,
            &grant.scopes,
            grant.bound,
            grant.expires_at.nanoseconds(),
        ))?;
    }
    Ok(true)
}

/// Forgets a few of those that have expired, so that nobody ever has to forget many.
fn sweep(connection: &Connection, at: Instant) -> Outcome<()> {
    connection
        .prepare_cached(
            "DELETE FROM access_grant WHERE sha256 IN (
                 SELECT sha256 FROM access_grant WHERE expires_at <= ?1
                 ORDER BY expires_at LIMIT ?2)",
        )?
        .execute((at.nanoseconds(), SWEPT_MAX))?;
    Ok(())
}

/// One grant.
pub(super) fn find(connection: &Connection, sha256: [u8; 32]) -> Outcome<Option<Grant>> {
    let mut select = connection.prepare_cached(
        "SELECT kind, credential, family, scopes, bound, expires_at FROM access_grant
         WHERE sha256 = ?1",
    )?;
    let mut rows = select.query([sha256])?;
    rows.next()?
        .map(|row| {
            Ok(Grant {
                sha256,
                kind: stored_at(row, 0)?,
                credential: row.get(1)?,
                family: row.get(2)?,
                scopes: row.get(3)?,
                bound: row.get(4)?,
                expires_at: instant_at(row, 5)?,
            })
        })
        .transpose()
}

/// Forgets a grant; with one for refreshing, all of its family.
pub(super) fn revoke(connection: &Connection, sha256: [u8; 32]) -> Outcome<()> {
    let Some(grant) = find(connection, sha256)? else { return Ok(()) };
    let (statement, which) = match grant.kind {
        GrantKind::Access => ("DELETE FROM access_grant WHERE sha256 = ?1", sha256),
        GrantKind::Refresh => ("DELETE FROM access_grant WHERE family = ?1", grant.family),
    };
    connection.prepare_cached(statement)?.execute([which])?;
    Ok(())
}
