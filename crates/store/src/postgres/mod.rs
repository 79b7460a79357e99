//! The store that several nodes share: one PostgreSQL database, every call a transaction.
//!
//! - [`PostgresStore::open`] connects, migrates (one node at a time) and draws the
//!   installation's identity where the data is new.
//! - What SQLite's one writer serialises is held apart here by locks on rows; each module
//!   says by which. The order in which they are taken stands in `migrations/`.
//! - A transaction that could not be ended because of others, or of its connection, is made
//!   anew a few times; one whose commit got no answer never is ([`StoreError::Unknown`]).

mod accounts;
mod amendments;
mod audit;
mod awaiting;
mod bank;
mod census;
mod columns;
mod counters;
mod deliveries;
mod doctor;
mod edits;
mod events;
mod foreign_names;
mod grants;
mod heads;
mod history;
mod hosts;
mod keys;
mod migration;
mod occurrences;
mod peers;
mod pool;
mod positions;
mod presence;
mod pulse;
mod queue;
mod relocation;
mod requests;
mod schedules;
mod session;
mod settings;
mod settling;
mod store;
mod tls;
mod turns;
mod webhooks;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use engine::{AccountId, InstallationId};
use tokio::sync::{RwLock, RwLockReadGuard};

pub use self::census::census;
pub use self::doctor::examine;
pub use self::settings::{LeaseClock, Settings, Way};

use self::bank::names::Names;
use self::heads::Heads;
use self::keys::Keys;
use self::pool::Pool;
pub(crate) use self::relocation::Relocating;
use self::session::Session;
use crate::fault::{During, Outcome};
use crate::webhook::News;
use crate::{Result, StoreError};

/// How a transaction begins that reads one state of the data.
const READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// Every store over one PostgreSQL database, which other nodes may have open too.
pub struct PostgresStore {
    installation: InstallationId,
    /// How often the data had been opened when this was, this time included: no other has the
    /// same number.
    opened: i64,
    pool: Pool,
    lease_clock: LeaseClock,
    keys: Keys,
    names: Names,
    heads: Heads,
    news: News,
    /// How many events each account with endpoints was last known to have.
    heard: Mutex<HashMap<AccountId, i64>>,
    stopped: AtomicBool,
    /// Held for reading by whatever is under way.
    under_way: RwLock<()>,
}

impl PostgresStore {
    /// Connects to the data, and makes or migrates it where that is wanted.
    pub async fn open(settings: &Settings) -> Result<Arc<PostgresStore>> {
        const DURING: &str = "opening the data";
        let pool = Pool::of_node(settings).during(DURING)?;
        migration::migrate(&pool).await?;
        let session = pool.session().await.during(DURING)?;
        let (installation, opened) = identify(&session).await.during(DURING)?;
        let names = Names::default();
        names.read(&session).await.during(DURING)?;
        let heard = Mutex::new(webhooks::heard(&session).await.during(DURING)?);
        Ok(Arc::new(PostgresStore {
            installation,
            opened,
            pool,
            lease_clock: settings.lease_clock,
            keys: Keys::of(opened),
            names,
            heads: Heads::default(),
            news: News::new(),
            heard,
            stopped: AtomicBool::new(false),
            under_way: RwLock::new(()),
        }))
    }

    /// Runs `work` in a transaction, anew where another one or the connection was in its
    /// way, and answers when it is committed.
    async fn write<T, W, F>(&self, during: &'static str, work: W) -> Result<T>
    where
        W: Fn(Arc<Session>) -> F,
        F: Future<Output = Outcome<T>>,
    {
        let _under_way = self.begin().await?;
        let done = self.pool.transact("BEGIN", work).await;
        let (value, after) = done.during(during)?;
        self.heads.lower(&after.queued);
        self.heads.hold(after.released);
        if !after.told.is_empty() {
            self.news.tell(after.told);
        }
        for (account, kind, name, key) in after.named {
            self.names.remember(account, kind, name, key);
        }
        Ok(value)
    }

    /// Runs `work` over one state of the data, no older than the last answered write.
    async fn read<T, W, F>(&self, during: &'static str, work: W) -> Result<T>
    where
        W: Fn(Arc<Session>) -> F,
        F: Future<Output = Outcome<T>>,
    {
        let _under_way = self.begin().await?;
        let (value, _) = self.pool.transact(READ, work).await.during(during)?;
        Ok(value)
    }

    /// Runs `work` that reads with a single statement, which needs no transaction.
    async fn look<T, W, F>(&self, during: &'static str, work: W) -> Result<T>
    where
        W: Fn(Arc<Session>) -> F,
        F: Future<Output = Outcome<T>>,
    {
        let _under_way = self.begin().await?;
        self.pool.look(work).await.during(during)
    }

    async fn begin(&self) -> Result<RwLockReadGuard<'_, ()>> {
        if self.stopped.load(Ordering::Acquire) {
            return Err(StoreError::Stopped);
        }
        let under_way = self.under_way.read().await;
        if self.stopped.load(Ordering::Acquire) {
            return Err(StoreError::Stopped);
        }
        Ok(under_way)
    }

    async fn stop_writing(&self) {
        self.stopped.store(true, Ordering::Release);
        let _nothing_is_under_way = self.under_way.write().await;
        self.pool.close();
    }
}

impl std::fmt::Debug for PostgresStore {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("PostgresStore")
            .field("installation", &self.installation)
            .finish_non_exhaustive()
    }
}

/// The installation's identity, drawn where the data is new, and how often it was opened.
async fn identify(session: &Session) -> Outcome<(InstallationId, i64)> {
    let drawn = getrandom::u32().map_err(|error| {
        crate::fault::Fault::Refused(format!("no random number could be drawn: {error}"))
    })?;
    session
        .execute(
            "INSERT INTO identity (one, installation, term, opened, account, schedule)
             VALUES (1, $1, 0, 0, 0, 0) ON CONFLICT (one) DO NOTHING",
            &[&i64::from(drawn)],
        )
        .await?;
    let row = session
        .one("UPDATE identity SET opened = opened + 1 RETURNING installation, opened", &[])
        .await?;
    let installation = columns::whole_at(&row, 0, "installation")?;
    Ok((InstallationId(installation), row.try_get(1)?))
}
