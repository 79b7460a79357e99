//! A database as one side of a move, and what its marks forbid.

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use engine::{Account, AccountId, Instant, LaneId};
use tokio_postgres::Row as Found;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use super::columns::{Stored, instant_at};
use super::pool::Pool;
use super::session::Session;
use super::settings::Settings;
use super::{accounts, doctor, migration, presence, queue};
use crate::check::Check;
use crate::event::EventKind;
use crate::fault::{Fault, Outcome};
use crate::relocation::{
    Batch, Lies, Mark, Numbers, PARTS, Part, ROWS_AT_ONCE, Row, Side, State, Value, Whose,
};

/// Refuses an account that is elsewhere.
pub(super) async fn account_must_be_here(session: &Session, account: AccountId) -> Outcome<()> {
    refuse_marked(session, account.0, &format!("account {account}")).await
}

/// Where an account went, with all others or alone.
pub(super) async fn went_to(session: &Session, account: AccountId) -> Outcome<Option<String>> {
    let statement = "SELECT place FROM relocation WHERE account IN (0, $1) AND state >= 2";
    let found = session.first(statement, &[&account.0]).await?;
    Ok(found.map(|row| row.try_get(0)).transpose()?)
}

/// Refuses a lane whose account is elsewhere.
pub(super) async fn lane_must_be_here(session: &Session, lane: LaneId) -> Outcome<()> {
    for account in accounts::all(session).await? {
        if account.lane == lane {
            account_must_be_here(session, account.id).await?;
        }
    }
    Ok(())
}

async fn refuse_marked(session: &Session, account: i64, what: &str) -> Outcome<()> {
    let statement = "SELECT state, place FROM relocation WHERE account = $1 AND state <> 1";
    match session.first(statement, &[&account]).await? {
        Some(row) => Err(Fault::Elsewhere(Mark::told(row.try_get(0)?, what, row.try_get(1)?))),
        None => Ok(()),
    }
}

impl ToSql for Value {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match (self, kind) {
            (Value::Null, _) => Ok(IsNull::Yes),
            (Value::Whole(number), &Type::BOOL) => (*number != 0).to_sql(kind, out),
            (Value::Whole(number), &Type::INT2) => i16::try_from(*number)?.to_sql(kind, out),
            (Value::Whole(number), &Type::INT4) => i32::try_from(*number)?.to_sql(kind, out),
            (Value::Whole(number), _) => number.to_sql(kind, out),
            (Value::Text(text), _) => (&**text).to_sql(kind, out),
            (Value::Bytes(bytes), _) => (&**bytes).to_sql(kind, out),
        }
    }

    fn accepts(kind: &Type) -> bool {
        matches!(
            *kind,
            Type::BOOL | Type::INT2 | Type::INT4 | Type::INT8 | Type::TEXT | Type::BYTEA
        )
    }

    to_sql_checked!();
}

fn value(row: &Found, index: usize) -> Outcome<Value> {
    let kind = row.columns().get(index).map(tokio_postgres::Column::type_);
    let whole = |number: Option<i64>| number.map_or(Value::Null, Value::Whole);
    Ok(match kind {
        Some(&Type::BOOL) => whole(row.try_get::<_, Option<bool>>(index)?.map(i64::from)),
        Some(&Type::INT2) => whole(row.try_get::<_, Option<i16>>(index)?.map(i64::from)),
        Some(&Type::INT4) => whole(row.try_get::<_, Option<i32>>(index)?.map(i64::from)),
        Some(&Type::INT8) => whole(row.try_get(index)?),
        Some(&Type::TEXT) => {
            let text: Option<&str> = row.try_get(index)?;
            text.map_or(Value::Null, |text| Value::Text(text.into()))
        }
        Some(&Type::BYTEA) => {
            let bytes: Option<&[u8]> = row.try_get(index)?;
            bytes.map_or(Value::Null, |bytes| Value::Bytes(bytes.into()))
        }
        other => return Err(Fault::corrupt("value", format!("it is of type {other:?}"))),
    })
}

/// The table in which a part's rows lie, and which of its rows they are.
fn table(part: Part) -> (&'static str, String) {
    match part.lies {
        Lies::Records(kind) => ("bank_record", format!("kind = {}", kind.number())),
        _ => (part.name, "true".to_owned()),
    }
}

