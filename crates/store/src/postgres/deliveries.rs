//! What is to be sent to webhook endpoints, and what was.

use std::collections::BTreeSet;

use engine::Instant;
use tokio_postgres::Row;

use super::columns::{chain, chain_columns, instant_at, optional_instant_at, whole_at};
use super::events;
use super::session::Session;
use crate::event::EventId;
use crate::fault::{Fault, Outcome};
use crate::webhook::{
    Answered, Attempted, Chain, Delivery, DeliveryId, DeliveryQuery, DeliveryState, DeliveryStatus,
    Due, EndpointId, Mark, NewDelivery, PENDING_MAX, Recorded, Then, Unseen,
};

const PENDING: i64 = 0;
const DELIVERED: i64 = 1;
const FAILED: i64 = 2;

/// A statement that selects a delivery's columns; the rest of it follows.
macro_rules! select_delivery {
    ($rest:literal) => {
        concat!(
            "SELECT id, endpoint, event, chain_kind, chain, created_at, state, next_at,
             ended_at, attempts, latest_at, latest_milliseconds, latest_status, latest_error
             FROM webhook_delivery ",
            $rest
        )
    };
}

fn delivery(row: &Row) -> Outcome<Delivery> {
    let ended_at = optional_instant_at(row, 8)?;
    let ended = || ended_at.ok_or_else(|| Fault::corrupt("delivery", "it has ended at no time"));
    let state = match row.try_get(6)? {
        PENDING => DeliveryState::Pending(optional_instant_at(row, 7)?),
        DELIVERED => DeliveryState::Delivered(ended()?),
        FAILED => DeliveryState::Failed(ended()?),
        other => return Err(Fault::corrupt("delivery", format!("its state is {other}"))),
    };
    let latest = match optional_instant_at(row, 10)? {
        None => None,
        Some(at) => {
            let (status, error): (Option<i64>, Option<&str>) = (row.try_get(12)?, row.try_get(13)?);
            let status = status.map(u16::try_from).transpose();
            let answer = match status.map_err(|error| Fault::corrupt("delivery", error))? {
                Some(status) => Answered::Status(status),
                None => Answered::Nothing(error.unwrap_or_default().into()),
            };
            Some(Attempted { at, milliseconds: whole_at(row, 11, "duration")?, answer })
        }
    };
    Ok(Delivery {
        id: DeliveryId(row.try_get(0)?),
        endpoint: EndpointId(row.try_get(1)?),
        event: EventId(row.try_get(2)?),
        chain: chain(row.try_get(3)?, row.try_get(4)?)?,
        created_at: instant_at(row, 5)?,
        state,
        attempts: whole_at(row, 9, "count of attempts")?,
        latest,
    })
}

/// One delivery.
pub(super) async fn find(session: &Session, id: DeliveryId) -> Outcome<Option<Delivery>> {
    let row = session.first(select_delivery!("WHERE id = $1"), &[&id.0]).await?;
    row.as_ref().map(delivery).transpose()
}

/// Events after an endpoint's mark.
pub(super) async fn unseen(
    session: &Session,
    id: EndpointId,
    limit: u32,
) -> Outcome<Option<Unseen>> {
    let row = session
        .first(
            "SELECT account, event, (SELECT count(*) FROM (SELECT 1 FROM webhook_delivery
                 WHERE endpoint = $1 AND state = 0 LIMIT $2) AS pending)
             FROM webhook_endpoint WHERE id = $1",
            &[&id.0, &i64::from(PENDING_MAX)],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let (account, mark): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
    let room = (i64::from(PENDING_MAX) - row.try_get::<_, i64>(2)?).min(i64::from(limit));
    let events =
        if room > 0 { events::after(session, account, mark, room).await? } else { Vec::new() };
    let event = events.last().map_or(mark, |event| event.id.0);
    Ok(Some(Unseen { events, mark: Mark { sequence: 0, event } }))
}

/// Queues deliveries of an endpoint that is held, and moves its mark.
pub(super) async fn enqueue(
    session: &Session,
    id: EndpointId,
    mark: Mark,
    new: &[NewDelivery],
    at: Instant,
) -> Outcome<()> {
    let moved = "UPDATE webhook_endpoint SET event = greatest(event, $2) WHERE id = $1";
    session.execute(moved, &[&id.0, &mark.event]).await?;
    for NewDelivery { event, chain } in new {
        let (kind, key) = chain_columns(*chain);
        session
            .execute(
                "INSERT INTO webhook_delivery
                 (id, endpoint, event, chain_kind, chain, created_at, state, next_at, attempts)
                 SELECT nextval('webhook_delivery_number'), $1::bigint, $2::bigint, $3::bigint,
                     $4::bigint, $5::bigint, 0,
                     CASE WHEN $3::bigint <> 0 AND EXISTS (
                         SELECT 1 FROM webhook_delivery
                         WHERE endpoint = $1 AND chain_kind = $3 AND chain = $4 AND state = 0)
                     THEN NULL ELSE $5::bigint END, 0
                 ON CONFLICT (endpoint, event) DO NOTHING",
                &[&id.0, &event.0, &kind, &key, &at.nanoseconds()],
            )
            .await?;
    }
    Ok(())
}

