//! Moving old occurrences into files, so that a crash anywhere loses none and doubles none.
//!
//! A file is written whole under a passing name and is on the disk; then the data note it;
//! then it gets its own name; then what it holds is deleted from the data, a bounded number in
//! a commit; then the data note that it is done. Whoever comes next goes on from what is
//! noted. Meanwhile the server may go on: what may be moved stays so, because nothing that
//! happens later needs it, and deleting what is gone deletes and counts nothing.

use std::fs::{File, TryLockError};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use engine::settlement::AwaitingKey;
use engine::{Instant, Slot};

use super::file::{self, Header, Line, Naming, ReadError};
use super::{FileState, HistoryFile, MovableQuery};
use crate::StoreError;
use crate::store::Store;

/// Occurrences that are looked at in one query.
const LOOKED_AT_ONCE: u32 = 5_000;
/// Occurrences that are deleted in one commit.
const DELETED_AT_ONCE: usize = 1_000;

/// A wish to move occurrences.
pub struct Move<'a> {
    /// Out of these data.
    pub store: &'a dyn Store,
    /// By the names that this knows.
    pub naming: &'a dyn Naming,
    /// Into files in this folder.
    pub folder: &'a Path,
    /// Of slots before this one.
    pub before: Slot,
    /// Now by the wall clock.
    pub now: Instant,
    /// Occurrences in one file, a few thousand more at most.
    pub per_file: u64,
}

/// Why nothing more was moved.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    /// The data refused or failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file could not be written.
    #[error("{}: {error}", path.display())]
    Disk {
        /// Which.
        path: PathBuf,
        /// The disk's own words.
        error: std::io::Error,
    },
    /// A file that is needed is not there or damaged.
    #[error(
        "{}: {error}. A move into this file has begun and is not finished: name the folder that \
         holds it, or put the file back", path.display()
    )]
    Needed {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        error: ReadError,
    },
    /// A file is in the way.
    #[error("{} exists, and is not written over; name another folder, or move it away", .0.display())]
    Exists(PathBuf),
    /// Another move is under way.
    #[error(
        "another move is under way; run this again when it has ended, to move what it has left"
    )]
    Overtaken,
}

/// What a move has left to be done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Left {
    /// There may be more.
    More,
    /// All that may be moved was.
    Nothing,
}

/// Finishes a move that was begun and interrupted; the file, where there was one.
///
/// # Errors
/// Where its file is not in the folder, or is damaged, and where the data fail.
pub async fn finish(store: &dyn Store, folder: &Path) -> Result<Option<HistoryFile>, MoveError> {
    let last = store.history_files().await?.pop();
    let Some(mut last) = last.filter(|file| file.state != FileState::Moved) else {
        return Ok(None);
    };
    let (own, passing) = paths(folder, &last.name);
    if last.state == FileState::Written {
        if check(&own, &last).is_err() {
            if check(&passing, &last).is_err() {
                // Nothing was deleted for it: it is as if it had never been begun.
                store.drop_history_file(last.number).await?;
                return Ok(None);
            }
            link(&passing, &own)?;
        }
        set_state(store, &mut last, FileState::Named).await?;
    }
    delete(store, &own, &mut last).await?;
    if passing.exists() {
        // The crash came between its two names.
        let failed = |error| MoveError::Disk { path: passing.clone(), error };
        std::fs::remove_file(&passing).map_err(failed)?;
    }
    Ok(Some(last))
}

/// Moves occurrences into one file; the file, where there was anything to move, and whether
/// there may be more. What an earlier move left unfinished is to be finished before.
///
/// # Errors
/// Where a file cannot be written or is in the way, where another move is under way, and
/// where the data fail. What was begun then is finished by [`finish`].
pub async fn move_out(wish: &Move<'_>) -> Result<(Option<HistoryFile>, Left), MoveError> {
    let Move { store, folder, now, .. } = *wish;
    let last = store.history_files().await?.pop();
    if last.as_ref().is_some_and(|file| file.state != FileState::Moved) {
        return Err(MoveError::Overtaken);
    }
    let number = last.map_or(0, |file| file.number).saturating_add(1);
    let name_of = file::name(store.installation(), number);
    let (own, passing) = paths(folder, &name_of);
    if own.exists() {
        return Err(MoveError::Exists(own));
    }
    let at_passing = |error| MoveError::Disk { path: passing.clone(), error };
    let mut writer = file::Writer::begin(take(&passing)?).map_err(at_passing)?;
    let left = write(wish, &mut writer).await.map_err(|failed| match failed {
        Failed::Store(error) => MoveError::Store(error),
        Failed::Disk(error) => at_passing(error),
    })?;
    let (occurrences, span) = (writer.occurrences(), writer.span());
    let Some((first, last)) = span else {
        std::fs::remove_file(&passing).map_err(at_passing)?;
        return Ok((None, left));
    };
    let (_held, sha256) = writer.finish(store.installation(), number, now).map_err(at_passing)?;
    let mut file = HistoryFile {
        number,
        name: name_of.into(),
        sha256,
        occurrences,
        first,
        last,
        moved_at: now,
        state: FileState::Written,
    };
    if !store.add_history_file(file.clone()).await? {
        std::fs::remove_file(&passing).map_err(at_passing)?;
        return Err(MoveError::Overtaken);
    }
    link(&passing, &own)?;
    set_state(store, &mut file, FileState::Named).await?;
    std::fs::remove_file(&passing).map_err(at_passing)?;
    delete(store, &own, &mut file).await?;
    Ok((Some(file), left))
}

