//! Accounts, keys, clocks, terms.

use std::sync::Arc;

use engine::{ClockId, LaneId, Mode};

use super::world::{account, at};
use crate::StoreError;
use crate::scope::Scope;
use crate::store::{ACCOUNT_NAME, ClockMode, ClockState, Credential, CredentialKind, Store};

pub async fn an_account_gets_a_fresh_key_and_reads_back(store: Arc<dyn Store>) {
    let made = store.create_account(account(), Vec::new()).await.unwrap();
    let other = store.create_account(account(), Vec::new()).await.unwrap();
    assert_ne!(made.id, other.id);
    assert!(made.id.0 > 0);
    assert_eq!(made, engine::Account { id: made.id, ..account() });
    assert_eq!(store.account(made.id).await.unwrap(), Some(made));
    assert_eq!(store.account(engine::AccountId(999)).await.unwrap(), None);
}

pub async fn an_account_is_found_by_its_mode_and_name_or_made(store: Arc<dyn Store>) {
    let named = |mode, name: &str| {
        let mut new = engine::Account { mode, lane: LaneId(99), ..account() };
        new.attributes.insert(ACCOUNT_NAME.to_owned(), name.into());
        new
    };
    let other = engine::Account { lane: LaneId(4), ..account() };
    let other = store.create_account(other, Vec::new()).await.unwrap();
    let shop = store.ensure_account(named(Mode::Test, "shop")).await.unwrap();
    assert_eq!(shop, engine::Account { id: shop.id, lane: LaneId(5), ..named(Mode::Test, "shop") });
    let changed = engine::Account { three_d_secure: true, ..shop.clone() };
    store.update_account(changed.clone()).await.unwrap();
    assert_eq!(store.ensure_account(named(Mode::Test, "shop")).await.unwrap(), changed);
    let live = store.ensure_account(named(Mode::Live, "shop")).await.unwrap();
    let club = store.ensure_account(named(Mode::Test, "club")).await.unwrap();
    assert_eq!((live.lane, club.lane), (LaneId(6), LaneId(7)));
    assert_eq!(store.accounts().await.unwrap(), [other, changed, live, club]);
    assert!(store.ensure_account(account()).await.is_err());
}

pub async fn accounts_come_oldest_first(store: Arc<dyn Store>) {
    assert_eq!(store.accounts().await.unwrap(), []);
    let first = store.create_account(account(), Vec::new()).await.unwrap();
    let second = store.create_account(account(), Vec::new()).await.unwrap();
    assert_eq!(store.accounts().await.unwrap(), [first, second]);
}

pub async fn a_credential_is_found_by_its_hash_alone(store: Arc<dyn Store>) {
    let credential = |byte, kind| Credential {
        sha256: [byte; 32],
        account: account().id,
        kind,
        domains: vec!["shop.example".into()],
        expires_at: None,
    };
    let scopes = ["schedules.write", "payments.read"].into_iter().filter_map(Scope::named);
    let kinds = [
        (1, CredentialKind::Secret),
        (2, CredentialKind::Public),
        (3, CredentialKind::Restricted(scopes.collect())),
        (4, CredentialKind::Restricted(Scope::ALL.into_iter().collect())),
    ];
    let credentials = kinds.map(|(byte, kind)| credential(byte, kind)).to_vec();
    let made = store.create_account(account(), credentials).await.unwrap();
    for (byte, kind) in kinds {
        let expected = Credential { account: made.id, ..credential(byte, kind) };
        assert_eq!(store.credential([byte; 32]).await.unwrap(), Some(expected));
    }
    assert_eq!(store.credential([5; 32]).await.unwrap(), None);
}

pub async fn a_credential_can_be_put_beside_and_over_others(store: Arc<dyn Store>) {
    let made = store.create_account(account(), Vec::new()).await.unwrap();
    let other = store.create_account(account(), Vec::new()).await.unwrap();
    let mut credential = Credential {
        sha256: [1; 32],
        account: made.id,
        kind: CredentialKind::Public,
        domains: Vec::new(),
        expires_at: None,
    };
    store.put_credentials(vec![credential.clone()]).await.unwrap();
    assert_eq!(store.credential([1; 32]).await.unwrap(), Some(credential.clone()));
    credential = Credential {
        account: other.id,
        kind: CredentialKind::Secret,
        domains: vec!["shop.example".into(), "till.example".into()],
        ..credential
    };
    store.put_credentials(vec![credential.clone()]).await.unwrap();
    assert_eq!(store.credential([1; 32]).await.unwrap(), Some(credential));
}

pub async fn an_account_can_be_replaced(store: Arc<dyn Store>) {
    let made = store.create_account(account(), Vec::new()).await.unwrap();
    let changed = engine::Account { mode: Mode::Live, three_d_secure: true, ..made };
    store.update_account(changed.clone()).await.unwrap();
    assert_eq!(store.account(changed.id).await.unwrap(), Some(changed));
}

pub async fn terms_only_grow(store: Arc<dyn Store>) {
    let first = store.begin_term().await.unwrap();
    let second = store.begin_term().await.unwrap();
    assert!(first < second);
}

pub async fn a_clock_that_was_never_set_follows_the_wall(store: Arc<dyn Store>) {
    let state = store.clock(ClockId(1)).await.unwrap();
    assert_eq!(state, ClockState { mode: ClockMode::Wall, target: None });
}

pub async fn a_clock_keeps_where_it_stands_and_where_it_goes(store: Arc<dyn Store>) {
    let standing = ClockState {
        mode: ClockMode::Standing(at("2026-01-31T00:00:00.000000001Z")),
        target: Some(at("2027-01-31T00:00:00Z")),
    };
    store.set_clock(ClockId(1), standing).await.unwrap();
    assert_eq!(store.clock(ClockId(1)).await.unwrap(), standing);
    assert_eq!(store.clock(ClockId(2)).await.unwrap().mode, ClockMode::Wall);
    let wall = ClockState { mode: ClockMode::Wall, target: None };
    store.set_clock(ClockId(1), wall).await.unwrap();
    assert_eq!(store.clock(ClockId(1)).await.unwrap(), wall);
}

pub async fn a_stopped_store_refuses_what_is_asked_after(store: Arc<dyn Store>) {
    store.begin_term().await.unwrap();
    store.stop().await;
    assert!(matches!(store.begin_term().await, Err(StoreError::Stopped)));
    assert!(matches!(store.accounts().await, Err(StoreError::Stopped)));
    store.stop().await;
}
