//! Who hears of what happened, and what was sent.

use std::sync::Arc;
use std::time::Duration;

use engine::{AccountId, Instant, OccurrenceStatus, ScheduleEvent, ScheduleId};

use super::world::{ACCOUNT, PAID, World, account, at, charges_on, refused};
use crate::audit::{AuditEntry, Deed};
use crate::event::{EventId, EventKind};
use crate::page::PageQuery;
use crate::store::Store;
use crate::webhook::{
    Answered, Attempted, Chain, Delivery, DeliveryId, DeliveryQuery, DeliveryState, DeliveryStatus,
    Disabled, ENDPOINTS_MAX, Endpoint, EndpointId, Form, NewDelivery, Recorded, SigningKey, Then,
    Turn, TurnWish, WebhookStore, Why,
};

/// A store that does both.
pub trait Telling: Store + WebhookStore {}
impl<T: Store + WebhookStore> Telling for T {}

const MADE: &str = "2025-12-01T00:00:00Z";
const NOON: &str = "2026-01-01T12:00:00Z";
const ONE: &str = "2026-01-01T13:00:00Z";
const TWO: &str = "2026-01-01T14:00:00Z";
const FIRST: EndpointId = EndpointId(71);
const SECOND: EndpointId = EndpointId(70);

fn endpoint(id: EndpointId) -> Endpoint {
    Endpoint {
        id,
        account: ACCOUNT,
        version: 0,
        url: "https://example.com/hook".into(),
        form: Form("plain".into()),
        filter: Some(vec!["charge.create".into()]),
        hears_occurrences: false,
        description: "ledger".into(),
        disabled: None,
        secrets: vec![
            SigningKey { bytes: vec![1, 2, 3], until: None },
            SigningKey { bytes: vec![4], until: Some(at(NOON)) },
        ],
        created_at: at(MADE),
        updated_at: at(MADE),
        delivered_at: None,
    }
}

fn entry(deed: Deed) -> AuditEntry {
    AuditEntry {
        account: ACCOUNT,
        at: at(NOON),
        actor: "key 00".into(),
        deed,
        subject: "whe_71".into(),
        reason: "".into(),
    }
}

async fn create(store: &Arc<dyn Telling>, endpoint: Endpoint) {
    assert!(store.create_endpoint(endpoint, entry(Deed::EndpointCreated)).await.unwrap());
}

async fn change(store: &Arc<dyn Telling>, endpoint: Endpoint) -> bool {
    store.change_endpoint(endpoint, entry(Deed::EndpointChanged)).await.unwrap()
}

async fn stored(store: &Arc<dyn Telling>, id: EndpointId) -> Endpoint {
    store.endpoint(id).await.unwrap().unwrap()
}

/// A world around a store whose account is there.
async fn world(store: &Arc<dyn Telling>) -> World {
    store.create_account(account(), Vec::new()).await.unwrap();
    World::around(Arc::clone(store) as Arc<dyn Store>).await
}

/// What an endpoint has not been asked about, by kind.
async fn unseen(store: &Arc<dyn Telling>, id: EndpointId) -> Vec<EventKind> {
    let unseen = store.unseen(id, 100).await.unwrap().unwrap();
    unseen.events.into_iter().map(|event| event.body.kind).collect()
}

/// Queues everything that an endpoint has not seen, in one chain of its schedule.
async fn enqueue(store: &Arc<dyn Telling>, id: EndpointId, now: &str) -> Vec<EventId> {
    let unseen = store.unseen(id, 100).await.unwrap().unwrap();
    let new: Vec<NewDelivery> = unseen
        .events
        .iter()
        .map(|event| NewDelivery {
            event: event.id,
            chain: Chain::Schedule(ScheduleId(event.body.subject)),
        })
        .collect();
    store.enqueue(id, unseen.mark, new, at(now)).await.unwrap();
    unseen.events.into_iter().map(|event| event.id).collect()
}

async fn due(store: &Arc<dyn Telling>, id: EndpointId, now: &str) -> Vec<Delivery> {
    store.due(id, at(now), 100).await.unwrap().deliveries
}

fn events_of(deliveries: &[Delivery]) -> Vec<EventId> {
    deliveries.iter().map(|delivery| delivery.event).collect()
}

fn attempt(status: u16, begun: &str) -> Attempted {
    Attempted { at: at(begun), milliseconds: 12, answer: Answered::Status(status) }
}

