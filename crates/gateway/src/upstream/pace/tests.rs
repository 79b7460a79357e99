//! The distances that two nodes keep together.

use std::pin::pin;

use store::postgres::PostgresStore;
use tokio::time::timeout;

use super::*;

const LANE: LaneId = LaneId(1);
const PER_SECOND: NonZeroU32 = NonZeroU32::new(50).unwrap();

async fn node(database: &str) -> Pace {
    let store = PostgresStore::open(&cluster::settings(database)).await.unwrap();
    Pace::of(PER_SECOND).shared(SharedPace { store, lane: LANE })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_together_send_no_more_in_a_second_than_one_may() {
    const REQUESTS_EACH: u32 = 25;
    let database = cluster::database().await;
    let nodes = [node(&database).await, node(&database).await];
    let sent = nodes.iter().flat_map(|node| (0..REQUESTS_EACH).map(|_| node.keep()));
    let mut sent = pin!(futures::future::join_all(sent));
    // The first leaves at once, and each other a fiftieth of a second after the one before.
    let all_but_one = Duration::from_millis(20) * (2 * REQUESTS_EACH - 2);
    assert!(timeout(all_but_one, sent.as_mut()).await.is_err());
    assert_eq!(sent.await, vec![true; 50]);
}

#[tokio::test]
async fn nothing_is_sent_while_it_is_not_known_what_other_nodes_send() {
    let database = cluster::database().await;
    let store = PostgresStore::open(&cluster::settings(&database)).await.unwrap();
    let pace = Pace::of(PER_SECOND).shared(SharedPace { store: store.clone(), lane: LANE });
    assert!(pace.keep().await);
    store.stop().await;
    assert!(!pace.keep().await);
}
