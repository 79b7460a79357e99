//! Names of the user's choosing. A seed file has a few; all of them are kept at hand.
//!
//! What another node names is known here once this node has opened the data again, or was
//! refused the same name. That a name is given once, the database sees to.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use ::bank::RecordKind;
use engine::AccountId;

use crate::columns::Stored;
use crate::fault::Outcome;
use crate::postgres::session::Session;

/// Names and keys, both ways.
#[derive(Debug, Default)]
pub(crate) struct Names {
    known: RwLock<Known>,
}

#[derive(Debug, Default)]
struct Known {
    keys: HashMap<(i64, RecordKind), HashMap<Box<str>, i64>>,
    names: HashMap<(RecordKind, i64), Box<str>>,
}

impl Names {
    /// Learns what the data has.
    pub(crate) async fn read(&self, session: &Session) -> Outcome<()> {
        let rows = session.query("SELECT account, kind, name, key FROM bank_name", &[]).await?;
        for row in rows {
            let kind = RecordKind::from_number(row.try_get(1)?)?;
            let name: &str = row.try_get(2)?;
            self.remember(AccountId(row.try_get(0)?), kind, name.into(), row.try_get(3)?);
        }
        Ok(())
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
