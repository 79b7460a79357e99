//! What is to be sent to webhook endpoints, and what was.

use engine::Instant;
use rusqlite::{Connection, OptionalExtension, Row};

use super::columns::{chain, chain_columns, instant_at};
use super::events;
use super::listing::{self, List};
use crate::event::{Event, EventId};
use crate::fault::{Fault, Outcome};
use crate::webhook::{
    Answered, Attempted, Chain, Delivery, DeliveryId, DeliveryQuery, DeliveryState, DeliveryStatus,
    Due, EndpointId, Mark, NewDelivery, PENDING_MAX, Recorded, Then, Unseen,
};

/// Spans that are looked into at once.
const SPANS_MAX: u32 = 64;

const PENDING: i64 = 0;
const DELIVERED: i64 = 1;
const FAILED: i64 = 2;

const COLUMNS: &str = "id, endpoint, event, chain_kind, chain, created_at, state, next_at,
    ended_at, attempts, latest_at, latest_milliseconds, latest_status, latest_error";

fn delivery(row: &Row<'_>) -> Outcome<Delivery> {
    let optional = |index: usize| -> Outcome<Option<Instant>> {
        Ok(row.get::<_, Option<i64>>(index)?.map(Instant::from_nanoseconds))
    };
    let ended_at = optional(8)?;
    let ended = || ended_at.ok_or_else(|| Fault::corrupt("delivery", "it has ended at no time"));
    let state = match row.get(6)? {
        PENDING => DeliveryState::Pending(optional(7)?),
        DELIVERED => DeliveryState::Delivered(ended()?),
        FAILED => DeliveryState::Failed(ended()?),
        other => return Err(Fault::corrupt("delivery", format!("its state is {other}"))),
    };
    let latest = match optional(10)? {
        None => None,
        Some(at) => {
            let status: Option<u16> = row.get(12)?;
            let error: Option<Box<str>> = row.get(13)?;
            let answer = match status {
                Some(status) => Answered::Status(status),
                None => Answered::Nothing(error.unwrap_or_default()),
            };
            Some(Attempted { at, milliseconds: row.get(11)?, answer })
        }
    };
    Ok(Delivery {
        id: DeliveryId(row.get(0)?),
        endpoint: EndpointId(row.get(1)?),
        event: EventId(row.get(2)?),
        chain: chain(row.get(3)?, row.get(4)?)?,
        created_at: instant_at(row, 5)?,
        state,
        attempts: row.get(9)?,
        latest,
    })
}

/// One delivery.
pub(super) fn find(connection: &Connection, id: DeliveryId) -> Outcome<Option<Delivery>> {
    let mut select = connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM webhook_delivery WHERE id = ?1"))?;
    let mut rows = select.query([id.0])?;
    rows.next()?.map(delivery).transpose()
}

/// Events after an endpoint's mark.
pub(super) fn unseen(
    connection: &Connection,
    id: EndpointId,
    limit: u32,
) -> Outcome<Option<Unseen>> {
    let stands = connection
        .prepare_cached("SELECT account, sequence, event FROM webhook_endpoint WHERE id = ?1")?
        .query_row([id.0], |row| {
            let mark = Mark { sequence: row.get(1)?, event: row.get(2)? };
            Ok((row.get::<_, i64>(0)?, mark))
        })
        .optional()?;
    let Some((account, mut mark)) = stands else { return Ok(None) };
    let room = PENDING_MAX.saturating_sub(pending(connection, id)?).min(limit);
    let limit = usize::try_from(room).unwrap_or(usize::MAX);
    let mut events: Vec<Event> = Vec::new();
    if limit == 0 {
        return Ok(Some(Unseen { events, mark }));
    }
    let mut select = connection.prepare_cached(
        "SELECT sequence, first, last, further FROM span
         WHERE list = ?1 AND account = ?2 AND sequence >= ?3 ORDER BY sequence LIMIT ?4",
    )?;
    let mut spans = select.query((List::EVENTS.number(), account, mark.sequence, SPANS_MAX))?;
    while let Some(span) = spans.next()?
        && events.len() < limit
    {
        mark.sequence = span.get(0)?;
        let further = span.get_ref(3)?.as_blob_or_null().unwrap_or(None);
        for (first, last) in listing::runs(span.get(1)?, span.get(2)?, further)? {
            if last > mark.event && events.len() < limit {
                let first = first.max(mark.event + 1);
                let room = limit - events.len();
                events.extend(events::between(connection, first, last, room)?);
                mark.event = events.last().map_or(mark.event, |event| event.id.0);
            }
        }
    }
    Ok(Some(Unseen { events, mark }))
}

/// How many deliveries of an endpoint are queued; stops counting where there may be no more.
fn pending(connection: &Connection, id: EndpointId) -> Outcome<u32> {
    Ok(connection
        .prepare_cached(
            "SELECT count(*) FROM (SELECT 1 FROM webhook_delivery
             WHERE endpoint = ?1 AND state = 0 LIMIT ?2)",
        )?
        .query_row((id.0, PENDING_MAX), |row| row.get(0))?)
}

