//! The model keeps what every store keeps.
#![allow(clippy::unused_async, reason = "opening a store is asynchronous elsewhere")]

use std::sync::Arc;

use store::BankStore;
use store::model::ModelBankStore;

async fn open_bank() -> Arc<dyn BankStore> {
    Arc::new(ModelBankStore::new())
}

store::bank_store_conformance!(crate::open_bank);
