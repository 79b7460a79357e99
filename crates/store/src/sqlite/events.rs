//! What happened, as it is read. It is written by `listing`.

use engine::AccountId;
use rusqlite::{Connection, Row};

use super::columns::{instant_at, stored_at};
use super::listing::{self, Entry, List};
use crate::event::{Event, EventId, EventKind, NewEvent};
use crate::fault::Outcome;
use crate::page::{Page, PageQuery};

/// One event.
pub(super) fn find(connection: &Connection, id: EventId) -> Outcome<Option<Event>> {
    let mut select = connection.prepare_cached(
        "SELECT id, account, at, kind, subject, snapshot FROM event WHERE id = ?1",
    )?;
    let mut rows = select.query([id.0])?;
    rows.next()?.map(event).transpose()
}

fn event(row: &Row<'_>) -> Outcome<Event> {
    Ok(Event {
        id: EventId(row.get(0)?),
        body: NewEvent {
            account: AccountId(row.get(1)?),
            at: instant_at(row, 2)?,
            kind: stored_at(row, 3)?,
            subject: row.get(4)?,
            snapshot: row.get(5)?,
        },
    })
}

/// Events of an account between two that both are its own, in order.
pub(super) fn between(
    connection: &Connection,
    first: i64,
    last: i64,
    limit: usize,
) -> Outcome<Vec<Event>> {
    let mut select = connection.prepare_cached(
        "SELECT id, account, at, kind, subject, snapshot FROM event WHERE id BETWEEN ?1 AND ?2
         ORDER BY id LIMIT ?3",
    )?;
    select.query_and_then((first, last, i64::try_from(limit).unwrap_or(i64::MAX)), event)?.collect()
}

/// A page of an account's events.
pub(super) fn page(
    connection: &Connection,
    account: AccountId,
    query: &PageQuery,
) -> Outcome<Page<Event>> {
    let read = |first: i64, last: i64| {
        let mut select = connection.prepare_cached(
            "SELECT id, at, kind FROM event WHERE id BETWEEN ?1 AND ?2 ORDER BY id",
        )?;
        select
            .query_and_then((first, last), |row| {
                let kind: EventKind = stored_at(row, 2)?;
                Ok(Entry { key: row.get(0)?, at: row.get(1)?, shown: !kind.is_unlisted() })
            })?
            .collect()
    };
    let (keys, total) = listing::page(connection, List::EVENTS, account, query, false, &read)?;
    let mut entries = Vec::with_capacity(keys.len());
    for key in keys {
        entries.extend(find(connection, EventId(key))?);
    }
    Ok(Page { entries, total })
}
