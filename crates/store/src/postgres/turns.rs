//! Whose turn it is to tell a webhook endpoint.
//!
//! A node that finds nothing to tell writes nothing. One that does takes the endpoint's row of
//! `webhook_turn`, which is its own until it gives it up or its lease has passed. Holders are
//! openings of the data, so that a node that was started again is another one. Of an account
//! that was moved elsewhere no turn is taken or kept: a node whose connections broke during the
//! move was told by nobody.

use std::time::Duration;

use engine::Instant;
use tokio_postgres::Row;

use super::columns::optional_instant_at;
use super::session::Session;
use super::settings::LeaseClock;
use crate::fault::Outcome;
use crate::webhook::{EndpointId, Turn, TurnWish};

/// The shortest time after which a node asks again for a turn that was another's.
const PAUSE_MIN: Duration = Duration::from_millis(100);

/// How the turn of an endpoint stands; [`Turn::Leased`] where it may be taken.
pub(super) async fn look(
    session: &Session,
    id: EndpointId,
    clock: LeaseClock,
    wish: TurnWish,
    holder: i64,
) -> Outcome<Turn> {
    let row = session
        .first(
            "SELECT EXISTS (SELECT 1 FROM event
                 WHERE event.account = endpoint.account AND event.id > endpoint.event),
             (SELECT min(next_at) FROM webhook_delivery
                 WHERE endpoint = $1 AND state = 0 AND next_at IS NOT NULL),
             turn.holder, turn.lease_until
             FROM webhook_endpoint AS endpoint
             LEFT JOIN webhook_turn AS turn ON turn.endpoint = endpoint.id
             WHERE endpoint.id = $1 AND NOT EXISTS (SELECT 1 FROM relocation
                 WHERE relocation.account = endpoint.account AND relocation.state <> 1)",
            &[&id.0],
        )
        .await?;
    let Some(row) = row else { return Ok(Turn::Idle(None)) }; // it is gone meanwhile
    let next_at = optional_instant_at(&row, 1)?;
    if !row.try_get::<_, bool>(0)? && next_at.is_none_or(|next| next > wish.now) {
        return Ok(Turn::Idle(next_at));
    }
    if row.try_get::<_, Option<i64>>(2)? == Some(holder) {
        return Ok(Turn::Leased);
    }
    let lease_until = optional_instant_at(&row, 3)?.unwrap_or(Instant::EPOCH);
    let now = clock.read(session, wish.now).await?;
    Ok(if lease_until > now { held(lease_until, now) } else { Turn::Leased })
}

/// Takes the turn, unless another node has.
pub(super) async fn take(
    session: &Session,
    id: EndpointId,
    clock: LeaseClock,
    wish: TurnWish,
    holder: i64,
) -> Outcome<Turn> {
    let now = clock.read(session, wish.now).await?;
    let taken = session
        .execute(
            "INSERT INTO webhook_turn (endpoint, holder, lease_until)
             SELECT id, $2::bigint, $3::bigint FROM webhook_endpoint
             WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM relocation
                 WHERE relocation.account = webhook_endpoint.account AND relocation.state <> 1)
             ON CONFLICT (endpoint) DO UPDATE
             SET holder = excluded.holder, lease_until = excluded.lease_until
             WHERE webhook_turn.holder = excluded.holder OR webhook_turn.lease_until <= $4",
            &[&id.0, &holder, &end(now, wish.lease).nanoseconds(), &now.nanoseconds()],
        )
        .await?;
    if taken == 1 {
        return Ok(Turn::Leased);
    }
    let others = "SELECT lease_until FROM webhook_turn WHERE endpoint = $1";
    let row: Option<Row> = session.first(others, &[&id.0]).await?;
    let lease_until = row.map(|row| optional_instant_at(&row, 0)).transpose()?.flatten();
    Ok(lease_until.map_or(Turn::Idle(None), |lease_until| held(lease_until, now)))
}

/// Begins a new lease, unless another node has taken the turn.
pub(super) async fn keep(
    session: &Session,
    id: EndpointId,
    clock: LeaseClock,
    wish: TurnWish,
    holder: i64,
) -> Outcome<bool> {
    let now = clock.read(session, wish.now).await?;
    let kept = session
        .execute(
            "UPDATE webhook_turn SET lease_until = $3 WHERE endpoint = $1 AND holder = $2
             AND NOT EXISTS (SELECT 1 FROM relocation
                 JOIN webhook_endpoint ON webhook_endpoint.account = relocation.account
                 WHERE webhook_endpoint.id = $1 AND relocation.state <> 1)",
            &[&id.0, &holder, &end(now, wish.lease).nanoseconds()],
        )
        .await?;
    Ok(kept == 1)
}

/// Gives the turn up, if it is this holder's.
pub(super) async fn give_up(session: &Session, id: EndpointId, holder: i64) -> Outcome<()> {
    let free = "UPDATE webhook_turn SET lease_until = 0 WHERE endpoint = $1 AND holder = $2";
    session.execute(free, &[&id.0, &holder]).await?;
    Ok(())
}

/// When a lease that begins now has passed.
fn end(now: Instant, lease: Duration) -> Instant {
    let nanoseconds = i64::try_from(lease.as_nanos()).unwrap_or(i64::MAX);
    Instant::from_nanoseconds(now.nanoseconds().saturating_add(nanoseconds))
}

/// Another's turn; not for no time at all, so that nobody asks again at once.
fn held(lease_until: Instant, now: Instant) -> Turn {
    let nanoseconds = lease_until.nanoseconds().saturating_sub(now.nanoseconds());
    let left = Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(0));
    Turn::Held(left.max(PAUSE_MIN))
}
