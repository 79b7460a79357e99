//! The journal: appended, never changed.

use std::collections::HashMap;

use ::bank::{JournalEntry, RecordKind};
use engine::AccountId;
use tokio_postgres::Row;

use crate::fault::Outcome;
use crate::page::{Order, Page, PageQuery};
use crate::postgres::columns::{
    Stored, compact, currency, from_compact, instant_at, short, short_at,
};
use crate::postgres::counters::{self, List};
use crate::postgres::session::{Session, Values};

/// A statement that selects an entry's columns; the rest of it follows.
macro_rules! select_entry {
    ($rest:literal) => {
        concat!(
            "SELECT key, account, at, kind, origin_kind, origin, currency, legs
             FROM bank_journal ",
            $rest
        )
    };
}

/// An entry's legs as a compact blob.
pub(super) fn legs_blob(entry: &JournalEntry) -> Outcome<Vec<u8>> {
    compact("journal entry", &entry.legs)
}

/// Appends entries, each with its legs as a blob and its place in its account's list.
pub(super) async fn append(
    session: &Session,
    entries: &[(&JournalEntry, &[u8])],
    listed: &[i64],
) -> Outcome<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let long = |value: &dyn Fn(&JournalEntry) -> i64| -> Vec<i64> {
        entries.iter().map(|(entry, _)| value(entry)).collect()
    };
    let kinds: Vec<i16> = entries.iter().map(|(it, _)| short(it.kind.number())).collect();
    let origins: Vec<i16> = entries.iter().map(|(it, _)| short(it.origin.0.number())).collect();
    let shown: Vec<bool> = entries.iter().map(|(it, _)| !it.kind.sets_aside()).collect();
    let currencies: Vec<&str> = entries.iter().map(|(it, _)| it.currency.code()).collect();
    let legs: Vec<&[u8]> = entries.iter().map(|(_, legs)| *legs).collect();
    session
        .execute(
            "INSERT INTO bank_journal (key, account, at, origin, listed, kind, origin_kind, shown,
             currency, legs)
             SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[],
                 $5::bigint[], $6::smallint[], $7::smallint[], $8::boolean[], $9::text[],
                 $10::bytea[])",
            &[
                &long(&|it| it.key),
                &long(&|it| it.account.0),
                &long(&|it| it.at.nanoseconds()),
                &long(&|it| it.origin.1),
                &listed,
                &kinds,
                &origins,
                &shown,
                &currencies,
                &legs,
            ],
        )
        .await?;
    Ok(())
}

/// Entries by key, in the order asked.
pub(super) async fn find(session: &Session, keys: &[i64]) -> Outcome<Vec<Option<JournalEntry>>> {
    let rows = session.query(select_entry!("WHERE key = ANY($1)"), &[&keys]).await?;
    let found: Vec<JournalEntry> = rows.iter().map(entry).collect::<Outcome<_>>()?;
    let mut by_key: HashMap<i64, JournalEntry> = found.into_iter().map(|it| (it.key, it)).collect();
    Ok(match keys {
        [key] => vec![by_key.remove(key)],
        _ => keys.iter().map(|key| by_key.get(key).cloned()).collect(),
    })
}

/// Entries after a key, by key.
pub(super) async fn after(session: &Session, key: i64, limit: i64) -> Outcome<Vec<JournalEntry>> {
    let statement = select_entry!("WHERE key > $1 ORDER BY key LIMIT $2");
    session.query(statement, &[&key, &limit]).await?.iter().map(entry).collect()
}

fn entry(row: &Row) -> Outcome<JournalEntry> {
    Ok(JournalEntry {
        key: row.try_get(0)?,
        account: AccountId(row.try_get(1)?),
        at: instant_at(row, 2)?,
        kind: short_at(row, 3)?,
        origin: (short_at(row, 4)?, row.try_get(5)?),
        currency: currency(row.try_get(6)?)?,
        legs: from_compact("journal entry", row.try_get(7)?)?,
    })
}

/// A page of an account's journal, in the order in which it was written.
pub(super) async fn page(
    session: &Session,
    account: AccountId,
    query: &PageQuery,
) -> Outcome<Page<JournalEntry>> {
    let is_unfiltered = counters::is_unfiltered(query);
    let from = if is_unfiltered { i64::MIN } else { query.from.nanoseconds() };
    let to = query.to.nanoseconds();
    let total = if is_unfiltered {
        counters::count(session, List::records(RecordKind::JournalEntry), account.0).await?
    } else {
        let count = "SELECT count(*) FROM bank_journal
            WHERE account = $1 AND shown AND at BETWEEN $2 AND $3";
        let row = session.one(count, &[&account.0, &from, &to]).await?;
        row.try_get::<_, i64>(0)?.cast_unsigned()
    };
    let statement = match query.order {
        Order::Chronological => select_entry!(
            "WHERE account = $1 AND shown AND at BETWEEN $2 AND $3
             ORDER BY account, listed LIMIT $4 OFFSET $5"
        ),
        Order::ReverseChronological => select_entry!(
            "WHERE account = $1 AND shown AND at BETWEEN $2 AND $3
             ORDER BY account DESC, listed DESC LIMIT $4 OFFSET $5"
        ),
    };
    let (limit, offset) = (i64::from(query.limit), i64::from(query.offset));
    let values: Values<'_> = &[&account.0, &from, &to, &limit, &offset];
    let rows = session.query(statement, values).await?;
    Ok(Page { entries: rows.iter().map(entry).collect::<Outcome<_>>()?, total })
}
