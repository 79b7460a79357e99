//! What the documentation has done to a database that was restored.

use store::conformance::world::{LANE, World, account, at, charges_on};
use store::postgres::PostgresStore;
use store::{EventId, Order, PageQuery, Store};

const DOCUMENT: &str = include_str!("../../../../docs/high-availability.md");

/// The statements of the document.
fn statements() -> &'static str {
    let mut blocks = DOCUMENT.split("```sql\n").skip(1);
    let block = blocks.find(|block| block.contains("INSERT INTO pulse")).unwrap();
    block.split("```").next().unwrap()
}

async fn newest_event(store: &PostgresStore, account: engine::AccountId) -> EventId {
    let page = PageQuery { order: Order::ReverseChronological, ..PageQuery::first(1) };
    store.events(account, page).await.unwrap().entries.remove(0).id
}

#[tokio::test]
async fn a_restored_database_is_held_and_calls_nothing_as_its_original_did_since() {
    let database = cluster::database().await;
    let store = PostgresStore::open(&cluster::settings(&database)).await.unwrap();
    let world = World::around(store.clone()).await;
    let account = store.create_account(account(), Vec::new()).await.unwrap().id;
    let before = world.schedule(charges_on(1)).await.id;
    let event = newest_event(&store, account).await;
    store.stop().await;

    cluster::administer(&database, statements()).await;
    let restored = PostgresStore::open(&cluster::settings(&database)).await.unwrap();
    let world = World::around(restored.clone()).await;
    assert!(
        restored
            .pulse(LANE)
            .await
            .unwrap()
            .held_since
            .is_some_and(|it| it > at("2026-01-01T00:00:00Z"))
    );
    assert!(world.schedule(charges_on(2)).await.id.0 >> 24 > before.0 >> 24);
    assert!(newest_event(&restored, account).await.0 > event.0 + 1_000_000_000);
}

/// Ids of occurrences hold 20 bits of a stretch's number.
#[tokio::test]
async fn however_often_a_database_is_restored_its_schedules_have_numbers_for_ids() {
    let database = cluster::database().await;
    drop(PostgresStore::open(&cluster::settings(&database)).await.unwrap());
    let mut stretches = vec![0];
    for _ in 0..50 {
        cluster::administer(&database, statements()).await;
        let drawn = cluster::administer(&database, "SELECT schedule >> 24 FROM identity").await;
        stretches.push(drawn.unwrap().parse::<i64>().unwrap());
    }
    assert!(stretches.iter().skip(1).all(|it| (1..1 << 20).contains(it)), "{stretches:?}");
    assert!(stretches.windows(2).all(|pair| pair[0] != pair[1]), "{stretches:?}");
    // The greatest there is, and the one that it may not stay at.
    let last = "UPDATE identity SET schedule = 1048575::bigint << 24";
    cluster::administer(&database, last).await;
    cluster::administer(&database, statements()).await;
    let fits = "SELECT (schedule >> 24) BETWEEN 1 AND 1048574 FROM identity";
    assert_eq!(cluster::administer(&database, fits).await.as_deref(), Some("t"));
}