/// A column by its own name.
fn column(name: &'static str) -> &'static str {
    if name == "place" { "listed" } else { name }
}

fn columns(names: &[&'static str]) -> String {
    names.iter().map(|name| column(name)).collect::<Vec<_>>().join(", ")
}

/// The condition for rows.
fn condition(part: Part, whose: Whose) -> String {
    let (_, which) = table(part);
    match whose {
        Whose::All => which,
        Whose::One { account, lane } => format!("{which} AND {}", part.of(account, lane)),
    }
}

/// A column that follows from the others, and what it holds in a row.
fn derived(part: Part, row: &Row) -> Outcome<Option<(&'static str, Value)>> {
    let kind = || {
        let at = part.columns.iter().position(|column| *column == "kind");
        at.and_then(|at| row.get(at)).map_or(0, Value::whole)
    };
    let (name, number) = match part.lies {
        Lies::Claimed => ("lease_until", 0),
        // Whoever held its key is no more.
        Lies::Alone if part.name == "request" => ("held_until", 0),
        Lies::Events => ("listed", i64::from(!EventKind::from_number(kind())?.is_unlisted())),
        Lies::Records(kind) => ("kind", kind.number()),
        Lies::Journal => {
            ("shown", i64::from(!::bank::EntryKind::from_number(kind())?.sets_aside()))
        }
        Lies::Alone | Lies::Queued | Lies::Endpoints => return Ok(None),
    };
    Ok(Some((name, Value::Whole(number))))
}

/// A database that no node works on, for as long as the session's connection is open.
pub(crate) struct Relocating {
    session: Session,
    place: String,
}

impl Relocating {
    /// Connects; makes the schema where there is none, unless data must be there.
    pub(crate) async fn open(settings: &Settings, must_be_there: bool) -> Outcome<Relocating> {
        let place = settings.place().map_err(Fault::Refused)?;
        let pool = Pool::of_visitor(settings)?;
        let found =
            pool.look(|session| async move { migration::is_current(&session).await }).await?;
        if must_be_there && found.is_none() {
            return Err(Fault::Refused(format!("there are no data at {place}")));
        }
        {
            let session = pool.session().await?;
            presence::have_alone(&session).await?;
        } // the pool's one connection keeps the lock
        let migrated = migration::migrate(&pool).await;
        migrated.map_err(|error| Fault::Refused(error.to_string()))?;
        let session = pool.session().await?;
        // Where the connection broke meanwhile, this is another one.
        presence::have_alone(&session).await?;
        Ok(Relocating { session, place })
    }

    async fn whole(&self, statement: &'static str) -> Outcome<i64> {
        Ok(self.session.one(statement, &[]).await?.try_get(0)?)
    }

    async fn run(&self, statement: &str) -> Outcome<()> {
        self.session.run(statement).await
    }

    async fn copy(&self, part: Part, rows: &[Row]) -> Outcome<()> {
        let Some(first) = rows.first() else { return Ok(()) };
        let mut names = columns(part.columns);
        if let Some((name, _)) = derived(part, first)? {
            names = format!("{names}, {name}");
        }
        let client = self.session.client()?;
        let (table, _) = table(part);
        let described =
            client.prepare_cached(&format!("SELECT {names} FROM {table} LIMIT 0")).await?;
        let types: Vec<Type> = described.columns().iter().map(|it| it.type_().clone()).collect();
        let sink = client
            .copy_in::<_, Bytes>(&format!("COPY {table} ({names}) FROM STDIN (FORMAT binary)"))
            .await?;
        let writer = BinaryCopyInWriter::new(sink, &types);
        let mut writer = std::pin::pin!(writer);
        for row in rows {
            let derived = derived(part, row)?.map(|(_, value)| value);
            let values: Vec<&(dyn ToSql + Sync)> =
                row.iter().chain(&derived).map(|value| value as &(dyn ToSql + Sync)).collect();
            writer.as_mut().write(&values).await?;
        }
        writer.finish().await?;
        Ok(())
    }
}

/// By list and owner, how many entries are shown, and how many were ever appended.
const COUNT: &str = "
    INSERT INTO counter (list, owner, value, sequence)
    SELECT kind::bigint, account, count(*) FILTER (WHERE NOT hidden), max(listed)
        FROM bank_record GROUP BY kind, account
    UNION ALL SELECT 7, account, count(*) FILTER (WHERE shown), max(listed)
        FROM bank_journal GROUP BY account
    UNION ALL SELECT 64, account, count(*) FILTER (WHERE listed), count(*)
        FROM event GROUP BY account
    UNION ALL SELECT 81, 0, 0, count(*) FROM bank_name HAVING count(*) > 0
    UNION ALL SELECT 65, account, count(*), 0 FROM schedule GROUP BY account
    UNION ALL SELECT 66 + kind, account, count(*), 0 FROM schedule GROUP BY kind, account
    UNION ALL SELECT 80, lane, count(*), 0 FROM (
        SELECT lane FROM queue UNION ALL SELECT lane FROM claimed) AS run GROUP BY lane";

/// The last number that a sequence has given out.
macro_rules! last_of {
    ($sequence:literal) => {
        concat!("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM ", $sequence)
    };
}

#[async_trait]
impl Side for Relocating {
    fn place(&self) -> String {
        self.place.clone()
    }

    async fn begin(&mut self) -> Outcome<()> {
        self.session.begin("BEGIN ISOLATION LEVEL REPEATABLE READ").await?;
        self.run(
            "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0",
        )
        .await
    }

    async fn commit(&mut self) -> Outcome<()> {
        self.session.commit().await?;
        Ok(())
    }

    async fn must_be_at_rest(&mut self) -> Outcome<()> {
        let row = self
            .session
            .one(
                "SELECT count(*), coalesce(max(lease_until), 0) FROM claimed WHERE term <> -1
                 AND lease_until > database_now()",
                &[],
            )
            .await?;
        let runs: i64 = row.try_get(0)?;
        if runs == 0 {
            return Ok(());
        }
        Err(Fault::Refused(format!(
            "{runs} runs are claimed until {} by a node that may still be working on them; stop \
             every node, and try again after that",
            instant_at(&row, 1)?
        )))
    }

    async fn marks(&mut self) -> Outcome<Vec<Mark>> {
        let statement = "SELECT account, number, state, place, at FROM relocation";
        let rows = self.session.query(statement, &[]).await?;
        rows.iter()
            .map(|row| {
                Ok(Mark {
                    account: row.try_get(0)?,
                    number: row.try_get(1)?,
                    state: State::from_number(row.try_get(2)?)?,
                    place: row.try_get(3)?,
                    at: instant_at(row, 4)?,
                })
            })
            .collect()
    }

    async fn put_mark(&mut self, mark: &Mark) -> Outcome<()> {
        let Mark { account, number, state, place, at } = mark;
        self.session
            .execute(
                "INSERT INTO relocation (account, number, state, place, at)
                 VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (account) DO UPDATE SET number = excluded.number,
                 state = excluded.state, place = excluded.place, at = excluded.at",
                &[account, number, &state.number(), place, &at.nanoseconds()],
            )
            .await?;
        Ok(())
    }

    async fn take_mark(&mut self, account: i64) -> Outcome<()> {
        self.session.execute("DELETE FROM relocation WHERE account = $1", &[&account]).await?;
        Ok(())
    }

    async fn accounts(&mut self) -> Outcome<Vec<Account>> {
        accounts::all(&self.session).await
    }

    async fn numbers(&mut self) -> Outcome<Option<Numbers>> {
        let identity = "SELECT installation, term, opened, account, schedule FROM identity";
        let Some(row) = self.session.first(identity, &[]).await? else { return Ok(None) };
        let keys = self
            .session
            .one(
                "SELECT coalesce(max(key), 0), coalesce(min(key), 0) FROM (
                     SELECT key FROM bank_record UNION ALL SELECT key FROM bank_journal
                 ) AS numbered",
                &[],
            )
            .await?;
        Ok(Some(Numbers {
            installation: row.try_get(0)?,
            term: row.try_get(1)?,
            opened: row.try_get(2)?,
            account: row.try_get(3)?,
            schedule: row.try_get(4)?,
            record_max: keys.try_get::<_, i64>(0)?.max(0),
            record_min: keys.try_get::<_, i64>(1)?.min(0),
            event: self.whole(last_of!("event_number")).await?,
            audit: self.whole(last_of!("audit_number")).await?,
            foreign_name: self.whole(last_of!("foreign_name_number")).await?,
            delivery: self.whole(last_of!("webhook_delivery_number")).await?,
        }))
    }

    async fn set_numbers(&mut self, numbers: &Numbers) -> Outcome<()> {
        self.session
            .execute(
                "INSERT INTO identity (one, installation, term, opened, account, schedule)
                 VALUES (1, $1, $2, $3, $4, $5)
                 ON CONFLICT (one) DO UPDATE SET installation = excluded.installation,
                 term = excluded.term, opened = excluded.opened, account = excluded.account,
                 schedule = excluded.schedule",
                &[
                    &numbers.installation,
                    &numbers.term,
                    &super::keys::openings(numbers),
                    &numbers.account,
                    &numbers.schedule,
                ],
            )
            .await?;
        for (sequence, last) in [
            ("event_number", numbers.event),
            ("audit_number", numbers.audit),
            ("foreign_name_number", numbers.foreign_name),
            ("webhook_delivery_number", numbers.delivery),
        ] {
            let set = "SELECT setval($1::text::regclass, greatest($2::bigint, 1), $2::bigint > 0)";
            self.session.query(set, &[&sequence, &last]).await?;
        }
        Ok(())
    }

    async fn count(&mut self, part: Part, whose: Whose) -> Outcome<u64> {
        let (table, condition) = (table(part).0, condition(part, whose));
        let client = self.session.client()?;
        let sql = format!("SELECT count(*) FROM {table} WHERE {condition}");
        let count: i64 = client.query_one(&sql, &[]).await?.try_get(0)?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    async fn read(&mut self, part: Part, whose: Whose, after: &[Value]) -> Outcome<Batch> {
        let key = columns(part.columns.get(..part.key).unwrap_or_default());
        let (table, condition) = (table(part).0, condition(part, whose));
        let numbers: Vec<String> = (1..=after.len()).map(|number| format!("${number}")).collect();
        let behind = if after.is_empty() {
            String::new()
        } else {
            format!("AND ({key}) > ({})", numbers.join(", "))
        };
        let client = self.session.client()?;
        let select = client
            .prepare_cached(&format!(
                "SELECT {} FROM {table} WHERE {condition} {behind} ORDER BY {key}
                 LIMIT {ROWS_AT_ONCE}",
                columns(part.columns)
            ))
            .await?;
        let values: Vec<&(dyn ToSql + Sync)> =
            after.iter().map(|value| value as &(dyn ToSql + Sync)).collect();
        let found = client.query(&select, &values).await?;
        let rows: Vec<Row> = found
            .iter()
            .map(|row| (0..row.len()).map(|index| value(row, index)).collect())
            .collect::<Outcome<_>>()?;
        let last = rows.last().filter(|_| rows.len() == ROWS_AT_ONCE);
        let next = last.map(|row| row.iter().take(part.key).cloned().collect());
        Ok(Batch { rows, next })
    }

    async fn write(&mut self, part: Part, rows: &[Row]) -> Outcome<()> {
        self.copy(part, rows).await
    }

    async fn taken<'rows>(
        &mut self,
        part: Part,
        rows: &'rows [Row],
    ) -> Outcome<Option<&'rows Row>> {
        let unique = part.unique();
        let key = part.columns.get(unique.clone()).unwrap_or_default();
        let numbers: Vec<String> = (1..=key.len()).map(|number| format!("${number}")).collect();
        let client = self.session.client()?;
        let (table, which) = table(part);
        let select = client
            .prepare_cached(&format!(
                "SELECT 1 FROM {table} WHERE {which} AND ({}) = ({})",
                columns(key),
                numbers.join(", ")
            ))
            .await?;
        for row in rows {
            let values: Vec<&(dyn ToSql + Sync)> = row
                .get(unique.clone())
                .unwrap_or_default()
                .iter()
                .map(|value| value as &(dyn ToSql + Sync))
                .collect();
            if client.query_opt(&select, &values).await?.is_some() {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }

    async fn clear(&mut self, account: i64, lane: i64) -> Outcome<()> {
        let whose = Whose::One { account, lane };
        for part in PARTS.iter().rev() {
            let (table, condition) = (table(*part).0, condition(*part, whose));
            self.run(&format!("DELETE FROM {table} WHERE {condition}")).await?;
        }
        Ok(()) // counters are made anew
    }

    async fn derive(&mut self) -> Outcome<()> {
        self.run("DELETE FROM counter").await?;
        self.run(COUNT).await?;
        // So that what is asked of so many new rows is planned for them.
        self.run("ANALYZE").await
    }

    async fn next_due(&mut self, lane: LaneId) -> Outcome<Option<Instant>> {
        queue::next_due(&self.session, lane).await
    }

    async fn examine(&mut self) -> Outcome<Vec<Check>> {
        doctor::checks(&self.session).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::relocation::forgotten;

    /// The columns that migrations make, each after its table.
    fn schema(migrations: &[&str]) -> Vec<(String, String)> {
        let mut columns = Vec::new();
        let mut table = None;
        for line in migrations.iter().flat_map(|sql| sql.lines()) {
            if let Some(rest) = line.strip_prefix("CREATE TABLE ") {
                table = Some(rest.strip_suffix(" (").unwrap());
            } else if let Some(rest) = line.strip_prefix("ALTER TABLE ") {
                let (table, column) = rest.split_once(" ADD COLUMN ").unwrap();
                columns.push((table, column.split(' ').next().unwrap()));
            } else if line.starts_with(')') {
                table = None;
            } else if let Some(table) = table {
                let word = line.split_whitespace().next().unwrap();
                if word.starts_with(|first: char| first.is_ascii_lowercase()) {
                    columns.push((table, word));
                }
            }
        }
        columns.into_iter().map(|(table, column)| (table.into(), column.into())).collect()
    }

    #[test]
    fn whatever_a_database_keeps_goes_along_or_is_said_to_be_left_behind() {
        let mut schema = schema(migration::MIGRATIONS);
        assert!(schema.len() > 200 && schema.contains(&("request".into(), "held_until".into())));
        let table_of = |part| table(part).0;
        assert_eq!(forgotten(&schema, table_of), [""; 0]);
        schema.push(("request".into(), "another".into()));
        schema.push(("new".into(), "id".into()));
        assert_eq!(forgotten(&schema, table_of), ["request.another", "new.id"]);
    }
}
