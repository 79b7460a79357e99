//! Names of the user's choosing. A seed file has a few; all of them are kept at hand.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use ::bank::RecordKind;
use engine::AccountId;
use rusqlite::Connection;

use crate::fault::Outcome;
use crate::sqlite::columns::Stored;

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
    /// As the data has them.
    pub(crate) fn read(connection: &Connection) -> Outcome<Names> {
        let names = Names::default();
        let mut select = connection.prepare("SELECT account, kind, name, key FROM bank_name")?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let kind = RecordKind::from_number(row.get(1)?)?;
            names.remember(AccountId(row.get(0)?), kind, row.get(2)?, row.get(3)?);
        }
        Ok(names)
    }

    /// Adds one that was committed.
    pub(super) fn remember(&self, account: AccountId, kind: RecordKind, name: Box<str>, key: i64) {
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
