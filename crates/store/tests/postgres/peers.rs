//! What nodes agree on.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use engine::{ClockId, Instant, LaneId, Term};
use store::conformance::world::account;
use store::postgres::PostgresStore;
use store::{ClockMode, ClockMove, ClockMoved, ClockState, Peers, Store};

const LANE: LaneId = LaneId(1);
const CLOCK: ClockId = ClockId(1);
const LEASE: Duration = Duration::from_mins(2);

async fn two() -> (Arc<PostgresStore>, Arc<PostgresStore>) {
    let settings = cluster::settings(&cluster::database().await);
    let open = || async { PostgresStore::open(&settings).await.unwrap() };
    (open().await, open().await)
}

fn second(second: i64) -> Instant {
    Instant::EPOCH.plus_seconds(second)
}

fn standing(at: i64, target: Option<i64>) -> ClockState {
    ClockState { mode: ClockMode::Standing(second(at)), target: target.map(second) }
}

fn wish(from: ClockState, to: ClockState, term: Term, wall: i64) -> ClockMove {
    ClockMove { from, to, term, held_for: LEASE, wall_now: second(wall) }
}

#[tokio::test]
async fn a_clock_is_moved_by_one_node_until_that_has_finished_or_is_gone() {
    let (one, other) = two().await;
    let (mine, yours) = (one.begin_term().await.unwrap(), other.begin_term().await.unwrap());
    let wall = ClockState { mode: ClockMode::Wall, target: None };
    let (set, begun, on) = (standing(1, None), standing(1, Some(9)), standing(5, Some(9)));
    let done = standing(9, None);

    assert_eq!(one.move_clock(CLOCK, wish(wall, set, mine, 0)).await.unwrap(), ClockMoved::Moved);
    // Who believes that it stands otherwise is told how it does.
    let moved = other.move_clock(CLOCK, wish(wall, begun, yours, 0)).await.unwrap();
    assert_eq!(moved, ClockMoved::Otherwise(set));
    assert_eq!(one.move_clock(CLOCK, wish(set, begun, mine, 0)).await.unwrap(), ClockMoved::Moved);
    let moved = other.move_clock(CLOCK, wish(begun, done, yours, 1)).await.unwrap();
    assert_eq!(moved, ClockMoved::Otherwise(begun));
    assert_eq!(one.move_clock(CLOCK, wish(begun, on, mine, 60)).await.unwrap(), ClockMoved::Moved);
    // Each move holds it anew.
    let moved = other.move_clock(CLOCK, wish(on, on, yours, 179)).await.unwrap();
    assert_eq!(moved, ClockMoved::Otherwise(on));
    let moved = other.move_clock(CLOCK, wish(on, on, yours, 180)).await.unwrap();
    assert_eq!(moved, ClockMoved::Moved);
    // Who was thought to be gone is told that another goes on.
    let moved = one.move_clock(CLOCK, wish(on, done, mine, 180)).await.unwrap();
    assert_eq!(moved, ClockMoved::Otherwise(on));
    let moved = other.move_clock(CLOCK, wish(on, done, yours, 181)).await.unwrap();
    assert_eq!(moved, ClockMoved::Moved);
    assert_eq!(one.clock(CLOCK).await.unwrap(), done);
}

#[tokio::test]
async fn quotes_are_open_at_one_node_at_a_time() {
    let (one, other) = two().await;
    let (mine, yours) = (one.begin_term().await.unwrap(), other.begin_term().await.unwrap());
    assert!(one.hold_quotes(LANE, mine, LEASE).await.unwrap());
    assert!(one.hold_quotes(LANE, mine, LEASE).await.unwrap());
    assert!(!other.hold_quotes(LANE, yours, LEASE).await.unwrap());
    assert!(other.hold_quotes(LaneId(2), yours, LEASE).await.unwrap());
    // Whoever does not hold it cannot give it up.
    other.release_quotes(LANE, yours).await.unwrap();
    assert!(!other.hold_quotes(LANE, yours, LEASE).await.unwrap());
    one.release_quotes(LANE, mine).await.unwrap();
    assert!(other.hold_quotes(LANE, yours, Duration::ZERO).await.unwrap());
    // Its hold has passed.
    assert!(one.hold_quotes(LANE, mine, LEASE).await.unwrap());
}

#[tokio::test]
async fn what_waits_is_asked_for_or_decided_by_one_node_at_a_time() {
    let (one, other) = two().await;
    let (mine, yours) = (one.begin_term().await.unwrap(), other.begin_term().await.unwrap());
    // Quotes are another matter.
    assert!(other.hold_quotes(LANE, yours, LEASE).await.unwrap());
    assert!(one.hold_awaiting(LANE, mine, LEASE).await.unwrap());
    assert!(!other.hold_awaiting(LANE, yours, LEASE).await.unwrap());
    other.release_awaiting(LANE, yours).await.unwrap();
    assert!(!other.hold_awaiting(LANE, yours, LEASE).await.unwrap());
    one.release_awaiting(LANE, mine).await.unwrap();
    assert!(other.hold_awaiting(LANE, yours, Duration::ZERO).await.unwrap());
    // Its hold has passed.
    assert!(one.hold_awaiting(LANE, mine, LEASE).await.unwrap());
}

#[tokio::test]
async fn nothing_is_quoted_or_asked_for_of_an_account_that_left_behind_a_nodes_back() {
    let database = cluster::database().await;
    let node = PostgresStore::open(&cluster::settings(&database)).await.unwrap();
    node.create_account(account(), Vec::new()).await.unwrap();
    let term = node.begin_term().await.unwrap();
    let held = async || {
        let quotes = node.hold_quotes(LANE, term, LEASE).await.unwrap();
        (quotes, node.hold_awaiting(LANE, term, LEASE).await.unwrap())
    };
    let leave =
        "INSERT INTO relocation (account, number, state, place, at) VALUES (1, 1, 2, '', 0)";
    cluster::administer(&database, leave).await;
    assert_eq!(held().await, (false, false));
    cluster::administer(&database, "DELETE FROM relocation").await;
    assert_eq!(held().await, (true, true));
}

#[tokio::test]
async fn each_place_in_the_row_of_requests_is_given_once() {
    let (one, other) = two().await;
    let distance = Duration::from_mins(1);
    let places = |count| NonZeroU32::new(count).unwrap();
    let first = one.reserve(LANE, places(10), distance).await.unwrap();
    assert_eq!(first, Duration::ZERO);
    let next = other.reserve(LANE, places(5), distance).await.unwrap();
    let last = one.reserve(LANE, places(1), distance).await.unwrap();
    // Whole minutes, less what has passed meanwhile.
    let minutes = |wait: Duration| wait.as_secs().div_ceil(60);
    assert_eq!((minutes(next), minutes(last)), (10, 15));
    let elsewhere = other.reserve(LaneId(2), places(1), distance).await.unwrap();
    assert_eq!(elsewhere, Duration::ZERO);
}

#[tokio::test]
async fn all_nodes_are_told_the_same_time() {
    let (one, other) = two().await;
    let (before, between, after) =
        (one.now().await.unwrap(), other.now().await.unwrap(), one.now().await.unwrap());
    assert!(before <= between && between <= after, "{before} {between} {after}");
}

#[tokio::test]
async fn only_a_store_of_several_nodes_has_peers() {
    let (one, _) = two().await;
    assert!(one.peers().is_some());
    assert!(store::sqlite::SqliteStore::in_memory().unwrap().peers().is_none());
}
