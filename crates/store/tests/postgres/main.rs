//! PostgreSQL keeps what every store keeps, for several nodes at once.
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "all of it is test")]

mod doctor;
mod moving;
mod nodes;
mod peers;
mod relocation;
mod restored;
mod schema;
mod turns;

use std::sync::Arc;

use store::conformance::webhooks::Telling;
use store::postgres::PostgresStore;
use store::{BankStore, NameStore, Store};

async fn fresh() -> Arc<PostgresStore> {
    let database = cluster::database().await;
    PostgresStore::open(&cluster::settings(&database)).await.unwrap()
}

async fn open() -> Arc<dyn Store> {
    fresh().await
}

async fn open_bank() -> Arc<dyn BankStore> {
    fresh().await
}

async fn open_names() -> Arc<dyn NameStore> {
    fresh().await
}

async fn open_telling() -> Arc<dyn Telling> {
    fresh().await
}

#[tokio::test]
async fn a_request_of_any_term_is_held_for_its_lease() {
    store::conformance::requests::a_request_of_any_term_is_held_for_its_lease(open().await).await;
}

store::store_conformance!(crate::open);
store::bank_store_conformance!(crate::open_bank);
store::name_store_conformance!(crate::open_names);
store::webhook_store_conformance!(crate::open_telling);