async fn record(store: &Arc<dyn Telling>, delivery: &Delivery, then: Then, now: &str) {
    let attempted = match then {
        Then::Delivered => attempt(204, now),
        Then::Again(_) | Then::Failed => Attempted {
            at: at(now),
            milliseconds: 15_000,
            answer: Answered::Nothing("it did not answer in time".into()),
        },
    };
    let (id, attempts) = (delivery.id, delivery.attempts);
    let recorded = Recorded { delivery: id, attempts, attempted, at: at(now), then };
    assert_eq!(store.record(vec![recorded]).await.unwrap(), [true]);
}

/// The same of what says nothing any more.
async fn record_in_vain(store: &Arc<dyn Telling>, delivery: &Delivery, then: Then) {
    let stands = store.delivery(delivery.id).await.unwrap();
    let (id, attempts) = (delivery.id, delivery.attempts);
    let recorded =
        Recorded { delivery: id, attempts, attempted: attempt(500, TWO), at: at(TWO), then };
    assert_eq!(store.record(vec![recorded]).await.unwrap(), [false]);
    assert_eq!(store.delivery(delivery.id).await.unwrap(), stands);
}

fn all(endpoint: EndpointId) -> DeliveryQuery {
    DeliveryQuery { endpoint, status: None, before: None, limit: 100 }
}

pub async fn an_endpoint_reads_back_whole(store: Arc<dyn Telling>) {
    world(&store).await;
    create(&store, endpoint(FIRST)).await;
    create(&store, Endpoint { filter: None, ..endpoint(SECOND) }).await;
    assert_eq!(stored(&store, FIRST).await, endpoint(FIRST));
    let second = Endpoint { filter: None, ..endpoint(SECOND) };
    assert_eq!(store.endpoints(ACCOUNT).await.unwrap(), [second, endpoint(FIRST)]);
    assert_eq!(store.endpoints(AccountId(2)).await.unwrap(), []);
    let mut ids = store.endpoint_ids().await.unwrap();
    ids.sort_unstable();
    assert_eq!(ids, [SECOND, FIRST]);
    assert_eq!(store.endpoint(EndpointId(1)).await.unwrap(), None);
    let shown = format!("{:?}", endpoint(FIRST).secrets);
    assert!(!shown.contains('3'), "{shown}");
}

pub async fn an_account_has_so_many_endpoints_and_no_more(store: Arc<dyn Telling>) {
    world(&store).await;
    for number in 0..ENDPOINTS_MAX {
        create(&store, endpoint(EndpointId(i64::try_from(number).unwrap()))).await;
    }
    let refused = store.create_endpoint(endpoint(FIRST), entry(Deed::EndpointCreated));
    assert!(!refused.await.unwrap());
    assert_eq!(store.endpoint(FIRST).await.unwrap(), None);
}

pub async fn an_endpoint_is_written_over_the_one_that_was_read(store: Arc<dyn Telling>) {
    world(&store).await;
    create(&store, endpoint(FIRST)).await;
    let read = stored(&store, FIRST).await;
    let new = Endpoint { url: "https://example.org".into(), filter: None, ..read.clone() };
    assert!(change(&store, new.clone()).await);
    assert!(!change(&store, Endpoint { description: "late".into(), ..read }).await);
    assert_eq!(stored(&store, FIRST).await, Endpoint { version: 1, ..new });
    assert!(!change(&store, endpoint(SECOND)).await);
}

pub async fn what_is_done_to_an_endpoint_is_on_record(store: Arc<dyn Telling>) {
    world(&store).await;
    create(&store, endpoint(FIRST)).await;
    assert!(change(&store, endpoint(FIRST)).await);
    assert!(store.delete_endpoint(FIRST, entry(Deed::EndpointDeleted)).await.unwrap());
    assert!(!store.delete_endpoint(FIRST, entry(Deed::EndpointDeleted)).await.unwrap());
    let trail = store.audit_trail(ACCOUNT, 10).await.unwrap();
    let deeds = [Deed::EndpointDeleted, Deed::EndpointChanged, Deed::EndpointCreated];
    assert_eq!(trail, deeds.map(entry));
}

pub async fn an_endpoint_hears_of_what_happens_after_it_was_made(store: Arc<dyn Telling>) {
    let world = world(&store).await;
    world.schedule(charges_on(1)).await;
    create(&store, endpoint(FIRST)).await;
    assert_eq!(unseen(&store, FIRST).await, []);
    world.schedule(charges_on(2)).await;
    world.schedule(charges_on(3)).await;
    let created = EventKind::Schedule(ScheduleEvent::Created);
    assert_eq!(unseen(&store, FIRST).await, [created, created]);
    let first = store.unseen(FIRST, 1).await.unwrap().unwrap();
    assert_eq!(first.events.len(), 1);
    store.enqueue(FIRST, first.mark, Vec::new(), at(NOON)).await.unwrap();
    assert_eq!(unseen(&store, FIRST).await, [created]);
    enqueue(&store, FIRST, NOON).await;
    assert_eq!(unseen(&store, FIRST).await, []);
    assert_eq!(store.unseen(SECOND, 1).await.unwrap(), None);
}

