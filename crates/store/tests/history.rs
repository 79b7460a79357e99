//! Moving occurrences into files, whatever it is interrupted by: none is lost and none is
//! doubled.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "all of it is test"
)]

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use engine::settlement::AwaitingKey;
use engine::{InstallationId, Occurrence, Slot};
use jiff::civil::date;
use store::conformance::world::{PAID, World, at, charges, daily};
use store::history::file::{self, Line};
use store::history::{
    FileState, HistoryFile, Leaving, Left, Move, MoveError, Named, Naming, finish, move_out,
};
use store::model::ModelStore;
use store::sqlite::SqliteStore;
use store::{PageQuery, Store};

/// Calls things by their numbers.
struct Numbers;

#[async_trait]
impl Naming for Numbers {
    async fn names(&self, leaving: &[Leaving]) -> store::Result<Vec<Named>> {
        let name = |it: &Leaving| Named {
            id: format!("{}_{}", it.occurrence.slot.date(), it.occurrence.attempt),
            schedule: it.occurrence.schedule.to_string(),
            payment: None,
        };
        Ok(leaving.iter().map(name).collect())
    }
}

fn wish<'a>(store: &'a dyn Store, folder: &'a Path, per_file: u64) -> Move<'a> {
    let now = at("2026-11-27T05:00:00Z");
    Move {
        store,
        naming: &Numbers,
        folder,
        before: Slot::of_date(date(2026, 1, 25)),
        now,
        per_file,
    }
}

/// A schedule that ran on each of thirty days; the first twenty-four may be moved.
async fn fill(store: Arc<dyn Store>) -> Vec<Occurrence> {
    let world = World::around(store).await;
    let schedule = world.schedule(charges(daily(), date(2026, 1, 1), date(2026, 12, 31))).await;
    for day in 1..=30 {
        world.run(PAID, &format!("2026-01-{day:02}T03:00:00Z")).await;
    }
    let now = at("2026-02-01T00:00:00Z");
    world.store.occurrences(&schedule, now, PageQuery::first(100)).await.unwrap().entries
}

/// What all files of a folder hold, and what is left in the data, by slot.
async fn everything(store: &dyn Store, folder: &Path) -> (Vec<Occurrence>, Vec<Occurrence>) {
    let mut names: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    let mut moved = Vec::new();
    for path in names {
        file::read(&path, |_, line: Line| moved.push(line.occurrence().unwrap())).unwrap();
    }
    let schedule = store.schedule(engine::ScheduleId(1)).await.unwrap().unwrap();
    let now = at("2026-02-01T00:00:00Z");
    let page = store.occurrences(&schedule, now, PageQuery::first(100)).await.unwrap();
    assert_eq!(page.total, page.entries.len() as u64);
    assert_eq!(store.positions(&[schedule], now).await.unwrap()[0].recorded, 30);
    (moved, page.entries)
}

#[tokio::test]
async fn what_is_old_goes_into_files_and_the_rest_stays() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::in_memory().unwrap();
    let all = fill(store.clone()).await;
    let (moved, left) = move_out(&wish(&*store, folder.path(), 1_000)).await.unwrap();
    let moved = moved.unwrap();
    assert_eq!((moved.number, moved.occurrences, moved.state), (1, 24, FileState::Moved));
    assert_eq!(left, Left::Nothing);
    assert_eq!(store.history_files().await.unwrap(), [moved]);
    let (moved, kept) = everything(&*store, folder.path()).await;
    assert_eq!((&moved[..], &kept[..]), (&all[..24], &all[24..]));
    // Nothing is left to be done.
    let again = move_out(&wish(&*store, folder.path(), 1_000)).await.unwrap();
    assert_eq!(again, (None, Left::Nothing));
    assert_eq!(finish(&*store, folder.path()).await.unwrap(), None);
}

/// How a crash may leave a move.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Crash {
    /// Before the data knew of the file.
    Unknown,
    /// Half of the file was written.
    HalfWritten,
    /// The data know of a file that has its passing name.
    Written,
    /// That has both names.
    BothNames,
    /// The file is lost, and nothing was deleted for it.
    Lost,
    /// It has its name, and so many of what it holds were deleted.
    Deleted(usize),
}

