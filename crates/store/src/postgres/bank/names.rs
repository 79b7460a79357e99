//! Names of the user's choosing. A seed file has a few; all of them are kept at hand.
//!
//! How many were ever given is counted in the commit that gives one, and told with each
//! account that is looked up ([`crate::Store::account`]): a node that has read fewer reads
//! them anew before it answers. So what another node named is known to each request, and to
//! each letter, that begins after that commit. That a name is given once, the database sees to.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{PoisonError, RwLock};

use ::bank::RecordKind;
use engine::AccountId;

use crate::Result;
use crate::columns::Stored;
use crate::fault::Outcome;
use crate::postgres::PostgresStore;
use crate::postgres::counters::List;
use crate::postgres::session::Session;

/// Names and keys, both ways.
#[derive(Debug, Default)]
pub(crate) struct Names {
    known: RwLock<Known>,
    /// How many had been given when they were last read.
    read: AtomicI64,
}

#[derive(Debug, Default)]
struct Known {
    keys: HashMap<(i64, RecordKind), HashMap<Box<str>, i64>>,
    names: HashMap<(RecordKind, i64), Box<str>>,
}

impl Names {
    /// Learns what the data has.
    pub(crate) async fn read(&self, session: &Session) -> Outcome<()> {
        // Counted first: what is given after this is read once more.
        let count = "SELECT sequence FROM counter WHERE list = $1 AND owner = 0";
        let given = match session.first(count, &[&List::NAMES.number()]).await? {
            Some(row) => row.try_get(0)?,
            None => 0,
        };
        let rows = session.query("SELECT account, kind, name, key FROM bank_name", &[]).await?;
        for row in rows {
            let kind = RecordKind::from_number(row.try_get(1)?)?;
            let name: &str = row.try_get(2)?;
            self.remember(AccountId(row.try_get(0)?), kind, name.into(), row.try_get(3)?);
        }
        self.read.fetch_max(given, Ordering::AcqRel);
        Ok(())
    }

    /// Whether as many have been read as were given.
    pub(crate) fn has_all(&self, given: i64) -> bool {
        self.read.load(Ordering::Acquire) >= given
    }

    /// Adds one that was committed.
    pub(crate) fn remember(&self, account: AccountId, kind: RecordKind, name: Box<str>, key: i64) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.names.insert((kind, key), name.clone());
        known.keys.entry((account.0, kind)).or_default().insert(name, key);
    }

    /// The key of a name.
    pub(super) fn key(&self, account: AccountId, kind: RecordKind, name: &str) -> Option<i64> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.keys.get(&(account.0, kind))?.get(name).copied()
    }

    /// The name of a key.
    pub(super) fn name(&self, kind: RecordKind, key: i64) -> Option<Box<str>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.names.get(&(kind, key)).cloned()
    }
}

impl PostgresStore {
    /// Reads what other nodes have named.
    pub(crate) async fn learn_names(&self, during: &'static str) -> Result<()> {
        let names = &self.names;
        self.look(during, |session| async move { names.read(&session).await }).await
    }
}
