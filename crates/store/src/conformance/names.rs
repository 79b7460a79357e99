//! Foreign names.

use std::collections::BTreeSet;
use std::sync::Arc;

use engine::AccountId;

use super::world::ACCOUNT;
use crate::name_store::{ForeignName, NameStore, is_foreign};
use crate::record::{RecordKey, RecordKind};

fn name(account: AccountId, kind: RecordKind, text: &str) -> ForeignName {
    ForeignName { account, kind, text: text.into() }
}

fn charge(text: &str) -> ForeignName {
    name(ACCOUNT, RecordKind::Charge, text)
}

async fn texts(
    store: &Arc<dyn NameStore>,
    kind: RecordKind,
    keys: &[i64],
) -> Vec<Option<Box<str>>> {
    let keys = keys.iter().map(|key| RecordKey { kind, key: *key }).collect();
    store.names(keys).await.unwrap()
}

pub async fn a_foreign_name_leads_to_its_key_and_back(store: Arc<dyn NameStore>) {
    let names = vec![charge("chrg_test_1"), charge("ใบเสร็จ 2")];
    let keys = store.intern(names).await.unwrap();
    assert!(keys.iter().all(|key| is_foreign(*key)), "{keys:?}");
    let expected = [Some("chrg_test_1".into()), Some("ใบเสร็จ 2".into())];
    assert_eq!(texts(&store, RecordKind::Charge, &keys).await, expected);
}

pub async fn a_foreign_name_has_one_key_for_good(store: Arc<dyn NameStore>) {
    let first = store.intern(vec![charge("one"), charge("two"), charge("one")]).await.unwrap();
    let again = store.intern(vec![charge("three"), charge("two"), charge("one")]).await.unwrap();
    assert_eq!((first[0], first[1]), (first[2], again[1]));
    assert_eq!(again[2], first[0]);
    assert_eq!(BTreeSet::from([first[0], first[1], again[0]]).len(), 3);
}

pub async fn a_foreign_name_is_of_one_account_and_one_kind(store: Arc<dyn NameStore>) {
    let others = AccountId(ACCOUNT.0 + 1);
    let names = vec![
        charge("same"),
        name(others, RecordKind::Charge, "same"),
        name(ACCOUNT, RecordKind::Transfer, "same"),
    ];
    let keys = store.intern(names).await.unwrap();
    assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), 3);
    assert_eq!(texts(&store, RecordKind::Transfer, &keys).await, [None, None, Some("same".into())]);
}

pub async fn a_key_that_stands_for_no_foreign_name_has_none(store: Arc<dyn NameStore>) {
    let key = store.intern(vec![charge("only")]).await.unwrap()[0];
    let asked = [key - 1, key + 1, 0, -1, i64::MIN, i64::MAX];
    assert_eq!(texts(&store, RecordKind::Charge, &asked).await, [const { None }; 6]);
    assert_eq!(store.intern(Vec::new()).await.unwrap(), [0_i64; 0]);
}
