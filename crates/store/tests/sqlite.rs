//! SQLite keeps what every store keeps, and its file.
#![allow(clippy::unwrap_used, clippy::unused_async, reason = "all of it is test")]

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use engine::{ClockId, RunKey};
use store::conformance::requests;
use store::conformance::webhooks::Telling;
use store::conformance::world::{ACCOUNT, LANE, PAID, World, account, at, charges_on};
use store::sqlite::{SqliteStore, back_up, restore};
use store::{
    BankStore, ClockMode, ClockState, Credential, CredentialKind, EventId, NameStore, Order,
    PageQuery, Pulse, Settled, Store, StoreError,
};

/// A store, and the folder that goes when it does.
async fn in_a_file() -> Arc<SqliteStore> {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("kalends.db")).unwrap();
    // Open files outlive their names: nothing is left behind, however a test ends.
    drop(folder);
    store
}

async fn open() -> Arc<dyn Store> {
    in_a_file().await
}

async fn open_bank() -> Arc<dyn BankStore> {
    in_a_file().await
}

async fn open_names() -> Arc<dyn NameStore> {
    in_a_file().await
}

async fn open_telling() -> Arc<dyn Telling> {
    in_a_file().await
}

async fn open_in_memory() -> Arc<dyn Store> {
    SqliteStore::in_memory().unwrap()
}

async fn open_bank_in_memory() -> Arc<dyn BankStore> {
    SqliteStore::in_memory().unwrap()
}

async fn open_names_in_memory() -> Arc<dyn NameStore> {
    SqliteStore::in_memory().unwrap()
}

async fn open_telling_in_memory() -> Arc<dyn Telling> {
    SqliteStore::in_memory().unwrap()
}

#[tokio::test]
async fn a_request_of_an_earlier_term_counts_as_abandoned() {
    requests::a_request_of_an_earlier_term_counts_as_abandoned(open().await).await;
}

mod file {
    store::store_conformance!(crate::open);
    store::bank_store_conformance!(crate::open_bank);
    store::name_store_conformance!(crate::open_names);
    store::webhook_store_conformance!(crate::open_telling);
}

mod memory {
    store::store_conformance!(crate::open_in_memory);
    store::bank_store_conformance!(crate::open_bank_in_memory);
    store::name_store_conformance!(crate::open_names_in_memory);
    store::webhook_store_conformance!(crate::open_telling_in_memory);
}

const NEW_YEAR: &str = "2026-01-01T02:00:00Z";

#[tokio::test]
async fn what_was_answered_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kalends.db");
    let (installation, term, schedule, made) = {
        let store = SqliteStore::open(&path).unwrap();
        let world = World::around(store.clone()).await;
        let credential = Credential {
            sha256: [1; 32],
            account: ACCOUNT,
            kind: CredentialKind::Secret,
            domains: Vec::new(),
            expires_at: None,
        };
        let made = store.create_account(account(), vec![credential]).await.unwrap();
        let schedule = world.schedule(charges_on(1)).await;
        world.run(PAID, NEW_YEAR).await;
        (store.installation(), world.term, schedule, made)
    };
    let store = SqliteStore::open(&path).unwrap();
    assert_eq!(store.installation(), installation);
    let world = World::around(store.clone()).await;
    assert!(world.term > term);
    assert_eq!(store.accounts().await.unwrap(), [made]);
    assert_eq!(world.recorded(&schedule, NEW_YEAR).await, ["2026-01-01 0 Successful"]);
    assert!(store.allocate_schedules(1).await.unwrap() > schedule.id);
    let next = world.schedule(charges_on(2)).await;
    let events = store.events(ACCOUNT, PageQuery::first(10)).await.unwrap();
    assert_eq!(
        events.entries.iter().map(|event| event.body.subject).collect::<Vec<_>>(),
        [schedule.id.0, next.id.0]
    );
    assert_eq!(store.audit().await.unwrap(), [""; 0]);
}

/// What a process that is killed leaves: its files as they are, nothing closed.
fn as_killed(path: &Path, to: &Path) {
    for suffix in ["", "-wal"] {
        let name = |path: &Path| format!("{}{suffix}", path.display());
        std::fs::copy(name(path), name(to)).unwrap();
    }
}

