//! Webhooks, sent to a receiver on this machine under a clock that the test moves.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use engine::{AccountId, Instant, ScheduleId};
use gateway::courier::{Letter, Reach};
use runner::WallTime;
use runner::delivery::{self, Outcomes, Post, Round, Scribe, Settings, Setup, Stamp, Tally};
use store::conformance::world::{ACCOUNT, World, account, charges_on};
use store::sqlite::SqliteStore;
use store::webhook::{
    Answered, Chain, Delivery, DeliveryQuery, DeliveryStatus, Disabled, Endpoint, EndpointId, Form,
    SigningKey, Why,
};
use store::{AuditEntry, Deed, Event, EventKind, Store, StoreError, WebhookStore};

use crate::receiver::{Receiver, Reply};
use crate::world::at;

pub(crate) const NOON: &str = "2026-06-15T12:00:00Z";
const ONE: EndpointId = EndpointId(1);
const OTHER: EndpointId = EndpointId(2);

/// A clock that a test moves.
#[derive(Debug)]
pub(crate) struct Hand(AtomicI64);

impl Hand {
    pub(crate) fn at(text: &str) -> Arc<Hand> {
        Arc::new(Hand(AtomicI64::new(at(text).nanoseconds())))
    }

    pub(crate) fn pass(&self, wait: Duration) {
        self.0.fetch_add(i64::try_from(wait.as_nanos()).unwrap(), Ordering::Relaxed);
    }

    fn set(&self, to: Instant) {
        self.0.store(to.nanoseconds(), Ordering::Relaxed);
    }
}

impl WallTime for Hand {
    fn now(&self) -> Instant {
        Instant::from_nanoseconds(self.0.load(Ordering::Relaxed))
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }
}

/// Tells of everything by its number and its schedule's; what an endpoint's filter names by
/// number it does not want.
pub(crate) struct Plain;

#[async_trait]
impl Scribe for Plain {
    async fn sort(
        &self,
        endpoint: &Endpoint,
        events: &[Event],
    ) -> Result<Vec<Option<Chain>>, StoreError> {
        let chain = |event: &Event| match event.body.kind {
            EventKind::EndpointDisabled => Chain::Free,
            _ => Chain::Schedule(ScheduleId(event.body.subject)),
        };
        let unwanted = |event: &Event| {
            let number = event.id.0.to_string();
            endpoint.filter.iter().flatten().any(|name| **name == *number)
        };
        Ok(events.iter().map(|it| (!unwanted(it)).then(|| chain(it))).collect())
    }

    async fn write(&self, _endpoint: &Endpoint, event: &Event, stamp: Stamp) -> Option<Letter> {
        let body = match event.body.kind {
            EventKind::EndpointDisabled => "disabled".to_owned(),
            _ => format!("{}:{:?}", event.body.subject, event.body.kind),
        };
        let headers = vec![("webhook-id", event.id.0.to_string()), ("at", stamp.at.to_string())];
        Some(Letter { headers, body: body.into_bytes() })
    }
}

struct Mail {
    store: Arc<SqliteStore>,
    world: World,
    hand: Arc<Hand>,
    post: Arc<Post>,
    tally: Arc<Tally>,
}

fn settings() -> Settings {
    Settings { timeout: Duration::from_secs(30), ..Settings::with_reach(Reach::Anywhere) }
}

impl Mail {
    async fn new() -> Mail {
        Mail::with(settings()).await
    }

    async fn with(settings: Settings) -> Mail {
        let store = SqliteStore::in_memory().unwrap();
        store.create_account(account(), Vec::new()).await.unwrap();
        let world = World::around(Arc::clone(&store) as Arc<dyn Store>).await;
        let (hand, tally) = (Hand::at(NOON), Arc::new(Tally::default()));
        let post = Post::new(setup(&store, &hand, &tally, settings)).unwrap();
        Mail { store, world, hand, post, tally }
    }

