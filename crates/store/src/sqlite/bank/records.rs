//! The bank's records: a table for each kind.

use ::bank::RecordKind;
use engine::{AccountId, Instant};
use rusqlite::{Connection, Row};

use crate::fault::{Fault, Outcome};
use crate::page::{Order, Page};
use crate::record::{Record, RecordKey, RecordQuery};
use crate::sqlite::bulk::Bulk;
use crate::sqlite::columns::Stored;
use crate::sqlite::listing::{self, Entry, KeyRun, List};

/// Kinds that are numbered, the journal included.
pub(crate) const KINDS: usize = 15;

/// The statements on one kind's table.
pub(crate) struct Table {
    pub(crate) key_max: &'static str,
    pub(crate) key_min: &'static str,
    pub(super) find: &'static str,
    pub(super) standing: &'static str,
    into: &'static str,
    pub(super) update: &'static str,
    entries: &'static str,
    children: &'static str,
    pub(super) shown_by_account: &'static str,
}

macro_rules! table {
    ($name:literal) => {
        Table {
            key_max: concat!("SELECT max(coalesce(max(key), 0), 0) FROM ", $name),
            key_min: concat!("SELECT min(coalesce(min(key), 0), 0) FROM ", $name),
            find: concat!(
                "SELECT account, parent, created_at, version, hidden, body FROM ",
                $name,
                " WHERE key = ?1"
            ),
            standing: concat!("SELECT version, hidden, listed FROM ", $name, " WHERE key = ?1"),
            into: concat!(
                "INSERT OR FAIL INTO ",
                $name,
                " (key, account, parent, created_at, version, hidden, listed, body)"
            ),
            update: concat!(
                "UPDATE ",
                $name,
                " SET parent = ?2, version = ?3, hidden = ?4, body = ?5 WHERE key = ?1"
            ),
            entries: concat!(
                "SELECT key, created_at, hidden, parent FROM ",
                $name,
                " WHERE key BETWEEN ?1 AND ?2 ORDER BY key"
            ),
            children: concat!(
                "SELECT key, created_at, listed FROM ",
                $name,
                " WHERE parent = ?1 AND account = ?2 AND hidden = 0"
            ),
            shown_by_account: concat!(
                "SELECT account, sum(hidden = 0) FROM ",
                $name,
                " GROUP BY account"
            ),
        }
    };
}

impl Table {
    /// In the order of the kinds' numbers.
    pub(crate) const ALL: [Table; KINDS] = [
        table!("bank_token"),
        table!("bank_customer"),
        table!("bank_card"),
        table!("bank_recipient"),
        table!("bank_charge"),
        table!("bank_refund"),
        table!("bank_transfer"),
        JOURNAL,
        table!("bank_party"),
        table!("bank_linked_account"),
        table!("bank_wallet"),
        table!("bank_payment_method"),
        table!("bank_remittance"),
        table!("bank_image"),
        table!("bank_product"),
    ];

    /// A kind's table.
    pub(super) fn of(kind: RecordKind) -> Outcome<&'static Table> {
        static TABLES: [Table; KINDS] = Table::ALL;
        if kind == RecordKind::JournalEntry {
            return Err(Fault::Refused("the journal is not made of records".to_owned()));
        }
        usize::try_from(kind.number())
            .ok()
            .and_then(|index| TABLES.get(index))
            .ok_or_else(|| Fault::Refused(format!("{kind:?} has no table")))
    }
}

/// The journal is numbered like records, and is none.
const JOURNAL: Table = Table {
    key_max: "SELECT max(coalesce(max(key), 0), 0) FROM bank_journal",
    key_min: "SELECT min(coalesce(min(key), 0), 0) FROM bank_journal",
    find: "",
    standing: "",
    into: "",
    update: "",
    entries: "",
    children: "",
    // Kinds 2 and 4 only set money aside (EntryKind::sets_aside).
    shown_by_account: "SELECT account, count(*) FROM bank_journal
                       WHERE kind NOT IN (2, 4) GROUP BY account",
};

/// Adds records to a kind's table, each with the number of its span.
pub(super) fn insert(
    connection: &Connection,
    kind: RecordKind,
    records: &[(&Record, i64)],
) -> Outcome<()> {
    Bulk::new(connection, Table::of(kind)?.into, 8).insert(records, |values, (record, listed)| {
        values.put(record.key.key)?;
        values.put(record.account.0)?;
        values.put(record.parent)?;
        values.put(record.created_at.nanoseconds())?;
        values.put(record.version)?;
        values.put(record.hidden)?;
        values.put(*listed)?;
        values.put(&record.body)
    })
}