pub async fn occurrences_are_told_only_where_an_endpoint_hears_of_them(store: Arc<dyn Telling>) {
    let world = world(&store).await;
    let schedule = world.schedule(charges_on(1)).await;
    create(&store, endpoint(FIRST)).await;
    world.run(PAID, "2026-01-01T02:00:00Z").await;
    assert_eq!(unseen(&store, FIRST).await, []);
    let heard = Endpoint { hears_occurrences: true, ..stored(&store, FIRST).await };
    assert!(change(&store, heard.clone()).await);
    world.run(refused(), "2026-02-01T02:00:00Z").await;
    let told = store.unseen(FIRST, 100).await.unwrap().unwrap().events;
    let [event] = &told[..] else { panic!("{told:?}") };
    assert_eq!(event.body.kind, EventKind::Occurrence(OccurrenceStatus::Failed));
    let occurrence = store.occurrence(event.body.attempt().unwrap()).await.unwrap().unwrap();
    assert_eq!((occurrence.schedule, occurrence.attempt), (schedule.id, 0));
    assert_eq!(store.event(event.id).await.unwrap().as_ref(), Some(event));

    let deaf = stored(&store, FIRST).await;
    assert!(change(&store, Endpoint { hears_occurrences: false, ..deaf }).await);
    world.run(PAID, "2026-02-02T02:00:00Z").await;
    assert_eq!(store.unseen(FIRST, 100).await.unwrap().unwrap().events, told);
}

pub async fn what_is_told_to_webhooks_alone_stands_in_no_list(store: Arc<dyn Telling>) {
    let world = world(&store).await;
    create(&store, Endpoint { hears_occurrences: true, ..endpoint(FIRST) }).await;
    world.schedule(charges_on(1)).await;
    for now in ["2026-01-01T02:00:00Z", "2026-02-01T02:00:00Z"] {
        world.run(PAID, now).await;
    }
    world.schedule(charges_on(5)).await;
    assert_eq!(unseen(&store, FIRST).await.len(), 4);
    let page = store.events(ACCOUNT, PageQuery::first(10)).await.unwrap();
    let kinds: Vec<_> = page.entries.iter().map(|event| event.body.kind).collect();
    let created = EventKind::Schedule(ScheduleEvent::Created);
    assert_eq!((kinds, page.total), (vec![created, created], 2));
    let bounded = PageQuery { to: at("2026-12-01T00:00:00Z"), ..PageQuery::first(10) };
    assert_eq!(store.events(ACCOUNT, bounded).await.unwrap().total, 2);
}

pub async fn deliveries_of_one_chain_go_in_order(store: Arc<dyn Telling>) {
    let world = world(&store).await;
    create(&store, Endpoint { hears_occurrences: true, ..endpoint(FIRST) }).await;
    world.schedule(charges_on(1)).await;
    world.run(PAID, "2026-01-01T02:00:00Z").await;
    world.schedule(charges_on(20)).await;
    let events = enqueue(&store, FIRST, NOON).await;
    let [created, paid, other] = events[..] else { panic!("{events:?}") };

    let first = due(&store, FIRST, NOON).await;
    assert_eq!(events_of(&first), [created, other]);
    record(&store, &first[0], Then::Again(at(ONE)), NOON).await;
    record(&store, &first[1], Then::Delivered, NOON).await;
    let rest = store.due(FIRST, at(NOON), 100).await.unwrap();
    assert_eq!((rest.deliveries, rest.next_at), (Vec::new(), Some(at(ONE))));

    let again = due(&store, FIRST, ONE).await;
    assert_eq!(events_of(&again), [created]);
    assert_eq!(again[0].attempts, 1);
    record(&store, &again[0], Then::Delivered, ONE).await;
    let last = due(&store, FIRST, ONE).await;
    assert_eq!(events_of(&last), [paid]);
    record(&store, &last[0], Then::Failed, TWO).await;
    assert_eq!(store.due(FIRST, at(TWO), 100).await.unwrap().next_at, None);
    let whole = Delivery {
        id: again[0].id,
        endpoint: FIRST,
        event: created,
        chain: again[0].chain,
        created_at: at(NOON),
        state: DeliveryState::Delivered(at(ONE)),
        attempts: 2,
        latest: Some(attempt(204, ONE)),
    };
    assert_eq!(store.delivery(again[0].id).await.unwrap(), Some(whole));
    assert_eq!(stored(&store, FIRST).await.delivered_at, Some(at(ONE)));
}

