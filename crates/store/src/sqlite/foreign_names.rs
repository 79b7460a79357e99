//! [`NameStore`] over SQLite.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension};

use super::SqliteStore;
use super::columns::Stored;
use crate::Result;
use crate::fault::Outcome;
use crate::name_store::{FOREIGN_KEY_MAX, ForeignName, NameStore};
use crate::record::RecordKey;

#[async_trait]
impl NameStore for SqliteStore {
    async fn intern(&self, names: Vec<ForeignName>) -> Result<Vec<i64>> {
        self.write("naming foreign things", move |writing| {
            names.iter().map(|name| intern(writing.connection, name)).collect()
        })
        .await
    }

    async fn names(&self, keys: Vec<RecordKey>) -> Result<Vec<Option<Box<str>>>> {
        self.read("reading foreign names", move |connection| {
            keys.into_iter().map(|key| name(connection, key)).collect()
        })
        .await
    }
}

fn intern(connection: &Connection, name: &ForeignName) -> Outcome<i64> {
    let values = (name.account.0, name.kind.number(), &name.text);
    let known = connection
        .prepare_cached(
            "SELECT id FROM foreign_name WHERE account = ?1 AND kind = ?2 AND name = ?3",
        )?
        .query_row(values, |row| row.get(0))
        .optional()?;
    let id = match known {
        Some(id) => id,
        None => connection
            .prepare_cached(
                "INSERT INTO foreign_name (id, account, kind, name)
                 SELECT max(coalesce((SELECT max(id) FROM foreign_name), 0), foreign_name) + 1,
                     ?1, ?2, ?3 FROM key_floor",
            )?
            .insert(values)?,
    };
    Ok(FOREIGN_KEY_MAX - id)
}

fn name(connection: &Connection, key: RecordKey) -> Outcome<Option<Box<str>>> {
    let Some(id) = FOREIGN_KEY_MAX.checked_sub(key.key) else { return Ok(None) };
    Ok(connection
        .prepare_cached("SELECT name FROM foreign_name WHERE id = ?1 AND kind = ?2")?
        .query_row((id, key.kind.number()), |row| row.get(0))
        .optional()?)
}