    async fn endpoint(&self, id: EndpointId, url: &str) {
        let endpoint = Endpoint {
            id,
            account: ACCOUNT,
            version: 0,
            url: url.into(),
            form: Form("plain".into()),
            filter: None,
            hears_occurrences: false,
            description: "".into(),
            disabled: None,
            secrets: vec![SigningKey { bytes: vec![1], until: None }],
            created_at: self.hand.now(),
            updated_at: self.hand.now(),
            delivered_at: None,
        };
        assert!(self.store.create_endpoint(endpoint, entry()).await.unwrap());
    }

    /// Makes a schedule, of which the account is told.
    async fn make(&self) -> ScheduleId {
        self.world.schedule(charges_on(1)).await.id
    }

    async fn delete(&self, schedule: ScheduleId) {
        self.store.delete_schedule(schedule, at(NOON)).await.unwrap();
    }

    /// Rounds until there is nothing more to do now.
    async fn rounds(&self, id: EndpointId) -> Round {
        loop {
            let round = self.post.round(id).await.unwrap().unwrap();
            if !round.is_to_go_on() {
                return round;
            }
        }
    }

    /// Moves the clock to when something is next to be tried, and tries it.
    async fn next(&self, id: EndpointId) -> Round {
        let next_at = self.rounds(id).await.next_at.unwrap();
        self.hand.set(next_at);
        self.rounds(id).await
    }

    async fn deliveries(&self, id: EndpointId) -> Vec<Delivery> {
        let query = DeliveryQuery { endpoint: id, status: None, before: None, limit: 100 };
        self.store.deliveries(query).await.unwrap()
    }

    async fn statuses(&self, id: EndpointId) -> Vec<DeliveryStatus> {
        self.deliveries(id).await.iter().rev().map(|it| it.state.status()).collect()
    }

    async fn disabled(&self, id: EndpointId) -> Option<Disabled> {
        self.store.endpoint(id).await.unwrap().unwrap().disabled
    }
}

fn setup(
    store: &Arc<SqliteStore>,
    hand: &Arc<Hand>,
    tally: &Arc<Tally>,
    settings: Settings,
) -> Setup {
    Setup {
        webhooks: Arc::clone(store) as Arc<dyn WebhookStore>,
        store: Arc::clone(store) as Arc<dyn Store>,
        scribe: Arc::new(Plain),
        wall: Arc::clone(hand) as Arc<dyn WallTime>,
        settings,
        tally: Arc::clone(tally),
    }
}

pub(crate) fn entry() -> AuditEntry {
    AuditEntry {
        account: AccountId(1),
        at: at(NOON),
        actor: "test".into(),
        deed: Deed::EndpointCreated,
        subject: "".into(),
        reason: "".into(),
    }
}

async fn bodies(receiver: &Receiver) -> Vec<String> {
    receiver.rest().await.into_iter().map(|received| received.body).collect()
}

#[tokio::test]
async fn what_happens_to_a_schedule_is_told_in_order_whatever_becomes_of_others() {
    let mail = Mail::new().await;
    let receiver = Receiver::answering([Reply::Status(500, "")]).await;
    mail.endpoint(ONE, &receiver.url("/")).await;
    let first = mail.make().await;
    assert_eq!(mail.post.round(ONE).await.unwrap().unwrap().due, 1);
    assert_eq!(bodies(&receiver).await, [format!("{first}:Schedule(Created)")]);
    mail.delete(first).await;
    let second = mail.make().await;
    mail.rounds(ONE).await;
    assert_eq!(bodies(&receiver).await, [format!("{second}:Schedule(Created)")]);
    mail.next(ONE).await;
    assert_eq!(
        bodies(&receiver).await,
        [format!("{first}:Schedule(Created)"), format!("{first}:Schedule(Deleted)")]
    );
    assert_eq!(mail.statuses(ONE).await, [DeliveryStatus::Delivered; 3]);
    assert_eq!(mail.tally.read(), Outcomes { delivered: 3, failed: 1, given_up: 0, disabled: 0 });
}

