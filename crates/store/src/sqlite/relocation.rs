//! A file as one side of a move, and what its marks forbid.

use std::path::Path;

use async_trait::async_trait;
use engine::{Account, AccountId, Instant, LaneId};
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};

use super::columns::{Stored, instant_at};
use super::listing::{Appended, List};
use super::lock::Lock;
use super::state::{LAST_EVENT, WriterState};
use super::{accounts, connection, doctor, keys, listing, migration, runs};
use crate::StoreError;
use crate::check::Check;
use crate::event::EventKind;
use crate::fault::{Fault, Outcome};
use crate::record::RecordKind;
use crate::relocation::{
    Batch, EVERYTHING, Lies, Mark, Numbers, PARTS, Part, ROWS_AT_ONCE, Row, Side, State, Value,
    Whose,
};

/// Spans that are looked into at once.
const SPANS_AT_ONCE: usize = 256;

/// Records of all kinds under one name, as PostgreSQL keeps them.
const RECORDS: &str = "CREATE TEMP VIEW bank_record (kind, key, account) AS
    SELECT 0, key, account FROM bank_token
    UNION ALL SELECT 1, key, account FROM bank_customer
    UNION ALL SELECT 2, key, account FROM bank_card
    UNION ALL SELECT 3, key, account FROM bank_recipient
    UNION ALL SELECT 4, key, account FROM bank_charge
    UNION ALL SELECT 5, key, account FROM bank_refund
    UNION ALL SELECT 6, key, account FROM bank_transfer
    UNION ALL SELECT 8, key, account FROM bank_party
    UNION ALL SELECT 9, key, account FROM bank_linked_account
    UNION ALL SELECT 10, key, account FROM bank_wallet
    UNION ALL SELECT 11, key, account FROM bank_payment_method
    UNION ALL SELECT 12, key, account FROM bank_remittance
    UNION ALL SELECT 13, key, account FROM bank_image
    UNION ALL SELECT 14, key, account FROM bank_product";

/// Refuses data that are elsewhere, or not whole.
pub(super) fn must_be_here(connection: &Connection) -> Outcome<()> {
    refuse_marked(connection, EVERYTHING, "the data")
}

/// Refuses an account that is elsewhere.
pub(super) fn account_must_be_here(connection: &Connection, account: AccountId) -> Outcome<()> {
    refuse_marked(connection, account.0, &format!("account {account}"))
}

/// Where an account went, with all others or alone.
pub(super) fn went_to(connection: &Connection, account: AccountId) -> Outcome<Option<String>> {
    let place = connection
        .prepare_cached("SELECT place FROM relocation WHERE account IN (?1, ?2) AND state >= ?3")?
        .query_row((EVERYTHING, account.0, State::Leaving.number()), |row| row.get(0))
        .optional()?;
    Ok(place)
}

/// Refuses a lane whose account is elsewhere.
pub(super) fn lane_must_be_here(connection: &Connection, lane: LaneId) -> Outcome<()> {
    let accounts = accounts::all(connection)?;
    let mut on_it = accounts.iter().filter(|account| account.lane == lane);
    on_it.try_for_each(|account| account_must_be_here(connection, account.id))
}

