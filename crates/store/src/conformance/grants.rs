//! Tokens that stand in the place of credentials.

use std::sync::Arc;

use super::world::at;
use crate::grant::{Grant, GrantKind};
use crate::store::Store;

const NOON: &str = "2026-01-01T12:00:00Z";
const ONE: &str = "2026-01-01T13:00:00Z";

/// A pair of tokens, numbered.
fn pair(number: u8) -> Vec<Grant> {
    vec![grant(number, GrantKind::Refresh, number), grant(number + 1, GrantKind::Access, number)]
}

fn grant(number: u8, kind: GrantKind, family: u8) -> Grant {
    Grant {
        sha256: [number; 32],
        kind,
        credential: [100; 32],
        family: [family; 32],
        scopes: "/ping.read /accounts.write".into(),
        bound: kind == GrantKind::Access,
        expires_at: at(ONE),
    }
}

async fn add(store: &Arc<dyn Store>, spent: Option<u8>, grants: Vec<Grant>, now: &str) -> bool {
    store.add_grants(spent.map(|number| [number; 32]), grants, at(now)).await.unwrap()
}

/// Which of the first ten numbers stand for a grant.
async fn standing(store: &Arc<dyn Store>) -> Vec<u8> {
    let mut standing = Vec::new();
    for number in 0..10 {
        if store.grant([number; 32]).await.unwrap().is_some() {
            standing.push(number);
        }
    }
    standing
}

pub async fn a_grant_reads_back_whole(store: Arc<dyn Store>) {
    assert!(add(&store, None, pair(1), NOON).await);
    for grant in pair(1) {
        assert_eq!(store.grant(grant.sha256).await.unwrap(), Some(grant));
    }
    assert_eq!(store.grant([3; 32]).await.unwrap(), None);
}

pub async fn a_grant_is_spent_once(store: Arc<dyn Store>) {
    add(&store, None, pair(1), NOON).await;
    let next = vec![grant(3, GrantKind::Refresh, 1), grant(4, GrantKind::Access, 1)];
    assert!(add(&store, Some(1), next, NOON).await);
    assert_eq!(standing(&store).await, [2, 3, 4]);
    assert!(!add(&store, Some(1), pair(5), NOON).await);
    assert_eq!(standing(&store).await, [2, 3, 4]);
}

pub async fn a_revoked_access_goes_alone(store: Arc<dyn Store>) {
    add(&store, None, pair(1), NOON).await;
    store.revoke_grant([2; 32]).await.unwrap();
    assert_eq!(standing(&store).await, [1]);
    store.revoke_grant([2; 32]).await.unwrap();
}

pub async fn with_a_revoked_refresh_goes_its_family(store: Arc<dyn Store>) {
    add(&store, None, pair(1), NOON).await;
    add(&store, None, pair(3), NOON).await;
    let next = vec![grant(5, GrantKind::Refresh, 1), grant(6, GrantKind::Access, 1)];
    add(&store, Some(1), next, NOON).await;
    store.revoke_grant([5; 32]).await.unwrap();
    assert_eq!(standing(&store).await, [3, 4]);
}

pub async fn grants_that_have_expired_are_forgotten_as_others_come(store: Arc<dyn Store>) {
    add(&store, None, pair(1), NOON).await;
    add(&store, None, pair(3), "2026-01-01T12:59:59Z").await;
    assert_eq!(standing(&store).await, [1, 2, 3, 4]);
    let later = |grant| Grant { expires_at: at("2026-01-01T14:00:00Z"), ..grant };
    add(&store, None, pair(5).into_iter().map(later).collect(), ONE).await;
    assert_eq!(standing(&store).await, [5, 6]);
}
