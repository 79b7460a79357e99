//! This node's turn to tell an endpoint, and how long that lasts.
//!
//! Where several nodes have the data open one at a time tells an endpoint. It takes the turn
//! for a lease, sends nothing that might still be under way when the lease has passed, and
//! gives the turn up after each round, so that any node may make the next. Time is measured
//! by what only goes forward, from before the lease was asked for.

use std::time::Duration;

use store::StoreError;
use store::webhook::{EndpointId, Turn, TurnWish};
use tokio::sync::Mutex;

use super::Post;

/// For how long a node has a turn, unless it keeps it on: so long nobody tells an endpoint
/// after a node has died that had its turn. Longer where letters may take longer.
const LEASE: Duration = Duration::from_mins(1);
/// What writing down what came of a letter may take.
const RECORDING: Duration = Duration::from_secs(5);

/// A turn of this node's.
pub(super) struct OwnTurn {
    id: EndpointId,
    /// When its lease passes, by time that only goes forward; `None` where it never does.
    until: Mutex<Option<Duration>>,
}

/// What became of a wish for a turn.
pub(super) enum Wished {
    /// It is this node's.
    Own(OwnTurn),
    /// It is another's, for so long at most.
    Held(Duration),
    /// There is nothing to tell until then.
    Idle(Option<engine::Instant>),
}

impl Post {
    /// Takes the turn of an endpoint, if there is anything to tell it.
    pub(super) async fn take_turn(&self, id: EndpointId) -> Result<Wished, StoreError> {
        let asked_at = self.wall.elapsed();
        let until = match self.webhooks.take_turn(id, self.turn_wish()).await? {
            Turn::Always => None,
            Turn::Leased => Some(asked_at + self.lease()),
            Turn::Held(left) => return Ok(Wished::Held(left)),
            Turn::Idle(next_at) => return Ok(Wished::Idle(next_at)),
        };
        Ok(Wished::Own(OwnTurn { id, until: Mutex::new(until) }))
    }

    /// Whether a letter that leaves now has come to its end, and that is written down, before
    /// the turn's lease has passed. The turn is kept on for that where it must be.
    pub(super) async fn covers_letter(&self, turn: &OwnTurn) -> Result<bool, StoreError> {
        let mut until = turn.until.lock().await;
        let Some(passes_at) = *until else { return Ok(true) };
        let now = self.wall.elapsed();
        if now + self.letter_takes() <= passes_at {
            return Ok(true);
        }
        if !self.webhooks.keep_turn(turn.id, self.turn_wish()).await? {
            tracing::info!(endpoint = turn.id.0, "another node has taken a webhook endpoint over");
            return Ok(false);
        }
        *until = Some(now + self.lease());
        Ok(true)
    }

    /// Gives a turn up. Where that fails its lease passes.
    pub(super) async fn end_turn(&self, turn: OwnTurn) {
        if turn.until.into_inner().is_none() {
            return;
        }
        if let Err(error) = self.webhooks.end_turn(turn.id).await {
            tracing::warn!(%error, endpoint = turn.id.0, "a webhook endpoint waits for the lease of its last round");
        }
    }

    fn turn_wish(&self) -> TurnWish {
        TurnWish { now: self.wall.now(), lease: self.lease() }
    }

    /// Long enough that a letter can always be sent.
    fn lease(&self) -> Duration {
        LEASE.max(2 * self.letter_takes())
    }

    fn letter_takes(&self) -> Duration {
        self.settings.timeout + RECORDING
    }
}
