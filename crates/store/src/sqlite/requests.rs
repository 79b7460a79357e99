//! Requests that carry a key of their client's.

use engine::{Instant, Term};
use rusqlite::{Connection, OptionalExtension};

use crate::fault::Outcome;
use crate::request::{RequestKey, RequestState, StoredResponse};

/// How long an answer is kept.
const KEPT_SECONDS: i64 = 24 * 60 * 60;
/// Answers that are past that and go, with each key that is taken.
const SWEPT_MAX: u32 = 16;

struct Standing {
    fingerprint: [u8; 32],
    term: i64,
    at: Instant,
    response: Option<StoredResponse>,
}

/// Takes a request key, or says what stands under it.
pub(super) fn begin(
    connection: &Connection,
    term: Term,
    key: &RequestKey,
    fingerprint: [u8; 32],
    at: Instant,
) -> Outcome<RequestState> {
    sweep(connection, term, at)?;
    if let Some(standing) = find(connection, key)? {
        let is_running = standing.response.is_none() && standing.term == term.number();
        let is_kept = standing.at.plus_seconds(KEPT_SECONDS) > at;
        if is_running || is_kept {
            if standing.fingerprint != fingerprint {
                return Ok(RequestState::Mismatch);
            }
            if let Some(response) = standing.response {
                return Ok(RequestState::Answered(response));
            }
            if is_running {
                return Ok(RequestState::Running);
            }
        }
    }
    connection
        .prepare_cached(
            "INSERT INTO request (account, key, fingerprint, term, at) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (account, key) DO UPDATE SET fingerprint = excluded.fingerprint,
             term = excluded.term, at = excluded.at, status = NULL, version = NULL, body = NULL",
        )?
        .execute((key.account.0, &key.key, fingerprint, term.number(), at.nanoseconds()))?;
    Ok(RequestState::Started)
}

fn find(connection: &Connection, key: &RequestKey) -> Outcome<Option<Standing>> {
    Ok(connection
        .prepare_cached(
            "SELECT fingerprint, term, at, status, version, body FROM request
             WHERE account = ?1 AND key = ?2",
        )?
        .query_row((key.account.0, &key.key), |row| {
            let status: Option<u16> = row.get(3)?;
            let response = match status {
                None => None,
                Some(status) => {
                    Some(StoredResponse { status, version: row.get(4)?, body: row.get(5)? })
                }
            };
            let at = Instant::from_nanoseconds(row.get(2)?);
            Ok(Standing { fingerprint: row.get(0)?, term: row.get(1)?, at, response })
        })
        .optional()?)
}

/// Forgets a few of those that are past their time, so that nobody ever has to
/// forget many.
fn sweep(connection: &Connection, term: Term, now: Instant) -> Outcome<()> {
    connection
        .prepare_cached(
            "DELETE FROM request WHERE id IN (
                 SELECT id FROM request WHERE at <= ?1 AND (status IS NOT NULL OR term <> ?2)
                 ORDER BY at LIMIT ?3)",
        )?
        .execute((now.plus_seconds(-KEPT_SECONDS).nanoseconds(), term.number(), SWEPT_MAX))?;
    Ok(())
}

/// Stores the answer.
pub(super) fn finish(
    connection: &Connection,
    term: Term,
    key: &RequestKey,
    response: &StoredResponse,
) -> Outcome<()> {
    connection
        .prepare_cached(
            "UPDATE request SET status = ?3, version = ?4, body = ?5
             WHERE account = ?1 AND key = ?2 AND status IS NULL AND term = ?6",
        )?
        .execute((
            key.account.0,
            &key.key,
            response.status,
            &response.version,
            &response.body,
            term.number(),
        ))?;
    Ok(())
}

/// Gives the key back.
pub(super) fn abandon(connection: &Connection, term: Term, key: &RequestKey) -> Outcome<()> {
    connection
        .prepare_cached(
            "DELETE FROM request
             WHERE account = ?1 AND key = ?2 AND status IS NULL AND term = ?3",
        )?
        .execute((key.account.0, &key.key, term.number()))?;
    Ok(())
}
