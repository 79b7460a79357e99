//! The stores in memory, held to what every store must do.
#![allow(clippy::unused_async, reason = "opening a store is asynchronous elsewhere")]

use std::sync::Arc;

use engine::InstallationId;
use store::conformance::requests;
use store::conformance::webhooks::Telling;
use store::model::{ModelBankStore, ModelNameStore, ModelStore};
use store::{BankStore, NameStore, Store};

async fn exclusive() -> Arc<dyn Store> {
    Arc::new(ModelStore::exclusive(InstallationId(7)))
}

async fn shared() -> Arc<dyn Store> {
    Arc::new(ModelStore::shared(InstallationId(7)))
}

async fn telling() -> Arc<dyn Telling> {
    Arc::new(ModelStore::exclusive(InstallationId(7)))
}

async fn bank() -> Arc<dyn BankStore> {
    Arc::new(ModelBankStore::new())
}

async fn names() -> Arc<dyn NameStore> {
    Arc::new(ModelNameStore::new())
}

#[tokio::test]
async fn where_one_node_has_the_data_a_request_of_an_earlier_term_counts_as_abandoned() {
    requests::a_request_of_an_earlier_term_counts_as_abandoned(exclusive().await).await;
}

#[tokio::test]
async fn where_several_have_it_a_request_of_any_term_is_held_for_its_lease() {
    requests::a_request_of_any_term_is_held_for_its_lease(shared().await).await;
}

mod for_one_node {
    store::store_conformance!(crate::exclusive);
    store::webhook_store_conformance!(crate::telling);
    store::bank_store_conformance!(crate::bank);
    store::name_store_conformance!(crate::names);
}

mod for_several {
    store::store_conformance!(crate::shared);
}
