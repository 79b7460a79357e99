//! When a lane was last worked, and what holds it.
//!
//! Whoever changes a pulse holds its row, which is made first where there is none.

use engine::{Instant, LaneId};

use super::columns::optional_instant_at;
use super::session::Session;
use crate::fault::Outcome;
use crate::pulse::{Beat, Pulse};

/// How a lane stands. One that was moved elsewhere is held.
pub(super) async fn find(session: &Session, lane: LaneId) -> Outcome<Pulse> {
    held_where_moved(session, lane, stored(session, lane).await?).await
}

async fn held_where_moved(session: &Session, lane: LaneId, pulse: Pulse) -> Outcome<Pulse> {
    let row = session
        .one(
            "SELECT min(relocation.at) FROM account JOIN relocation
             ON relocation.account = account.id AND relocation.state IN (2, 3)
             WHERE account.lane = $1",
            &[&lane.0],
        )
        .await?;
    Ok(Pulse { held_since: pulse.held_since.or(optional_instant_at(&row, 0)?), ..pulse })
}

async fn stored(session: &Session, lane: LaneId) -> Outcome<Pulse> {
    let row = session
        .first(
            "SELECT beat_at, doubtful_through, restored_through, held_since FROM pulse
             WHERE lane = $1",
            &[&lane.0],
        )
        .await?;
    let Some(row) = row else { return Ok(Pulse::default()) };
    Ok(Pulse {
        beat_at: optional_instant_at(&row, 0)?,
        doubtful_through: optional_instant_at(&row, 1)?,
        restored_through: optional_instant_at(&row, 2)?,
        held_since: optional_instant_at(&row, 3)?,
    })
}

/// Changes how a lane stands. How it stood, and stands now.
async fn change(
    session: &Session,
    lane: LaneId,
    after: impl FnOnce(Pulse) -> Pulse,
) -> Outcome<(Pulse, Pulse)> {
    session
        .execute("INSERT INTO pulse (lane) VALUES ($1) ON CONFLICT (lane) DO NOTHING", &[&lane.0])
        .await?;
    session.query("SELECT lane FROM pulse WHERE lane = $1 FOR UPDATE", &[&lane.0]).await?;
    let before = stored(session, lane).await?;
    let pulse = after(before);
    let Pulse { beat_at, doubtful_through, restored_through, held_since } = pulse;
    let [beat_at, doubtful_through, restored_through, held_since] =
        [beat_at, doubtful_through, restored_through, held_since]
            .map(|instant| instant.map(Instant::nanoseconds));
    session
        .execute(
            "UPDATE pulse SET beat_at = $2, doubtful_through = $3, restored_through = $4,
             held_since = $5 WHERE lane = $1",
            &[&lane.0, &beat_at, &doubtful_through, &restored_through, &held_since],
        )
        .await?;
    Ok((before, pulse))
}

/// Notes a sign of life.
pub(super) async fn beat(session: &Session, beat: &Beat) -> Outcome<Pulse> {
    let (_, pulse) = change(session, beat.lane, |pulse| pulse.after(beat)).await?;
    held_where_moved(session, beat.lane, pulse).await
}

/// Holds a lane.
pub(super) async fn hold(session: &Session, lane: LaneId, since: Instant) -> Outcome<()> {
    change(session, lane, |pulse| Pulse { held_since: Some(since), ..pulse }).await?;
    Ok(())
}

/// Lets a lane go. What held it before.
pub(super) async fn resume(
    session: &Session,
    lane: LaneId,
    now: Instant,
) -> Outcome<Option<Instant>> {
    let (before, _) = change(session, lane, |pulse| pulse.resumed(now)).await?;
    Ok(before.held_since)
}
