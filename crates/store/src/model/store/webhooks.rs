//! Webhook endpoints and deliveries in memory.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use engine::{AccountId, Instant, Occurrence};

use super::{Books, ModelStore};
use crate::Result;
use crate::audit::AuditEntry;
use crate::event::{Event, EventId, EventKind, NewEvent};
use crate::webhook::{
    Chain, Delivery, DeliveryId, DeliveryQuery, DeliveryState, DeliveryStatus, Disabled, Due,
    ENDPOINTS_MAX, Endpoint, EndpointId, Mark, NewDelivery, PENDING_MAX, Recorded, Then, Unseen,
    WebhookStore,
};

/// Endpoints, each with the last event that it has been asked about, and deliveries.
#[derive(Clone, Debug, Default)]
pub(super) struct Webhooks {
    endpoints: BTreeMap<EndpointId, (Endpoint, i64)>,
    deliveries: BTreeMap<DeliveryId, Delivery>,
    last_delivery: i64,
}

impl Webhooks {
    pub(super) const fn new() -> Webhooks {
        Webhooks { endpoints: BTreeMap::new(), deliveries: BTreeMap::new(), last_delivery: 0 }
    }

    fn of_account(&self, account: AccountId) -> Vec<Endpoint> {
        let all = self.endpoints.values().map(|(endpoint, _)| endpoint);
        let mut own: Vec<Endpoint> = all.filter(|it| it.account == account).cloned().collect();
        own.sort_by_key(|it| (it.created_at, it.id));
        own
    }

    fn pending(&self, id: EndpointId) -> impl Iterator<Item = &Delivery> {
        let of_it = move |it: &&Delivery| it.endpoint == id;
        let all = self.deliveries.values().filter(of_it);
        all.filter(|it| it.state.status() == DeliveryStatus::Pending)
    }

    /// Lets the first of what is pending in a chain go at an instant, if it has none yet.
    fn let_go(&mut self, endpoint: EndpointId, chain: Chain, at: Instant) {
        let first = self.pending(endpoint).find(|it| it.chain == chain).map(|it| it.id);
        let first = first.filter(|_| chain != Chain::Free);
        if let Some(first) = first.and_then(|id| self.deliveries.get_mut(&id))
            && first.state == DeliveryState::Pending(None)
        {
            first.state = DeliveryState::Pending(Some(at));
        }
    }

    fn enqueue(&mut self, id: EndpointId, mark: Mark, new: Vec<NewDelivery>, at: Instant) {
        let Some((_, seen)) = self.endpoints.get_mut(&id) else { return };
        *seen = (*seen).max(mark.event);
        for NewDelivery { event, chain } in new {
            if self.deliveries.values().any(|it| it.endpoint == id && it.event == event) {
                continue;
            }
            let waits = chain != Chain::Free && self.pending(id).any(|it| it.chain == chain);
            self.last_delivery += 1;
            let delivery = Delivery {
                id: DeliveryId(self.last_delivery),
                endpoint: id,
                event,
                chain,
                created_at: at,
                state: DeliveryState::Pending((!waits).then_some(at)),
                attempts: 0,
                latest: None,
            };
            self.deliveries.insert(delivery.id, delivery);
        }
    }

    fn record(&mut self, recorded: Recorded) -> bool {
        let delivery = self.deliveries.get_mut(&recorded.delivery);
        let Some(delivery) = delivery.filter(|it| recorded.is_of(it)) else { return false };
        delivery.attempts += 1;
        delivery.latest = Some(recorded.attempted);
        delivery.state = match recorded.then {
            Then::Delivered => DeliveryState::Delivered(recorded.at),
            Then::Again(next) => DeliveryState::Pending(Some(next)),
            Then::Failed => DeliveryState::Failed(recorded.at),
        };
        let (endpoint, chain) = (delivery.endpoint, delivery.chain);
        if recorded.then == Then::Delivered
            && let Some((endpoint, _)) = self.endpoints.get_mut(&endpoint)
        {
            endpoint.delivered_at = Some(recorded.at);
        }
        if !matches!(recorded.then, Then::Again(_)) {
            self.let_go(endpoint, chain, recorded.at);
        }
        true
    }

    fn begin_anew(&mut self, id: EndpointId, since: Instant, at: Instant) {
        let mut chains = BTreeSet::new();
        for delivery in self.deliveries.values_mut().filter(|it| it.endpoint == id) {
            let is_open = match delivery.state {
                DeliveryState::Pending(_) => true,
                DeliveryState::Failed(ended) => ended >= since,
                DeliveryState::Delivered(_) => false,
            };
            if is_open {
                let first = delivery.chain == Chain::Free || chains.insert(delivery.chain);
                delivery.state = DeliveryState::Pending(first.then_some(at));
                delivery.attempts = 0;
            }
        }
    }
}

