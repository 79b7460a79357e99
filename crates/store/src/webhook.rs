//! Webhooks: endpoints that want to hear of an account's events, and what was sent to them.
//!
//! Nothing is written for an endpoint when an event is: each endpoint keeps a mark of how
//! far it has come in its account's events, and what it wants of those after the mark is
//! queued for it, a batch at a time, in the commit that moves the mark.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bank::RecordKind;
use engine::{AccountId, Instant, ScheduleId};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use crate::Result;
use crate::audit::AuditEntry;
use crate::event::{Event, EventId};

/// Endpoints of one account, at most.
pub const ENDPOINTS_MAX: usize = 16;
/// Deliveries of one endpoint that are queued at once, at most; what comes after them waits
/// among the events.
pub const PENDING_MAX: u32 = 10_000;

/// Names an endpoint; drawn at random by whoever makes one, so that none is ever used again.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct EndpointId(pub i64);

/// Names a delivery.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct DeliveryId(pub i64);

/// In which form an endpoint is told: a word that whoever writes what is sent understands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Form(pub Box<str>);

/// Where events of an account are sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Endpoint {
    /// Its name.
    pub id: EndpointId,
    /// Whose events.
    pub account: AccountId,
    /// Counts its changes.
    pub version: u32,
    /// Where to.
    pub url: Box<str>,
    /// How.
    pub form: Form,
    /// Which events, by the names that its form has for them; all where there is no list.
    pub filter: Option<Vec<Box<str>>>,
    /// Whether it may want to hear of single occurrences: where no endpoint of an account
    /// does, no such events are written.
    pub hears_occurrences: bool,
    /// What its owner calls it.
    pub description: Box<str>,
    /// Why nothing is sent there, and since when; `None` where it is enabled.
    pub disabled: Option<Disabled>,
    /// What is signed with, newest first.
    pub secrets: Vec<SigningKey>,
    /// When it was made.
    pub created_at: Instant,
    /// When its owner last changed it.
    pub updated_at: Instant,
    /// When it last took something.
    pub delivered_at: Option<Instant>,
}

/// Why nothing is sent to an endpoint, and since when.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Disabled {
    /// Why.
    pub why: Why,
    /// Since when.
    pub since: Instant,
}

/// Why an endpoint is disabled.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Why {
    /// Its owner wished so.
    Asked,
    /// It said that it is gone for good.
    Gone,
    /// It took nothing for days, whatever was tried.
    Failing,
}

/// What is signed with; never shown.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SigningKey {
    /// The secret itself.
    pub bytes: Vec<u8>,
    /// Until when it is used beside a newer one; `None` for the newest.
    pub until: Option<Instant>,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SigningKey").field("until", &self.until).finish_non_exhaustive()
    }
}

impl Endpoint {
    /// What is signed with at an instant, newest first.
    pub fn secrets_at(&self, now: Instant) -> impl Iterator<Item = &SigningKey> {
        self.secrets.iter().filter(move |secret| secret.until.is_none_or(|until| now < until))
    }
}

/// What keeps its order: of two deliveries of the same chain to one endpoint, the later
/// waits for the earlier.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Chain {
    /// It waits for none, and none for it.
    Free,
    /// What happens to a schedule, and to what it pays.
    Schedule(ScheduleId),
    /// What happens to a record of the bank's that no schedule made.
    Record(RecordKind, i64),
}

/// A delivery to be queued.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NewDelivery {
    /// Of which event.
    pub event: EventId,
    /// What it keeps in order with.
    pub chain: Chain,
}

/// An event on its way to an endpoint.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Delivery {
    /// Its name.
    pub id: DeliveryId,
    /// Where to.
    pub endpoint: EndpointId,
    /// What.
    pub event: EventId,
    /// What it keeps in order with.
    pub chain: Chain,
    /// When it was queued, by the wall clock.
    pub created_at: Instant,
    /// How it stands.
    pub state: DeliveryState,
    /// How often it was tried since it was queued, or asked for again.
    pub attempts: u32,
    /// What came of the latest attempt.
    pub latest: Option<Attempted>,
}

/// How a delivery stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DeliveryState {
    /// To be tried; not before this instant, or once those before it have ended.
    Pending(Option<Instant>),
    /// Taken.
    Delivered(Instant),
    /// Given up.
    Failed(Instant),
}

/// Which deliveries are wanted in a list.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum DeliveryStatus {
    /// To be tried.
    Pending,
    /// Taken.
    Delivered,
    /// Given up.
    Failed,
}

