//! Whose turn it is to tell a webhook endpoint, when several nodes want it.

use std::time::Duration;

use engine::Instant;
use store::conformance::world::{account, at};
use store::postgres::{LeaseClock, PostgresStore, Settings};
use store::webhook::{Answered, Attempted};
use store::webhook::{Chain, EndpointId, NewDelivery, Recorded, Then, Turn, TurnWish};
use store::{Store, WebhookStore};

use crate::nodes::{MADE, Node, endpoint, entry, schedules};

const ONE: EndpointId = EndpointId(7);
const LEASE: Duration = Duration::from_mins(1);

/// Two nodes, and an endpoint that has something to hear.
async fn nodes(settings: &Settings) -> (Node, Node) {
    let (one, other) = (Node::start(settings).await, Node::start(settings).await);
    one.store.create_account(account(), vec![]).await.unwrap();
    one.store.create_endpoint(endpoint(ONE), entry()).await.unwrap();
    schedules(&one.store, 1).await;
    (one, other)
}

async fn take(node: &Node, now: Instant) -> Turn {
    node.store.take_turn(ONE, TurnWish { now, lease: LEASE }).await.unwrap()
}

async fn keep(node: &Node, now: Instant) -> bool {
    node.store.keep_turn(ONE, TurnWish { now, lease: LEASE }).await.unwrap()
}