enum Failed {
    Store(StoreError),
    Disk(std::io::Error),
}

async fn write(wish: &Move<'_>, writer: &mut file::Writer) -> Result<Left, Failed> {
    let mut after = None;
    loop {
        let query = MovableQuery { before: wish.before, after, limit: LOOKED_AT_ONCE };
        let found = wish.store.movable(query).await.map_err(Failed::Store)?;
        let names = wish.naming.names(&found.leaving).await.map_err(Failed::Store)?;
        for (leaving, named) in found.leaving.iter().zip(names) {
            writer.append(&Line::of(&leaving.occurrence, named)).map_err(Failed::Disk)?;
        }
        after = found.looked_through;
        if after.is_none() {
            return Ok(Left::Nothing);
        }
        if writer.occurrences() >= wish.per_file {
            return Ok(Left::More);
        }
    }
}

/// Deletes from the data what a file holds, once it is known to hold what it should.
async fn delete(store: &dyn Store, own: &Path, file: &mut HistoryFile) -> Result<(), MoveError> {
    let needed = |error| MoveError::Needed { path: own.to_owned(), error };
    check(own, file).map_err(needed)?;
    let mut keys: Vec<AwaitingKey> = Vec::new();
    file::read(own, |_, line| keys.push(line.attempt_key())).map_err(needed)?;
    for some in keys.chunks(DELETED_AT_ONCE) {
        if !store.delete_moved(file.number, some.to_vec()).await? {
            return Err(MoveError::Overtaken);
        }
    }
    set_state(store, file, FileState::Moved).await
}

/// Notes how far a move has come. Whoever finds it gone, or done, was overtaken.
async fn set_state(
    store: &dyn Store,
    file: &mut HistoryFile,
    state: FileState,
) -> Result<(), MoveError> {
    if !store.set_history_state(file.number, state).await? {
        return Err(MoveError::Overtaken);
    }
    file.state = state;
    Ok(())
}

/// Whether a file is whole, and the one that the data know.
fn check(path: &Path, known: &HistoryFile) -> Result<(), ReadError> {
    let Header { sha256, occurrences, .. } = file::read(path, |_, _| {})?;
    if sha256 == file::hex(&known.sha256) && occurrences == known.occurrences {
        return Ok(());
    }
    Err(ReadError::Damaged("it is another file than the one that the data know".to_owned()))
}

fn paths(folder: &Path, name: &str) -> (PathBuf, PathBuf) {
    (folder.join(name), folder.join(format!("{name}.partial")))
}

/// Opens a file under a passing name, for this process alone.
fn take(passing: &Path) -> Result<File, MoveError> {
    let failed = |error| MoveError::Disk { path: passing.to_owned(), error };
    let file = File::options().create(true).truncate(false).write(true).open(passing);
    let file = file.map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(MoveError::Overtaken),
        Err(TryLockError::Error(error)) => return Err(failed(error)),
    }
    // Whoever held it before may have given it its own name meanwhile.
    let held = file.metadata().map_err(failed)?;
    let is_still_there = std::fs::metadata(passing).is_ok_and(|there| there.ino() == held.ino());
    if is_still_there && held.nlink() == 1 { Ok(file) } else { Err(MoveError::Overtaken) }
}

/// Gives a file its own name too. A link is made only where nothing has the name yet.
fn link(passing: &Path, own: &Path) -> Result<(), MoveError> {
    let failed = |error| MoveError::Disk { path: own.to_owned(), error };
    std::fs::hard_link(passing, own).map_err(failed)?;
    let folder = own.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = File::open(folder.unwrap_or(Path::new("."))).map_err(failed)?;
    folder.sync_all().map_err(failed)
}