impl DeliveryState {
    /// Its name alone.
    #[must_use]
    pub const fn status(self) -> DeliveryStatus {
        match self {
            DeliveryState::Pending(_) => DeliveryStatus::Pending,
            DeliveryState::Delivered(_) => DeliveryStatus::Delivered,
            DeliveryState::Failed(_) => DeliveryStatus::Failed,
        }
    }
}

/// What came of one attempt.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Attempted {
    /// When it began, by the wall clock.
    pub at: Instant,
    /// How long it took.
    pub milliseconds: u32,
    /// What was answered, or why nothing was.
    pub answer: Answered,
}

/// What an endpoint answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answered {
    /// A status.
    Status(u16),
    /// Nothing, for this reason.
    Nothing(Box<str>),
}

/// An attempt to be recorded, and what follows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recorded {
    /// Of which delivery.
    pub delivery: DeliveryId,
    /// How often that had been tried when it was read.
    pub attempts: u32,
    /// What came of it.
    pub attempted: Attempted,
    /// When it ended, by the wall clock.
    pub at: Instant,
    /// What follows.
    pub then: Then,
}

impl Recorded {
    /// Whether it says anything of a delivery as that stands now. What another has ended
    /// stays ended, and what another has tried meanwhile is put off or given up by that one
    /// alone; that it was taken is true whoever says so.
    pub(crate) fn is_of(&self, delivery: &Delivery) -> bool {
        let is_latest = self.then == Then::Delivered || delivery.attempts == self.attempts;
        delivery.state.status() == DeliveryStatus::Pending && is_latest
    }
}

/// What follows an attempt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Then {
    /// Nothing: it was taken.
    Delivered,
    /// Another, not before this instant.
    Again(Instant),
    /// Nothing: it is given up.
    Failed,
}

/// How far an endpoint has come in its account's events.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mark {
    /// The span that it has come to; where a store finds what follows.
    pub(crate) sequence: i64,
    /// The last event that was looked at.
    pub(crate) event: i64,
}

/// Events that an endpoint has not been asked about yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unseen {
    /// They themselves, in order.
    pub events: Vec<Event>,
    /// How far it has come with them.
    pub mark: Mark,
}

/// What of an endpoint is to be tried.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Due {
    /// What is due, the longest due first.
    pub deliveries: Vec<Delivery>,
    /// When the next is, if nothing is due.
    pub next_at: Option<Instant>,
}

/// A wish for an endpoint's turn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TurnWish {
    /// Now by the wall clock: what is due by it is to be sent, and where that is wanted older
    /// leases are judged by it.
    pub now: Instant,
    /// For how long, from when it is given.
    pub lease: Duration,
}

/// Whose turn it is to tell an endpoint.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Turn {
    /// The asker's, without end: no other process can have the data open.
    Always,
    /// The asker's, for the lease that it wished for or until it gives it up.
    Leased,
    /// Another's, whose lease passes after so long.
    Held(Duration),
    /// Nobody's: there is nothing to be queued or sent until this instant, if ever, and
    /// nothing was written.
    Idle(Option<Instant>),
}

/// Which deliveries are wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DeliveryQuery {
    /// Of this endpoint.
    pub endpoint: EndpointId,
    /// That stand so.
    pub status: Option<DeliveryStatus>,
    /// Queued before this one.
    pub before: Option<DeliveryId>,
    /// At most so many, newest first.
    pub limit: u32,
}