#[tokio::test]
async fn an_endpoint_that_takes_nothing_for_days_is_disabled_and_the_others_are_told() {
    let mail = Mail::new().await;
    let (dead, other) =
        (Receiver::answering(vec![Reply::Status(503, ""); 10]).await, Receiver::new().await);
    mail.endpoint(ONE, &dead.url("/")).await;
    mail.endpoint(OTHER, &other.url("/")).await;
    mail.make().await;
    mail.rounds(ONE).await;
    for _ in 0..9 {
        assert_eq!(mail.disabled(ONE).await, None);
        mail.next(ONE).await;
    }
    let ids: Vec<_> =
        dead.rest().await.iter().map(|it| it.header("webhook-id").to_owned()).collect();
    assert_eq!(ids, vec![ids[0].clone(); 10]);
    let disabled = Disabled { why: Why::Failing, since: mail.hand.now() };
    assert_eq!(mail.disabled(ONE).await, Some(disabled));
    assert_eq!(mail.statuses(ONE).await, [DeliveryStatus::Failed]);
    let days = (mail.hand.now().nanoseconds() - at(NOON).nanoseconds()) / 86_400_000_000_000;
    assert_eq!(days, 3);
    mail.rounds(OTHER).await;
    assert_eq!(bodies(&other).await, ["1:Schedule(Created)", "disabled"]);
    mail.make().await;
    assert!(!mail.post.round(ONE).await.unwrap().unwrap().is_to_go_on());
}

#[tokio::test]
async fn an_event_that_alone_is_not_wanted_is_given_up_and_disables_nothing() {
    let mail = Mail::new().await;
    let picky = Receiver::answering([Reply::Status(422, "")]).await;
    mail.endpoint(ONE, &picky.url("/")).await;
    mail.make().await;
    mail.rounds(ONE).await;
    mail.make().await;
    mail.rounds(ONE).await;
    picky.answer(vec![Reply::Status(422, ""); 9]);
    for _ in 0..9 {
        mail.next(ONE).await;
    }
    assert_eq!(mail.statuses(ONE).await, [DeliveryStatus::Failed, DeliveryStatus::Delivered]);
    assert_eq!(mail.disabled(ONE).await, None);
    mail.make().await;
    mail.rounds(ONE).await;
    assert_eq!(mail.statuses(ONE).await[2], DeliveryStatus::Delivered);
}

#[tokio::test]
async fn an_endpoint_that_is_gone_is_disabled_at_once() {
    let mail = Mail::new().await;
    let receiver = Receiver::answering([Reply::Status(410, "")]).await;
    mail.endpoint(ONE, &receiver.url("/")).await;
    mail.make().await;
    mail.make().await;
    mail.rounds(ONE).await;
    let disabled = Disabled { why: Why::Gone, since: at(NOON) };
    assert_eq!(mail.disabled(ONE).await, Some(disabled));
    assert_eq!(mail.tally.read().disabled, 1);
}