/// What is due of an endpoint.
pub(super) async fn due(
    session: &Session,
    id: EndpointId,
    now: Instant,
    limit: u32,
) -> Outcome<Due> {
    let rows = session
        .query(
            select_delivery!(
                "WHERE endpoint = $1 AND state = 0 AND next_at IS NOT NULL AND next_at <= $2
                 ORDER BY next_at, id LIMIT $3"
            ),
            &[&id.0, &now.nanoseconds(), &i64::from(limit)],
        )
        .await?;
    let deliveries: Vec<Delivery> = rows.iter().map(delivery).collect::<Outcome<_>>()?;
    let next_at = if deliveries.is_empty() {
        let row = session
            .one(
                "SELECT min(next_at) FROM webhook_delivery
                 WHERE endpoint = $1 AND state = 0 AND next_at IS NOT NULL",
                &[&id.0],
            )
            .await?;
        optional_instant_at(&row, 0)?
    } else {
        None
    };
    Ok(Due { deliveries, next_at })
}

/// Holds the endpoints of deliveries, in order.
pub(super) async fn hold_endpoints(session: &Session, attempts: &[Recorded]) -> Outcome<()> {
    let ids: BTreeSet<i64> = attempts.iter().map(|it| it.delivery.0).collect();
    session
        .query(
            "SELECT id FROM webhook_endpoint WHERE id IN (
                 SELECT endpoint FROM webhook_delivery WHERE id = ANY($1))
             ORDER BY id FOR UPDATE",
            &[&Vec::from_iter(ids)],
        )
        .await?;
    Ok(())
}

/// Records an attempt, if it says anything of its delivery; whether it does.
pub(super) async fn record(session: &Session, recorded: &Recorded) -> Outcome<bool> {
    let delivery = find(session, recorded.delivery).await?;
    let Some(delivery) = delivery.filter(|it| recorded.is_of(it)) else { return Ok(false) };
    let at = recorded.at.nanoseconds();
    let (state, next_at, ended_at) = match recorded.then {
        Then::Delivered => (DELIVERED, None, Some(at)),
        Then::Again(next) => (PENDING, Some(next.nanoseconds()), None),
        Then::Failed => (FAILED, None, Some(at)),
    };
    let Attempted { at: begun_at, milliseconds, answer } = &recorded.attempted;
    let (status, error) = match answer {
        Answered::Status(status) => (Some(i64::from(*status)), None),
        Answered::Nothing(why) => (None, Some(&**why)),
    };
    session
        .execute(
            "UPDATE webhook_delivery SET state = $2, next_at = $3, ended_at = $4,
             attempts = attempts + 1, latest_at = $5, latest_milliseconds = $6,
             latest_status = $7, latest_error = $8 WHERE id = $1",
            &[
                &delivery.id.0,
                &state,
                &next_at,
                &ended_at,
                &begun_at.nanoseconds(),
                &i64::from(*milliseconds),
                &status,
                &error,
            ],
        )
        .await?;
    if recorded.then == Then::Delivered {
        session
            .execute(
                "UPDATE webhook_endpoint SET delivered_at = $2 WHERE id = $1",
                &[&delivery.endpoint.0, &at],
            )
            .await?;
    }
    if state != PENDING {
        let_next_go(session, delivery.endpoint, delivery.chain, at).await?;
    }
    Ok(true)
}

/// The first of what waits in a chain is due.
async fn let_next_go(
    session: &Session,
    endpoint: EndpointId,
    chain: Chain,
    at: i64,
) -> Outcome<()> {
    if chain == Chain::Free {
        return Ok(());
    }
    let (kind, key) = chain_columns(chain);
    session
        .execute(
            "UPDATE webhook_delivery SET next_at = coalesce(next_at, $4) WHERE id = (
                 SELECT min(id) FROM webhook_delivery
                 WHERE endpoint = $1 AND chain_kind = $2 AND chain = $3 AND state = 0)",
            &[&endpoint.0, &kind, &key, &at],
        )
        .await?;
    Ok(())
}

