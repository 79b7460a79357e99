//! The [`Peers`] trait: what several nodes that share their data agree on.

use std::num::NonZeroU32;
use std::time::Duration;

use async_trait::async_trait;
use engine::{ClockId, Instant, LaneId, Term};

use crate::Result;
use crate::store::ClockState;

/// What nodes agree on through the data that they share. A store that one process has to
/// itself has none ([`crate::Store::peers`]).
#[async_trait]
pub trait Peers: Send + Sync {
    /// Moves a clock, or holds it where it is for an advance that takes long, if it stands as
    /// whoever moves it believes and nobody else is moving it.
    async fn move_clock(&self, id: ClockId, wanted: ClockMove) -> Result<ClockMoved>;
    /// What time it is for all of them: the database's.
    async fn now(&self) -> Result<Instant>;
    /// Takes the sole right to have quotes of a lane's balances open, for so long; or goes on
    /// with it, where the term has it. `false` where another has it.
    async fn hold_quotes(&self, lane: LaneId, term: Term, held_for: Duration) -> Result<bool>;
    /// Gives it up, where the term has it.
    async fn release_quotes(&self, lane: LaneId, term: Term) -> Result<()>;
    /// Takes the sole right to ask a gateway again for what waits on a lane, or to decide about
    /// it, for so long; or goes on with it, where the term has it. `false` where another has it.
    async fn hold_awaiting(&self, lane: LaneId, term: Term, held_for: Duration) -> Result<bool>;
    /// Gives it up, where the term has it.
    async fn release_awaiting(&self, lane: LaneId, term: Term) -> Result<()>;
    /// How many runs of a lane anybody has claimed and neither settled nor given back.
    async fn in_flight(&self, lane: LaneId) -> Result<u64>;
    /// Takes places in the row of requests to a lane's upstream, which leave at this distance
    /// from each other, whoever sends them. How long it is until the first of these places.
    async fn reserve(
        &self,
        lane: LaneId,
        places: NonZeroU32,
        distance: Duration,
    ) -> Result<Duration>;
}

/// A wish to move a clock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ClockMove {
    /// As it stands, by the mover's belief.
    pub from: ClockState,
    /// As it is to stand. With a target nobody else moves it until the hold has passed.
    pub to: ClockState,
    /// The mover's term.
    pub term: Term,
    /// For how long it is held, where it has a target.
    pub held_for: Duration,
    /// Now by the mover's wall clock, for a store that judges holds by that.
    pub wall_now: Instant,
}

/// What became of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ClockMoved {
    /// It stands as it was wished.
    Moved,
    /// It stands so, and was not moved: it was moved by another node, or is being moved.
    Otherwise(ClockState),
}
