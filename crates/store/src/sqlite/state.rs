//! What the writer knows by heart, so that it need not ask the database.
//!
//! A job that is undone may leave any of these greater than what is stored, which
//! costs a gap in the numbers and nothing else.

use bank::RecordKind;
use rusqlite::Connection;

use super::bank::records::{KINDS, Table};
use super::columns::Stored;
use super::listeners::Listeners;
use super::listing;
use crate::fault::Outcome;

/// The last event's number.
pub(super) const LAST_EVENT: &str =
    "SELECT max(coalesce((SELECT max(id) FROM event), 0), event) FROM key_floor";

/// Numbers that only the writer gives out.
#[derive(Debug, Default)]
pub(super) struct WriterState {
    /// The last event's number.
    pub(super) event: i64,
    /// The last span's number.
    pub(super) sequence: i64,
    /// For each kind of record, the greatest key that may have been written.
    record_key_max: [i64; KINDS],
    /// Who hears of events.
    pub(super) listeners: Listeners,
}

impl WriterState {
    /// As the data has it.
    pub(super) fn read(connection: &Connection) -> Outcome<WriterState> {
        let event = connection.query_row(LAST_EVENT, [], |row| row.get(0))?;
        let sequence = listing::sequence(connection)?;
        let mut record_key_max = [0; KINDS];
        for (table, key_max) in Table::ALL.iter().zip(&mut record_key_max) {
            *key_max = connection.query_row(table.key_max, [], |row| row.get(0))?;
        }
        Ok(WriterState { event, sequence, record_key_max, listeners: Listeners::default() })
    }

    /// Whether no record of this kind can have this key yet. `false` only says that
    /// somebody has to look.
    pub(super) fn is_surely_new(&self, kind: RecordKind, key: i64) -> bool {
        index(kind).and_then(|index| self.record_key_max.get(index)).is_some_and(|max| key > *max)
    }

    /// Remembers that a record was written.
    pub(super) fn note_record(&mut self, kind: RecordKind, key: i64) {
        if let Some(max) = index(kind).and_then(|index| self.record_key_max.get_mut(index)) {
            *max = (*max).max(key);
        }
    }
}

fn index(kind: RecordKind) -> Option<usize> {
    usize::try_from(kind.number()).ok()
}
