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
