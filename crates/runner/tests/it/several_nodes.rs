//! Webhooks, where several nodes on one PostgreSQL send them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use engine::{Instant, ScheduleId};
use futures::future::BoxFuture;
use gateway::courier::{Letter, Reach};
use runner::delivery::{self, Outcomes, Post, Round, Scribe, Settings, Setup, Stamp, Tally};
use runner::{MachineTime, WallTime};
use store::conformance::world::{ACCOUNT, LANE, account, charges_on, new_schedule};
use store::postgres::{LeaseClock, PostgresStore};
use store::webhook::{
    Chain, Delivery, DeliveryQuery, DeliveryStatus, Endpoint, EndpointId, Form, SigningKey, Turn,
    TurnWish,
};
use store::{Event, Store, StoreError, WebhookStore};

use crate::delivery::{Hand, NOON, Plain, entry};
use crate::receiver::{Receiver, Reply};
use crate::world::at;

const ONE: EndpointId = EndpointId(1);
/// Somebody waits for a lock of a database.
const WAITING: &str = "EXISTS (SELECT FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock')";
/// For how long a turn is had with letters of these settings.
const LEASE: Duration = Duration::from_mins(1);

fn settings() -> Settings {
    Settings { timeout: Duration::from_secs(2), ..Settings::with_reach(Reach::Anywhere) }
}

/// A node that sends webhooks.
struct Sender {
    store: Arc<PostgresStore>,
    post: Arc<Post>,
    tally: Arc<Tally>,
}

impl Sender {
    fn new(store: Arc<PostgresStore>, wall: Arc<dyn WallTime>, scribe: Arc<dyn Scribe>) -> Sender {
        let tally = Arc::new(Tally::default());
        let post = Post::new(setup(&store, wall, scribe, &tally)).unwrap();
        Sender { store, post, tally }
    }

    async fn round(&self) -> Round {
        self.post.round(ONE).await.unwrap().unwrap()
    }

    async fn deliveries(&self) -> Vec<Delivery> {
        let query = DeliveryQuery { endpoint: ONE, status: None, before: None, limit: 100 };
        self.store.deliveries(query).await.unwrap()
    }
}

fn setup(
    store: &Arc<PostgresStore>,
    wall: Arc<dyn WallTime>,
    scribe: Arc<dyn Scribe>,
    tally: &Arc<Tally>,
) -> Setup {
    Setup {
        webhooks: Arc::clone(store) as Arc<dyn WebhookStore>,
        store: Arc::clone(store) as Arc<dyn Store>,
        scribe,
        wall,
        settings: settings(),
        tally: Arc::clone(tally),
    }
}

/// Opens new data as often as there are nodes, with an endpoint that leads to a receiver.
async fn stores(
    database: &str,
    lease_clock: LeaseClock,
    nodes: usize,
    receiver: &Receiver,
) -> Vec<Arc<PostgresStore>> {
    let settings = store::postgres::Settings { lease_clock, ..cluster::settings(database) };
    let mut stores = Vec::new();
    for _ in 0..nodes {
        stores.push(PostgresStore::open(&settings).await.unwrap());
    }
    stores[0].create_account(account(), Vec::new()).await.unwrap();
    let endpoint = Endpoint {
        id: ONE,
        account: ACCOUNT,
        version: 0,
        url: receiver.url("/").into(),
        form: Form("plain".into()),
        filter: None,
        hears_occurrences: false,
        description: "".into(),
        disabled: None,
        secrets: vec![SigningKey { bytes: vec![1], until: None }],
        created_at: at(NOON),
        updated_at: at(NOON),
        delivered_at: None,
    };
    assert!(stores[0].create_endpoint(endpoint, entry()).await.unwrap());
    stores
}

/// Makes schedules, of each of which the account is told.
async fn make(store: &PostgresStore, count: u32) -> Vec<ScheduleId> {
    let first = store.allocate_schedules(count).await.unwrap();
    let ids: Vec<ScheduleId> =
        (0..i64::from(count)).map(|number| ScheduleId(first.0 + number)).collect();
    let new = |id: &ScheduleId| new_schedule(*id, ACCOUNT, LANE, charges_on(1), at(NOON));
    store.create_schedules(ids.iter().map(new).collect()).await.unwrap();
    ids
}

