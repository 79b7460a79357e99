//! Schema changes: numbered, embedded, forward only, each recorded with its hash.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};
use sha2::{Digest, Sha256};

use super::connection;
use crate::fault::{During, Outcome};
use crate::{Result, StoreError};

/// Every migration, in order; the first is number 1. One that was released is never edited.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_first.sql"),
    include_str!("migrations/0002_foreign_names.sql"),
    include_str!("migrations/0003_pulse.sql"),
    include_str!("migrations/0004_keys.sql"),
    include_str!("migrations/0005_webhooks.sql"),
    include_str!("migrations/0006_pauses.sql"),
    include_str!("migrations/0007_history.sql"),
    include_str!("migrations/0008_relocation.sql"),
];

/// Brings a database to the newest schema that this binary knows.
pub(super) fn migrate(connection: &mut Connection) -> Result<()> {
    migrate_with(connection, MIGRATIONS)
}

/// Whether a database has exactly the schema that this binary writes.
pub(super) fn is_current(connection: &Connection) -> Outcome<bool> {
    Ok(recorded(connection)?.into_iter().eq(MIGRATIONS.iter().map(|sql| hash(sql))))
}

fn migrate_with(connection: &mut Connection, migrations: &[&str]) -> Result<()> {
    const DURING: &str = "migrating the schema";
    if !connection::is_ours(connection).during(DURING)? {
        return Err(StoreError::Database {
            during: DURING,
            message: "the file is another program's database".to_owned(),
        });
    }
    let transaction =
        connection.transaction_with_behavior(TransactionBehavior::Exclusive).during(DURING)?;
    let found = recorded(&transaction).during(DURING)?;
    let known = number(migrations.len());
    if number(found.len()) > known {
        return Err(StoreError::TooNew { found: number(found.len()), known });
    }
    for (index, sql) in migrations.iter().enumerate() {
        let hash = hash(sql);
        match found.get(index) {
            Some(recorded) if *recorded == hash => {}
            Some(_) => {
                return Err(StoreError::Corrupt {
                    what: "migration",
                    message: format!(
                        "number {} was applied in another wording than this binary's",
                        number(index + 1)
                    ),
                });
            }
            None => apply(&transaction, number(index + 1), sql, hash).during(DURING)?,
        }
    }
    connection::mark(&transaction).during(DURING)?;
    transaction.commit().during(DURING)
}

fn recorded(connection: &Connection) -> Outcome<Vec<[u8; 32]>> {
    let exists = connection
        .query_row("SELECT 1 FROM sqlite_schema WHERE name = 'migration'", [], |_| Ok(()))
        .optional()?;
    if exists.is_none() {
        connection.execute_batch(
            "CREATE TABLE migration (number INTEGER PRIMARY KEY, sha256 BLOB NOT NULL) STRICT",
        )?;
    }
    let mut statement = connection.prepare("SELECT sha256 FROM migration ORDER BY number")?;
    let hashes = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok(hashes)
}

fn apply(connection: &Connection, number: u32, sql: &str, hash: [u8; 32]) -> Outcome<()> {
    connection.execute_batch(sql)?;
    connection.execute("INSERT INTO migration (number, sha256) VALUES (?1, ?2)", (number, hash))?;
    Ok(())
}

fn hash(sql: &str) -> [u8; 32] {
    Sha256::digest(sql.as_bytes()).into()
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_migration_finds_nothing_to_do() {
        let mut connection = connection::memory().unwrap();
        migrate(&mut connection).unwrap();
        migrate(&mut connection).unwrap();
        let known: Vec<_> = MIGRATIONS.iter().map(|migration| hash(migration)).collect();
        assert_eq!(recorded(&connection).unwrap(), known);
    }

    #[test]
    fn a_newer_migration_is_applied_to_older_data() {
        let mut connection = connection::memory().unwrap();
        migrate_with(&mut connection, &["CREATE TABLE a (x) "]).unwrap();
        migrate_with(&mut connection, &["CREATE TABLE a (x) ", "CREATE TABLE b (x)"]).unwrap();
        assert_eq!(recorded(&connection).unwrap().len(), 2);
    }

    #[test]
    fn data_of_a_newer_binary_is_refused() {
        let mut connection = connection::memory().unwrap();
        migrate_with(&mut connection, &["CREATE TABLE a (x)", "CREATE TABLE b (x)"]).unwrap();
        let error = migrate_with(&mut connection, &["CREATE TABLE a (x)"]).unwrap_err();
        assert!(matches!(error, StoreError::TooNew { found: 2, known: 1 }), "{error}");
    }

    #[test]
    fn a_migration_whose_wording_changed_is_refused() {
        let mut connection = connection::memory().unwrap();
        migrate_with(&mut connection, &["CREATE TABLE a (x)"]).unwrap();
        let error = migrate_with(&mut connection, &["CREATE TABLE a (y)"]).unwrap_err();
        assert!(matches!(error, StoreError::Corrupt { what: "migration", .. }), "{error}");
    }

    #[test]
    fn another_programs_database_is_left_alone() {
        let mut connection = connection::memory().unwrap();
        connection.execute_batch("CREATE TABLE theirs (x)").unwrap();
        assert!(migrate(&mut connection).is_err());
        assert!(connection.prepare("SELECT * FROM migration").is_err());
    }
}