/// What must survive of webhooks.
#[async_trait]
pub trait WebhookStore: Send + Sync + 'static {
    /// Writes a new endpoint with who made it; `false` where its account has
    /// [`ENDPOINTS_MAX`], and nothing is written. It hears of what happens from then on.
    async fn create_endpoint(&self, endpoint: Endpoint, entry: AuditEntry) -> Result<bool>;
    /// One endpoint.
    async fn endpoint(&self, id: EndpointId) -> Result<Option<Endpoint>>;
    /// Those of an account, oldest first.
    async fn endpoints(&self, account: AccountId) -> Result<Vec<Endpoint>>;
    /// The names of all there are.
    async fn endpoint_ids(&self) -> Result<Vec<EndpointId>>;
    /// Writes an endpoint over the one that was read, if that is still the one there. Where
    /// it is enabled by this, all that it has not taken is due at once: what was pending,
    /// and what was given up since it was disabled.
    async fn change_endpoint(&self, endpoint: Endpoint, entry: AuditEntry) -> Result<bool>;
    /// Forgets an endpoint and what was to be sent there. `false` where there is none.
    async fn delete_endpoint(&self, id: EndpointId, entry: AuditEntry) -> Result<bool>;
    /// Disables an endpoint that is enabled, and tells its account of it, in one commit.
    /// `false` where it is not, or not there.
    async fn disable_endpoint(&self, id: EndpointId, disabled: Disabled) -> Result<bool>;

    /// The turn to tell an endpoint, where there is anything to tell. Of the processes that
    /// have the data open one at a time has it, so that they do not send the same. One that
    /// has it already gets it for a new lease.
    ///
    /// Where one process alone has the data open the turn is always its own, which costs
    /// nothing.
    async fn take_turn(&self, _id: EndpointId, _wish: TurnWish) -> Result<Turn> {
        Ok(Turn::Always)
    }
    /// Has a turn that this process took last until a new lease has passed. `false` where
    /// another has taken it meanwhile: what was read of the endpoint may no longer be so.
    async fn keep_turn(&self, _id: EndpointId, _wish: TurnWish) -> Result<bool> {
        Ok(true)
    }
    /// Gives a turn up, if it is this process's, so that any may take the next one.
    async fn end_turn(&self, _id: EndpointId) -> Result<()> {
        Ok(())
    }

    /// Events after an endpoint's mark, at most so many; none where [`PENDING_MAX`] of it
    /// are queued. `None` where there is no such endpoint.
    async fn unseen(&self, id: EndpointId, limit: u32) -> Result<Option<Unseen>>;
    /// Queues what an endpoint wants of the events up to a mark, and moves its mark there,
    /// in one commit. An event that is queued there already is not queued again.
    async fn enqueue(
        &self,
        id: EndpointId,
        mark: Mark,
        new: Vec<NewDelivery>,
        at: Instant,
    ) -> Result<()>;
    /// What is due of an endpoint: no delivery before those of its chain that were queued
    /// earlier have ended.
    async fn due(&self, id: EndpointId, now: Instant, limit: u32) -> Result<Due>;
    /// Records attempts, in one commit; what waited for those that ended is due then. Whether
    /// each was recorded: none is of a delivery that has ended meanwhile, or is gone, and one
    /// that failed is not where others have been recorded since the delivery was read.
    async fn record(&self, attempts: Vec<Recorded>) -> Result<Vec<bool>>;

    /// One delivery.
    async fn delivery(&self, id: DeliveryId) -> Result<Option<Delivery>>;
    /// A page of an endpoint's deliveries, newest first.
    async fn deliveries(&self, query: DeliveryQuery) -> Result<Vec<Delivery>>;
    /// Makes a delivery due at once and its attempts begin anew, with who wished so. One that
    /// had ended waits for no other now, and none for it. `false` where there is none.
    async fn redeliver(&self, id: DeliveryId, at: Instant, entry: AuditEntry) -> Result<bool>;
    /// Forgets deliveries that ended before an instant, and those of an endpoint that is gone;
    /// at most so many of each. How many there were, and at least 1 where there may be more: 0
    /// says that none is left but what is being recorded just now.
    async fn prune(&self, before: Instant, limit: u32) -> Result<u32>;
    /// When the oldest delivery was queued that an enabled endpoint has not taken.
    async fn oldest_pending(&self) -> Result<Option<Instant>>;

    /// Resolves when accounts that have endpoints have new events, or changed an endpoint;
    /// which ones.
    async fn news(&self) -> BTreeSet<AccountId>;
}

/// Accounts of which there are news, until somebody asks.
#[derive(Debug, Default)]
pub(crate) struct News {
    accounts: Mutex<BTreeSet<AccountId>>,
    told: Notify,
}

impl News {
    /// None so far.
    pub(crate) const fn new() -> News {
        News { accounts: Mutex::new(BTreeSet::new()), told: Notify::const_new() }
    }

    /// There are news of these.
    pub(crate) fn tell(&self, accounts: impl IntoIterator<Item = AccountId>) {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner).extend(accounts);
        self.told.notify_one();
    }

    /// Resolves when there are any.
    pub(crate) async fn heard(&self) -> BTreeSet<AccountId> {
        loop {
            let accounts =
                std::mem::take(&mut *self.accounts.lock().unwrap_or_else(PoisonError::into_inner));
            if !accounts.is_empty() {
                return accounts;
            }
            self.told.notified().await;
        }
    }
}
