//! Requests leave at even distances, from one process or from several together.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use engine::LaneId;
use std::num::NonZeroU32;
use store::Store;
use tokio::sync::Mutex;
use tokio::time::sleep;

/// Of whose requests the distances are kept together with those of other nodes: where a store
/// has [`Store::peers`] they agree on it there.
#[derive(Clone)]
pub struct SharedPace {
    /// What the nodes share.
    pub store: Arc<dyn Store>,
    /// Whose upstream it is.
    pub lane: LaneId,
}

/// Has requests leave at even distances. A crate for this would bring a clock of its own;
/// this one needs none: whoever takes the turn gives it back when the time is over.
pub(crate) struct Pace {
    distance: Duration,
    /// Places that are taken at once, at most: a second's.
    places_max: NonZeroU32,
    shared: Option<SharedPace>,
    /// Who wait for their turn, or have it.
    waiting: AtomicU32,
    /// The places that are left of those that were taken last. Whoever holds it has the turn.
    turn: Arc<Mutex<u32>>,
}

/// One who waits, or did.
struct Waiting<'a>(&'a AtomicU32);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Pace {
    /// So many requests a second.
    pub(crate) fn of(per_second: NonZeroU32) -> Pace {
        Pace {
            distance: Duration::from_secs(1) / per_second.get(),
            places_max: per_second,
            shared: None,
            waiting: AtomicU32::new(0),
            turn: Arc::new(Mutex::new(0)),
        }
    }

    /// The same, of several nodes together.
    pub(crate) fn shared(self, shared: SharedPace) -> Pace {
        Pace { shared: Some(shared), ..self }
    }

    /// Resolves when a request may leave. `false` where it may not: nobody knows what other
    /// nodes send.
    pub(crate) async fn keep(&self) -> bool {
        self.waiting.fetch_add(1, Ordering::AcqRel);
        let _waiting = Waiting(&self.waiting);
        let mut places = Arc::clone(&self.turn).lock_owned().await;
        if let Some(SharedPace { store, lane }) = &self.shared
            && let Some(peers) = store.peers()
        {
            if *places == 0 {
                // As many as there are who wait: one that is taken and not used is lost.
                let waiting = NonZeroU32::new(self.waiting.load(Ordering::Acquire));
                let wanted = waiting.unwrap_or(NonZeroU32::MIN).min(self.places_max);
                match peers.reserve(*lane, wanted, self.distance).await {
                    Ok(wait) => sleep(wait).await,
                    Err(error) => {
                        tracing::warn!(%error, "the pace that nodes keep together is not known");
                        return false;
                    }
                }
                *places = wanted.get();
            }
            *places -= 1;
            // A place whose time has passed is nobody's.
            if self.waiting.load(Ordering::Acquire) <= 1 {
                *places = 0;
            }
        }
        let distance = self.distance;
        tokio::spawn(async move {
            sleep(distance).await;
            drop(places);
        });
        true
    }
}

#[cfg(test)]
mod tests;