pub async fn what_is_recorded_late_puts_nothing_back(store: Arc<dyn Telling>) {
    let world = world(&store).await;
    create(&store, endpoint(FIRST)).await;
    for day in 1..=3 {
        world.schedule(charges_on(day)).await;
    }
    enqueue(&store, FIRST, NOON).await;
    let read = due(&store, FIRST, NOON).await;
    let [taken, given_up, tried] = &read[..] else { panic!("{read:?}") };
    record(&store, taken, Then::Delivered, ONE).await;
    record(&store, given_up, Then::Failed, ONE).await;
    record(&store, tried, Then::Again(at(ONE)), NOON).await;
    for then in [Then::Again(at(TWO)), Then::Failed, Then::Delivered] {
        record_in_vain(&store, taken, then).await;
        record_in_vain(&store, given_up, then).await;
    }
    for then in [Then::Again(at(TWO)), Then::Failed] {
        record_in_vain(&store, tried, then).await;
    }
    let gone = Delivery { id: DeliveryId(99), ..tried.clone() };
    record_in_vain(&store, &gone, Then::Delivered).await;
    // That it was taken is true, whoever says so.
    record(&store, tried, Then::Delivered, TWO).await;
    let ended = store.delivery(tried.id).await.unwrap().unwrap();
    assert_eq!((ended.state, ended.attempts), (DeliveryState::Delivered(at(TWO)), 2));
}

pub async fn whoever_has_something_to_tell_gets_a_turn_that_nobody_has(store: Arc<dyn Telling>) {
    let world = world(&store).await;
    create(&store, endpoint(FIRST)).await;
    world.schedule(charges_on(1)).await;
    let wish = TurnWish { now: at(NOON), lease: Duration::from_mins(1) };
    for _ in 0..2 {
        let turn = store.take_turn(FIRST, wish).await.unwrap();
        assert!(matches!(turn, Turn::Always | Turn::Leased), "{turn:?}");
        assert!(store.keep_turn(FIRST, wish).await.unwrap());
        store.end_turn(FIRST).await.unwrap();
    }
}

pub async fn an_event_is_queued_once(store: Arc<dyn Telling>) {
    let world = world(&store).await;
    create(&store, endpoint(FIRST)).await;
    create(&store, endpoint(SECOND)).await;
    world.schedule(charges_on(1)).await;
    let unseen = store.unseen(FIRST, 100).await.unwrap().unwrap();
    let new = NewDelivery { event: unseen.events[0].id, chain: Chain::Free };
    for _ in 0..2 {
        store.enqueue(FIRST, unseen.mark, vec![new], at(NOON)).await.unwrap();
    }
    assert_eq!(due(&store, FIRST, NOON).await.len(), 1);
    assert_eq!(enqueue(&store, SECOND, NOON).await, [new.event]);
    assert_eq!(due(&store, SECOND, NOON).await.len(), 1);
}

pub async fn a_disabled_endpoint_begins_anew_when_it_is_enabled(store: Arc<dyn Telling>) {
    let world = world(&store).await;
    create(&store, Endpoint { hears_occurrences: true, ..endpoint(FIRST) }).await;
    world.schedule(charges_on(1)).await;
    world.run(PAID, "2026-01-01T02:00:00Z").await;
    let events = enqueue(&store, FIRST, NOON).await;
    let first = due(&store, FIRST, NOON).await.remove(0);
    record(&store, &first, Then::Failed, ONE).await;
    let disabled = Disabled { why: Why::Failing, since: at(ONE) };
    assert!(store.disable_endpoint(FIRST, disabled).await.unwrap());
    assert!(!store.disable_endpoint(FIRST, disabled).await.unwrap());
    assert!(!store.disable_endpoint(SECOND, disabled).await.unwrap());
    assert_eq!(unseen(&store, FIRST).await, [EventKind::EndpointDisabled]);
    let read = stored(&store, FIRST).await;
    assert_eq!(read.disabled, Some(disabled));

    let enabled = Endpoint { disabled: None, updated_at: at(TWO), ..read };
    assert!(change(&store, enabled).await);
    let anew = due(&store, FIRST, TWO).await;
    assert_eq!(events_of(&anew), events[..1]);
    assert_eq!((anew[0].attempts, anew[0].state), (0, DeliveryState::Pending(Some(at(TWO)))));
    record(&store, &anew[0], Then::Delivered, TWO).await;
    assert_eq!(events_of(&due(&store, FIRST, TWO).await), events[1..]);
}

