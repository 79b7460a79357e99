//! The schema is made once, whoever comes first, and is what this binary knows.

use store::Store;
use store::StoreError;
use store::postgres::PostgresStore;

use cluster::{administer, empty_database, encrypted, settings};

#[tokio::test]
async fn nodes_that_start_at_once_make_the_schema_once() {
    let database = empty_database().await;
    let settings = settings(&database);
    let opened = futures::future::join_all((0..6).map(|_| PostgresStore::open(&settings))).await;
    let stores: Vec<_> = opened.into_iter().map(Result::unwrap).collect();
    let installations: Vec<_> = stores.iter().map(|store| store.installation()).collect();
    assert_eq!(installations, vec![installations[0]; 6]);
    let mut terms = Vec::new();
    for store in &stores {
        terms.push(store.begin_term().await.unwrap().number());
    }
    assert_eq!(terms, [1, 2, 3, 4, 5, 6]);
}

#[tokio::test]
async fn data_of_a_newer_binary_is_refused() {
    let database = empty_database().await;
    PostgresStore::open(&settings(&database)).await.unwrap();
    administer(&database, "INSERT INTO kalends_migration (number, sha256) VALUES (99, '')").await;
    let error = PostgresStore::open(&settings(&database)).await.unwrap_err();
    assert!(matches!(error, StoreError::TooNew { found, known } if found == known + 1), "{error}");
}

#[tokio::test]
async fn a_migration_whose_wording_changed_is_refused() {
    let database = empty_database().await;
    PostgresStore::open(&settings(&database)).await.unwrap();
    administer(&database, "UPDATE kalends_migration SET sha256 = ''").await;
    let error = PostgresStore::open(&settings(&database)).await.unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { what: "migration", .. }), "{error}");
}

#[tokio::test]
async fn another_programs_database_is_left_alone() {
    let database = empty_database().await;
    administer(&database, "CREATE TABLE theirs (x BIGINT)").await;
    let error = PostgresStore::open(&settings(&database)).await.unwrap_err();
    assert!(error.to_string().contains("another program's tables"), "{error}");
}

#[tokio::test]
async fn a_wrong_password_is_told_without_it() {
    let database = empty_database().await;
    let mut settings = settings(&database);
    settings.password = Some("guessed-in-vain".to_owned());
    let error = PostgresStore::open(&settings).await.unwrap_err();
    assert!(error.to_string().contains("password authentication failed"), "{error}");
    assert!(!error.to_string().contains("guessed"), "{error}");
    assert!(!format!("{settings:?}").contains("guessed"));
}

#[tokio::test]
async fn a_server_is_reached_over_tls_by_whoever_trusts_its_authority() {
    let database = empty_database().await;
    for sslmode in ["require", "verify-full"] {
        let store = PostgresStore::open(&encrypted(&database, sslmode)).await.unwrap();
        let count = format!(
            "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
             WHERE datname = '{database}' AND ssl"
        );
        assert_eq!(administer("postgres", &count).await.as_deref(), Some("1"));
        store.stop().await;
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ";
        administer("postgres", &format!("{end}'{database}'")).await;
    }
    let mut stranger = encrypted(&database, "require");
    stranger.authorities = None;
    let error = PostgresStore::open(&stranger).await.unwrap_err();
    assert!(error.to_string().contains("invalid peer certificate"), "{error}");
}
