//! Tokens that stand in the place of credentials.

use engine::Instant;

use super::columns::{Stored, hash_at, instant_at, stored_at};
use super::session::Session;
use crate::fault::Outcome;
use crate::grant::{Grant, GrantKind};

/// Grants that have expired and go, with each time that new ones are written.
const SWEPT_MAX: i64 = 16;

/// Writes new grants; where one is spent for them, only if it is still there. Of two who
/// spend the same one the second waits for the first, and finds it gone.
pub(super) async fn add(
    session: &Session,
    spent: Option<[u8; 32]>,
    grants: &[Grant],
    at: Instant,
) -> Outcome<bool> {
    sweep(session, at).await?;
    if let Some(spent) = spent {
        let delete = "DELETE FROM access_grant WHERE sha256 = $1";
        if session.execute(delete, &[&&spent[..]]).await? == 0 {
            return Ok(false);
        }
    }
    for grant in grants {
        session
            .execute(
                "INSERT INTO access_grant
                 (sha256, kind, credential, family, scopes, bound, expires_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)",
                &[
                    &&grant.sha256[..],
                    &grant.kind.number(),
                    &&grant.credential[..],
                    &&grant.family[..],
                    &&*grant.scopes,
                    &grant.bound,
                    &grant.expires_at.nanoseconds(),
                ],
            )
            .await?;
    }
    Ok(true)
}

/// Forgets a few of those that have expired, so that nobody ever has to forget many.
async fn sweep(session: &Session, at: Instant) -> Outcome<()> {
    session
        .execute(
            "DELETE FROM access_grant WHERE sha256 IN (
                 SELECT sha256 FROM access_grant WHERE expires_at <= $1
                 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED)",
            &[&at.nanoseconds(), &SWEPT_MAX],
        )
        .await?;
    Ok(())
}

/// One grant.
pub(super) async fn find(session: &Session, sha256: [u8; 32]) -> Outcome<Option<Grant>> {
    let row = session
        .first(
            "SELECT kind, credential, family, scopes, bound, expires_at FROM access_grant
             WHERE sha256 = $1",
            &[&&sha256[..]],
        )
        .await?;
    row.map(|row| {
        Ok(Grant {
            sha256,
            kind: stored_at(&row, 0)?,
            credential: hash_at(&row, 1)?,
            family: hash_at(&row, 2)?,
            scopes: row.try_get::<_, &str>(3)?.into(),
            bound: row.try_get(4)?,
            expires_at: instant_at(&row, 5)?,
        })
    })
    .transpose()
}

/// Forgets a grant; with one for refreshing, all of its family.
pub(super) async fn revoke(session: &Session, sha256: [u8; 32]) -> Outcome<()> {
    let Some(grant) = find(session, sha256).await? else { return Ok(()) };
    match grant.kind {
        GrantKind::Access => {
            let delete = "DELETE FROM access_grant WHERE sha256 = $1";
            session.execute(delete, &[&&sha256[..]]).await?;
        }
        GrantKind::Refresh => {
            // Whoever spends it now puts others of the family in its place: its row is
            // waited for, and what came of it is seen by the statement after that.
            let hold =
                "SELECT sha256 FROM access_grant WHERE family = $1 ORDER BY sha256 FOR UPDATE";
            session.query(hold, &[&&grant.family[..]]).await?;
            let delete = "DELETE FROM access_grant WHERE family = $1";
            session.execute(delete, &[&&grant.family[..]]).await?;
        }
    }
    Ok(())
}
