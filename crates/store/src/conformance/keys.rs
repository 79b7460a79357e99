//! Keys as people handle them.

use std::sync::Arc;

use engine::AccountId;

use super::world::{account, at};
use crate::store::{Credential, CredentialKind, Store};
use crate::{AuditEntry, Deed, Key, KeyOrigin};

fn key(account: AccountId, byte: u8, origin: KeyOrigin) -> Key {
    Key {
        credential: Credential {
            sha256: [byte; 32],
            account,
            kind: CredentialKind::Secret,
            domains: Vec::new(),
            expires_at: None,
        },
        name: format!("key {byte}").into(),
        ending: "x7Qz".into(),
        origin,
        created_at: at("2026-01-31T00:00:00Z").plus_seconds(i64::from(byte)),
    }
}

pub async fn keys_come_oldest_first_with_all_that_people_know_of_them(store: Arc<dyn Store>) {
    let made = store.create_account(account(), Vec::new()).await.unwrap();
    let other = store.create_account(account(), Vec::new()).await.unwrap();
    let (first, second) =
        (key(made.id, 1, KeyOrigin::Configured), key(made.id, 2, KeyOrigin::Made));
    let theirs = key(other.id, 3, KeyOrigin::Made);
    store.put_keys(vec![second.clone(), first.clone(), theirs.clone()], None).await.unwrap();
    // One that nobody handles opens as ever, and is not shown.
    let unnamed = Credential { sha256: [9; 32], ..first.credential.clone() };
    store.put_credentials(vec![unnamed.clone()]).await.unwrap();
    assert_eq!(store.keys(made.id).await.unwrap(), [first.clone(), second]);
    assert_eq!(store.keys(other.id).await.unwrap(), [theirs]);
    assert_eq!(store.credential([1; 32]).await.unwrap(), Some(first.credential));
    assert_eq!(store.credential([9; 32]).await.unwrap(), Some(unnamed));
}

pub async fn a_key_is_shown_with_what_its_credential_was_last_written_as(store: Arc<dyn Store>) {
    let made = store.create_account(account(), Vec::new()).await.unwrap();
    let other = store.create_account(account(), Vec::new()).await.unwrap();
    let key = key(made.id, 1, KeyOrigin::Made);
    store.put_keys(vec![key.clone()], None).await.unwrap();
    let expires_at = Some(at("2026-02-01T00:00:00Z"));
    let credential = Credential { account: other.id, expires_at, ..key.credential.clone() };
    store.put_credentials(vec![credential.clone()]).await.unwrap();
    assert_eq!(store.keys(made.id).await.unwrap(), []);
    assert_eq!(store.keys(other.id).await.unwrap(), [Key { credential, ..key }]);
}

pub async fn a_key_is_ended_in_one_commit_with_who_did_it(store: Arc<dyn Store>) {
    let made = store.create_account(account(), Vec::new()).await.unwrap();
    let mut ended = key(made.id, 1, KeyOrigin::Made);
    store.put_keys(vec![ended.clone()], None).await.unwrap();
    let at = at("2026-02-01T00:00:00Z");
    ended.credential.expires_at = Some(at);
    let entry = AuditEntry {
        account: made.id,
        at,
        actor: "key 01010101".into(),
        deed: Deed::RevokedKey,
        subject: "key 1".into(),
        reason: "lost".into(),
    };
    store.put_keys(vec![ended.clone()], Some(entry.clone())).await.unwrap();
    assert_eq!(store.keys(made.id).await.unwrap(), [ended.clone()]);
    assert_eq!(store.credential([1; 32]).await.unwrap(), Some(ended.credential));
    assert_eq!(store.audit_trail(made.id, 10).await.unwrap(), [entry]);
}
