//! How a connection to the database is set up.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use crate::fault::{Fault, Outcome};

/// Marks a file as ours ("Kldr"), so that no other database is mistaken for one.
const APPLICATION_ID: i32 = 0x4b6c_6472;
/// Statements kept prepared on each connection; there are fewer than this.
const STATEMENTS_MAX: usize = 160;
/// What the writer's page cache may hold: a few group commits, and the warm ends of every table.
const WRITER_CACHE_KIBIBYTES: i64 = 24 * 1024;
/// What each reader's page cache may hold.
const READER_CACHE_KIBIBYTES: i64 = 2 * 1024;

/// The connection that writes, to a file.
pub(super) fn writer(path: &Path) -> Outcome<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    // The writer merges the log itself: what fails within a commit is not told.
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    merge_what_was_left(&connection)?;
    prepare_writer(connection)
}

/// Merges the log of an earlier process into the database, whole, before anything is
/// built upon it. If that process ended because an `fsync` had failed, part of the log may
/// be in memory only and be taken for written by the kernel; a commit that was appended to
/// it would be lost with it. Written to the database it is fresh, and kept or refused.
fn merge_what_was_left(connection: &Connection) -> Outcome<()> {
    let busy: bool =
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if busy {
        return Err(Fault::Refused("another process holds the log open".to_owned()));
    }
    Ok(())
}

/// The connection that does everything, to memory.
pub(super) fn memory() -> Outcome<Connection> {
    let connection = Connection::open_in_memory()?;
    prepare_writer(connection)
}

fn prepare_writer(connection: Connection) -> Outcome<Connection> {
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    connection.pragma_update(None, "mmap_size", 0)?;
    connection.pragma_update(None, "cache_size", -WRITER_CACHE_KIBIBYTES)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    Ok(connection)
}

/// A connection that only reads.
pub(super) fn reader(path: &Path) -> Outcome<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.pragma_update(None, "query_only", true)?;
    connection.pragma_update(None, "mmap_size", 0)?;
    connection.pragma_update(None, "cache_size", -READER_CACHE_KIBIBYTES)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    // Opens the log too, so that what is wrong with the files is known at once.
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(connection)
}

/// Whether a database holds nothing, or what we wrote.
pub(super) fn is_ours(connection: &Connection) -> Outcome<bool> {
    let application: i32 =
        connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    Ok(application == APPLICATION_ID || (application == 0 && is_empty(connection)?))
}

/// Whether a database holds nothing at all.
pub(super) fn is_empty(connection: &Connection) -> Outcome<bool> {
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(tables == 0)
}

/// Marks a new database as ours.
pub(super) fn mark(connection: &Connection) -> Outcome<()> {
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    Ok(())
}
