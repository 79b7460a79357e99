//! The database's primary dies while several nodes work, and its standby takes its place.
//!
//! `KALENDS_FAILOVERS` makes it longer, and has more become of the primary than its death;
//! `scripts/failover-campaign` sets it.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "all of it is test"
)]

mod books;
mod ledger;
mod node;
mod primary;

use std::time::Duration;

use cluster::patroni::{Pace, Pair};
use store::postgres::{PostgresStore, Settings};
use store::{Store, StoreError};

use crate::books::{make_entries, make_schedules, verify};
use crate::ledger::World;
use crate::node::{open, work};
use crate::primary::{Fate, Measured};

/// How many nodes work at once.
const NODES: u64 = 4;
/// How long a statement may take, here: a primary that was is left a few seconds after it.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(2);
/// How long they may take for what is left at the end.
const PATIENCE: Duration = Duration::from_mins(1);

#[expect(clippy::disallowed_methods, reason = "a campaign is asked for by environment")]
fn setting(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().expect("a campaign is as long as a number says"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_paid_twice_though_the_primary_dies_and_its_standby_is_promoted() {
    let failovers = setting("KALENDS_FAILOVERS");
    let seed = setting("KALENDS_CAMPAIGN_SEED").unwrap_or_else(|| u64::from(std::process::id()));
    let pace = if failovers.is_some() {
        Pace { members: 3, fsync: true, ..Pace::SHORT }
    } else {
        Pace::SHORT
    };
    let mut pair = Pair::start(pace).await;
    pair.administer("CREATE DATABASE kalends").await;
    let settings = Settings {
        connections_max: 4,
        statement_timeout: STATEMENT_TIMEOUT,
        ..pair.settings("kalends")
    };
    let world = World::new();
    let store = open(&settings, &world).await;
    let nodes: Vec<_> =
        (0..NODES).map(|_| tokio::spawn(work(settings.clone(), world.clone()))).collect();
    let maker = tokio::spawn(make_schedules(settings.clone(), world.clone()));
    let writer = tokio::spawn(make_entries(settings.clone(), world.clone()));

    println!("seed {seed}");
    let mut measured = Measured::default();
    for fate in Fate::drawn(failovers, seed) {
        measured.add(primary::meet(&mut pair, fate, &world).await);
    }
    world.stop_making();
    let requests = maker.await.unwrap();
    let entries = writer.await.unwrap();
    let ended = tokio::time::timeout(PATIENCE, futures::future::join_all(nodes));
    match ended.await {
        Ok(nodes) => nodes.into_iter().for_each(|node| node.unwrap()),
        Err(_) => println!("nodes have not come to an end; {}", world.told()),
    }
    let paid = verify(&store, &world, &requests, entries).await;
    println!(
        "seed {seed}: {measured}; {paid} slots, each paid and recorded once; {}",
        world.told()
    );
}

/// Where a commit waits for a standby, the number of its backend.
const WAITING: &str = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep' LIMIT 1";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_no_standby_has_is_not_said_to_be_made() {
    let store = PostgresStore::open(&cluster::settings(&cluster::database().await)).await.unwrap();
    let before = store.begin_term().await.unwrap();
    let lone = "ALTER SYSTEM SET synchronous_standby_names = 'nobody'";
    cluster::administer("postgres", lone).await;
    cluster::administer("postgres", "SELECT pg_reload_conf()").await;
    // The word reaches the processes of the server a moment later.
    let (committing, waiting) = loop {
        let store = store.clone();
        let committing = tokio::spawn(async move { store.begin_term().await });
        let waiting = loop {
            if committing.is_finished() {
                break None;
            }
            if let Some(waiting) = cluster::administer("postgres", WAITING).await {
                break Some(waiting);
            }
        };
        if let Some(waiting) = waiting {
            break (committing, waiting);
        }
    };
    cluster::administer("postgres", &format!("SELECT pg_cancel_backend({waiting})")).await;
    let answer = committing.await.unwrap();
    assert!(matches!(answer, Err(StoreError::Unknown { .. })), "{answer:?}");

    cluster::administer("postgres", "ALTER SYSTEM RESET synchronous_standby_names").await;
    cluster::administer("postgres", "SELECT pg_reload_conf()").await;
    // The server had committed all the same, and would have said so.
    assert!(store.begin_term().await.unwrap() >= before.next().next());
}