async fn everything_is_told_once_and_in_order_by(nodes: usize) {
    const SCHEDULES: u32 = 500;
    let receiver = Receiver::new().await;
    let database = cluster::database().await;
    let stores = stores(&database, LeaseClock::Database, nodes, &receiver).await;
    let tallies: Vec<Arc<Tally>> = stores.iter().map(|_| Arc::default()).collect();
    let posts: Vec<Arc<Post>> = stores
        .iter()
        .zip(&tallies)
        .map(|(store, tally)| {
            let wall = Arc::new(MachineTime::new());
            delivery::start(setup(store, wall, Arc::new(Plain), tally)).unwrap()
        })
        .collect();
    // Every node has a part of what happens.
    let writing = stores.iter().map(|store| async move {
        let count = SCHEDULES / u32::try_from(nodes).unwrap();
        for id in make(store, count).await {
            store.delete_schedule(id, at(NOON)).await.unwrap();
        }
    });
    let reading = async {
        let mut received = Vec::new();
        while received.len() < 2 * SCHEDULES as usize {
            received.push(receiver.next().await);
        }
        received
    };
    let (_, received) = futures::join!(futures::future::join_all(writing), reading);
    for post in posts {
        post.stop().await;
    }
    assert_eq!(receiver.rest().await, []);
    let ids: BTreeSet<&str> = received.iter().map(|it| it.header("webhook-id")).collect();
    assert_eq!(ids.len(), received.len());
    let mut told: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for letter in &received {
        let (schedule, what) = letter.body.split_once(':').unwrap();
        told.entry(schedule).or_default().push(what);
    }
    assert_eq!(told.len(), SCHEDULES as usize);
    assert!(told.values().all(|told| *told == ["Schedule(Created)", "Schedule(Deleted)"]));
    let delivered: u64 = tallies.iter().map(|tally| tally.read().delivered).sum();
    assert_eq!(delivered, u64::from(2 * SCHEDULES));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_tell_everything_once_and_in_order() {
    everything_is_told_once_and_in_order_by(2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_nodes_tell_everything_once_and_in_order() {
    everything_is_told_once_and_in_order_by(4).await;
}

/// Two nodes whose clock a test moves, by which leases are judged.
async fn two(receiver: &Receiver) -> (Sender, Sender, Arc<Hand>) {
    let database = cluster::database().await;
    let stores = stores(&database, LeaseClock::Claimer, 2, receiver).await;
    let hand = Hand::at(NOON);
    let mut senders = stores
        .into_iter()
        .map(|store| Sender::new(store, Arc::clone(&hand) as Arc<dyn WallTime>, Arc::new(Plain)));
    let (one, other) = (senders.next().unwrap(), senders.next().unwrap());
    (one, other, hand)
}

#[tokio::test]
async fn a_node_that_dies_in_its_turn_is_followed_once_its_lease_has_passed() {
    let receiver = Receiver::answering([Reply::Silence]).await;
    let (dead, other, hand) = two(&receiver).await;
    make(&dead.store, 1).await;
    let post = Arc::clone(&dead.post);
    let round = tokio::spawn(async move { post.round(ONE).await });
    let letter = receiver.next().await;
    round.abort();
    let _ = round.await;
    let held = Round { seen: 0, due: 0, next_at: Some(at("2026-06-15T12:01:00Z")) };
    assert_eq!(other.round().await, held);
    assert_eq!(receiver.rest().await, []);
    hand.pass(LEASE);
    assert_eq!(other.round().await.due, 1);
    assert_eq!(receiver.next().await.header("webhook-id"), letter.header("webhook-id"));
    assert_eq!(other.deliveries().await[0].state.status(), DeliveryStatus::Delivered);
}

#[tokio::test]
async fn what_a_node_records_after_it_stalled_undoes_nothing() {
    let receiver = Receiver::answering([Reply::Silence]).await;
    let (stalled, other, hand) = two(&receiver).await;
    make(&stalled.store, 1).await;
    let post = Arc::clone(&stalled.post);
    let round = tokio::spawn(async move { post.round(ONE).await });
    receiver.next().await;
    hand.pass(LEASE);
    assert_eq!(other.round().await.due, 1);
    let delivered = other.deliveries().await;
    assert_eq!(delivered[0].state.status(), DeliveryStatus::Delivered);
    assert_eq!(round.await.unwrap().unwrap().unwrap().due, 1);
    assert_eq!(other.deliveries().await, delivered);
    let nothing = Outcomes { delivered: 0, failed: 0, given_up: 0, disabled: 0 };
    assert_eq!(stalled.tally.read(), nothing);
    assert_eq!(other.tally.read(), Outcomes { delivered: 1, ..nothing });
}

/// A clock whose time that only goes forward goes with the time of day.
struct Steady(Arc<Hand>);

impl WallTime for Steady {
    fn now(&self) -> Instant {
        self.0.now()
    }

    fn elapsed(&self) -> Duration {
        let passed = self.0.now().nanoseconds() - at(NOON).nanoseconds();
        Duration::from_nanos(u64::try_from(passed).unwrap())
    }
}

type Deed = Box<dyn Fn(usize) -> BoxFuture<'static, ()> + Send + Sync>;

/// Does something before it writes each letter, which are numbered.
struct Distracted {
    letters: AtomicUsize,
    deed: Deed,
}

impl Distracted {
    fn by(deed: Deed) -> Arc<Distracted> {
        Arc::new(Distracted { letters: AtomicUsize::new(0), deed })
    }
}

#[async_trait]
impl Scribe for Distracted {
    async fn sort(
        &self,
        endpoint: &Endpoint,
        events: &[Event],
    ) -> Result<Vec<Option<Chain>>, StoreError> {
        Plain.sort(endpoint, events).await
    }

    async fn write(&self, endpoint: &Endpoint, event: &Event, stamp: Stamp) -> Option<Letter> {
        (self.deed)(self.letters.fetch_add(1, Ordering::Relaxed)).await;
        Plain.write(endpoint, event, stamp).await
    }
}

#[tokio::test]
async fn a_turn_is_kept_on_for_as_long_as_there_are_letters() {
    let receiver = Receiver::new().await;
    let database = cluster::database().await;
    let mut stores = stores(&database, LeaseClock::Claimer, 2, &receiver).await;
    let (other, hand) = (stores.remove(1), Hand::at(NOON));
    make(&stores[0], 3).await;
    let (asked, passing) = (Arc::clone(&other), Arc::clone(&hand));
    let scribe = Distracted::by(Box::new(move |_| {
        let (other, hand) = (Arc::clone(&asked), Arc::clone(&passing));
        Box::pin(async move {
            hand.pass(Duration::from_secs(40));
            let wish = TurnWish { now: hand.now(), lease: LEASE };
            let turn = other.take_turn(ONE, wish).await.unwrap();
            assert_eq!(turn, Turn::Held(Duration::from_secs(20)));
            hand.pass(Duration::from_secs(14));
        })
    }));
    let one = Sender::new(stores.remove(0), Arc::new(Steady(hand)), scribe);
    assert_eq!(one.round().await.due, 3);
    assert_eq!(receiver.rest().await.len(), 3);
    assert_eq!(one.tally.read().delivered, 3);
}

#[tokio::test]
async fn no_letter_is_sent_in_a_turn_that_another_has_taken() {
    let receiver = Receiver::new().await;
    let database = cluster::database().await;
    let mut stores = stores(&database, LeaseClock::Claimer, 2, &receiver).await;
    let (other, hand) = (stores.remove(1), Hand::at(NOON));
    make(&stores[0], 3).await;
    let passing = Arc::clone(&hand);
    let scribe = Distracted::by(Box::new(move |letter| {
        let (other, hand) = (Arc::clone(&other), Arc::clone(&passing));
        Box::pin(async move {
            if letter == 1 {
                hand.pass(LEASE);
                let wish = TurnWish { now: hand.now(), lease: LEASE };
                assert_eq!(other.take_turn(ONE, wish).await.unwrap(), Turn::Leased);
            }
        })
    }));
    let one = Sender::new(stores.remove(0), Arc::new(Steady(hand)), scribe);
    assert_eq!(one.round().await.due, 3);
    assert_eq!(receiver.rest().await.len(), 1);
    let held = Round { seen: 0, due: 0, next_at: Some(at("2026-06-15T12:02:00Z")) };
    assert_eq!(one.round().await, held);
}

/// Has an endpoint hear of everything but the events with these numbers.
async fn leave_out(store: &PostgresStore, numbers: &[&str]) {
    let endpoint = store.endpoint(ONE).await.unwrap().unwrap();
    let filter = Some(numbers.iter().map(|number| Box::from(*number)).collect());
    assert!(store.change_endpoint(Endpoint { filter, ..endpoint }, entry()).await.unwrap());
}

#[tokio::test]
async fn what_an_endpoint_came_to_want_while_a_node_waited_for_its_turn_is_told() {
    let receiver = Receiver::new().await;
    let database = cluster::database().await;
    let mut stores = stores(&database, LeaseClock::Claimer, 2, &receiver).await;
    let (other, hand) = (stores.remove(1), Hand::at(NOON));
    leave_out(&other, &["1", "2"]).await;
    make(&other, 1).await;
    let one = Sender::new(stores.remove(0), hand, Arc::new(Plain));
    let post = Arc::clone(&one.post);
    let mut round = None;
    let meanwhile = async {
        // It reads the endpoint, and asks for the turn.
        round = Some(tokio::spawn(async move { post.round(ONE).await }));
        cluster::until(&database, WAITING).await;
        leave_out(&other, &["1"]).await;
        make(&other, 1).await;
    };
    cluster::while_locked(&database, "webhook_turn", meanwhile).await;
    let round = round.unwrap().await.unwrap().unwrap().unwrap();
    assert_eq!(round, Round { seen: 2, due: 1, next_at: None });
    assert_eq!(receiver.next().await.header("webhook-id"), "2");
}
