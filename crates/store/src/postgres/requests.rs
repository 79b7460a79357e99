//! Requests that carry a key of their client's.

use engine::{Instant, Term};

use super::columns::{hash_at, instant_at, optional_instant_at};
use super::session::Session;
use super::settings::LeaseClock;
use crate::fault::{Fault, Outcome};
use crate::request::{REQUEST_LEASE_SECONDS, RequestKey, RequestState, StoredResponse};

/// How long an answer is kept.
const KEPT_SECONDS: i64 = 24 * 60 * 60;
/// Answers that are past that and go, with each key that is taken.
const SWEPT_MAX: i64 = 16;
/// How often a key is looked at that is taken and given back again meanwhile.
const ATTEMPTS_MAX: u32 = 8;

/// Who wants a request key, and what for.
pub(super) struct Wish<'key> {
    pub(super) term: Term,
    pub(super) key: &'key RequestKey,
    pub(super) fingerprint: [u8; 32],
    pub(super) at: Instant,
    /// By which keys are held.
    pub(super) clock: LeaseClock,
}

/// Takes a request key, or says what stands under it. Whoever finds one holds its row until
/// it has decided. Terms tell who holds a key, and not whether that one still lives: only
/// the lease does.
pub(super) async fn begin(session: &Session, wish: &Wish<'_>) -> Outcome<RequestState> {
    let Wish { term, key, fingerprint, at, clock } = *wish;
    let now = clock.read(session, at).await?;
    sweep(session, at, now).await?;
    for _ in 0..ATTEMPTS_MAX {
        let fresh = session
            .execute(
                "INSERT INTO request (account, key, fingerprint, term, at, held_until)
                 VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (account, key) DO NOTHING",
                &[
                    &key.account.0,
                    &&*key.key,
                    &&fingerprint[..],
                    &term.number(),
                    &at.nanoseconds(),
                    &now.plus_seconds(REQUEST_LEASE_SECONDS).nanoseconds(),
                ],
            )
            .await?;
        if fresh == 1 {
            return Ok(RequestState::Started);
        }
        if let Some(state) = look(session, wish).await? {
            return Ok(state);
        }
    }
    Err(Fault::Refused("the request key is taken and given back all the time".to_owned()))
}

/// What stands under a key, which is taken if it may be; `None` where nothing does.
async fn look(session: &Session, wish: &Wish<'_>) -> Outcome<Option<RequestState>> {
    let Wish { term, key, fingerprint, at, clock } = *wish;
    let row = session
        .first(
            "SELECT fingerprint, held_until, at, status, version, body FROM request
             WHERE account = $1 AND key = $2 FOR UPDATE",
            &[&key.account.0, &&*key.key],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    // Another may have been waited for meanwhile.
    let now = clock.read(session, at).await?;
    let status: Option<i64> = row.try_get(3)?;
    let taken_at = instant_at(&row, 2)?;
    let held_until = optional_instant_at(&row, 1)?;
    let held_until = held_until.unwrap_or(taken_at.plus_seconds(REQUEST_LEASE_SECONDS));
    let is_running = status.is_none() && held_until > now;
    let is_kept = taken_at.plus_seconds(KEPT_SECONDS) > at;
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
            "UPDATE request SET fingerprint = $3, term = $4, at = $5, held_until = $6,
             status = NULL, version = NULL, body = NULL WHERE account = $1 AND key = $2",
            &[
                &key.account.0,
                &&*key.key,
                &&fingerprint[..],
                &term.number(),
                &at.nanoseconds(),
                &now.plus_seconds(REQUEST_LEASE_SECONDS).nanoseconds(),
            ],
        )
        .await?;
    Ok(Some(RequestState::Started))
}

/// Forgets a few of those that are past their time, so that nobody ever has to
/// forget many.
async fn sweep(session: &Session, at: Instant, now: Instant) -> Outcome<()> {
    session
        .execute(
            "DELETE FROM request WHERE (account, key) IN (
                 SELECT account, key FROM request
                 WHERE at <= $1 AND (status IS NOT NULL OR coalesce(held_until, 0) <= $2)
                 ORDER BY at LIMIT $3 FOR UPDATE SKIP LOCKED)",
            &[&at.plus_seconds(-KEPT_SECONDS).nanoseconds(), &now.nanoseconds(), &SWEPT_MAX],
        )
        .await?;
    Ok(())
}

/// Stores the answer.
pub(super) async fn finish(
    session: &Session,
    term: Term,
    key: &RequestKey,
    response: &StoredResponse,
) -> Outcome<()> {
    session
        .execute(
            "UPDATE request SET status = $3, version = $4, body = $5
             WHERE account = $1 AND key = $2 AND status IS NULL AND term = $6",
            &[
                &key.account.0,
                &&*key.key,
                &i64::from(response.status),
                &&*response.version,
                &response.body,
                &term.number(),
            ],
        )
        .await?;
    Ok(())
}

/// Gives the key back.
pub(super) async fn abandon(session: &Session, term: Term, key: &RequestKey) -> Outcome<()> {
    session
        .execute(
            "DELETE FROM request
             WHERE account = $1 AND key = $2 AND status IS NULL AND term = $3",
            &[&key.account.0, &&*key.key, &term.number()],
        )
        .await?;
    Ok(())
}