impl Books {
    /// Tells an account of an attempt that was recorded, where an endpoint of it hears of such.
    pub(super) fn tell_of(&mut self, occurrence: &Occurrence) {
        let own = |(endpoint, _): &(Endpoint, i64)| {
            endpoint.account == occurrence.account && endpoint.hears_occurrences
        };
        if self.webhooks.endpoints.values().any(own) {
            self.append(NewEvent::of_occurrence(occurrence));
        }
    }

    pub(super) fn append(&mut self, body: NewEvent) {
        let id = self.events.last().map_or(1, |last| last.id.0 + 1);
        if self.webhooks.endpoints.values().any(|(endpoint, _)| endpoint.account == body.account) {
            self.fresh.insert(body.account);
        }
        self.events.push(Event { id: EventId(id), body });
    }

    fn create_endpoint(&mut self, endpoint: Endpoint, entry: AuditEntry) -> Result<bool> {
        if self.webhooks.of_account(endpoint.account).len() >= ENDPOINTS_MAX {
            return Ok(false);
        }
        if self.webhooks.endpoints.contains_key(&endpoint.id) {
            return Err(super::taken("creating an endpoint", &endpoint.id));
        }
        let seen = self.events.last().map_or(0, |event| event.id.0);
        self.fresh.insert(endpoint.account);
        self.webhooks.endpoints.insert(endpoint.id, (endpoint, seen));
        self.audit.push(entry);
        Ok(true)
    }

    fn change_endpoint(&mut self, new: Endpoint, entry: AuditEntry) -> bool {
        let Some((before, _)) = self.webhooks.endpoints.get_mut(&new.id) else { return false };
        if before.version != new.version {
            return false;
        }
        let anew = before.disabled.filter(|_| new.disabled.is_none());
        let (id, account, at) = (new.id, before.account, new.updated_at);
        let (delivered_at, created_at) = (before.delivered_at, before.created_at);
        *before = Endpoint { version: new.version + 1, delivered_at, created_at, account, ..new };
        if let Some(disabled) = anew {
            self.webhooks.begin_anew(id, disabled.since, at);
        }
        self.fresh.insert(account);
        self.audit.push(entry);
        true
    }

    fn disable_endpoint(&mut self, id: EndpointId, disabled: Disabled) -> bool {
        let Some((endpoint, _)) = self.webhooks.endpoints.get_mut(&id) else { return false };
        if endpoint.disabled.is_some() {
            return false;
        }
        endpoint.disabled = Some(disabled);
        endpoint.version += 1;
        let account = endpoint.account;
        self.append(NewEvent {
            account,
            at: disabled.since,
            kind: EventKind::EndpointDisabled,
            subject: id.0,
            snapshot: None,
        });
        true
    }

    fn unseen(&self, id: EndpointId, limit: u32) -> Option<Unseen> {
        let (endpoint, seen) = self.webhooks.endpoints.get(&id)?;
        let pending = u32::try_from(self.webhooks.pending(id).count()).unwrap_or(u32::MAX);
        let room = PENDING_MAX.saturating_sub(pending).min(limit);
        let after = self.events.iter().filter(|event| event.id.0 > *seen);
        let own = after.filter(|event| event.body.account == endpoint.account);
        let events: Vec<Event> =
            own.take(usize::try_from(room).unwrap_or(usize::MAX)).cloned().collect();
        let event = events.last().map_or(*seen, |event| event.id.0);
        Some(Unseen { events, mark: Mark { sequence: 0, event } })
    }

    fn prune(&mut self, before: Instant, limit: u32) -> u32 {
        let endpoints = &self.webhooks.endpoints;
        let is_old = |delivery: &Delivery| match delivery.state {
            DeliveryState::Delivered(at) | DeliveryState::Failed(at) if at < before => true,
            _ => !endpoints.contains_key(&delivery.endpoint),
        };
        let old = self.webhooks.deliveries.values().filter(|it| is_old(it)).map(|it| it.id);
        let old: Vec<_> = old.take(usize::try_from(limit).unwrap_or(usize::MAX)).collect();
        for id in &old {
            self.webhooks.deliveries.remove(id);
        }
        u32::try_from(old.len()).unwrap_or(u32::MAX)
    }
}

impl ModelStore {
    /// Does something, and tells of what is new.
    fn telling<T>(&self, deed: impl FnOnce(&mut Books) -> T) -> Result<T> {
        let done = deed(&mut *self.open()?);
        self.announce();
        Ok(done)
    }

    /// Writes down what a bank has told in its own commit. The model's books are kept apart
    /// ([`super::super::ModelBankStore::events`]), where other stores keep one list of both.
    pub fn tell_of_the_bank(&self, events: Vec<NewEvent>) {
        let mut books = self.books();
        for event in events {
            books.append(event);
        }
        drop(books);
        self.announce();
    }

    /// Tells of what is new.
    pub(super) fn announce(&self) {
        let fresh = std::mem::take(&mut self.books().fresh);
        if !fresh.is_empty() {
            self.news.tell(fresh);
        }
    }
}