/// Queues deliveries and moves the mark of their endpoint.
pub(super) fn enqueue(
    connection: &Connection,
    id: EndpointId,
    mark: Mark,
    new: &[NewDelivery],
    at: Instant,
) -> Outcome<()> {
    let moved = connection
        .prepare_cached(
            "UPDATE webhook_endpoint SET sequence = max(sequence, ?2), event = max(event, ?3)
             WHERE id = ?1",
        )?
        .execute((id.0, mark.sequence, mark.event))?;
    if moved == 0 {
        return Ok(()); // it was deleted meanwhile
    }
    let mut insert = connection.prepare_cached(
        "INSERT OR IGNORE INTO webhook_delivery
         (endpoint, event, chain_kind, chain, created_at, state, next_at, attempts)
         VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, 0)",
    )?;
    let mut ahead = connection.prepare_cached(
        "SELECT 1 FROM webhook_delivery
         WHERE endpoint = ?1 AND chain_kind = ?2 AND chain = ?3 AND state = 0 LIMIT 1",
    )?;
    for NewDelivery { event, chain } in new {
        let (kind, key) = chain_columns(*chain);
        let waits = *chain != Chain::Free && ahead.exists((id.0, kind, key))?;
        let next_at = (!waits).then_some(at.nanoseconds());
        insert.execute((id.0, event.0, kind, key, at.nanoseconds(), next_at))?;
    }
    Ok(())
}

/// What is due of an endpoint.
pub(super) fn due(
    connection: &Connection,
    id: EndpointId,
    now: Instant,
    limit: u32,
) -> Outcome<Due> {
    let mut select = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM webhook_delivery
         WHERE endpoint = ?1 AND state = 0 AND next_at IS NOT NULL AND next_at <= ?2
         ORDER BY next_at, id LIMIT ?3"
    ))?;
    let deliveries: Vec<Delivery> = select
        .query_and_then((id.0, now.nanoseconds(), limit), delivery)?
        .collect::<Outcome<_>>()?;
    let next_at: Option<i64> = connection
        .prepare_cached(
            "SELECT min(next_at) FROM webhook_delivery
             WHERE endpoint = ?1 AND state = 0 AND next_at IS NOT NULL",
        )?
        .query_row([id.0], |row| row.get(0))?;
    let next_at = next_at.map(Instant::from_nanoseconds).filter(|_| deliveries.is_empty());
    Ok(Due { deliveries, next_at })
}

/// Records an attempt, if it says anything of its delivery; whether it does.
pub(super) fn record(connection: &Connection, recorded: &Recorded) -> Outcome<bool> {
    let delivery = find(connection, recorded.delivery)?;
    let Some(delivery) = delivery.filter(|it| recorded.is_of(it)) else { return Ok(false) };
    let at = recorded.at.nanoseconds();
    let (state, next_at, ended_at) = match recorded.then {
        Then::Delivered => (DELIVERED, None, Some(at)),
        Then::Again(next) => (PENDING, Some(next.nanoseconds()), None),
        Then::Failed => (FAILED, None, Some(at)),
    };
    let Attempted { at: begun_at, milliseconds, answer } = &recorded.attempted;
    let (status, error) = match answer {
        Answered::Status(status) => (Some(*status), None),
        Answered::Nothing(why) => (None, Some(why)),
    };
    connection
        .prepare_cached(
            "UPDATE webhook_delivery SET state = ?2, next_at = ?3, ended_at = ?4,
             attempts = attempts + 1, latest_at = ?5, latest_milliseconds = ?6,
             latest_status = ?7, latest_error = ?8 WHERE id = ?1",
        )?
        .execute((
            delivery.id.0,
            state,
            next_at,
            ended_at,
            begun_at.nanoseconds(),
            milliseconds,
            status,
            error,
        ))?;
    if recorded.then == Then::Delivered {
        connection
            .prepare_cached("UPDATE webhook_endpoint SET delivered_at = ?2 WHERE id = ?1")?
            .execute((delivery.endpoint.0, at))?;
    }
    if state != PENDING {
        let_next_go(connection, delivery.endpoint, delivery.chain, at)?;
    }
    Ok(true)
}

/// The first of what waits in a chain is due.
fn let_next_go(
    connection: &Connection,
    endpoint: EndpointId,
    chain: Chain,
    at: i64,
) -> Outcome<()> {
    if chain == Chain::Free {
        return Ok(());
    }
    let (kind, key) = chain_columns(chain);
    connection
        .prepare_cached(
            "UPDATE webhook_delivery SET next_at = coalesce(next_at, ?4) WHERE id = (
                 SELECT min(id) FROM webhook_delivery
                 WHERE endpoint = ?1 AND chain_kind = ?2 AND chain = ?3 AND state = 0)",
        )?
        .execute((endpoint.0, kind, key, at))?;
    Ok(())
}

