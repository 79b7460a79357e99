//! [`NameStore`] over PostgreSQL.

use async_trait::async_trait;

use super::PostgresStore;
use super::columns::Stored;
use super::session::Session;
use crate::Result;
use crate::fault::{Fault, Outcome};
use crate::name_store::{FOREIGN_KEY_MAX, ForeignName, NameStore};
use crate::record::RecordKey;

#[async_trait]
impl NameStore for PostgresStore {
    async fn intern(&self, names: Vec<ForeignName>) -> Result<Vec<i64>> {
        let names = &names;
        self.write("naming foreign things", |session| async move { intern(&session, names).await })
            .await
    }

    async fn names(&self, keys: Vec<RecordKey>) -> Result<Vec<Option<Box<str>>>> {
        let keys = &keys;
        self.look("reading foreign names", |session| async move { texts(&session, keys).await })
            .await
    }
}

/// The keys of names. They are given in the order of the names, so that two who name the
/// same do not wait for each other; whoever comes second finds what the first has given.
async fn intern(session: &Session, names: &[ForeignName]) -> Outcome<Vec<i64>> {
    let accounts: Vec<i64> = names.iter().map(|it| it.account.0).collect();
    let kinds: Vec<i64> = names.iter().map(|it| it.kind.number()).collect();
    let texts: Vec<&str> = names.iter().map(|it| &*it.text).collect();
    let find = "SELECT foreign_name.id, place
        FROM unnest($1::bigint[], $2::bigint[], $3::text[]) WITH ORDINALITY
            AS wanted (account, kind, name, place)
        LEFT JOIN foreign_name ON foreign_name.account = wanted.account
        AND foreign_name.kind = wanted.kind AND foreign_name.name = wanted.name
        ORDER BY place";
    let ids = |rows: Vec<tokio_postgres::Row>| -> Outcome<Vec<Option<i64>>> {
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    };
    let mut known = ids(session.query(find, &[&accounts, &kinds, &texts]).await?)?;
    if known.iter().any(Option::is_none) {
        session
            .execute(
                "INSERT INTO foreign_name (id, account, kind, name)
                 SELECT nextval('foreign_name_number'), account, kind, name
                 FROM (SELECT DISTINCT account, kind, name
                       FROM unnest($1::bigint[], $2::bigint[], $3::text[])
                           AS wanted (account, kind, name)
                       ORDER BY account, kind, name) AS wanted
                 ON CONFLICT (account, kind, name) DO NOTHING",
                &[&accounts, &kinds, &texts],
            )
            .await?;
        known = ids(session.query(find, &[&accounts, &kinds, &texts]).await?)?;
    }
    known
        .into_iter()
        .map(|id| {
            id.map(|id| FOREIGN_KEY_MAX - id)
                .ok_or_else(|| Fault::corrupt("foreign name", "it was given and is not there"))
        })
        .collect()
}

async fn texts(session: &Session, keys: &[RecordKey]) -> Outcome<Vec<Option<Box<str>>>> {
    let ids: Vec<Option<i64>> =
        keys.iter().map(|key| FOREIGN_KEY_MAX.checked_sub(key.key)).collect();
    let kinds: Vec<i64> = keys.iter().map(|key| key.kind.number()).collect();
    let rows = session
        .query(
            "SELECT foreign_name.name FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY
                 AS wanted (id, kind, place)
             LEFT JOIN foreign_name ON foreign_name.id = wanted.id
             AND foreign_name.kind = wanted.kind ORDER BY place",
            &[&ids, &kinds],
        )
        .await?;
    rows.iter().map(|row| Ok(row.try_get::<_, Option<&str>>(0)?.map(Into::into))).collect()
}