#[async_trait]
impl WebhookStore for ModelStore {
    async fn create_endpoint(&self, endpoint: Endpoint, entry: AuditEntry) -> Result<bool> {
        self.telling(|books| books.create_endpoint(endpoint, entry))?
    }

    async fn endpoint(&self, id: EndpointId) -> Result<Option<Endpoint>> {
        Ok(self.open()?.webhooks.endpoints.get(&id).map(|(endpoint, _)| endpoint.clone()))
    }

    async fn endpoints(&self, account: AccountId) -> Result<Vec<Endpoint>> {
        Ok(self.open()?.webhooks.of_account(account))
    }

    async fn endpoint_ids(&self) -> Result<Vec<EndpointId>> {
        Ok(self.open()?.webhooks.endpoints.keys().copied().collect())
    }

    async fn change_endpoint(&self, endpoint: Endpoint, entry: AuditEntry) -> Result<bool> {
        self.telling(|books| books.change_endpoint(endpoint, entry))
    }

    async fn delete_endpoint(&self, id: EndpointId, entry: AuditEntry) -> Result<bool> {
        self.telling(|books| {
            let Some((endpoint, _)) = books.webhooks.endpoints.remove(&id) else { return false };
            books.fresh.insert(endpoint.account);
            books.audit.push(entry);
            true
        })
    }

    async fn disable_endpoint(&self, id: EndpointId, disabled: Disabled) -> Result<bool> {
        self.telling(|books| books.disable_endpoint(id, disabled))
    }

    async fn unseen(&self, id: EndpointId, limit: u32) -> Result<Option<Unseen>> {
        Ok(self.open()?.unseen(id, limit))
    }

    async fn enqueue(
        &self,
        id: EndpointId,
        mark: Mark,
        new: Vec<NewDelivery>,
        at: Instant,
    ) -> Result<()> {
        self.open()?.webhooks.enqueue(id, mark, new, at);
        Ok(())
    }

    async fn due(&self, id: EndpointId, now: Instant, limit: u32) -> Result<Due> {
        let books = self.open()?;
        let mut due: Vec<(Instant, Delivery)> = books
            .webhooks
            .pending(id)
            .filter_map(|it| match it.state {
                DeliveryState::Pending(Some(next)) => Some((next, it.clone())),
                _ => None,
            })
            .collect();
        due.sort_by_key(|(next, delivery)| (*next, delivery.id));
        let first = due.first().map(|(next, _)| *next);
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let due = due.into_iter().take_while(|(next, _)| *next <= now).take(limit);
        let deliveries: Vec<Delivery> = due.map(|(_, delivery)| delivery).collect();
        Ok(Due { next_at: first.filter(|_| deliveries.is_empty()), deliveries })
    }

    async fn record(&self, attempts: Vec<Recorded>) -> Result<Vec<bool>> {
        let mut books = self.open()?;
        Ok(attempts.into_iter().map(|recorded| books.webhooks.record(recorded)).collect())
    }

    async fn delivery(&self, id: DeliveryId) -> Result<Option<Delivery>> {
        Ok(self.open()?.webhooks.deliveries.get(&id).cloned())
    }

    async fn deliveries(&self, query: DeliveryQuery) -> Result<Vec<Delivery>> {
        let books = self.open()?;
        let newest_first = books.webhooks.deliveries.values().rev();
        let matching = newest_first.filter(|it| {
            it.endpoint == query.endpoint
                && query.before.is_none_or(|before| it.id < before)
                && query.status.is_none_or(|status| it.state.status() == status)
        });
        let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
        Ok(matching.take(limit).cloned().collect())
    }

    async fn redeliver(&self, id: DeliveryId, at: Instant, entry: AuditEntry) -> Result<bool> {
        self.telling(|books| {
            let Some(delivery) = books.webhooks.deliveries.get_mut(&id) else { return false };
            let Some((endpoint, _)) = books.webhooks.endpoints.get(&delivery.endpoint) else {
                return false;
            };
            delivery.attempts = 0;
            match delivery.state {
                DeliveryState::Pending(next_at) => {
                    delivery.state = DeliveryState::Pending(next_at.map(|_| at));
                }
                DeliveryState::Delivered(_) | DeliveryState::Failed(_) => {
                    delivery.state = DeliveryState::Pending(Some(at));
                    delivery.chain = Chain::Free;
                }
            }
            books.fresh.insert(endpoint.account);
            books.audit.push(entry);
            true
        })
    }

    async fn prune(&self, before: Instant, limit: u32) -> Result<u32> {
        Ok(self.open()?.prune(before, limit))
    }

    async fn oldest_pending(&self) -> Result<Option<Instant>> {
        let books = self.open()?;
        let enabled = books.webhooks.endpoints.values().filter(|(it, _)| it.disabled.is_none());
        let pending = enabled.flat_map(|(endpoint, _)| books.webhooks.pending(endpoint.id));
        Ok(pending.map(|delivery| delivery.created_at).min())
    }

    async fn news(&self) -> BTreeSet<AccountId> {
        self.news.heard().await
    }
}
