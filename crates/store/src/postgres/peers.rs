//! What nodes agree on.

use std::num::NonZeroU32;
use std::time::Duration;

use async_trait::async_trait;
use engine::{ClockId, Instant, LaneId, Term};

use super::columns::{instant_at, optional_instant_at};
use super::session::Session;
use super::{LeaseClock, PostgresStore, accounts};
use crate::fault::Outcome;
use crate::store::ClockState;
use crate::{ClockMove, ClockMoved, Peers, Result};

/// Holds the one right of its kind that a lane has, whose holders are in this table; of a lane
/// that was moved elsewhere behind a node's back it has none.
macro_rules! hold_in {
    ($table:literal) => {
        concat!(
            "INSERT INTO ",
            $table,
            " AS held (lane, term, held_until)
             SELECT $1::bigint, $2::bigint, database_now() + $3::bigint
             WHERE NOT EXISTS (SELECT 1 FROM lane_elsewhere WHERE lane_elsewhere.lane = $1)
             ON CONFLICT (lane) DO UPDATE
             SET term = excluded.term, held_until = excluded.held_until
             WHERE held.term = excluded.term OR held.held_until <= database_now()"
        )
    };
}

/// Gives it up.
macro_rules! release_in {
    ($table:literal) => {
        concat!("DELETE FROM ", $table, " WHERE lane = $1 AND term = $2")
    };
}

#[async_trait]
impl Peers for PostgresStore {
    async fn move_clock(&self, id: ClockId, wanted: ClockMove) -> Result<ClockMoved> {
        let by_mover = (self.lease_clock == LeaseClock::Claimer).then_some(wanted.wall_now);
        self.write("moving a clock", |session| async move {
            move_clock(&session, id, wanted, by_mover).await
        })
        .await
    }

    async fn now(&self) -> Result<Instant> {
        self.look("asking what time it is", |session| async move {
            let now = "SELECT database_now()";
            instant_at(&session.one(now, &[]).await?, 0)
        })
        .await
    }

    async fn hold_quotes(&self, lane: LaneId, term: Term, held_for: Duration) -> Result<bool> {
        self.write("holding a lane's quotes", |session| async move {
            hold(&session, hold_in!("quoting"), lane, term, held_for).await
        })
        .await
    }

    async fn release_quotes(&self, lane: LaneId, term: Term) -> Result<()> {
        self.write("releasing a lane's quotes", |session| async move {
            release(&session, release_in!("quoting"), lane, term).await
        })
        .await
    }

    async fn hold_awaiting(&self, lane: LaneId, term: Term, held_for: Duration) -> Result<bool> {
        self.write("holding what waits on a lane", |session| async move {
            hold(&session, hold_in!("asking"), lane, term, held_for).await
        })
        .await
    }

    async fn release_awaiting(&self, lane: LaneId, term: Term) -> Result<()> {
        self.write("releasing what waits on a lane", |session| async move {
            release(&session, release_in!("asking"), lane, term).await
        })
        .await
    }

    async fn in_flight(&self, lane: LaneId) -> Result<u64> {
        self.look("counting what is in flight", |session| async move {
            let count = "SELECT count(*) FROM claimed WHERE lane = $1 AND term >= 0";
            let count: i64 = session.one(count, &[&lane.0]).await?.try_get(0)?;
            Ok(u64::try_from(count).unwrap_or(0))
        })
        .await
    }

    async fn reserve(
        &self,
        lane: LaneId,
        places: NonZeroU32,
        distance: Duration,
    ) -> Result<Duration> {
        let taken = nanoseconds(distance.saturating_mul(places.get()));
        self.write("keeping a lane's pace", |session| async move {
            reserve(&session, lane, taken).await
        })
        .await
    }
}

async fn hold(
    session: &Session,
    statement: &'static str,
    lane: LaneId,
    term: Term,
    held_for: Duration,
) -> Outcome<bool> {
    let held =
        session.execute(statement, &[&lane.0, &term.number(), &nanoseconds(held_for)]).await?;
    Ok(held == 1)
}

async fn release(
    session: &Session,
    statement: &'static str,
    lane: LaneId,
    term: Term,
) -> Outcome<()> {
    session.execute(statement, &[&lane.0, &term.number()]).await?;
    Ok(())
}

/// Holds the clock's row and moves it, if that may be.
async fn move_clock(
    session: &Session,
    id: ClockId,
    wanted: ClockMove,
    by_mover: Option<Instant>,
) -> Outcome<ClockMoved> {
    session
        .execute("INSERT INTO clock (id) VALUES ($1) ON CONFLICT (id) DO NOTHING", &[&id.0])
        .await?;
    let row = session
        .one(
            "SELECT standing_at, target, mover, mover_until > coalesce($2, database_now())
             FROM clock WHERE id = $1 FOR UPDATE",
            &[&id.0, &by_mover.map(Instant::nanoseconds)],
        )
        .await?;
    let found = accounts::clock_state(optional_instant_at(&row, 0)?, optional_instant_at(&row, 1)?);
    let (mover, is_held): (Option<i64>, Option<bool>) = (row.try_get(2)?, row.try_get(3)?);
    let is_others =
        mover.is_some_and(|term| term != wanted.term.number()) && is_held.unwrap_or(false);
    if found != wanted.from || (found.target.is_some() && is_others) {
        return Ok(ClockMoved::Otherwise(found));
    }
    let ClockState { mode, target } = wanted.to;
    session
        .execute(
            "UPDATE clock SET standing_at = $2, target = $3, mover = $4,
             mover_until = coalesce($5, database_now()) + $6::bigint
             WHERE id = $1",
            &[
                &id.0,
                &accounts::standing_at(mode),
                &target.map(Instant::nanoseconds),
                &target.map(|_| wanted.term.number()),
                &by_mover.map(Instant::nanoseconds),
                &nanoseconds(wanted.held_for),
            ],
        )
        .await?;
    Ok(ClockMoved::Moved)
}

/// Moves on by so much when the next request may leave; how long it is until then.
async fn reserve(session: &Session, lane: LaneId, taken: i64) -> Outcome<Duration> {
    let row = session
        .one(
            "WITH moment AS (
                 SELECT database_now() AS now
             ), moved AS (
                 INSERT INTO pace (lane, free_at) SELECT $1::bigint, now + $2::bigint FROM moment
                 ON CONFLICT (lane) DO UPDATE
                 SET free_at = greatest(pace.free_at, database_now()) + $2::bigint
                 RETURNING free_at
             )
             SELECT free_at - $2::bigint - now FROM moved, moment",
            &[&lane.0, &taken],
        )
        .await?;
    let wait: i64 = row.try_get(0)?;
    Ok(Duration::from_nanos(u64::try_from(wait).unwrap_or(0)))
}

fn nanoseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}