#[tokio::test]
async fn what_was_answered_is_there_after_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (folder.path().join("kalends.db"), folder.path().join("copy.db"));
    let store = SqliteStore::open(&path).unwrap();
    let world = World::around(store.clone()).await;
    let mut keys: Vec<RunKey> = Vec::new();
    for day in 1..=9 {
        let schedule = world.schedule(charges_on(day)).await;
        let new_keys = store.positions(&[schedule], at(NEW_YEAR)).await.unwrap();
        assert!(new_keys[0].next.is_some());
    }
    let claimed = world.claim("2026-01-05T02:00:00Z").await;
    world.settle(&claimed[0], PAID, NEW_YEAR).await;
    keys.extend(claimed[1..].iter().map(|run| run.key));
    as_killed(&path, &copy);

    let store = SqliteStore::open(&copy).unwrap();
    let world = World::around(store.clone()).await;
    assert_eq!(store.queue_depth(LANE).await.unwrap(), 9);
    // Their leases have not passed, but nobody else can be at work on this file.
    let recovered = world.recover("2026-01-05T02:00:01Z").await;
    assert_eq!(recovered.iter().map(|run| run.key).collect::<Vec<_>>(), keys);
    assert_eq!(store.audit().await.unwrap(), [""; 0]);
}

/// The kernel may take for written what it failed to write, so that nothing may be
/// appended to what an earlier process left in the log.
#[tokio::test]
async fn what_a_kill_left_in_the_log_is_merged_before_anything_is_built_upon_it() {
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (folder.path().join("kalends.db"), folder.path().join("copy.db"));
    let store = SqliteStore::open(&path).unwrap();
    let world = World::around(store.clone()).await;
    let schedule = world.schedule(charges_on(1)).await;
    as_killed(&path, &copy);
    let opened = SqliteStore::open(&copy).unwrap();

    let database = folder.path().join("database.db");
    std::fs::copy(&copy, &database).unwrap();
    let without_log = SqliteStore::open(&database).unwrap();
    assert_eq!(without_log.schedule(schedule.id).await.unwrap(), Some(schedule));
    drop(opened);
}

#[tokio::test]
async fn a_second_process_is_refused_and_told_why() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kalends.db");
    let first = SqliteStore::open(&path).unwrap();
    let error = SqliteStore::open(&path).unwrap_err();
    assert!(matches!(error, StoreError::InUse { .. }), "{error}");
    drop(first);
    SqliteStore::open(&path).unwrap();
}

#[tokio::test]
async fn a_stopped_store_gives_its_file_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kalends.db");
    let first = SqliteStore::open(&path).unwrap();
    let state = ClockState { mode: ClockMode::Standing(at(NEW_YEAR)), target: None };
    first.set_clock(ClockId(1), state).await.unwrap();
    first.stop().await;
    let second = SqliteStore::open(&path).unwrap();
    assert_eq!(second.clock(ClockId(1)).await.unwrap(), state);
}

#[tokio::test]
async fn a_file_that_is_no_database_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    let text = "not a database, and longer than the header of one would be, by some way to go";
    std::fs::write(&path, text.repeat(20)).unwrap();
    assert!(SqliteStore::open(&path).is_err());
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text.repeat(20));
}

#[tokio::test]
async fn many_callers_at_once_are_all_answered() {
    let store = in_a_file().await;
    let callers = (0..200).map(|_| store.begin_term());
    let mut terms: Vec<_> =
        futures::future::join_all(callers).await.into_iter().map(|term| term.unwrap()).collect();
    terms.sort_unstable();
    terms.dedup();
    assert_eq!(terms.len(), 200);
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_set_aside_and_the_others_run() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kalends.db");
    let spoiled = {
        let store = SqliteStore::open(&path).unwrap();
        let world = World::around(store.clone()).await;
        let schedule = world.schedule(charges_on(1)).await;
        world.schedule(charges_on(2)).await;
        store.stop().await;
        schedule.id.0
    };
    let connection = rusqlite::Connection::open(&path).unwrap();
    let spoil = "UPDATE queue SET plan = x'02ff' WHERE schedule = ?1";
    assert_eq!(connection.execute(spoil, [spoiled]).unwrap(), 1);
    drop(connection);

    let store = SqliteStore::open(&path).unwrap();
    let world = World::around(store.clone()).await;
    let now = "2026-01-05T02:00:00Z";
    let claimed = world.claim(now).await;
    assert_eq!(claimed.len(), 1);
    assert_ne!(claimed[0].key.schedule.0, spoiled);
    assert_eq!(world.settle(&claimed[0], PAID, now).await, Settled::Written);
    assert_eq!(world.claim(now).await, []);
    assert_eq!(world.recover("2026-01-05T03:00:00Z").await, []);
    // It is still there, to be looked at.
    assert_eq!(store.queue_depth(LANE).await.unwrap(), 2);
}

