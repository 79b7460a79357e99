//! Moving a standing clock: every slot and every act of the bank in order, each
//! with `now` at its own time, so that retries and suspensions unfold as in life.

use std::cmp::{max, min};
use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use engine::Instant;
use futures::future::{Either, select};
use store::{ClockMode, ClockMove, ClockMoved, ClockState, StoreError};
use tokio::task::JoinHandle;

use crate::clock::ClockReading;
use crate::counts::Counts;
use crate::due_loop::KEPT_PAUSE;
use crate::{Handle, Lane};

/// Slots that one advance may run.
pub const SLOTS_PER_ADVANCE_MAX: u64 = 10_000_000;

/// How long an advance waits before it looks again whether other nodes have finished.
const OTHERS_PAUSE: Duration = Duration::from_millis(100);

/// The latest that a clock can be set to: 2261-12-31T23:59:59Z. What happens then can
/// still be followed by something later.
pub const CLOCK_MAX: Instant = Instant::from_nanoseconds(9_214_646_399_000_000_000);

/// What an advance did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Advanced {
    /// Occurrences recorded, by how they ended.
    pub counts: Counts,
    /// What the bank did meanwhile: transfers sent and paid, charges lapsed.
    pub bank_actions: u64,
}

/// Why a clock cannot be moved so.
#[derive(Debug, thiserror::Error)]
pub enum ClockError {
    /// Another advance is under way.
    #[error("an advance to {target} is under way; wait for it")]
    Advancing {
        /// Where it is going.
        target: Instant,
    },
    /// The lane is held, and what is due on it would only become late.
    #[error(
        "nothing runs since {since}, because the data was restored from a backup: resume it first"
    )]
    Held {
        /// Since when.
        since: Instant,
    },
    /// It would go backwards although schedules exist.
    #[error("the clock says {now} and schedules exist, so it can only go forward; {to} is earlier")]
    Backwards {
        /// What it says.
        now: Instant,
        /// Where it was told to go.
        to: Instant,
    },
    /// It would go past the last instant that a clock can show.
    #[error("a clock goes no further than {CLOCK_MAX}; {to} is later")]
    TooLate {
        /// Where it was told to go.
        to: Instant,
    },
    /// Another node moved it, or goes on moving it.
    #[error("another node moved the clock meanwhile; it says {now}")]
    Overtaken {
        /// What it says.
        now: Instant,
    },
    /// The clock follows the world.
    #[error(
        "the clock follows the wall clock; set it first (PUT /kalends/v1/clock), then advance it"
    )]
    NotStanding,
    /// More would run than one advance may.
    #[error(
        "{slots} slots are due by {to}, and one advance runs at most {limit}; advance in smaller steps"
    )]
    TooMuch {
        /// How many there are.
        slots: u64,
        /// How many there may be.
        limit: u64,
        /// Where it was told to go.
        to: Instant,
    },
    /// The server is stopping; the advance goes on when it is started again.
    #[error("the server is stopping; the advance goes on when it is started again")]
    Stopping,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Handle {
    /// Makes the clock stand at `to`: anywhere before any schedule exists,
    /// afterwards only forward, as an advance. Goes on although its caller goes away.
    pub async fn set_clock(self: &Arc<Self>, to: Instant) -> Result<Advanced, ClockError> {
        let handle = Arc::clone(self);
        whole(tokio::spawn(async move { handle.set_clock_here(to).await })).await
    }

    /// Advances a standing clock; answers when every slot due by then has settled.
    /// Goes on although its caller goes away.
    pub async fn advance_clock(self: &Arc<Self>, to: Instant) -> Result<Advanced, ClockError> {
        let handle = Arc::clone(self);
        whole(tokio::spawn(async move { handle.advance_clock_here(to).await })).await
    }

    async fn set_clock_here(&self, to: Instant) -> Result<Advanced, ClockError> {
        let _turn = self.turn.lock().await;
        self.follow_clock().await?;
        let reading = self.idle_clock()?;
        if to >= reading.now {
            return self.advance_from(reading.now, to).await;
        }
        if self.lane.store.any_schedule().await? {
            return Err(ClockError::Backwards { now: reading.now, to });
        }
        self.stand(&mut self.clock_state(), to, None).await?;
        Ok(Advanced::default())
    }

    async fn advance_clock_here(&self, to: Instant) -> Result<Advanced, ClockError> {
        // Told at once, not after the one under way.
        self.idle_clock()?;
        let _turn = self.turn.lock().await;
        self.follow_clock().await?;
        let reading = self.idle_clock()?;
        if reading.mode == ClockMode::Wall {
            return Err(ClockError::NotStanding);
        }
        if to < reading.now {
            return Err(ClockError::Backwards { now: reading.now, to });
        }
        self.advance_from(reading.now, to).await
    }

    /// Lets the clock follow the world again. What lies between is lived through first, as
    /// an advance, so that nothing of it is late. Goes on although its caller goes away.
    pub async fn release_clock(self: &Arc<Self>) -> Result<ClockReading, ClockError> {
        let handle = Arc::clone(self);
        whole(tokio::spawn(async move { handle.release_clock_here().await })).await
    }

    async fn release_clock_here(&self) -> Result<ClockReading, ClockError> {
        let _turn = self.turn.lock().await;
        self.follow_clock().await?;
        let reading = self.idle_clock()?;
        let wall_now = self.lane.wall.now();
        if self.lane.store.any_schedule().await? {
            if wall_now < reading.now {
                return Err(ClockError::Backwards { now: reading.now, to: wall_now });
            }
            if reading.mode != ClockMode::Wall {
                self.advance_from(reading.now, wall_now).await?;
            }
        }
        self.put_clock(self.clock_state(), ClockState { mode: ClockMode::Wall, target: None })
            .await?;
        self.wake.notify_one();
        Ok(self.clock())
    }

    /// Goes on with an advance that a stop or crash interrupted.
    pub(crate) async fn continue_advance(&self) -> Result<(), ClockError> {
        let _turn = self.turn.lock().await;
        self.follow_clock().await?;
        let reading = self.clock();
        if let Some(target) = reading.target
            && self.lane.held_since().await?.is_none()
            && self.hold_clock().await?
        {
            tracing::info!(position = %reading.now, %target, "continuing an advance that was interrupted");
            self.go_on(reading.now, target).await?;
        }
        Ok(())
    }

    fn idle_clock(&self) -> Result<ClockReading, ClockError> {
        let reading = self.clock();
        match reading.target {
            Some(target) => Err(ClockError::Advancing { target }),
            None => Ok(reading),
        }
    }

    /// Refused before anything is changed, or else under way.
    async fn advance_from(&self, from: Instant, to: Instant) -> Result<Advanced, ClockError> {
        if to > CLOCK_MAX {
            return Err(ClockError::TooLate { to });
        }
        if let Some(since) = self.lane.held_since().await? {
            return Err(ClockError::Held { since });
        }
        let slots = self.lane.store.count_slots(self.lane.id, to, SLOTS_PER_ADVANCE_MAX).await?;
        if slots > SLOTS_PER_ADVANCE_MAX {
            return Err(ClockError::TooMuch { slots, limit: SLOTS_PER_ADVANCE_MAX, to });
        }
        self.go_on(from, to).await
    }

    async fn go_on(&self, from: Instant, to: Instant) -> Result<Advanced, ClockError> {
        let (mut stands, mut position) = (self.clock_state(), from);
        let advanced = {
            let through = pin!(self.run_through(&mut stands, &mut position, to));
            let hold = pin!(self.keep_hold());
            match select(through, hold).await {
                Either::Left((advanced, _)) => advanced,
                Either::Right((never, _)) => match never {},
            }
        };
        match &advanced {
            Ok(_) => self.stand(&mut stands, to, None).await?,
            // It goes on when the server is started again, or at another node; and whoever
            // moves it now says how it stands.
            Err(ClockError::Stopping | ClockError::Overtaken { .. }) => {}
            // Whoever asked is told, and may ask again from where the clock stands.
            Err(_) => self.stand(&mut stands, position, None).await?,
        }
        advanced
    }

    async fn run_through(
        &self,
        stands: &mut ClockState,
        position: &mut Instant,
        to: Instant,
    ) -> Result<Advanced, ClockError> {
        let mut advanced = Advanced::default();
        self.stand(stands, *position, Some(to)).await?;
        let mut is_looked_at = false;
        loop {
            // What was left behind is finished while the clock still stands where it was.
            let mut counts = self.lane.recover_all().await?;
            let acted = self.bank_due(*position).await?;
            advanced.bank_actions += acted;
            // What waits and cannot be read keeps nothing from running that is due.
            let looked = self.resolve_awaiting(acted).await;
            counts.add(self.lane.run_due().await?);
            counts.add(looked?);
            advanced.counts.add(counts);
            if self.is_stopping() {
                return Err(ClockError::Stopping);
            }
            // A gateway that fails stops its lane's clock as well: time that went on would
            // make late what is due. Once it has rested, only something that is due can show
            // that it answers again, so time goes on until there is.
            if let Some((_, rest)) = self.lane.stopped()
                && rest > Duration::ZERO
            {
                tokio::select! {
                    () = tokio::time::sleep(rest) => {}
                    () = self.wake.notified() => {}
                }
                continue;
            }
            // Time that went on would make late what nobody could be asked about.
            if self.lane.keeps_any() {
                tokio::select! {
                    () = tokio::time::sleep(KEPT_PAUSE) => {}
                    () = self.wake.notified() => {}
                }
                continue;
            }
            // So it would what another node has begun.
            if let Some(peers) = self.lane.store.peers()
                && peers.in_flight(self.lane.id).await? > 0
            {
                tokio::time::sleep(OTHERS_PAUSE).await;
                continue;
            }
            match self.next_happening().await? {
                // What could not be sent at this position is tried again at a later one.
                Some(next) if next <= to && *position < to => {
                    *position = min(max(next, position.plus_seconds(1)), to);
                }
                Some(_) | None if is_looked_at => return Ok(advanced),
                // Time that is moved by hand passes for others too: what they accepted may be
                // final by now, and whoever moved it wants to see that.
                Some(_) | None => {
                    is_looked_at = true;
                    self.looked.lock().await.take();
                    continue;
                }
            }
            self.stand(stands, *position, Some(to)).await?;
        }
    }

    /// Stores where the clock stands before anything happens at that time; `stands` is how
    /// it stood, by the word of whoever moves it.
    async fn stand(
        &self,
        stands: &mut ClockState,
        position: Instant,
        target: Option<Instant>,
    ) -> Result<(), ClockError> {
        let state = ClockState { mode: ClockMode::Standing(position), target };
        self.put_clock(*stands, state).await?;
        *stands = state;
        Ok(())
    }

    /// Stores how the clock stands. Where another node has moved it, that one's word is taken.
    async fn put_clock(&self, from: ClockState, to: ClockState) -> Result<(), ClockError> {
        match self.lane.store.peers() {
            None => self.lane.store.set_clock(self.clock_id, to).await?,
            Some(peers) => {
                let moved = peers.move_clock(self.clock_id, self.clock_move(from, to)).await?;
                if let ClockMoved::Otherwise(found) = moved {
                    self.lane.clock.set(found);
                    return Err(ClockError::Overtaken { now: self.now() });
                }
            }
        }
        self.lane.clock.set(to);
        Ok(())
    }

    fn clock_move(&self, from: ClockState, to: ClockState) -> ClockMove {
        let (term, held_for, wall_now) = (self.lane.term, Lane::LEASE, self.lane.wall.now());
        ClockMove { from, to, term, held_for, wall_now }
    }

    fn clock_state(&self) -> ClockState {
        let ClockReading { mode, target, .. } = self.clock();
        ClockState { mode, target }
    }

    /// Holds the clock for an advance that is under way, or goes on with holding it. `false`
    /// where another node does.
    async fn hold_clock(&self) -> Result<bool, StoreError> {
        let Some(peers) = self.lane.store.peers() else { return Ok(true) };
        let state = self.clock_state();
        let held = self.clock_move(state, state);
        Ok(peers.move_clock(self.clock_id, held).await? == ClockMoved::Moved)
    }

    /// Holds the clock for as long as somebody asks this to go on: what is due at one moment
    /// may take longer than a hold. Where that is lost the next move of the clock is told.
    async fn keep_hold(&self) -> Infallible {
        loop {
            tokio::time::sleep(Lane::LEASE / 4).await;
            if let Err(error) = self.hold_clock().await {
                tracing::warn!(%error, "the hold on a clock could not be renewed and is tried again");
            }
        }
    }

    /// Takes the clock as it stands for all nodes, where there are others. One that is being
    /// moved here is known here.
    ///
    /// # Errors
    ///
    /// Where the store fails.
    pub async fn follow_clock(&self) -> Result<(), StoreError> {
        if self.lane.store.peers().is_some() {
            let known = self.clock_state();
            let found = self.lane.store.clock(self.clock_id).await?;
            self.lane.clock.replace(known, found);
        }
        Ok(())
    }
}

/// A task that is only lost if it panicked.
async fn whole<T>(task: JoinHandle<Result<T, ClockError>>) -> Result<T, ClockError> {
    task.await.unwrap_or_else(|error| {
        tracing::error!(%error, "an advance of the clock panicked");
        Err(ClockError::Stopping)
    })
}
