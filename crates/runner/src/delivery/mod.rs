//! Tells webhook endpoints what happened.
//!
//! Each endpoint has a task of its own, so that one that is slow or dead holds up no other;
//! and none of this touches a payment: events are read after they have been committed.
//!
//! - A round (`round`) queues what an endpoint wants of what happened since, and tries what
//!   is due. An event is sent again until it is taken, always under the same id; what
//!   happens to one schedule goes in order.
//! - `turn` sees to it that one node at a time tells an endpoint.
//! - `backoff` says when to try again.
//! - `rota` gives each endpoint its task, and wakes it when there are news.
//!
//! What a letter says, and how it is signed, a [`Scribe`] knows. Deliveries go by the wall
//! clock, also where the lane's clock is one that is moved.

mod backoff;
mod rota;
mod round;
mod tally;
mod turn;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use engine::Instant;
use gateway::courier::{Courier, Letter};
use store::webhook::{Chain, DeliveryId, Endpoint, EndpointId};
use store::{Event, Store, StoreError, WebhookStore};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;

use crate::clock::WallTime;
use crate::traces::Traces;

pub use gateway::courier::Reach;
pub use gateway::upstream::SetupError;
pub use round::Round;
pub use tally::{Outcomes, Tally};

/// How deliveries are made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// How far letters may go.
    pub reach: Reach,
    /// How long an endpoint may take for its answer.
    pub timeout: Duration,
    /// Letters under way at once, to endpoints that take them. A quarter as many more may be
    /// under way to those that lately did not, so that they crowd nobody out.
    pub concurrency: usize,
    /// Letters under way at once to one endpoint.
    pub concurrency_per_endpoint: usize,
    /// How long to wait after each attempt that failed; after the last of these the delivery
    /// is given up.
    pub retries: Box<[Duration]>,
    /// For how long it is kept what became of a delivery.
    pub kept_for: Duration,
}

impl Settings {
    /// As Standard Webhooks recommends: ten attempts in the course of three days.
    #[must_use]
    pub fn with_reach(reach: Reach) -> Settings {
        let (minute, hour) = (Duration::from_mins(1), Duration::from_hours(1));
        Settings {
            reach,
            timeout: Duration::from_secs(15),
            concurrency: 64,
            concurrency_per_endpoint: 4,
            retries: Box::new([
                Duration::from_secs(5),
                5 * minute,
                30 * minute,
                2 * hour,
                5 * hour,
                10 * hour,
                14 * hour,
                20 * hour,
                24 * hour,
            ]),
            kept_for: 30 * 24 * hour,
        }
    }
}

/// Knows what endpoints want to hear, and writes it down for them.
#[async_trait]
pub trait Scribe: Send + Sync + 'static {
    /// Of each event, in order: what it keeps in order with, or `None` where the endpoint
    /// does not want it.
    async fn sort(
        &self,
        endpoint: &Endpoint,
        events: &[Event],
    ) -> Result<Vec<Option<Chain>>, StoreError>;

    /// The letter that tells an endpoint of an event, signed. `None` where it cannot be
    /// written; whoever found out why has logged it.
    async fn write(&self, endpoint: &Endpoint, event: &Event, stamp: Stamp) -> Option<Letter>;
}

/// What is on a letter beside what it says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stamp {
    /// Which delivery it is of.
    pub delivery: DeliveryId,
    /// When it leaves, by the wall clock.
    pub at: Instant,
}

/// What deliveries need.
pub struct Setup {
    /// Endpoints, and what is to be sent to them.
    pub webhooks: Arc<dyn WebhookStore>,
    /// Events.
    pub store: Arc<dyn Store>,
    /// Who writes the letters.
    pub scribe: Arc<dyn Scribe>,
    /// Where wall time comes from.
    pub wall: Arc<dyn WallTime>,
    /// How they are made.
    pub settings: Settings,
    /// Where they are counted.
    pub tally: Arc<Tally>,
}

/// Makes deliveries.
pub struct Post {
    webhooks: Arc<dyn WebhookStore>,
    store: Arc<dyn Store>,
    scribe: Arc<dyn Scribe>,
    wall: Arc<dyn WallTime>,
    settings: Settings,
    tally: Arc<Tally>,
    courier: Courier,
    /// Letters that may be under way to endpoints that take them, and to those that do not.
    to_well: Semaphore,
    to_ailing: Semaphore,
    health: Mutex<HashMap<EndpointId, Health>>,
    traces: OnceLock<Traces>,
    stopping: watch::Sender<bool>,
    task: Mutex<Option<JoinHandle<()>>>,
}

/// How an endpoint has lately been. Kept in memory alone: until it has shown how it is, one
/// that ever took anything is taken to be well, and one that never did is not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Health {
    /// It did not take the last letter: it gets one at a time, beside the others.
    is_ailing: bool,
    /// It asked to be left alone until then.
    rests_until: Instant,
}

/// Begins to deliver, in a task of its own.
///
/// # Errors
/// Where no request can be sent at all.
pub fn start(setup: Setup) -> Result<Arc<Post>, SetupError> {
    let post = Post::new(setup)?;
    let task = tokio::spawn(Arc::clone(&post).work());
    *post.task.lock().unwrap_or_else(PoisonError::into_inner) = Some(task);
    Ok(post)
}

impl Post {
    /// One who delivers nothing unless a [`Post::round`] is asked for.
    ///
    /// # Errors
    /// Where no request can be sent at all.
    pub fn new(setup: Setup) -> Result<Arc<Post>, SetupError> {
        let Setup { webhooks, store, scribe, wall, settings, tally } = setup;
        Ok(Arc::new(Post {
            courier: Courier::new(settings.reach, settings.timeout)?,
            to_well: Semaphore::new(settings.concurrency.max(1)),
            to_ailing: Semaphore::new((settings.concurrency / 4).max(1)),
            health: Mutex::default(),
            traces: OnceLock::new(),
            stopping: watch::channel(false).0,
            task: Mutex::default(),
            webhooks,
            store,
            scribe,
            wall,
            settings,
            tally,
        }))
    }

    /// Has a collector told of each delivery.
    pub(crate) fn trace(&self, traces: &Traces) {
        let _ = self.traces.set(traces.clone());
    }

    /// Lets the letters that are under way arrive, sends no others, and ends.
    pub async fn stop(&self) {
        self.stopping.send_replace(true);
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task
            && task.await.is_err()
        {
            tracing::error!("the task that delivers webhooks had panicked");
        }
    }

    fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    fn health_of(&self, endpoint: &Endpoint) -> Health {
        let health = self.health.lock().unwrap_or_else(PoisonError::into_inner);
        let is_ailing = endpoint.delivered_at.is_none();
        let unknown = Health { is_ailing, rests_until: Instant::EPOCH };
        health.get(&endpoint.id).copied().unwrap_or(unknown)
    }

    fn note_health(&self, id: EndpointId, noted: Health) {
        self.health.lock().unwrap_or_else(PoisonError::into_inner).insert(id, noted);
    }

    fn forget_health(&self, id: EndpointId) {
        self.health.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }
}