/// One record.
pub(super) fn find(connection: &Connection, key: RecordKey) -> Outcome<Option<Record>> {
    let mut select = connection.prepare_cached(Table::of(key.kind)?.find)?;
    let mut rows = select.query([key.key])?;
    rows.next()?.map(|row| record(key, row)).transpose()
}

fn record(key: RecordKey, row: &Row<'_>) -> Outcome<Record> {
    Ok(Record {
        key,
        account: AccountId(row.get(0)?),
        parent: row.get(1)?,
        created_at: Instant::from_nanoseconds(row.get(2)?),
        version: row.get(3)?,
        hidden: row.get(4)?,
        body: row.get(5)?,
    })
}

/// A page of records that are not hidden, by creation.
pub(super) fn page(connection: &Connection, query: &RecordQuery) -> Outcome<Page<Record>> {
    let table = Table::of(query.kind)?;
    let (keys, total) = match (query.kind, query.parent) {
        (kind, Some(parent)) if has_few_children(kind) => {
            children(connection, table, parent, query)?
        }
        (_, parent) => {
            let read = |first, last| entries(connection, table, first, last, parent);
            let list = List::records(query.kind);
            let chosen = parent.is_some();
            listing::page(connection, list, query.account, &query.page, chosen, &read)?
        }
    };
    let mut entries = Vec::with_capacity(keys.len());
    for key in keys {
        entries.extend(find(connection, RecordKey { kind: query.kind, key })?);
    }
    Ok(Page { entries, total })
}

/// Whether those of one parent are few, and indexed: a person's cards, a charge's refunds.
const fn has_few_children(kind: RecordKind) -> bool {
    use RecordKind as K;
    matches!(
        kind,
        K::Card
            | K::Refund
            | K::LinkedAccount
            | K::Wallet
            | K::PaymentMethod
            | K::Image
            | K::Product
    )
}

fn entries(
    connection: &Connection,
    table: &Table,
    first: i64,
    last: i64,
    parent: Option<i64>,
) -> Outcome<Vec<Entry>> {
    let mut select = connection.prepare_cached(table.entries)?;
    select
        .query_and_then((first, last), |row| {
            let hidden: bool = row.get(2)?;
            let chosen = parent.is_none() || row.get::<_, Option<i64>>(3)? == parent;
            Ok(Entry { key: row.get(0)?, at: row.get(1)?, shown: chosen && !hidden })
        })?
        .collect()
}

fn children(
    connection: &Connection,
    table: &Table,
    parent: i64,
    query: &RecordQuery,
) -> Outcome<(Vec<i64>, u64)> {
    let page = &query.page;
    let unfiltered = listing::is_unfiltered(page);
    let mut select = connection.prepare_cached(table.children)?;
    let mut found: Vec<(i64, i64, i64)> = select
        .query_map((parent, query.account.0), |row| Ok((row.get(2)?, row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    found.retain(|(_, _, at)| {
        unfiltered || (page.from..=page.to).contains(&Instant::from_nanoseconds(*at))
    });
    sort_as_appended(connection, query, &mut found)?;
    if page.order == Order::ReverseChronological {
        found.reverse();
    }
    let total = found.len().try_into().unwrap_or(u64::MAX);
    let skip = usize::try_from(page.offset).unwrap_or(usize::MAX);
    let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
    Ok((found.into_iter().skip(skip).take(limit).map(|(_, key, _)| key).collect(), total))
}

/// Sorts children, each with its span's number and its key, by when they were appended to the
/// account's list. Of a span that several of them are in, the runs say in which order.
fn sort_as_appended(
    connection: &Connection,
    query: &RecordQuery,
    found: &mut [(i64, i64, i64)],
) -> Outcome<()> {
    found.sort_unstable();
    let list = List::records(query.kind);
    for siblings in found.chunk_by_mut(|one, next| one.0 == next.0).filter(|it| it.len() > 1) {
        let Some(&(sequence, ..)) = siblings.first() else { continue };
        let runs = listing::runs_of(connection, list, query.account, sequence)?;
        // Names count down from zero as keys count up.
        siblings.sort_by_key(|(_, key, _)| {
            let holds =
                |(first, last): &KeyRun| (*first.min(last)..=*first.max(last)).contains(key);
            (runs.iter().position(holds), key.unsigned_abs())
        });
    }
    Ok(())
}