#[tokio::test]
async fn one_node_at_a_time_has_an_endpoints_turn() {
    let (one, other) = nodes(&cluster::settings(&cluster::database().await)).await;
    let (now, later) = (at(MADE), at(MADE).plus_seconds(50));
    assert_eq!(take(&one, now).await, Turn::Leased);
    assert_eq!(take(&other, now).await, Turn::Held(LEASE));
    assert!(!keep(&other, now).await);
    // What is not one's own is not given up.
    other.store.end_turn(ONE).await.unwrap();
    assert!(keep(&one, later).await);
    assert_eq!(take(&other, later).await, Turn::Held(LEASE));
    assert_eq!(take(&one, later).await, Turn::Leased);
    one.store.end_turn(ONE).await.unwrap();
    assert_eq!(take(&other, later).await, Turn::Leased);
    assert!(!keep(&one, later).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_nodes_that_want_a_turn_at_once_one_gets_it() {
    let settings = cluster::settings(&cluster::database().await);
    let (one, other) = nodes(&settings).await;
    let (third, fourth) = (Node::start(&settings).await, Node::start(&settings).await);
    let all = [&one, &other, &third, &fourth];
    let turns = futures::future::join_all(all.map(|node| take(node, at(MADE)))).await;
    let got = turns.iter().filter(|turn| **turn == Turn::Leased).count();
    let held = turns.iter().filter(|turn| **turn == Turn::Held(LEASE)).count();
    assert_eq!((got, held), (1, 3), "{turns:?}");
}

#[tokio::test]
async fn a_turn_whose_lease_has_passed_is_anybodys_and_then_no_longer_its_holders() {
    let (dead, other) = nodes(&cluster::settings(&cluster::database().await)).await;
    assert_eq!(take(&dead, at(MADE)).await, Turn::Leased);
    let almost = take(&other, at(MADE).plus_seconds(59)).await;
    assert_eq!(almost, Turn::Held(Duration::from_secs(1)));
    assert_eq!(take(&other, at(MADE).plus_seconds(60)).await, Turn::Leased);
    other.store.end_turn(ONE).await.unwrap();
    assert!(!keep(&dead, at(MADE).plus_seconds(61)).await);
}

#[tokio::test]
async fn a_turn_that_nobody_else_took_is_kept_on_after_its_lease() {
    let (one, other) = nodes(&cluster::settings(&cluster::database().await)).await;
    assert_eq!(take(&one, at(MADE)).await, Turn::Leased);
    assert!(keep(&one, at(MADE).plus_seconds(90)).await);
    let held = take(&other, at(MADE).plus_seconds(90)).await;
    assert_eq!(held, Turn::Held(LEASE));
}

#[tokio::test]
async fn turns_are_judged_by_the_databases_clock_where_that_is_asked_for() {
    let settings = cluster::settings(&cluster::database().await);
    let settings = Settings { lease_clock: LeaseClock::Database, ..settings };
    let (one, other) = nodes(&settings).await;
    assert_eq!(take(&one, at("2001-01-01T00:00:00Z")).await, Turn::Leased);
    let Turn::Held(left) = take(&other, at("2099-01-01T00:00:00Z")).await else { panic!() };
    assert!(left <= LEASE, "{left:?}");
    let none = TurnWish { now: at(MADE), lease: Duration::ZERO };
    assert!(one.store.keep_turn(ONE, none).await.unwrap());
    assert_eq!(take(&other, at("2001-01-01T00:00:00Z")).await, Turn::Leased);
}

#[tokio::test]
async fn a_node_tells_nothing_of_an_account_that_left_behind_its_back() {
    let database = cluster::database().await;
    let (one, other) = nodes(&cluster::settings(&database)).await;
    assert_eq!(take(&one, at(MADE)).await, Turn::Leased);
    let leave =
        "INSERT INTO relocation (account, number, state, place, at) VALUES (1, 1, 2, '', 0)";
    cluster::administer(&database, leave).await;
    assert!(!keep(&one, at(MADE)).await);
    let late = at(MADE).plus_seconds(61);
    assert_eq!(
        (take(&one, late).await, take(&other, late).await),
        (Turn::Idle(None), Turn::Idle(None))
    );
    cluster::administer(&database, "DELETE FROM relocation").await;
    assert_eq!(take(&other, late).await, Turn::Leased);
}

async fn turns_in(database: &str) -> Option<String> {
    cluster::administer(database, "SELECT count(*) FROM webhook_turn").await
}

#[tokio::test]
async fn an_endpoint_that_has_nothing_to_hear_costs_no_writes() {
    let database = cluster::database().await;
    let (one, other) = nodes(&cluster::settings(&database)).await;
    tell_all(&one.store).await;
    assert_eq!(take(&other, at(MADE)).await, Turn::Idle(Some(at(MADE).plus_seconds(1))));
    assert_eq!(take(&one, at(MADE)).await, Turn::Idle(Some(at(MADE).plus_seconds(1))));
    assert_eq!(turns_in(&database).await.as_deref(), Some("0"));
    assert_eq!(take(&other, at(MADE).plus_seconds(1)).await, Turn::Leased);
    let gone = other.store.take_turn(EndpointId(8), TurnWish { now: at(MADE), lease: LEASE });
    assert_eq!(gone.await.unwrap(), Turn::Idle(None));
}

/// Queues what there is, and puts it off by a second.
async fn tell_all(store: &PostgresStore) {
    let unseen = store.unseen(ONE, 10).await.unwrap().unwrap();
    let new = unseen.events.iter();
    let new = new.map(|event| NewDelivery { event: event.id, chain: Chain::Free }).collect();
    store.enqueue(ONE, unseen.mark, new, at(MADE)).await.unwrap();
    let due = store.due(ONE, at(MADE), 10).await.unwrap().deliveries;
    let recorded = due.iter().map(|delivery| Recorded {
        delivery: delivery.id,
        attempts: 0,
        attempted: Attempted { at: at(MADE), milliseconds: 1, answer: Answered::Status(500) },
        at: at(MADE),
        then: Then::Again(at(MADE).plus_seconds(1)),
    });
    assert_eq!(store.record(recorded.collect()).await.unwrap(), [true]);
}

#[tokio::test]
async fn an_endpoint_that_is_deleted_leaves_no_turn_behind() {
    let database = cluster::database().await;
    let (one, other) = nodes(&cluster::settings(&database)).await;
    assert_eq!(take(&one, at(MADE)).await, Turn::Leased);
    assert!(other.store.delete_endpoint(ONE, entry()).await.unwrap());
    assert!(!keep(&one, at(MADE)).await);
    one.store.end_turn(ONE).await.unwrap();
    assert_eq!(turns_in(&database).await.as_deref(), Some("0"));
}

#[tokio::test]
async fn an_endpoint_that_is_gone_is_not_forgotten_before_its_last_delivery() {
    let database = cluster::database().await;
    let (one, other) = nodes(&cluster::settings(&database)).await;
    tell_all(&one.store).await;
    assert!(other.store.delete_endpoint(ONE, entry()).await.unwrap());
    let left = async || {
        let count = "SELECT (SELECT count(*) FROM webhook_delivery) || ' of '
            || (SELECT count(*) FROM webhook_endpoint_gone)";
        cluster::administer(&database, count).await.unwrap()
    };
    // Somebody records just now what came of it.
    let recording = "SELECT FROM webhook_delivery FOR UPDATE";
    let prune = one.store.prune(at(MADE), 10);
    assert_eq!(cluster::while_open(&database, recording, prune).await.unwrap(), 0);
    assert_eq!(left().await, "1 of 1");
    assert_eq!(one.store.prune(at(MADE), 10).await.unwrap(), 1);
    assert_eq!(left().await, "0 of 1");
    assert_eq!(one.store.prune(at(MADE), 10).await.unwrap(), 1);
    assert_eq!(left().await, "0 of 0");
}
