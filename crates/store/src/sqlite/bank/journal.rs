//! The journal: appended, never changed.

use ::bank::{EntryKind, JournalEntry, RecordKind};
use engine::AccountId;
use rusqlite::{Connection, Row};

use crate::fault::Outcome;
use crate::page::{Page, PageQuery};
use crate::sqlite::bulk::Bulk;
use crate::sqlite::columns::{Stored, compact, currency, from_compact, instant_at, stored_at};
use crate::sqlite::listing::{self, Entry, List};

const COLUMNS: &str = "key, account, at, kind, origin_kind, origin, currency, legs";

/// An entry's legs as a compact blob.
pub(super) fn legs_blob(entry: &JournalEntry) -> Outcome<Vec<u8>> {
    compact("journal entry", &entry.legs)
}

/// Appends entries, each with its legs as a blob.
pub(super) fn append(connection: &Connection, entries: &[(&JournalEntry, &[u8])]) -> Outcome<()> {
    const INTO: &str = "INSERT OR FAIL INTO bank_journal
        (key, account, at, kind, origin_kind, origin, currency, legs)";
    Bulk::new(connection, INTO, 8).insert(entries, |values, (entry, legs)| {
        values.put(entry.key)?;
        values.put(entry.account.0)?;
        values.put(entry.at.nanoseconds())?;
        values.put(entry.kind.number())?;
        values.put(entry.origin.0.number())?;
        values.put(entry.origin.1)?;
        values.put(entry.currency.code())?;
        values.put(*legs)
    })
}

/// One entry.
pub(super) fn find(connection: &Connection, key: i64) -> Outcome<Option<JournalEntry>> {
    let mut select =
        connection.prepare_cached(&format!("SELECT {COLUMNS} FROM bank_journal WHERE key = ?1"))?;
    let mut rows = select.query([key])?;
    rows.next()?.map(entry).transpose()
}

/// Every entry, in order.
pub(super) fn for_each(connection: &Connection, mut each: impl FnMut(JournalEntry)) -> Outcome<()> {
    let mut select =
        connection.prepare(&format!("SELECT {COLUMNS} FROM bank_journal ORDER BY key"))?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        each(entry(row)?);
    }
    Ok(())
}

fn entry(row: &Row<'_>) -> Outcome<JournalEntry> {
    Ok(JournalEntry {
        key: row.get(0)?,
        account: AccountId(row.get(1)?),
        at: instant_at(row, 2)?,
        kind: stored_at(row, 3)?,
        origin: (stored_at(row, 4)?, row.get(5)?),
        currency: currency(row.get_ref(6)?.as_str().unwrap_or(""))?,
        legs: from_compact("journal entry", row.get_ref(7)?.as_blob().unwrap_or(&[]))?,
    })
}

/// A page of an account's journal, by time.
pub(super) fn page(
    connection: &Connection,
    account: AccountId,
    query: &PageQuery,
) -> Outcome<Page<JournalEntry>> {
    let read = |first: i64, last: i64| {
        let mut select = connection.prepare_cached(
            "SELECT key, at, kind FROM bank_journal WHERE key BETWEEN ?1 AND ?2 ORDER BY key",
        )?;
        select
            .query_and_then((first, last), |row| {
                let shown = !EntryKind::from_number(row.get(2)?)?.sets_aside();
                Ok(Entry { key: row.get(0)?, at: row.get(1)?, shown })
            })?
            .collect()
    };
    let list = List::records(RecordKind::JournalEntry);
    let (keys, total) = listing::page(connection, list, account, query, false, &read)?;
    let mut entries = Vec::with_capacity(keys.len());
    for key in keys {
        entries.extend(find(connection, key)?);
    }
    Ok(Page { entries, total })
}
