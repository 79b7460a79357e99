//! The embedded store: one SQLite file, one thread that writes, a few that read.
//!
//! - [`SqliteStore::open`] takes the lock beside the file, migrates it and starts the
//!   threads.
//! - The writer commits in groups (`writer`); the readers never wait for it, nor it for
//!   them, because SQLite keeps a log.
//! - The schema, and why it is as it is, stands in `migrations/`.

mod accounts;
mod amendments;
mod audit;
mod awaiting;
mod backup;
mod bank;
mod bulk;
mod census;
mod columns;
mod connection;
mod deliveries;
mod doctor;
mod edits;
mod events;
mod foreign_names;
mod grants;
mod history;
mod keys;
mod listeners;
mod listing;
mod lock;
mod migration;
mod occurrences;
mod positions;
mod pulse;
mod readers;
mod relocation;
mod requests;
mod runs;
mod schedules;
mod settling;
mod state;
mod store;
mod webhooks;
mod writer;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use ::bank::RecordKind;
use engine::InstallationId;
use rusqlite::{Connection, OptionalExtension};

pub use self::backup::{back_up, restore};
use self::bank::names::Names;
pub use self::census::census;
pub use self::doctor::examine;
use self::keys::Keys;
use self::lock::Lock;
use self::readers::Readers;
pub(crate) use self::relocation::Relocating;
use self::state::WriterState;
use self::writer::{Writer, Writing};
use crate::fault::{During, Fault, Outcome};
use crate::webhook::News;
use crate::{Result, StoreError};

/// Every store over one SQLite file.
pub struct SqliteStore {
    installation: InstallationId,
    keys: Keys,
    names: Arc<Names>,
    writer: Option<Writer>,
    /// `None` in memory, where the writer reads too.
    readers: Option<Readers>,
    threads: Vec<JoinHandle<()>>,
    stopped: AtomicBool,
    news: Arc<News>,
}

impl SqliteStore {
    /// Opens the data at `path`, or creates it. Refused where another process has it open.
    pub fn open(path: &Path) -> Result<Arc<SqliteStore>> {
        let lock = Lock::take(path)?;
        let connection = connection::writer(&lock.data).during("opening the data")?;
        Self::start(connection, Some(lock))
    }

    /// Opens data that is kept nowhere.
    pub fn in_memory() -> Result<Arc<SqliteStore>> {
        let connection = connection::memory().during("opening the data")?;
        Self::start(connection, None)
    }

    fn start(mut connection: Connection, file: Option<Lock>) -> Result<Arc<SqliteStore>> {
        const DURING: &str = "opening the data";
        migration::migrate(&mut connection)?;
        relocation::must_be_here(&connection).during(DURING)?;
        let installation = installation(&connection).during(DURING)?;
        let keys = Keys::read(&connection).during(DURING)?;
        let names = Arc::new(Names::read(&connection).during(DURING)?);
        let state = WriterState::read(&connection).during(DURING)?;
        let news = state.listeners.news();
        let (readers, mut threads, lock) = match file {
            Some(lock) => {
                let (readers, threads) = Readers::start(&lock.data)?;
                (Some(readers), threads, Some(lock))
            }
            None => (None, Vec::new(), None),
        };
        let (writer, thread) = Writer::start(connection, state, lock)
            .map_err(|error| Fault::Refused(error.to_string()))
            .during(DURING)?;
        threads.push(thread);
        Ok(Arc::new(SqliteStore {
            installation,
            keys,
            names,
            writer: Some(writer),
            readers,
            threads,
            stopped: AtomicBool::new(false),
            news,
        }))
    }

    /// Runs `work` within a commit and answers when that stands.
    async fn write<T, W>(&self, during: &'static str, work: W) -> Result<T>
    where
        T: Send + 'static,
        W: FnOnce(&mut Writing<'_>) -> Outcome<T> + Send + 'static,
    {
        match &self.writer {
            Some(writer) if !self.stopped.load(Ordering::Acquire) => {
                writer.write(during, work).await
            }
            _ => Err(StoreError::Stopped),
        }
    }

    /// Runs `work` over one state of the data, no older than the last answered write.
    async fn read<T, W>(&self, during: &'static str, work: W) -> Result<T>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> Outcome<T> + Send + 'static,
    {
        match &self.readers {
            Some(readers) if !self.stopped.load(Ordering::Acquire) => {
                readers.read(during, work).await
            }
            Some(_) => Err(StoreError::Stopped),
            None => self.write(during, |writing| work(writing.connection)).await,
        }
    }

    async fn stop_writing(&self) {
        self.stopped.store(true, Ordering::Release);
        if let Some(writer) = &self.writer {
            writer.stop().await;
        }
    }

    fn fresh_keys(&self, kind: RecordKind, count: u32) -> Result<i64> {
        self.keys.records(kind, count).during("allocating keys")
    }
}

impl Drop for SqliteStore {
    /// Waits until what was asked has been written and the lock is given back.
    fn drop(&mut self) {
        self.writer = None;
        self.readers = None;
        for thread in self.threads.drain(..) {
            let _ = thread.join(); // one that panicked has told so itself
        }
    }
}

impl std::fmt::Debug for SqliteStore {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("SqliteStore")
            .field("installation", &self.installation)
            .finish_non_exhaustive()
    }
}

/// The installation's identity, drawn where the data is new.
fn installation(connection: &Connection) -> Outcome<InstallationId> {
    let found = connection
        .query_row("SELECT installation FROM identity", [], |row| row.get(0))
        .optional()?;
    if let Some(installation) = found {
        return Ok(InstallationId(installation));
    }
    let drawn = getrandom::u32()
        .map_err(|error| Fault::Refused(format!("no random number could be drawn: {error}")))?;
    connection
        .execute("INSERT INTO identity (one, installation, term) VALUES (1, ?1, 0)", [drawn])?;
    Ok(InstallationId(drawn))
}