pub async fn a_delivery_that_ended_is_made_again_beside_the_others(store: Arc<dyn Telling>) {
    let world = world(&store).await;
    create(&store, Endpoint { hears_occurrences: true, ..endpoint(FIRST) }).await;
    world.schedule(charges_on(1)).await;
    let events = enqueue(&store, FIRST, NOON).await;
    let first = due(&store, FIRST, NOON).await.remove(0);
    record(&store, &first, Then::Again(at(TWO)), NOON).await;
    let again = |id, now: &str| store.redeliver(id, at(now), entry(Deed::Redelivered));
    assert!(again(first.id, ONE).await.unwrap());
    assert_eq!(due(&store, FIRST, ONE).await[0].attempts, 0);
    record(&store, &first, Then::Delivered, ONE).await;
    assert!(again(first.id, TWO).await.unwrap());
    assert!(!again(DeliveryId(99), TWO).await.unwrap());
    world.run(PAID, "2026-01-01T02:00:00Z").await;
    let later = enqueue(&store, FIRST, TWO).await;
    let both = due(&store, FIRST, TWO).await;
    assert_eq!(events_of(&both), [events, later].concat());
    assert_eq!(both[0].chain, Chain::Free);
}

pub async fn deliveries_are_listed_newest_first(store: Arc<dyn Telling>) {
    let world = world(&store).await;
    create(&store, endpoint(FIRST)).await;
    for day in 1..=4 {
        world.schedule(charges_on(day)).await;
    }
    let events = enqueue(&store, FIRST, NOON).await;
    let queued = due(&store, FIRST, NOON).await;
    record(&store, &queued[0], Then::Delivered, ONE).await;
    record(&store, &queued[1], Then::Failed, ONE).await;
    let listed = async |query| events_of(&store.deliveries(query).await.unwrap());
    let newest_first: Vec<EventId> = events.iter().rev().copied().collect();
    assert_eq!(listed(all(FIRST)).await, newest_first);
    let paged = DeliveryQuery { before: Some(queued[3].id), limit: 2, ..all(FIRST) };
    assert_eq!(listed(paged).await, newest_first[1..3]);
    for (status, expected) in [
        (DeliveryStatus::Pending, &newest_first[..2]),
        (DeliveryStatus::Delivered, &events[..1]),
        (DeliveryStatus::Failed, &events[1..2]),
    ] {
        assert_eq!(listed(DeliveryQuery { status: Some(status), ..all(FIRST) }).await, expected);
    }
    assert_eq!(listed(all(SECOND)).await, []);
}

pub async fn what_ended_long_ago_is_forgotten(store: Arc<dyn Telling>) {
    let world = world(&store).await;
    create(&store, endpoint(FIRST)).await;
    for day in 1..=3 {
        world.schedule(charges_on(day)).await;
    }
    enqueue(&store, FIRST, MADE).await;
    let queued = due(&store, FIRST, NOON).await;
    record(&store, &queued[0], Then::Delivered, NOON).await;
    record(&store, &queued[1], Then::Delivered, TWO).await;
    assert_eq!(store.oldest_pending().await.unwrap(), Some(at(MADE)));
    assert_eq!(store.prune(at(ONE), 100).await.unwrap(), 1);
    assert_eq!(store.deliveries(all(FIRST)).await.unwrap().len(), 2);
    assert!(store.delete_endpoint(FIRST, entry(Deed::EndpointDeleted)).await.unwrap());
    assert_eq!(store.oldest_pending().await.unwrap(), None);
    while store.prune(Instant::EPOCH, 1).await.unwrap() > 0 {}
    assert_eq!(store.deliveries(all(FIRST)).await.unwrap(), []);
}

pub async fn news_come_of_accounts_that_have_endpoints(store: Arc<dyn Telling>) {
    let world = world(&store).await;
    create(&store, endpoint(FIRST)).await;
    assert_eq!(store.news().await, [ACCOUNT].into());
    let other = world.new_schedule(AccountId(2), charges_on(1), MADE).await;
    store.create_schedules(vec![other]).await.unwrap();
    world.schedule(charges_on(1)).await;
    assert_eq!(store.news().await, [ACCOUNT].into());
}
