//! One round of an endpoint: what it wants is queued, and what is due is tried.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use engine::Instant;
use futures::{StreamExt as _, stream};
use gateway::courier::{Receipt, Undelivered};
use store::StoreError;
use store::webhook::{
    Answered, Attempted, Delivery, Disabled, Endpoint, EndpointId, NewDelivery, Recorded, Then, Why,
};

use super::turn::{OwnTurn, Wished};
use super::{Health, Post, Stamp, backoff};

/// Events that are looked at in one round, at most.
const UNSEEN_MAX: u32 = 256;
/// Deliveries that are tried in one round, at most; one that is ailing is asked less.
const DUE_MAX: u32 = 64;
const DUE_OF_AILING_MAX: u32 = 4;

/// What came of a round.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Round {
    /// Events that were looked at.
    pub seen: usize,
    /// Deliveries that were due.
    pub due: usize,
    /// When the next is due, where none was.
    pub next_at: Option<Instant>,
}

impl Round {
    const NOTHING: Round = Round { seen: 0, due: 0, next_at: None };

    /// Whether there may be more to do at once.
    #[must_use]
    pub const fn is_to_go_on(&self) -> bool {
        self.seen > 0 || self.due > 0
    }
}

impl Post {
    /// Queues what an endpoint wants of what happened since, and tries what is due, if it is
    /// this node's turn to. `None` where there is no such endpoint.
    ///
    /// # Errors
    /// Where the store fails. What was under way may have arrived, and is sent again.
    pub async fn round(&self, id: EndpointId) -> Result<Option<Round>, StoreError> {
        let Some(endpoint) = self.webhooks.endpoint(id).await? else {
            self.forget_health(id);
            return Ok(None);
        };
        if endpoint.disabled.is_some() {
            return Ok(Some(Round::NOTHING));
        }
        let turn = match self.take_turn(id).await? {
            Wished::Own(turn) => turn,
            Wished::Held(left) => {
                let next_at = Some(backoff::later(self.wall.now(), left));
                return Ok(Some(Round { next_at, ..Round::NOTHING }));
            }
            Wished::Idle(next_at) => return Ok(Some(Round { next_at, ..Round::NOTHING })),
        };
        let made = self.work_off(&endpoint, &turn).await;
        self.end_turn(turn).await;
        made.map(Some)
    }

