//! Inserting many rows with few statements.
//!
//! A statement costs as much to begin and end as a row costs to write, so rows go in
//! several to a statement; what is left over goes one by one. They are written with
//! `OR FAIL`: a job that fails is undone as a whole, so SQLite need not keep what each
//! statement would have to undo.

use rusqlite::{CachedStatement, Connection, Statement, ToSql};

use crate::fault::Outcome;

/// Rows in one statement.
const ROWS: usize = 16;

/// An insertion into one table.
pub(super) struct Bulk<'connection> {
    connection: &'connection Connection,
    /// `INSERT OR FAIL INTO table (columns)`, without its values.
    into: &'static str,
    columns: usize,
    one: Option<CachedStatement<'connection>>,
    many: Option<CachedStatement<'connection>>,
}

/// Gives the columns of a row their values, in order.
pub(super) struct Values<'statement, 'connection> {
    statement: &'statement mut Statement<'connection>,
    bound: usize,
}

impl Values<'_, '_> {
    /// The next column's value.
    pub(super) fn put(&mut self, value: impl ToSql) -> rusqlite::Result<()> {
        self.bound += 1;
        self.statement.raw_bind_parameter(self.bound, value)
    }
}

impl<'connection> Bulk<'connection> {
    pub(super) fn new(
        connection: &'connection Connection,
        into: &'static str,
        columns: usize,
    ) -> Bulk<'connection> {
        Bulk { connection, into, columns, one: None, many: None }
    }

    /// Inserts rows; one that is there already is an error.
    pub(super) fn insert<T>(
        &mut self,
        rows: &[T],
        bind: impl Fn(&mut Values<'_, '_>, &T) -> rusqlite::Result<()>,
    ) -> Outcome<()> {
        let (connection, into, columns) = (self.connection, self.into, self.columns);
        let (whole, rest) = rows.as_chunks::<ROWS>();
        for (statement, chunks, rows) in [
            (
                &mut self.many,
                &mut whole.iter().map(<[T; ROWS]>::as_slice) as &mut dyn Iterator<Item = &[T]>,
                ROWS,
            ),
            (&mut self.one, &mut rest.chunks(1), 1),
        ] {
            for chunk in chunks {
                let statement = match &mut *statement {
                    Some(statement) => statement,
                    unprepared => {
                        unprepared.insert(connection.prepare_cached(&sql(into, columns, rows))?)
                    }
                };
                let mut values = Values { statement, bound: 0 };
                chunk.iter().try_for_each(|row| bind(&mut values, row))?;
                statement.raw_execute()?;
            }
        }
        Ok(())
    }
}

fn sql(into: &str, columns: usize, rows: usize) -> String {
    let row = format!("({})", vec!["?"; columns].join(", "));
    format!("{into} VALUES {}", vec![row; rows].join(", "))
}