async fn crash(store: &ModelStore, folder: &Path, known: &HistoryFile, how: Crash) {
    let own = folder.join(&*known.name);
    let passing = folder.join(format!("{}.partial", known.name));
    let known = HistoryFile { state: FileState::Written, ..known.clone() };
    match how {
        Crash::Unknown => std::fs::rename(&own, &passing).unwrap(),
        Crash::HalfWritten => {
            std::fs::write(&passing, &std::fs::read(&own).unwrap()[..1_500]).unwrap();
            std::fs::remove_file(&own).unwrap();
        }
        Crash::Written | Crash::BothNames | Crash::Lost => {
            assert!(store.add_history_file(known).await.unwrap());
            match how {
                Crash::Written => std::fs::rename(&own, &passing).unwrap(),
                Crash::BothNames => std::fs::hard_link(&own, &passing).unwrap(),
                _ => std::fs::remove_file(&own).unwrap(),
            }
        }
        Crash::Deleted(count) => {
            assert!(store.add_history_file(known).await.unwrap());
            assert!(store.set_history_state(1, FileState::Named).await.unwrap());
            let mut keys: Vec<AwaitingKey> = Vec::new();
            file::read(&own, |_, line| keys.push(line.attempt_key())).unwrap();
            keys.truncate(count);
            assert!(store.delete_moved(1, keys).await.unwrap());
        }
    }
}

#[tokio::test]
async fn whatever_interrupts_a_move_the_next_one_finishes_it() {
    let store = Arc::new(ModelStore::exclusive(InstallationId(7)));
    let all = fill(store.clone()).await;
    let crashes = [
        Crash::Unknown,
        Crash::HalfWritten,
        Crash::Written,
        Crash::BothNames,
        Crash::Lost,
        Crash::Deleted(0),
        Crash::Deleted(11),
        Crash::Deleted(24),
    ];
    for how in crashes {
        let folder = tempfile::tempdir().unwrap();
        // The file that the move would have written.
        let (known, _) = move_out(&wish(&store.copy(), folder.path(), 1_000)).await.unwrap();
        let crashed = store.copy();
        crash(&crashed, folder.path(), &known.unwrap(), how).await;
        finish(&crashed, folder.path()).await.unwrap();
        move_out(&wish(&crashed, folder.path(), 1_000)).await.unwrap();
        let (moved, kept) = everything(&crashed, folder.path()).await;
        assert_eq!((&moved[..], &kept[..]), (&all[..24], &all[24..]), "{how:?}");
        let files = crashed.history_files().await.unwrap();
        assert!(files.iter().all(|file| file.state == FileState::Moved), "{how:?}: {files:?}");
    }
}

#[tokio::test]
async fn nothing_more_is_deleted_without_the_file_that_holds_it() {
    let store = ModelStore::exclusive(InstallationId(7));
    let store = Arc::new(store);
    fill(store.clone()).await;
    let folder = tempfile::tempdir().unwrap();
    let (known, _) = move_out(&wish(&store.copy(), folder.path(), 1_000)).await.unwrap();
    let known = known.unwrap();
    crash(&store, folder.path(), &known, Crash::Deleted(3)).await;
    let elsewhere = tempfile::tempdir().unwrap();
    let refused = finish(&*store, elsewhere.path()).await.unwrap_err();
    assert!(matches!(refused, MoveError::Needed { .. }), "{refused}");
    let own = folder.path().join(&*known.name);
    let text = std::fs::read_to_string(&own).unwrap();
    std::fs::write(&own, text.replace("successful", "successfuL")).unwrap();
    let refused = finish(&*store, folder.path()).await.unwrap_err();
    assert!(refused.to_string().contains("it is damaged"), "{refused}");
    // Nor is another move begun before.
    let refused = move_out(&wish(&*store, folder.path(), 1_000)).await.unwrap_err();
    assert!(matches!(refused, MoveError::Overtaken), "{refused}");
}

#[tokio::test]
async fn nothing_is_written_over() {
    let store = Arc::new(ModelStore::exclusive(InstallationId(7)));
    fill(store.clone()).await;
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join(file::name(InstallationId(7), 1));
    std::fs::write(&own, "somebody's").unwrap();
    let refused = move_out(&wish(&*store, folder.path(), 1_000)).await.unwrap_err();
    assert!(matches!(refused, MoveError::Exists(_)), "{refused}");
    assert_eq!(std::fs::read_to_string(&own).unwrap(), "somebody's");
    assert_eq!(store.history_files().await.unwrap(), []);
}

#[tokio::test]
async fn whoever_writes_the_same_file_at_the_same_time_is_overtaken() {
    let store = Arc::new(ModelStore::exclusive(InstallationId(7)));
    fill(store.clone()).await;
    let folder = tempfile::tempdir().unwrap();
    let name = format!("{}.partial", file::name(InstallationId(7), 1));
    let held = std::fs::File::create(folder.path().join(name)).unwrap();
    held.lock().unwrap();
    let refused = move_out(&wish(&*store, folder.path(), 1_000)).await.unwrap_err();
    assert!(matches!(refused, MoveError::Overtaken), "{refused}");
    drop(held);
    let (moved, _) = move_out(&wish(&*store, folder.path(), 1_000)).await.unwrap();
    assert_eq!(moved.unwrap().occurrences, 24);
}