#[tokio::test]
async fn a_backup_of_data_in_use_is_restored_with_every_lane_held() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let store = SqliteStore::open(&path("kalends.db")).unwrap();
    let world = World::around(store.clone()).await;
    let made = store.create_account(account(), Vec::new()).await.unwrap();
    let schedule = world.schedule(charges_on(1)).await;
    world.run(PAID, NEW_YEAR).await;
    back_up(&path("kalends.db"), &path("backup.db")).unwrap();
    world.run(PAID, "2026-02-01T02:00:00Z").await;

    restore(&path("backup.db"), &path("restored.db"), at(NEW_YEAR)).unwrap();
    let restored = SqliteStore::open(&path("restored.db")).unwrap();
    let held = Pulse { held_since: Some(at(NEW_YEAR)), ..Pulse::default() };
    assert_eq!(restored.pulse(LANE).await.unwrap(), held);
    assert_eq!(store.pulse(LANE).await.unwrap().held_since, None);
    assert_eq!(restored.installation(), store.installation());
    assert_eq!(restored.accounts().await.unwrap(), [made]);
    let world = World::around(restored.clone()).await;
    assert_eq!(
        world.recorded(&schedule, "2026-03-01T00:00:00Z").await,
        ["2026-01-01 0 Successful"]
    );
    assert_eq!(restored.audit().await.unwrap(), [""; 0]);
    let mut names: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.contains("db-") && !name.contains("lock"))
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["backup.db", "kalends.db", "restored.db"]);
}

/// The last event of the one account's.
async fn newest_event(store: &SqliteStore) -> EventId {
    let page = PageQuery { order: Order::ReverseChronological, ..PageQuery::first(1) };
    store.events(ACCOUNT, page).await.unwrap().entries.remove(0).id
}

/// Payments of a schedule that both called alike would be one payment.
#[tokio::test]
async fn nothing_that_is_made_on_restored_data_is_called_as_what_the_original_made_since() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let store = SqliteStore::open(&path("kalends.db")).unwrap();
    let world = World::around(store.clone()).await;
    store.create_account(account(), Vec::new()).await.unwrap();
    world.schedule(charges_on(1)).await;
    back_up(&path("kalends.db"), &path("backup.db")).unwrap();
    let mut schedules = BTreeSet::from([world.schedule(charges_on(2)).await.id]);
    let lost = newest_event(&store).await;
    let mut events = BTreeSet::from([lost]);

    for name in ["restored.db", "restored-again.db"] {
        restore(&path("backup.db"), &path(name), at(NEW_YEAR)).unwrap();
        let restored = SqliteStore::open(&path(name)).unwrap();
        let world = World::around(restored.clone()).await;
        schedules.insert(world.schedule(charges_on(2)).await.id);
        let event = newest_event(&restored).await;
        assert!(event > lost);
        events.insert(event);
    }
    assert_eq!((schedules.len(), events.len()), (3, 3), "{schedules:?} {events:?}");
}

#[tokio::test]
async fn neither_a_backup_nor_what_is_made_of_one_is_written_over_anything() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    drop(SqliteStore::open(&path("kalends.db")).unwrap());
    back_up(&path("kalends.db"), &path("backup.db")).unwrap();
    std::fs::write(path("log.db-wal"), "what another left").unwrap();
    let exists = |name: &str| {
        let path = path(name);
        format!("{} exists, and is not written over; name another, or move it away", path.display())
    };
    let refused = back_up(&path("kalends.db"), &path("backup.db")).unwrap_err();
    assert_eq!(refused.to_string(), exists("backup.db"));
    for (to, what) in [("kalends.db", "kalends.db"), ("log.db", "log.db-wal")] {
        let refused = restore(&path("backup.db"), &path(to), at(NEW_YEAR)).unwrap_err();
        assert_eq!(refused.to_string(), exists(what));
    }
}

#[tokio::test]
async fn what_is_no_data_of_ours_or_damaged_is_no_backup_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("empty.db"), "").unwrap();
    std::fs::write(path("notes.txt"), "no database").unwrap();
    {
        let store = SqliteStore::open(&path("kalends.db")).unwrap();
        World::around(store).await.schedule(charges_on(1)).await;
    }
    let mut damaged = std::fs::read(path("kalends.db")).unwrap();
    let half = damaged.len() / 2;
    damaged[4_096..half].fill(0xaa);
    std::fs::write(path("damaged.db"), damaged).unwrap();
    for name in ["empty.db", "notes.txt", "missing.db", "damaged.db"] {
        restore(&path(name), &path("restored.db"), at(NEW_YEAR)).unwrap_err();
        back_up(&path(name), &path("restored.db")).unwrap_err();
        for left in ["restored.db", "restored.db.partial", "missing.db"] {
            assert!(!path(left).exists(), "{name}: {left}");
        }
    }
}