#[tokio::test]
async fn an_endpoint_that_asks_to_be_left_alone_is() {
    let mail = Mail::new().await;
    let receiver = Receiver::answering([Reply::Status(429, "retry-after: 900\r\n")]).await;
    mail.endpoint(ONE, &receiver.url("/")).await;
    mail.make().await;
    mail.rounds(ONE).await;
    mail.make().await;
    mail.hand.pass(Duration::from_mins(10));
    let round = mail.rounds(ONE).await;
    assert_eq!(round.next_at, Some(at("2026-06-15T12:15:00Z")));
    assert_eq!(bodies(&receiver).await.len(), 1);
    mail.hand.pass(Duration::from_mins(5));
    mail.rounds(ONE).await;
    assert_eq!(bodies(&receiver).await.len(), 2);
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_counts_as_a_failure() {
    let mail = Mail::new().await;
    let elsewhere = Receiver::new().await;
    let lines = format!("location: {}\r\n", elsewhere.url("/"));
    let redirect = Reply::Status(308, Box::leak(lines.into_boxed_str()));
    let receiver = Receiver::answering([redirect]).await;
    mail.endpoint(ONE, &receiver.url("/")).await;
    mail.make().await;
    mail.rounds(ONE).await;
    let delivery = mail.deliveries(ONE).await.remove(0);
    assert_eq!(delivery.latest.unwrap().answer, Answered::Status(308));
    assert_eq!(delivery.state.status(), DeliveryStatus::Pending);
    assert_eq!(elsewhere.rest().await, []);
}

#[tokio::test]
async fn nothing_is_sent_to_private_addresses_whatever_leads_there() {
    let mail = Mail::with(Settings::with_reach(Reach::Public)).await;
    let receiver = Receiver::new().await;
    let port = receiver.address.port();
    mail.endpoint(ONE, &format!("https://localhost:{port}/")).await;
    mail.endpoint(OTHER, &format!("https://127.0.0.1:{port}/")).await;
    mail.make().await;
    for (id, host) in [(ONE, "localhost"), (OTHER, "127.0.0.1")] {
        mail.rounds(id).await;
        let why = format!("{host} leads to an address that is not on the public Internet");
        let delivery = mail.deliveries(id).await.remove(0);
        assert_eq!(delivery.latest.unwrap().answer, Answered::Nothing(why.into()));
    }
    assert_eq!(receiver.rest().await, []);
}

#[tokio::test]
async fn what_was_under_way_at_a_crash_is_sent_again_under_the_same_id() {
    let mail = Mail::new().await;
    let receiver = Receiver::answering([Reply::Silence]).await;
    mail.endpoint(ONE, &receiver.url("/")).await;
    mail.make().await;
    let post = Arc::clone(&mail.post);
    let round =
        tokio::spawn(async move { while post.round(ONE).await.unwrap().unwrap().is_to_go_on() {} });
    let first = receiver.next().await;
    round.abort();
    let _ = round.await;
    let again = Post::new(setup(&mail.store, &mail.hand, &mail.tally, settings())).unwrap();
    while again.round(ONE).await.unwrap().unwrap().is_to_go_on() {}
    assert_eq!(receiver.next().await, first);
    assert_eq!(mail.statuses(ONE).await, [DeliveryStatus::Delivered]);
    assert_eq!(receiver.rest().await, []);
}

#[tokio::test]
async fn dead_endpoints_hold_up_no_other() {
    let mail = Mail::new().await;
    let dead = Receiver::answering(vec![Reply::Silence; 100]).await;
    let well = Receiver::new().await;
    let scarce = Settings { concurrency: 8, concurrency_per_endpoint: 4, ..settings() };
    mail.endpoint(ONE, &well.url("/")).await;
    mail.make().await;
    mail.rounds(ONE).await;
    well.next().await;
    for number in 10..20 {
        mail.endpoint(EndpointId(number), &dead.url("/")).await;
    }
    let post = delivery::start(setup(&mail.store, &mail.hand, &mail.tally, scarce)).unwrap();
    for _ in 0..20 {
        mail.make().await;
    }
    for _ in 0..20 {
        well.next().await;
    }
    let under_way = dead.rest().await.len();
    assert!(under_way <= 2, "{under_way}");
    drop(post);
}

#[tokio::test]
async fn events_are_delivered_as_they_happen_and_what_is_under_way_arrives_before_the_end() {
    let mail = Mail::new().await;
    let receiver = Receiver::new().await;
    let setup = setup(&mail.store, &mail.hand, &mail.tally, settings());
    let post = delivery::start(setup).unwrap();
    mail.endpoint(ONE, &receiver.url("/hook")).await;
    let schedule = mail.make().await;
    let received = receiver.next().await;
    assert_eq!(received.path, "/hook");
    assert_eq!(received.body, format!("{schedule}:Schedule(Created)"));
    mail.delete(schedule).await;
    receiver.next().await;
    post.stop().await;
    assert_eq!(mail.statuses(ONE).await, [DeliveryStatus::Delivered; 2]);
    mail.make().await;
    assert_eq!(receiver.rest().await, []);
}

#[tokio::test]
async fn old_deliveries_are_forgotten_and_those_of_endpoints_that_were_deleted() {
    let mail = Mail::new().await;
    let receiver = Receiver::new().await;
    mail.endpoint(ONE, &receiver.url("/")).await;
    mail.make().await;
    mail.rounds(ONE).await;
    mail.hand.pass(Duration::from_hours(31 * 24));
    assert!(mail.store.delete_endpoint(ONE, entry()).await.unwrap());
    assert_eq!(mail.post.round(ONE).await.unwrap(), None);
    mail.post.forget_old().await;
    assert_eq!(mail.deliveries(ONE).await, []);
}
