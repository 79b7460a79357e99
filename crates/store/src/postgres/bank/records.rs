//! The bank's records.

use std::collections::HashMap;

use ::bank::RecordKind;
use engine::AccountId;
use tokio_postgres::Row;

use crate::fault::{Fault, Outcome};
use crate::page::{Order, Page};
use crate::postgres::columns::{Stored, instant_at, short, short_at, whole_at};
use crate::postgres::counters::{self, List};
use crate::postgres::session::{Session, Values};
use crate::record::{Record, RecordKey, RecordQuery};

/// A record that stands, as far as writing over it cares.
#[derive(Clone, Copy)]
pub(super) struct Standing {
    pub(super) version: u32,
    pub(super) hidden: bool,
}

/// Records that stand, held until the call is committed.
pub(super) async fn hold(
    session: &Session,
    keys: &[RecordKey],
) -> Outcome<HashMap<RecordKey, Standing>> {
    let kinds: Vec<i16> = keys.iter().map(|key| short(key.kind.number())).collect();
    let numbers: Vec<i64> = keys.iter().map(|key| key.key).collect();
    let rows = session
        .query(
            "SELECT kind, key, version, hidden FROM bank_record
             WHERE (kind, key) IN (SELECT * FROM unnest($1::smallint[], $2::bigint[]))
             ORDER BY kind, key FOR UPDATE",
            &[&kinds, &numbers],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let key = RecordKey { kind: short_at(row, 0)?, key: row.try_get(1)? };
            let version = whole_at(row, 2, "record's version")?;
            Ok((key, Standing { version, hidden: row.try_get(3)? }))
        })
        .collect()
}

/// Adds records, each with its place in its account's list.
pub(super) async fn insert(session: &Session, records: &[&Record], listed: &[i64]) -> Outcome<()> {
    if records.is_empty() {
        return Ok(());
    }
    if records.iter().any(|record| record.key.kind == RecordKind::JournalEntry) {
        return Err(Fault::Refused("the journal is not made of records".to_owned()));
    }
    let long = |value: &dyn Fn(&Record) -> i64| -> Vec<i64> {
        records.iter().map(|record| value(record)).collect()
    };
    let kinds: Vec<i16> = records.iter().map(|it| short(it.key.kind.number())).collect();
    let parents: Vec<Option<i64>> = records.iter().map(|it| it.parent).collect();
    let hidden: Vec<bool> = records.iter().map(|it| it.hidden).collect();
    let bodies: Vec<&[u8]> = records.iter().map(|it| &it.body[..]).collect();
    session
        .execute(
            "INSERT INTO bank_record (kind, hidden, key, account, parent, created_at, version,
             listed, body)
             SELECT * FROM unnest($1::smallint[], $2::boolean[], $3::bigint[], $4::bigint[],
                 $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bytea[])",
            &[
                &kinds,
                &hidden,
                &long(&|it| it.key.key),
                &long(&|it| it.account.0),
                &parents,
                &long(&|it| it.created_at.nanoseconds()),
                &long(&|it| i64::from(it.version)),
                &listed,
                &bodies,
            ],
        )
        .await?;
    Ok(())
}

/// Writes over a record that is held.
pub(super) async fn update(session: &Session, record: &Record) -> Outcome<()> {
    session
        .execute(
            "UPDATE bank_record SET parent = $3, version = $4, hidden = $5, body = $6
             WHERE kind = $1 AND key = $2",
            &[
                &short(record.key.kind.number()),
                &record.key.key,
                &record.parent,
                &i64::from(record.version),
                &record.hidden,
                &record.body,
            ],
        )
        .await?;
    Ok(())
}

/// Records by key, in the order asked.
pub(super) async fn find(session: &Session, keys: &[RecordKey]) -> Outcome<Vec<Option<Record>>> {
    let kinds: Vec<i16> = keys.iter().map(|key| short(key.kind.number())).collect();
    let numbers: Vec<i64> = keys.iter().map(|key| key.key).collect();
    let rows = session
        .query(
            "SELECT kind, key, account, parent, created_at, version, hidden, body
             FROM bank_record
             WHERE (kind, key) IN (SELECT * FROM unnest($1::smallint[], $2::bigint[]))",
            &[&kinds, &numbers],
        )
        .await?;
    let found: Vec<Record> = rows.iter().map(record).collect::<Outcome<_>>()?;
    let by_key: HashMap<RecordKey, Record> = found.into_iter().map(|it| (it.key, it)).collect();
    Ok(keys.iter().map(|key| by_key.get(key).cloned()).collect())
}

fn record(row: &Row) -> Outcome<Record> {
    Ok(Record {
        key: RecordKey { kind: short_at(row, 0)?, key: row.try_get(1)? },
        account: AccountId(row.try_get(2)?),
        parent: row.try_get(3)?,
        created_at: instant_at(row, 4)?,
        version: whole_at(row, 5, "record's version")?,
        hidden: row.try_get(6)?,
        body: row.try_get(7)?,
    })
}

/// A page of records that are not hidden, by creation.
pub(super) async fn page(session: &Session, query: &RecordQuery) -> Outcome<Page<Record>> {
    let RecordQuery { kind, account, parent, page } = query;
    let is_unfiltered = counters::is_unfiltered(page);
    let from = if is_unfiltered { i64::MIN } else { page.from.nanoseconds() };
    let to = page.to.nanoseconds();
    let number = short(kind.number());
    let total = if is_unfiltered && parent.is_none() {
        counters::count(session, List::records(*kind), account.0).await?
    } else {
        let row = session
            .one(
                "SELECT count(*) FROM bank_record WHERE account = $1 AND kind = $2
                 AND NOT hidden AND ($3::bigint IS NULL OR parent = $3)
                 AND created_at BETWEEN $4 AND $5",
                &[&account.0, &number, parent, &from, &to],
            )
            .await?;
        row.try_get::<_, i64>(0)?.cast_unsigned()
    };
    let statement = match page.order {
        Order::Chronological => {
            "SELECT kind, key, account, parent, created_at, version, hidden, body
             FROM bank_record WHERE account = $1 AND kind = $2
             AND NOT hidden AND ($3::bigint IS NULL OR parent = $3)
             AND created_at BETWEEN $4 AND $5 ORDER BY account, kind, listed LIMIT $6 OFFSET $7"
        }
        Order::ReverseChronological => {
            "SELECT kind, key, account, parent, created_at, version, hidden, body
             FROM bank_record WHERE account = $1 AND kind = $2
             AND NOT hidden AND ($3::bigint IS NULL OR parent = $3)
             AND created_at BETWEEN $4 AND $5
             ORDER BY account DESC, kind DESC, listed DESC LIMIT $6 OFFSET $7"
        }
    };
    let (limit, offset) = (i64::from(page.limit), i64::from(page.offset));
    let values: Values<'_> = &[&account.0, &number, parent, &from, &to, &limit, &offset];
    let rows = session.query(statement, values).await?;
    Ok(Page { entries: rows.iter().map(record).collect::<Outcome<_>>()?, total })
}
