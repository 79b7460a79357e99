//! Where tests keep their data: in memory; or, where `KALENDS_TESTS_ON=postgresql` says so, each
//! in a database of its own.

use std::sync::Arc;

use store::Data;
use store::postgres::PostgresStore;
use store::sqlite::SqliteStore;

/// Opens new data.
#[allow(clippy::disallowed_methods, reason = "the whole run is on one or the other")]
pub(crate) async fn open() -> Arc<dyn Data> {
    match std::env::var("KALENDS_TESTS_ON").as_deref() {
        Ok("postgresql") => node_of(&cluster::database().await).await,
        Ok(other) => panic!("tests run on postgresql, or in memory; {other:?} is neither"),
        Err(_) => SqliteStore::in_memory().unwrap(),
    }
}

/// Opens the data of a database, which others may have open.
pub(crate) async fn node_of(database: &str) -> Arc<dyn Data> {
    PostgresStore::open(&cluster::settings(database)).await.unwrap()
}