/// A page of an endpoint's deliveries.
pub(super) async fn page(session: &Session, query: &DeliveryQuery) -> Outcome<Vec<Delivery>> {
    let state = query.status.map(|status| match status {
        DeliveryStatus::Pending => PENDING,
        DeliveryStatus::Delivered => DELIVERED,
        DeliveryStatus::Failed => FAILED,
    });
    let before = query.before.map_or(i64::MAX, |id| id.0);
    let rows = session
        .query(
            select_delivery!(
                "WHERE endpoint = $1 AND id < $2 AND ($3::bigint IS NULL OR state = $3)
                 ORDER BY id DESC LIMIT $4"
            ),
            &[&query.endpoint.0, &before, &state, &i64::from(query.limit)],
        )
        .await?;
    rows.iter().map(delivery).collect()
}

/// Makes a delivery due at once.
pub(super) async fn redeliver(session: &Session, delivery: &Delivery, at: Instant) -> Outcome<()> {
    let at = at.nanoseconds();
    match delivery.state {
        // It waits for those before it, and no longer for a later time.
        DeliveryState::Pending(next_at) => {
            session
                .execute(
                    "UPDATE webhook_delivery SET attempts = 0, next_at = $2 WHERE id = $1",
                    &[&delivery.id.0, &next_at.map(|_| at)],
                )
                .await?;
        }
        DeliveryState::Delivered(_) | DeliveryState::Failed(_) => {
            session
                .execute(
                    "UPDATE webhook_delivery SET state = 0, attempts = 0, next_at = $2,
                     ended_at = NULL, chain_kind = 0, chain = 0 WHERE id = $1",
                    &[&delivery.id.0, &at],
                )
                .await?;
        }
    }
    Ok(())
}

/// Makes all that an endpoint has not taken due at once: what is pending, and what was given
/// up since an instant.
pub(super) async fn begin_anew(
    session: &Session,
    id: EndpointId,
    since: Instant,
    at: Instant,
) -> Outcome<()> {
    session
        .execute(
            "UPDATE webhook_delivery SET state = 0, ended_at = NULL, attempts = 0
             WHERE endpoint = $1 AND (state = 0 OR (state = 2 AND ended_at >= $2))",
            &[&id.0, &since.nanoseconds()],
        )
        .await?;
    session
        .execute(
            "UPDATE webhook_delivery SET next_at = CASE WHEN chain_kind = 0 OR NOT EXISTS (
                 SELECT 1 FROM webhook_delivery AS earlier
                 WHERE earlier.endpoint = $1 AND earlier.state = 0
                 AND earlier.chain_kind = webhook_delivery.chain_kind
                 AND earlier.chain = webhook_delivery.chain AND earlier.id < webhook_delivery.id
             ) THEN $2 ELSE NULL::bigint END WHERE endpoint = $1 AND state = 0",
            &[&id.0, &at.nanoseconds()],
        )
        .await?;
    Ok(())
}

/// Forgets what is old, and a part of what was sent to endpoints that are gone.
pub(super) async fn prune(session: &Session, before: Instant, limit: u32) -> Outcome<u32> {
    let limit = i64::from(limit);
    let mut pruned = session
        .execute(
            "DELETE FROM webhook_delivery WHERE id IN (
                 SELECT id FROM webhook_delivery WHERE ended_at IS NOT NULL AND ended_at < $1
                 ORDER BY ended_at LIMIT $2 FOR UPDATE SKIP LOCKED)",
            &[&before.nanoseconds(), &limit],
        )
        .await?;
    let gone = "SELECT id FROM webhook_endpoint_gone LIMIT 1 FOR UPDATE SKIP LOCKED";
    if let Some(row) = session.first(gone, &[]).await? {
        let gone: i64 = row.try_get(0)?;
        let swept = session
            .execute(
                "DELETE FROM webhook_delivery WHERE id IN (
                     SELECT id FROM webhook_delivery WHERE endpoint = $1
                     LIMIT $2 FOR UPDATE SKIP LOCKED)",
                &[&gone, &limit],
            )
            .await?;
        // One whose last attempt is being recorded just now is there still.
        let forget = "DELETE FROM webhook_endpoint_gone WHERE id = $1
            AND NOT EXISTS (SELECT 1 FROM webhook_delivery WHERE endpoint = $1)";
        let forgotten = if swept == 0 { session.execute(forget, &[&gone]).await? } else { 0 };
        pruned += swept.max(forgotten); // there may be another that is gone
    }
    Ok(u32::try_from(pruned).unwrap_or(u32::MAX))
}

/// When the oldest delivery was queued that an enabled endpoint has not taken.
pub(super) async fn oldest_pending(session: &Session) -> Outcome<Option<Instant>> {
    let row = session
        .one(
            "SELECT min((SELECT min(created_at) FROM webhook_delivery
                 WHERE endpoint = webhook_endpoint.id AND state = 0))
             FROM webhook_endpoint WHERE disabled_since IS NULL",
            &[],
        )
        .await?;
    optional_instant_at(&row, 0)
}