    /// The round itself, in this node's turn.
    async fn work_off(&self, endpoint: &Endpoint, turn: &OwnTurn) -> Result<Round, StoreError> {
        let seen = self.queue_unseen(endpoint.id).await?;
        let now = self.wall.now();
        let health = self.health_of(endpoint);
        if now < health.rests_until {
            return Ok(Round { seen, due: 0, next_at: Some(health.rests_until) });
        }
        let (limit, at_once) = if health.is_ailing {
            (DUE_OF_AILING_MAX, 1)
        } else {
            (DUE_MAX, self.settings.concurrency_per_endpoint.max(1))
        };
        let due = self.webhooks.due(endpoint.id, now, limit).await?;
        let (count, next_at) = (due.deliveries.len(), due.next_at);
        let is_over = AtomicBool::new(false);
        let tries = due.deliveries.into_iter().map(|delivery| {
            let is_over = &is_over;
            async move {
                if is_over.load(Ordering::Acquire) || self.is_stopping() {
                    return Ok(());
                }
                let goes_on = self.attempt(endpoint, turn, delivery).await?;
                if !goes_on {
                    is_over.store(true, Ordering::Release);
                }
                Ok::<(), StoreError>(())
            }
        });
        // Boxed, so that the compiler need not see through the loan of the endpoint.
        let tries: Vec<futures::future::BoxFuture<'_, _>> =
            tries.map(|it| Box::pin(it) as futures::future::BoxFuture<'_, _>).collect();
        let ended: Vec<Result<(), StoreError>> =
            stream::iter(tries).buffer_unordered(at_once).collect().await;
        ended.into_iter().collect::<Result<(), StoreError>>()?;
        Ok(Round { seen, due: count, next_at })
    }

    /// Events are sorted by what the endpoint wants once they are there: what it was changed to
    /// want before they happened is known by then.
    async fn queue_unseen(&self, id: EndpointId) -> Result<usize, StoreError> {
        let unseen = self.webhooks.unseen(id, UNSEEN_MAX).await?;
        let Some(unseen) = unseen.filter(|unseen| !unseen.events.is_empty()) else { return Ok(0) };
        let Some(endpoint) = self.webhooks.endpoint(id).await? else { return Ok(0) };
        let chains = self.scribe.sort(&endpoint, &unseen.events).await?;
        let wanted = unseen.events.iter().zip(chains);
        let new: Vec<NewDelivery> = wanted
            .filter_map(|(event, chain)| Some(NewDelivery { event: event.id, chain: chain? }))
            .collect();
        self.webhooks.enqueue(id, unseen.mark, new, self.wall.now()).await?;
        Ok(unseen.events.len())
    }

    /// Tries one delivery and records what came of it; whether others may follow at once.
    async fn attempt(
        &self,
        endpoint: &Endpoint,
        turn: &OwnTurn,
        delivery: Delivery,
    ) -> Result<bool, StoreError> {
        let event = self.store.event(delivery.event).await?;
        let ailing = self.health_of(endpoint).is_ailing;
        let line = if ailing { &self.to_ailing } else { &self.to_well };
        let Ok(_under_way) = line.acquire().await else { return Ok(false) };
        let (at, begun) = (self.wall.now(), self.wall.elapsed());
        let stamp = Stamp { delivery: delivery.id, at };
        let letter = match &event {
            Some(event) => self.scribe.write(endpoint, event, stamp).await,
            None => None,
        };
        if !self.covers_letter(turn).await? {
            return Ok(false);
        }
        let told = match letter {
            Some(letter) => Told::from(self.courier.send(&endpoint.url, letter).await),
            None => Told::Nothing("the event could not be written down; the log says why".into()),
        };
        let took = self.wall.elapsed().saturating_sub(begun);
        let of = event.as_ref().and_then(|event| event.body.attempt());
        if let Some((traces, of)) = self.traces.get().zip(of) {
            let status = told.receipt().map(|receipt| receipt.status);
            traces.told(of, delivery.id.0, status, (at, self.wall.now()));
        }
        self.record(endpoint, &delivery, told, (at, took)).await
    }

    async fn record(
        &self,
        endpoint: &Endpoint,
        delivery: &Delivery,
        told: Told,
        (begun_at, took): (Instant, Duration),
    ) -> Result<bool, StoreError> {
        let now = self.wall.now();
        let is_taken = told.is_taken();
        let retry_after = told.receipt().and_then(|receipt| receipt.retry_after);
        let retry_after = retry_after.filter(|_| !is_taken);
        let then = if is_taken {
            Then::Delivered
        } else {
            let next = backoff::next_attempt(&self.settings.retries, delivery, now, retry_after);
            next.map_or(Then::Failed, Then::Again)
        };
        let rests_until = retry_after.map_or(Instant::EPOCH, |it| backoff::rest_until(now, it));
        self.note_health(endpoint.id, Health { is_ailing: !is_taken, rests_until });
        let is_gone = told.receipt().is_some_and(|receipt| receipt.status == GONE);
        let attempted = Attempted {
            at: begun_at,
            milliseconds: u32::try_from(took.as_millis()).unwrap_or(u32::MAX),
            answer: told.answer(),
        };
        let (id, attempts) = (delivery.id, delivery.attempts);
        let recorded = Recorded { delivery: id, attempts, attempted, at: now, then };
        let is_recorded = self.webhooks.record(vec![recorded]).await?.contains(&true);
        if is_recorded {
            self.log(endpoint, delivery, &told, then);
        } else {
            let (endpoint, delivery) = (endpoint.id.0, delivery.id.0);
            tracing::info!(endpoint, delivery, %told, "what came of a webhook is not recorded: it has changed meanwhile");
        }
        if is_gone {
            self.disable(endpoint, Why::Gone, now).await?;
        } else if is_recorded && then == Then::Failed {
            self.give_up(endpoint, delivery, now).await?;
        }
        Ok(is_taken || !(is_gone || rests_until > now))
    }

    fn log(&self, endpoint: &Endpoint, delivery: &Delivery, told: &Told, then: Then) {
        let (endpoint, attempt) = (endpoint.id.0, delivery.attempts + 1);
        match then {
            Then::Delivered => {
                self.tally.count_delivered();
                tracing::debug!(endpoint, delivery = delivery.id.0, attempt, "a webhook was taken");
            }
            Then::Again(next_at) => {
                self.tally.count_failed();
                tracing::info!(endpoint, delivery = delivery.id.0, attempt, %next_at, %told, "a webhook was not taken and is sent again");
            }
            Then::Failed => {
                self.tally.count_given_up();
                tracing::warn!(endpoint, delivery = delivery.id.0, attempt, %told, "a webhook was not taken and is given up");
            }
        }
    }

    /// An endpoint that took nothing at all for as long as a delivery was tried is disabled;
    /// one that took others only does not want this one.
    async fn give_up(
        &self,
        endpoint: &Endpoint,
        delivery: &Delivery,
        now: Instant,
    ) -> Result<(), StoreError> {
        let newest = self.webhooks.endpoint(endpoint.id).await?;
        let delivered_at = newest.and_then(|endpoint| endpoint.delivered_at);
        if delivered_at.is_some_and(|at| at >= delivery.created_at) {
            return Ok(());
        }
        self.disable(endpoint, Why::Failing, now).await
    }

    async fn disable(&self, endpoint: &Endpoint, why: Why, now: Instant) -> Result<(), StoreError> {
        let disabled = Disabled { why, since: now };
        if self.webhooks.disable_endpoint(endpoint.id, disabled).await? {
            self.tally.count_disabled();
            tracing::warn!(
                endpoint = endpoint.id.0,
                account = endpoint.account.0,
                ?why,
                "a webhook endpoint is disabled"
            );
        }
        Ok(())
    }
}

/// What an endpoint answers that never wants anything again.
const GONE: u16 = 410;

/// What came of sending a letter.
enum Told {
    Answer(Receipt),
    Nothing(Box<str>),
}

impl From<Result<Receipt, Undelivered>> for Told {
    fn from(sent: Result<Receipt, Undelivered>) -> Told {
        match sent {
            Ok(receipt) => Told::Answer(receipt),
            Err(error) => Told::Nothing(error.to_string().into()),
        }
    }
}

impl Told {
    const fn receipt(&self) -> Option<&Receipt> {
        match self {
            Told::Answer(receipt) => Some(receipt),
            Told::Nothing(_) => None,
        }
    }

    fn is_taken(&self) -> bool {
        self.receipt().is_some_and(|receipt| (200..300).contains(&receipt.status))
    }

    fn answer(&self) -> Answered {
        match self {
            Told::Answer(receipt) => Answered::Status(receipt.status),
            Told::Nothing(why) => Answered::Nothing(why.clone()),
        }
    }
}

impl std::fmt::Display for Told {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Told::Answer(receipt) => write!(formatter, "status {}", receipt.status),
            Told::Nothing(why) => formatter.write_str(why),
        }
    }
}