/// A page of an endpoint's deliveries.
pub(super) fn page(connection: &Connection, query: &DeliveryQuery) -> Outcome<Vec<Delivery>> {
    let state = query.status.map(|status| match status {
        DeliveryStatus::Pending => PENDING,
        DeliveryStatus::Delivered => DELIVERED,
        DeliveryStatus::Failed => FAILED,
    });
    let before = query.before.map_or(i64::MAX, |id| id.0);
    let mut select = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM webhook_delivery
         WHERE endpoint = ?1 AND id < ?2 AND (?3 IS NULL OR state = ?3)
         ORDER BY id DESC LIMIT ?4"
    ))?;
    select.query_and_then((query.endpoint.0, before, state, query.limit), delivery)?.collect()
}

/// Makes a delivery due at once.
pub(super) fn redeliver(connection: &Connection, delivery: &Delivery, at: Instant) -> Outcome<()> {
    let at = at.nanoseconds();
    match delivery.state {
        // It waits for those before it, and no longer for a later time.
        DeliveryState::Pending(next_at) => {
            connection
                .prepare_cached(
                    "UPDATE webhook_delivery SET attempts = 0, next_at = ?2 WHERE id = ?1",
                )?
                .execute((delivery.id.0, next_at.map(|_| at)))?;
        }
        DeliveryState::Delivered(_) | DeliveryState::Failed(_) => {
            connection
                .prepare_cached(
                    "UPDATE webhook_delivery SET state = 0, attempts = 0, next_at = ?2,
                     ended_at = NULL, chain_kind = 0, chain = 0 WHERE id = ?1",
                )?
                .execute((delivery.id.0, at))?;
        }
    }
    Ok(())
}

/// Makes all that an endpoint has not taken due at once: what is pending, and what was given
/// up since an instant.
pub(super) fn begin_anew(
    connection: &Connection,
    id: EndpointId,
    since: Instant,
    at: Instant,
) -> Outcome<()> {
    connection
        .prepare_cached(
            "UPDATE webhook_delivery SET state = 0, ended_at = NULL, attempts = 0
             WHERE endpoint = ?1 AND (state = 0 OR (state = 2 AND ended_at >= ?2))",
        )?
        .execute((id.0, since.nanoseconds()))?;
    connection
        .prepare_cached(
            "UPDATE webhook_delivery SET next_at = iif(chain_kind = 0 OR NOT EXISTS (
                 SELECT 1 FROM webhook_delivery earlier
                 WHERE earlier.endpoint = ?1 AND earlier.state = 0
                 AND earlier.chain_kind = webhook_delivery.chain_kind
                 AND earlier.chain = webhook_delivery.chain AND earlier.id < webhook_delivery.id
             ), ?2, NULL) WHERE endpoint = ?1 AND state = 0",
        )?
        .execute((id.0, at.nanoseconds()))?;
    Ok(())
}

/// Forgets what is old, and a part of what was sent to endpoints that are gone.
pub(super) fn prune(connection: &Connection, before: Instant, limit: u32) -> Outcome<u32> {
    let mut pruned = connection
        .prepare_cached(
            "DELETE FROM webhook_delivery WHERE id IN (
                 SELECT id FROM webhook_delivery
                 WHERE ended_at IS NOT NULL AND ended_at < ?1 ORDER BY ended_at LIMIT ?2)",
        )?
        .execute((before.nanoseconds(), limit))?;
    let gone: Option<i64> = connection
        .prepare_cached("SELECT id FROM webhook_endpoint_gone LIMIT 1")?
        .query_row([], |row| row.get(0))
        .optional()?;
    if let Some(gone) = gone {
        let swept = connection
            .prepare_cached(
                "DELETE FROM webhook_delivery WHERE id IN (
                     SELECT id FROM webhook_delivery WHERE endpoint = ?1 LIMIT ?2)",
            )?
            .execute((gone, limit))?;
        if swept == 0 {
            connection
                .prepare_cached("DELETE FROM webhook_endpoint_gone WHERE id = ?1")?
                .execute([gone])?;
        }
        pruned += swept.max(1); // there may be another that is gone
    }
    Ok(u32::try_from(pruned).unwrap_or(u32::MAX))
}

/// When the oldest delivery was queued that an enabled endpoint has not taken.
pub(super) fn oldest_pending(connection: &Connection) -> Outcome<Option<Instant>> {
    let oldest: Option<i64> = connection
        .prepare_cached(
            "SELECT min((SELECT min(created_at) FROM webhook_delivery
                 WHERE endpoint = webhook_endpoint.id AND state = 0))
             FROM webhook_endpoint WHERE disabled_since IS NULL",
        )?
        .query_row([], |row| row.get(0))?;
    Ok(oldest.map(Instant::from_nanoseconds))
}