fn refuse_marked(connection: &Connection, account: i64, what: &str) -> Outcome<()> {
    let mark: Option<(i64, String)> = connection
        .prepare_cached("SELECT state, place FROM relocation WHERE account = ?1 AND state <> ?2")?
        .query_row((account, State::Arrived.number()), |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    match mark {
        Some((state, place)) => Err(Fault::Elsewhere(Mark::told(state, what, &place))),
        None => Ok(()),
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Whole(number) => ValueRef::Integer(*number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

fn value(stored: ValueRef<'_>) -> Outcome<Value> {
    Ok(match stored {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Whole(number),
        ValueRef::Text(_) => Value::Text(stored.as_str().map_err(corrupt)?.into()),
        ValueRef::Blob(bytes) => Value::Bytes(bytes.into()),
        ValueRef::Real(_) => return Err(Fault::corrupt("value", "it is no whole number")),
    })
}

fn corrupt(error: impl std::fmt::Display) -> Fault {
    Fault::corrupt("value", error)
}

/// The table in which a part's rows lie, and which of its rows they are.
const fn table(part: Part) -> (&'static str, &'static str) {
    match part.lies {
        Lies::Queued => ("queue", "term = 4294967296"),
        Lies::Claimed => ("queue", "term <> 4294967296"),
        _ => (part.name, "true"),
    }
}

/// How a part's columns are read.
fn columns(part: Part) -> String {
    let columns = part.columns.iter().map(|column| match (part.lies, *column) {
        (Lies::Claimed, "term") => "term - 4294967296",
        (_, "place") => "0",
        (_, column) => column,
    });
    columns.collect::<Vec<_>>().join(", ")
}

/// The condition for rows.
fn condition(part: Part, whose: Whose) -> String {
    let which = table(part).1;
    match whose {
        Whose::All => which.to_owned(),
        Whose::One { account, lane } => format!("{which} AND {}", part.of(account, lane)),
    }
}

/// A file that nobody else has open.
pub(crate) struct Relocating {
    connection: Connection,
    state: WriterState,
    lock: Lock,
}

impl Relocating {
    /// Opens data; makes them where there are none, unless they must be there.
    pub(crate) fn open(path: &Path, must_be_there: bool) -> Outcome<Relocating> {
        let refused = |error: StoreError| Fault::Refused(error.to_string());
        if must_be_there && !path.exists() {
            return Err(Fault::Refused(format!("there are no data at {}", path.display())));
        }
        let lock = Lock::take(path).map_err(refused)?;
        let mut connection = connection::writer(&lock.data)?;
        if must_be_there && connection::is_empty(&connection)? {
            return Err(Fault::Refused(format!("there are no data at {}", path.display())));
        }
        migration::migrate(&mut connection).map_err(refused)?;
        connection.execute_batch(RECORDS)?;
        Ok(Relocating { connection, state: WriterState::default(), lock })
    }

    /// Rows that lie in the order of their keys.
    fn read_by_key(&self, part: Part, whose: Whose, after: &[Value]) -> Outcome<Batch> {
        let key = part.columns.get(..part.key).unwrap_or_default().join(", ");
        let (table, condition) = (table(part).0, condition(part, whose));
        let behind = if after.is_empty() {
            String::new()
        } else {
            format!("AND ({key}) > ({})", marks(part.key))
        };
        let mut select = self.connection.prepare_cached(&format!(
            "SELECT {} FROM {table} WHERE {condition} {behind} ORDER BY {key} LIMIT {ROWS_AT_ONCE}",
            columns(part)
        ))?;
        let rows = collect(part, select.query(params_from_iter(after))?)?;
        let last = rows.last().filter(|_| rows.len() == ROWS_AT_ONCE);
        let next = last.map(|row| row.iter().take(part.key).cloned().collect());
        Ok(Batch { rows, next })
    }

    /// Rows of a list, as its spans lead to them.
    fn read_by_span(
        &self,
        part: Part,
        list: List,
        whose: Whose,
        after: &[Value],
    ) -> Outcome<Batch> {
        let mut batch = Batch::default();
        let owner = match whose {
            Whose::All => "true".to_owned(),
            Whose::One { account, .. } => format!("account = {account}"),
        };
        let mut spans = self.connection.prepare_cached(&format!(
            "SELECT account, sequence, first, last, further FROM span
             WHERE list = ?1 AND {owner} AND (account, sequence) > (?2, ?3)
             ORDER BY account, sequence LIMIT {SPANS_AT_ONCE}"
        ))?;
        let start = [Value::Whole(i64::MIN), Value::Whole(i64::MIN)];
        let [account, sequence] = after else {
            return self.read_by_span(part, list, whose, &start);
        };
        let mut spans = spans.query(params![list.number(), account, sequence])?;
        let mut last = None;
        while batch.rows.len() < ROWS_AT_ONCE
            && let Some(span) = spans.next()?
        {
            last = Some(vec![Value::Whole(span.get(0)?), Value::Whole(span.get(1)?)]);
            let further = span.get_ref(4)?.as_blob_or_null().unwrap_or(None);
            for (first, last) in listing::runs(span.get(2)?, span.get(3)?, further)? {
                batch.rows.extend(self.read_run(part, first, last)?);
            }
        }
        batch.next = last;
        Ok(batch)
    }

    /// Rows of consecutive keys, from the first to the last.
    fn read_run(&self, part: Part, first: i64, last: i64) -> Outcome<Vec<Row>> {
        let direction = if first <= last { "ASC" } else { "DESC" };
        let mut select = self.connection.prepare_cached(&format!(
            "SELECT {} FROM {} WHERE key BETWEEN ?1 AND ?2 ORDER BY key {direction}",
            columns(part),
            part.name
        ))?;
        collect(part, select.query((first.min(last), first.max(last)))?)
    }

    fn insert(&mut self, part: Part, rows: &[Row]) -> Outcome<()> {
        let Relocating { connection, state, .. } = self;
        let mut appended = Appended::default();
        let mut insert = connection.prepare_cached(&insertion(part))?;
        for row in rows {
            let whole = |column: &str| {
                let at = part.columns.iter().position(|it| *it == column);
                at.and_then(|at| row.get(at)).map_or(0, Value::whole)
            };
            let account = AccountId(whole("account"));
            let mut values: Vec<&dyn ToSql> = Vec::with_capacity(row.len());
            values.extend(row.iter().map(|value| value as &dyn ToSql));
            let listed;
            match part.lies {
                Lies::Records(kind) => {
                    let (list, at) = (List::records(kind), instant(whole("created_at")));
                    let hidden = whole("hidden") != 0;
                    listed = appended.append(state, list, account, whole("key"), at, hidden);
                    appended.count(list, account.0, i64::from(!hidden));
                    if let Some(place) = values.get_mut(1) {
                        *place = &listed;
                    }
                }
                Lies::Journal => {
                    let list = List::records(RecordKind::JournalEntry);
                    let hidden = ::bank::EntryKind::from_number(whole("kind"))?.sets_aside();
                    appended.append(
                        state,
                        list,
                        account,
                        whole("key"),
                        instant(whole("at")),
                        hidden,
                    );
                    appended.count(list, account.0, i64::from(!hidden));
                    values.remove(1);
                }
                Lies::Events => {
                    let hidden = EventKind::from_number(whole("kind"))?.is_unlisted();
                    let at = instant(whole("at"));
                    appended.append(state, List::EVENTS, account, whole("id"), at, hidden);
                    appended.count(List::EVENTS, account.0, i64::from(!hidden));
                }
                Lies::Queued | Lies::Claimed => appended.count(List::QUEUE, whole("lane"), 1),
                Lies::Alone if part.name == "schedule" => {
                    let kind = engine::InstructionKind::from_number(whole("kind"))?;
                    appended.count(List::SCHEDULES, account.0, 1);
                    appended.count(List::schedules_of(kind), account.0, 1);
                }
                Lies::Alone | Lies::Endpoints => {}
            }
            insert.execute(&values[..])?;
        }
        appended.write(connection, state)
    }
}

fn instant(nanoseconds: i64) -> Instant {
    Instant::from_nanoseconds(nanoseconds)
}

/// `?, ?, …`
fn marks(count: usize) -> String {
    vec!["?"; count].join(", ")
}

/// How a row of a part is written.
fn insertion(part: Part) -> String {
    let (table, _) = table(part);
    let (mut columns, mut values) = (Vec::new(), Vec::new());
    for column in part.columns {
        match (part.lies, *column) {
            (Lies::Journal, "place") => continue,
            (_, "place") => columns.push("listed"),
            (_, column) => columns.push(column),
        }
        values.push(match (part.lies, *column) {
            (Lies::Claimed, "term") => "? + 4294967296",
            _ => "?",
        });
    }
    match part.lies {
        Lies::Claimed => {
            columns.push("lease_until");
            values.push("0");
        }
        Lies::Endpoints => {
            // The second column is the account's, the last the event that it has come to.
            columns.push("sequence");
            values.push(
                "(SELECT coalesce(max(sequence), 0) FROM span
                  WHERE list = 64 AND account = ?2 AND first <= ?15)",
            );
        }
        _ => {}
    }
    format!("INSERT INTO {table} ({}) VALUES ({})", columns.join(", "), values.join(", "))
}

fn collect(part: Part, mut found: rusqlite::Rows<'_>) -> Outcome<Vec<Row>> {
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        let columns = 0..part.columns.len();
        rows.push(columns.map(|index| value(row.get_ref(index)?)).collect::<Outcome<_>>()?);
    }
    Ok(rows)
}

/// The last numbers that were given out; `None` where there are no data yet.
pub(super) fn numbers(connection: &Connection) -> Outcome<Option<Numbers>> {
    let one = |sql: &str| -> Outcome<i64> { Ok(connection.query_row(sql, [], |row| row.get(0))?) };
    let identity = connection
        .query_row("SELECT installation, term FROM identity", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let Some((installation, term)) = identity else { return Ok(None) };
    let mut keys = (one("SELECT record FROM key_floor")?, 0);
    for table in &super::bank::records::Table::ALL {
        keys = (keys.0.max(one(table.key_max)?), keys.1.min(one(table.key_min)?));
    }
    let foreign_name = "SELECT max(coalesce((SELECT max(id) FROM foreign_name), 0), foreign_name)
        FROM key_floor";
    Ok(Some(Numbers {
        installation,
        term,
        opened: 0,
        account: one("SELECT coalesce(max(id), 0) FROM account")?,
        schedule: one(keys::LAST_SCHEDULE)?,
        record_max: keys.0,
        record_min: keys.1,
        event: one(LAST_EVENT)?,
        audit: one("SELECT max(coalesce((SELECT max(id) FROM audit), 0), audit) FROM key_floor")?,
        foreign_name: one(foreign_name)?,
        delivery: one(
            "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'webhook_delivery'",
        )?,
    }))
}

/// Has the next numbers come after these.
pub(super) fn set_numbers(connection: &Connection, numbers: &Numbers) -> Outcome<()> {
    connection.execute(
        "INSERT OR REPLACE INTO identity (one, installation, term) VALUES (1, ?1, ?2)",
        (numbers.installation, numbers.term),
    )?;
    connection.execute(
        "UPDATE key_floor SET schedule = ?1, schedule_until = coalesce(
             (SELECT min(id) FROM schedule WHERE id > ?1), 9223372036854775807),
         record = ?2, event = ?3, audit = ?4, foreign_name = ?5",
        (numbers.schedule, numbers.record_max, numbers.event, numbers.audit, numbers.foreign_name),
    )?;
    connection.execute("DELETE FROM sqlite_sequence WHERE name = 'webhook_delivery'", [])?;
    connection.execute(
        "INSERT INTO sqlite_sequence (name, seq) VALUES ('webhook_delivery', ?1)",
        [numbers.delivery],
    )?;
    Ok(())
}

#[async_trait]
impl Side for Relocating {
    fn place(&self) -> String {
        self.lock.data.display().to_string()
    }

    async fn begin(&mut self) -> Outcome<()> {
        self.connection.execute_batch("BEGIN IMMEDIATE")?;
        self.state = WriterState::read(&self.connection)?;
        Ok(())
    }

    async fn commit(&mut self) -> Outcome<()> {
        Ok(self.connection.execute_batch("COMMIT")?)
    }

    async fn must_be_at_rest(&mut self) -> Outcome<()> {
        Ok(()) // whoever has the lock is the only one who works on anything
    }

    async fn marks(&mut self) -> Outcome<Vec<Mark>> {
        let mut select =
            self.connection.prepare("SELECT account, number, state, place, at FROM relocation")?;
        select
            .query_and_then([], |row| {
                Ok(Mark {
                    account: row.get(0)?,
                    number: row.get(1)?,
                    state: State::from_number(row.get(2)?)?,
                    place: row.get(3)?,
                    at: instant_at(row, 4)?,
                })
            })?
            .collect()
    }

    async fn put_mark(&mut self, mark: &Mark) -> Outcome<()> {
        let Mark { account, number, state, place, at } = mark;
        self.connection.execute(
            "INSERT OR REPLACE INTO relocation (account, number, state, place, at)
             VALUES (?1, ?2, ?3, ?4, ?5)",
            (account, number, state.number(), place, at.nanoseconds()),
        )?;
        Ok(())
    }

    async fn take_mark(&mut self, account: i64) -> Outcome<()> {
        self.connection.execute("DELETE FROM relocation WHERE account = ?1", [account])?;
        Ok(())
    }

    async fn accounts(&mut self) -> Outcome<Vec<Account>> {
        accounts::all(&self.connection)
    }

    async fn numbers(&mut self) -> Outcome<Option<Numbers>> {
        numbers(&self.connection)
    }

    async fn set_numbers(&mut self, numbers: &Numbers) -> Outcome<()> {
        set_numbers(&self.connection, numbers)
    }

    async fn count(&mut self, part: Part, whose: Whose) -> Outcome<u64> {
        let (table, condition) = (table(part).0, condition(part, whose));
        let sql = format!("SELECT count(*) FROM {table} WHERE {condition}");
        let count: i64 = self.connection.query_row(&sql, [], |row| row.get(0))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    async fn read(&mut self, part: Part, whose: Whose, after: &[Value]) -> Outcome<Batch> {
        match part.lies {
            Lies::Records(kind) => self.read_by_span(part, List::records(kind), whose, after),
            Lies::Journal => {
                let list = List::records(RecordKind::JournalEntry);
                self.read_by_span(part, list, whose, after)
            }
            _ => self.read_by_key(part, whose, after),
        }
    }

    async fn write(&mut self, part: Part, rows: &[Row]) -> Outcome<()> {
        self.insert(part, rows)
    }

    async fn taken<'rows>(
        &mut self,
        part: Part,
        rows: &'rows [Row],
    ) -> Outcome<Option<&'rows Row>> {
        let unique = part.unique();
        let key = part.columns.get(unique.clone()).unwrap_or_default();
        let mut select = self.connection.prepare_cached(&format!(
            "SELECT 1 FROM {} WHERE ({}) = ({})",
            table(part).0,
            key.join(", "),
            marks(key.len())
        ))?;
        for row in rows {
            if select.exists(params_from_iter(row.get(unique.clone()).unwrap_or_default()))? {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }

    async fn clear(&mut self, account: i64, lane: i64) -> Outcome<()> {
        let whose = Whose::One { account, lane };
        for part in PARTS.iter().rev() {
            let sql = format!("DELETE FROM {} WHERE {}", table(*part).0, condition(*part, whose));
            self.connection.execute(&sql, [])?;
        }
        self.connection.execute("DELETE FROM span WHERE account = ?1", [account])?;
        self.connection.execute(
            "DELETE FROM counter WHERE (owner = ?1 AND list NOT IN (80, 81))
             OR (owner = ?2 AND list = 80)",
            (account, lane),
        )?;
        self.connection.execute("DELETE FROM lane WHERE lane = ?1", [lane])?;
        Ok(())
    }

    async fn derive(&mut self) -> Outcome<()> {
        self.connection.execute(
            "INSERT INTO lane (lane, claimed_through)
             SELECT lane, max(due) FROM queue WHERE term <> 4294967296 GROUP BY lane
             ON CONFLICT DO UPDATE SET claimed_through = max(claimed_through,
                 excluded.claimed_through)",
            [],
        )?;
        Ok(())
    }

    async fn next_due(&mut self, lane: LaneId) -> Outcome<Option<Instant>> {
        runs::next_due(&self.connection, lane)
    }

    async fn examine(&mut self) -> Outcome<Vec<Check>> {
        doctor::checks(&self.connection)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::relocation::forgotten;

    #[test]
    fn whatever_a_file_keeps_goes_along_or_is_said_to_be_left_behind() {
        let mut connection = connection::memory().unwrap();
        migration::migrate(&mut connection).unwrap();
        let mut select = connection
            .prepare(
                "SELECT tables.name, columns.name
                 FROM sqlite_schema AS tables, pragma_table_info(tables.name) AS columns
                 WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite%'",
            )
            .unwrap();
        let schema = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        let mut schema: Vec<(String, String)> = schema.map(Result::unwrap).collect();
        assert!(schema.len() > 200 && schema.contains(&("moved".into(), "through".into())));
        let table_of = |part| table(part).0;
        assert_eq!(forgotten(&schema, table_of), [""; 0]);
        schema.push(("request".into(), "another".into()));
        schema.push(("new".into(), "id".into()));
        assert_eq!(forgotten(&schema, table_of), ["request.another", "new.id"]);
    }
}
