//! Requests that carry a key of their client's.

use std::sync::Arc;

use engine::AccountId;

use super::world::{ACCOUNT, World, at};
use crate::request::{RequestKey, RequestState, StoredResponse};
use crate::store::Store;

fn key(account: AccountId) -> RequestKey {
    RequestKey { account, key: "order-1".into() }
}

fn response() -> StoredResponse {
    StoredResponse {
        status: 200,
        body: b"{\"id\":\"schd\"}".to_vec(),
        version: "2019-05-29".into(),
    }
}

const NOON: &str = "2026-01-01T12:00:00Z";
/// When a key that was taken at noon has been held for its lease, and a moment before.
const LEASE_PASSED: &str = "2026-01-01T12:02:00Z";
const LEASE_ALMOST_PASSED: &str = "2026-01-01T12:01:59Z";

async fn begin(world: &World, fingerprint: u8, now: &str) -> RequestState {
    let begun = world.store.begin_request(world.term, key(ACCOUNT), [fingerprint; 32], at(now));
    begun.await.unwrap()
}

pub async fn a_request_key_is_taken_once(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    assert_eq!(begin(&world, 1, NOON).await, RequestState::Started);
    assert_eq!(begin(&world, 1, NOON).await, RequestState::Running);
}

pub async fn an_answer_is_given_again(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    begin(&world, 1, NOON).await;
    world.store.finish_request(world.term, key(ACCOUNT), response()).await.unwrap();
    assert_eq!(begin(&world, 1, NOON).await, RequestState::Answered(response()));
    let later = world.restarted().await;
    assert_eq!(begin(&later, 1, NOON).await, RequestState::Answered(response()));
}

pub async fn another_request_under_the_same_key_is_a_mismatch(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    begin(&world, 1, NOON).await;
    assert_eq!(begin(&world, 2, NOON).await, RequestState::Mismatch);
    world.store.finish_request(world.term, key(ACCOUNT), response()).await.unwrap();
    assert_eq!(begin(&world, 2, NOON).await, RequestState::Mismatch);
}

pub async fn a_key_that_was_given_back_can_be_taken(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    begin(&world, 1, NOON).await;
    world.store.abandon_request(world.term, key(ACCOUNT)).await.unwrap();
    assert_eq!(begin(&world, 2, NOON).await, RequestState::Started);
}

/// Where only one node can have the data open.
pub async fn a_request_of_an_earlier_term_counts_as_abandoned(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    begin(&world, 1, NOON).await;
    let later = world.restarted().await;
    assert_eq!(begin(&later, 2, NOON).await, RequestState::Mismatch);
    assert_eq!(begin(&later, 1, NOON).await, RequestState::Started);
    assert_eq!(begin(&later, 1, NOON).await, RequestState::Running);
}

/// Where several nodes have the data open.
pub async fn a_request_of_any_term_is_held_for_its_lease(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    begin(&world, 1, NOON).await;
    let later = world.restarted().await;
    for node in [&world, &later] {
        assert_eq!(begin(node, 1, LEASE_ALMOST_PASSED).await, RequestState::Running);
    }
    assert_eq!(begin(&world, 2, LEASE_PASSED).await, RequestState::Mismatch);
    assert_eq!(begin(&world, 1, LEASE_PASSED).await, RequestState::Started);
    assert_eq!(begin(&later, 1, LEASE_PASSED).await, RequestState::Running);
}

pub async fn a_request_whose_holder_is_gone_counts_as_abandoned(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    begin(&world, 1, NOON).await;
    assert_eq!(begin(&world, 1, LEASE_ALMOST_PASSED).await, RequestState::Running);
    let later = world.restarted().await;
    assert_eq!(begin(&later, 2, LEASE_PASSED).await, RequestState::Mismatch);
    assert_eq!(begin(&later, 1, LEASE_PASSED).await, RequestState::Started);
    assert_eq!(begin(&later, 1, LEASE_PASSED).await, RequestState::Running);
}

pub async fn whoever_no_longer_holds_a_key_neither_answers_nor_gives_it_back(
    store: Arc<dyn Store>,
) {
    let world = World::around(store).await;
    begin(&world, 1, NOON).await;
    let later = world.restarted().await;
    assert_eq!(begin(&later, 1, LEASE_PASSED).await, RequestState::Started);
    let late = StoredResponse { status: 500, ..response() };
    world.store.finish_request(world.term, key(ACCOUNT), late).await.unwrap();
    world.store.abandon_request(world.term, key(ACCOUNT)).await.unwrap();
    assert_eq!(begin(&later, 1, LEASE_PASSED).await, RequestState::Running);
    later.store.finish_request(later.term, key(ACCOUNT), response()).await.unwrap();
    assert_eq!(begin(&later, 1, LEASE_PASSED).await, RequestState::Answered(response()));
}

pub async fn an_answer_is_forgotten_after_a_day(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    begin(&world, 1, NOON).await;
    world.store.finish_request(world.term, key(ACCOUNT), response()).await.unwrap();
    let answered = begin(&world, 1, "2026-01-02T11:59:59Z").await;
    assert_eq!(answered, RequestState::Answered(response()));
    assert_eq!(begin(&world, 2, "2026-01-02T12:00:00Z").await, RequestState::Started);
}

pub async fn an_answer_is_not_overwritten(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    begin(&world, 1, NOON).await;
    world.store.finish_request(world.term, key(ACCOUNT), response()).await.unwrap();
    let other = StoredResponse { status: 500, ..response() };
    world.store.finish_request(world.term, key(ACCOUNT), other).await.unwrap();
    world.store.abandon_request(world.term, key(ACCOUNT)).await.unwrap();
    assert_eq!(begin(&world, 1, NOON).await, RequestState::Answered(response()));
}

pub async fn accounts_have_key_spaces_of_their_own(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    begin(&world, 1, NOON).await;
    let other = key(AccountId(2));
    let begun = world.store.begin_request(world.term, other, [2; 32], at(NOON)).await.unwrap();
    assert_eq!(begun, RequestState::Started);
}
