//! Requests that carry a key of their client's.

use engine::{Instant, Term};

use super::columns::{hash_at, instant_at};
use super::session::Session;
use crate::fault::{Fault, Outcome};
use crate::request::{RequestKey, RequestState, StoredResponse};

/// How long an answer is kept.
const KEPT_SECONDS: i64 = 24 * 60 * 60;
/// Answers that are past that and go, with each key that is taken.
const SWEPT_MAX: i64 = 16;
/// How often a key is looked at that is taken and given back again meanwhile.
const ATTEMPTS_MAX: u32 = 8;

/// Takes a request key, or says what stands under it. Whoever finds one holds its row until
/// it has decided. One that a node started later than this one holds is running: only an
/// earlier node counts as gone.
pub(super) async fn begin(
    session: &Session,
    term: Term,
    key: &RequestKey,
    fingerprint: [u8; 32],
    at: Instant,
) -> Outcome<RequestState> {
    sweep(session, term, at).await?;
    for _ in 0..ATTEMPTS_MAX {
        let fresh = session
            .execute(
                "INSERT INTO request (account, key, fingerprint, term, at)
                 VALUES ($1, $2, $3, $4, $5) ON CONFLICT (account, key) DO NOTHING",
                &[&key.account.0, &&*key.key, &&fingerprint[..], &term.0, &at.nanoseconds()],
            )
            .await?;
        if fresh == 1 {
            return Ok(RequestState::Started);
        }
        if let Some(state) = look(session, term, key, fingerprint, at).await? {
            return Ok(state);
        }
    }
    Err(Fault::Refused("the request key is taken and given back all the time".to_owned()))
}

/// What stands under a key, which is taken if it may be; `None` where nothing does.
async fn look(
    session: &Session,
    term: Term,
    key: &RequestKey,
    fingerprint: [u8; 32],
    at: Instant,
) -> Outcome<Option<RequestState>> {
    let row = session
        .first(
            "SELECT fingerprint, term, at, status, version, body FROM request
             WHERE account = $1 AND key = $2 FOR UPDATE",
            &[&key.account.0, &&*key.key],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let status: Option<i64> = row.try_get(3)?;
    let is_running = status.is_none() && row.try_get::<_, i64>(1)? >= term.0;
    let is_kept = instant_at(&row, 2)?.plus_seconds(KEPT_SECONDS) > at;
    if is_running || is_kept {
        if hash_at(&row, 0)? != fingerprint {
            return Ok(Some(RequestState::Mismatch));
        }
        if let Some(status) = status {
            return Ok(Some(RequestState::Answered(StoredResponse {
                status: u16::try_from(status).map_err(|error| Fault::corrupt("answer", error))?,
                version: row.try_get::<_, &str>(4)?.into(),
                body: row.try_get(5)?,
            })));
        }
        if is_running {
            return Ok(Some(RequestState::Running));
        }
    }
    session
        .execute(
            "UPDATE request SET fingerprint = $3, term = $4, at = $5, status = NULL,
             version = NULL, body = NULL WHERE account = $1 AND key = $2",
            &[&key.account.0, &&*key.key, &&fingerprint[..], &term.0, &at.nanoseconds()],
        )
        .await?;
    Ok(Some(RequestState::Started))
}

/// Forgets a few of those that are past their time, so that nobody ever has to
/// forget many.
async fn sweep(session: &Session, term: Term, now: Instant) -> Outcome<()> {
    session
        .execute(
            "DELETE FROM request WHERE (account, key) IN (
                 SELECT account, key FROM request
                 WHERE at <= $1 AND (status IS NOT NULL OR term < $2)
                 ORDER BY at LIMIT $3 FOR UPDATE SKIP LOCKED)",
            &[&now.plus_seconds(-KEPT_SECONDS).nanoseconds(), &term.0, &SWEPT_MAX],
        )
        .await?;
    Ok(())
}

/// Stores the answer.
pub(super) async fn finish(
    session: &Session,
    key: &RequestKey,
    response: &StoredResponse,
) -> Outcome<()> {
    session
        .execute(
            "UPDATE request SET status = $3, version = $4, body = $5
             WHERE account = $1 AND key = $2 AND status IS NULL",
            &[
                &key.account.0,
                &&*key.key,
                &i64::from(response.status),
                &&*response.version,
                &response.body,
            ],
        )
        .await?;
    Ok(())
}

/// Gives the key back.
pub(super) async fn abandon(session: &Session, key: &RequestKey) -> Outcome<()> {
    session
        .execute(
            "DELETE FROM request WHERE account = $1 AND key = $2 AND status IS NULL",
            &[&key.account.0, &&*key.key],
        )
        .await?;
    Ok(())
}
