//! History grows and leaves while nodes go on working.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use engine::Slot;
use jiff::civil::date;
use store::conformance::world::{PAID, World, at, charges, daily};
use store::history::file;
use store::history::{FileState, Leaving, Left, Move, MoveError, Named, Naming, finish, move_out};
use store::postgres::PostgresStore;
use store::{PageQuery, Store};

struct Nameless;

#[async_trait]
impl Naming for Nameless {
    async fn names(&self, leaving: &[Leaving]) -> store::Result<Vec<Named>> {
        Ok(vec![Named::default(); leaving.len()])
    }
}

/// How often the rows of a table were looked for, by an index or without one.
async fn looks(database: &str, table: &str) -> u64 {
    let sql = format!(
        "SELECT coalesce(seq_scan, 0) + coalesce(idx_scan, 0) FROM pg_stat_user_tables
         WHERE relname = '{table}'"
    );
    cluster::administer(database, &sql).await.unwrap().parse().unwrap()
}

#[tokio::test]
async fn neither_a_claim_nor_a_settlement_looks_into_history() {
    let database = cluster::database().await;
    let store = PostgresStore::open(&cluster::settings(&database)).await.unwrap();
    let world = World::around(store.clone()).await;
    world.schedule(charges(daily(), date(2026, 1, 1), date(2026, 12, 31))).await;
    let before = (looks(&database, "occurrence").await, looks(&database, "moved").await);
    for day in 1..=20 {
        world.run(PAID, &format!("2026-01-{day:02}T03:00:00Z")).await;
    }
    // A connection tells what it has counted before it is gone from the list.
    store.stop().await;
    let others = "SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    cluster::until(&database, &format!("NOT EXISTS ({others})")).await;
    let queued = looks(&database, "queue").await;
    assert!(queued >= 20, "the database counts nothing: {queued}");
    let written = "SELECT n_tup_ins FROM pg_stat_user_tables WHERE relname = 'occurrence'";
    assert_eq!(cluster::administer(&database, written).await.unwrap(), "20");
    let after = (looks(&database, "occurrence").await, looks(&database, "moved").await);
    assert_eq!(after, before);
}

/// Moves all that may be moved, by and by, whoever else does so too.
async fn move_all(store: Arc<PostgresStore>, folder: &Path) {
    loop {
        let wish = Move {
            store: &*store,
            naming: &Nameless,
            folder,
            before: Slot::of_date(date(2026, 3, 1)),
            now: at("2026-11-27T05:00:00Z"),
            per_file: 10,
        };
        match move_out(&wish).await {
            Ok((_, Left::Nothing)) => return,
            Ok((_, Left::More)) => {}
            Err(MoveError::Overtaken | MoveError::Exists(_) | MoveError::Disk { .. }) => {
                // Somebody else was there first; what is left of it is finished by whoever comes.
                let _ = finish(&*store, folder).await;
            }
            Err(error) => panic!("{error}"),
        }
    }
}

#[tokio::test]
async fn two_that_move_at_once_beside_a_node_that_works_lose_and_double_nothing() {
    let database = cluster::database().await;
    let settings = cluster::settings(&database);
    let open = || PostgresStore::open(&settings);
    let world = World::around(open().await.unwrap()).await;
    let schedule = world.schedule(charges(daily(), date(2026, 1, 1), date(2026, 12, 31))).await;
    for day in 1..=31 {
        world.run(PAID, &format!("2026-01-{day:02}T03:00:00Z")).await;
    }
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (open().await.unwrap(), open().await.unwrap());
    let working = async {
        for day in 1..=20 {
            world.run(PAID, &format!("2026-02-{day:02}T03:00:00Z")).await;
        }
    };
    futures::join!(move_all(one.clone(), folder.path()), move_all(other, folder.path()), working);
    let last = world.store.history_files().await.unwrap().pop();
    if last.is_some_and(|file| file.state != FileState::Moved) {
        finish(&*one, folder.path()).await.unwrap();
    }
    let mut slots = Vec::new();
    for file in world.store.history_files().await.unwrap() {
        let path = folder.path().join(&*file.name);
        file::read(&path, |_, line| slots.push(line.occurrence().unwrap().slot)).unwrap();
    }
    let now = at("2026-02-20T04:00:00Z");
    let left = world.store.occurrences(&schedule, now, PageQuery::first(100)).await.unwrap();
    assert_eq!(left.total, left.entries.len() as u64);
    slots.extend(left.entries.iter().map(|it| it.slot));
    let moved_twice = slots.len();
    slots.sort_unstable();
    slots.dedup();
    assert_eq!((slots.len(), moved_twice), (51, 51));
    assert_eq!(world.position(&schedule, "2026-02-20T04:00:00Z").await.recorded, 51);
}
