//! Backups, and data made of them.
//!
//! Both write a file of another name, whole and on the disk, before it gets its own: what
//! is there by a name can be used. Nothing that exists is ever written over.

use std::fs::File;
use std::path::{Path, PathBuf};

use engine::Instant;
use rusqlite::{Connection, OpenFlags};

use super::{connection, migration, relocation};
use crate::fault::{During, Fault, Outcome};
use crate::relocation::apart;
use crate::{Result, StoreError};

const BACKING_UP: &str = "backing up the data";
const RESTORING: &str = "restoring a backup";

/// Writes all that the data at `data` holds at this moment to a new file at `to`, whether
/// or not a process works with it meanwhile.
///
/// # Errors
/// Where `to` exists, where `data` is not ours, and where either cannot be read or written.
pub fn back_up(data: &Path, to: &Path) -> Result<()> {
    must_not_exist(to)?;
    let source = existing(data).during(BACKING_UP)?;
    with_partial(to, BACKING_UP, |partial| copy(&source, partial))
}

/// Makes data at `data` of a backup, in which nothing runs until a person has resumed
/// every lane: what was paid since the backup was taken is not in it.
///
/// # Errors
/// Where `data` exists, where the backup is damaged, not ours or of a newer version, and
/// where either cannot be read or written.
pub fn restore(backup: &Path, data: &Path, at: Instant) -> Result<()> {
    for path in std::iter::once(data.to_owned()).chain(logs_of(data)) {
        must_not_exist(&path)?;
    }
    let source = existing(backup).during(RESTORING)?;
    with_partial(data, RESTORING, |partial| {
        copy(&source, partial)?;
        let mut copied = existing(partial)?;
        migration::migrate(&mut copied).map_err(|error| Fault::Refused(error.to_string()))?;
        hold_all(&copied, at)?;
        pass_numbers_over(&copied)?;
        copied.close().map_err(|(_, error)| error.into())
    })
}

/// A file that is there and ours.
fn existing(path: &Path) -> Outcome<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    if connection::is_ours(&connection)? && !connection::is_empty(&connection)? {
        Ok(connection)
    } else {
        Err(Fault::Refused(format!("{} is not data of Kalends", path.display())))
    }
}

/// Copies one state of a database, and checks that the copy is whole.
fn copy(source: &Connection, to: &Path) -> Outcome<()> {
    let name = to.to_str().ok_or_else(|| {
        Fault::Refused(format!("{} is not UTF-8, which SQLite wants of names", to.display()))
    })?;
    source.execute("VACUUM INTO ?1", [name])?;
    let verdict: String = Connection::open_with_flags(to, OpenFlags::SQLITE_OPEN_READ_ONLY)?
        .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if verdict == "ok" {
        Ok(())
    } else {
        Err(Fault::Refused(format!(
            "the copy is damaged, and so is what it was made of: {verdict}"
        )))
    }
}

/// Holds every lane that an account is on, and takes away its pulse, which was another's.
fn hold_all(connection: &Connection, at: Instant) -> Outcome<()> {
    connection.execute(
        "INSERT OR REPLACE INTO pulse (lane, doubtful_through, restored_through, held_since)
         SELECT account.lane, max(pulse.doubtful_through), max(pulse.restored_through), ?1
         FROM account LEFT JOIN pulse ON pulse.lane = account.lane GROUP BY account.lane",
        [at.nanoseconds()],
    )?;
    Ok(())
}

/// The original has gone on counting, and nobody knows how far: a schedule that is made here must
/// not pay under the keys of one that was made there, nor an event be taken for another.
fn pass_numbers_over(connection: &Connection) -> Outcome<()> {
    match relocation::numbers(connection)? {
        Some(known) => relocation::set_numbers(connection, &apart(&[known])?),
        None => Ok(()),
    }
}

/// Has `work` write a file under a passing name, and gives it its own once it is on the
/// disk. What is half written is taken away.
fn with_partial(
    to: &Path,
    during: &'static str,
    work: impl FnOnce(&Path) -> Outcome<()>,
) -> Result<()> {
    let partial = beside(to, ".partial");
    must_not_exist(&partial)?;
    let written = work(&partial).during(during).and_then(|()| {
        publish(&partial, to).map_err(|error| StoreError::Database {
            during,
            message: format!("{}: {error}", to.display()),
        })
    });
    for left in std::iter::once(partial.clone()).chain(logs_of(&partial)) {
        // Where it has its own name, this one goes; where it failed, that is told.
        let _ = std::fs::remove_file(left);
    }
    written
}

/// A link is made only where nothing has the name yet; a rename would write over it.
fn publish(partial: &Path, to: &Path) -> std::io::Result<()> {
    File::open(partial)?.sync_all()?;
    std::fs::hard_link(partial, to)?;
    std::fs::remove_file(partial)?;
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

fn must_not_exist(path: &Path) -> Result<()> {
    match std::fs::symlink_metadata(path) {
        Ok(_) => Err(StoreError::Exists { path: path.display().to_string() }),
        Err(_) => Ok(()),
    }
}

/// What SQLite keeps beside a database, and would take for its own.
fn logs_of(data: &Path) -> [PathBuf; 3] {
    ["-wal", "-shm", "-journal"].map(|suffix| beside(data, suffix))
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
