//! Writing the bank's decisions: each whole or not at all.
//!
//! Everything that can speak against a set of changes is looked at before anything of
//! it is written, so that none has to be undone and none needs a savepoint. The one
//! exception is the payment key, whose insertion is its own check, and comes first.

use std::collections::HashMap;
use std::sync::Arc;

use engine::{IdempotencyKey, PaymentId};
use rusqlite::{CachedStatement, Connection, OptionalExtension};

use super::balances::Running;
use super::names::Names;
use super::records::{KINDS, Table};
use super::{agenda, journal};
use crate::bank_store::{Changes, CommitError, Posting, RecordWrite};
use crate::record::{Record, RecordKey, RecordKind};
use crate::sqlite::columns::{Stored, payment, payment_columns};
use crate::sqlite::fault::{Fault, Outcome};
use crate::sqlite::listing::{Appended, List};
use crate::sqlite::writer::Writing;

/// Changes whose blobs are made, so that the writer only writes.
pub(super) struct Prepared {
    changes: Changes,
    /// The legs of each posting.
    legs: Vec<Vec<u8>>,
}

impl Prepared {
    /// Makes the blobs, and refuses entries that do not balance.
    pub(super) fn new(changes: Changes) -> Outcome<Prepared> {
        let legs = changes
            .postings
            .iter()
            .map(|Posting { entry, .. }| {
                if !entry.balances() {
                    return Err(Fault::Refused(format!(
                        "the legs of journal entry {} do not add up to nothing",
                        entry.key
                    )));
                }
                journal::legs_blob(entry)
            })
            .collect::<Outcome<_>>()?;
        Ok(Prepared { changes, legs })
    }
}

/// The payment made under a key.
pub(super) fn payment_under(
    connection: &Connection,
    key: &IdempotencyKey,
) -> Outcome<Option<PaymentId>> {
    let found: Option<(i64, i64)> = connection
        .prepare_cached("SELECT kind, payment FROM bank_payment WHERE key = ?1")?
        .query_row([key.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    found.map(|(kind, key)| payment(kind, key)).transpose()
}

/// Writes sets of changes, in order.
pub(super) fn commit(
    writing: &mut Writing<'_>,
    names: &Arc<Names>,
    batch: Vec<Prepared>,
) -> Outcome<Vec<Result<(), CommitError>>> {
    let mut books = Books::open(writing, names)?;
    let mut results = Vec::with_capacity(batch.len());
    for prepared in batch {
        results.push(books.enter(prepared)?);
    }
    books.close()?;
    Ok(results)
}

/// A record that stands, as far as writing over it cares.
#[derive(Clone, Copy)]
struct Standing {
    hidden: bool,
    listed: i64,
}

/// The books, open for one batch.
struct Books<'books, 'writer> {
    writing: &'books mut Writing<'writer>,
    connection: &'writer Connection,
    names: &'books Arc<Names>,
    balances: Running<'writer>,
    appended: Appended,
    insert_payment: CachedStatement<'writer>,
    insert_record: [Option<CachedStatement<'writer>>; KINDS],
    journal: journal::Appender<'writer>,
    /// Names given within the batch.
    given: HashMap<(i64, RecordKind, Box<str>), ()>,
}

impl<'books, 'writer> Books<'books, 'writer> {
    fn open(
        writing: &'books mut Writing<'writer>,
        names: &'books Arc<Names>,
    ) -> Outcome<Books<'books, 'writer>> {
        let connection = writing.connection;
        Ok(Books {
            connection,
            writing,
            names,
            balances: Running::new(connection),
            appended: Appended::default(),
            insert_payment: connection.prepare_cached(
                "INSERT INTO bank_payment (key, kind, payment) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO NOTHING",
            )?,
            insert_record: Default::default(),
            journal: journal::Appender::new(connection)?,
            given: HashMap::new(),
        })
    }

    fn close(self) -> Outcome<()> {
        self.balances.write()?;
        self.appended.write(self.connection, self.writing.state)
    }

    /// One set of changes.
    fn enter(&mut self, prepared: Prepared) -> Outcome<Result<(), CommitError>> {
        let Prepared { changes, legs } = prepared;
        let standing = match self.check(&changes)? {
            Ok(standing) => standing,
            // Whoever was paid already must hear that first: it is not to decide again.
            Err(error) => return Ok(Err(self.paid(&changes)?.unwrap_or(error))),
        };
        if let Some((key, payment)) = &changes.payment {
            let (kind, number) = payment_columns(*payment);
            if self.insert_payment.execute((key.as_str(), kind, number))? == 0 {
                self.take_back(&changes.postings)?;
                let paid = self.paid(&changes)?;
                return paid.map(Err).ok_or_else(|| {
                    Fault::corrupt("payment key", "it is taken and cannot be found")
                });
            }
        }
        for (write, standing) in changes.records.into_iter().zip(standing) {
            self.write_record(write, standing)?;
        }
        for (Posting { entry, .. }, legs) in changes.postings.iter().zip(&legs) {
            self.journal.append(entry, legs)?;
            let list = List::records(RecordKind::JournalEntry);
            let (account, at) = (entry.account, entry.at);
            let hidden = entry.kind.sets_aside();
            self.appended.append(self.writing.state, list, account, entry.key, at, hidden);
            self.appended.count(list, account.0, i64::from(!hidden));
        }
        for done in &changes.agenda_done {
            agenda::remove(self.connection, done)?;
        }
        for added in &changes.agenda_added {
            agenda::add(self.connection, added)?;
        }
        self.appended.tell_all(changes.events);
        Ok(Ok(()))
    }

    fn paid(&self, changes: &Changes) -> Outcome<Option<CommitError>> {
        let Some((key, _)) = &changes.payment else { return Ok(None) };
        Ok(payment_under(self.connection, key)?.map(CommitError::AlreadyPaid))
    }

    /// What speaks against a set of changes; otherwise the records that it writes over.
    /// Balances have moved if it answers well, and have not if it does not.
    fn check(&mut self, changes: &Changes) -> Outcome<Result<Vec<Option<Standing>>, CommitError>> {
        let mut standing = Vec::with_capacity(changes.records.len());
        for write in &changes.records {
            match self.check_record(write)? {
                Ok(found) => standing.push(found),
                Err(error) => return Ok(Err(error)),
            }
        }
        for done in &changes.agenda_done {
            if !agenda::stands(self.connection, done)? {
                return Ok(Err(CommitError::Changed(done.record)));
            }
        }
        for (index, Posting { entry, floor }) in changes.postings.iter().enumerate() {
            self.balances.post(entry, 1)?;
            if let Some(floor) = *floor
                && self.balances.now(floor)? < 0
            {
                let (posted, _) = changes.postings.split_at(index + 1);
                self.take_back(posted)?;
                return Ok(Err(CommitError::Short(floor)));
            }
        }
        Ok(Ok(standing))
    }

    fn take_back(&mut self, postings: &[Posting]) -> Outcome<()> {
        postings.iter().try_for_each(|Posting { entry, .. }| self.balances.post(entry, -1))
    }

    fn check_record(
        &mut self,
        write: &RecordWrite,
    ) -> Outcome<Result<Option<Standing>, CommitError>> {
        let RecordWrite { record, name } = write;
        let Record { key, account, version, .. } = record;
        if let Some(name) = name {
            let taken = self.names.key(*account, key.kind, name).is_some()
                || self.given.contains_key(&(account.0, key.kind, name.clone()));
            if taken {
                return Ok(Err(CommitError::NameTaken(name.clone())));
            }
        }
        if *version == 0 && self.writing.state.is_surely_new(key.kind, key.key) {
            return Ok(Ok(None));
        }
        let stored: Option<(u32, Standing)> = self
            .connection
            .prepare_cached(Table::of(key.kind)?.standing)?
            .query_row([key.key], |row| {
                Ok((row.get(0)?, Standing { hidden: row.get(1)?, listed: row.get(2)? }))
            })
            .optional()?;
        Ok(match (stored, version.checked_sub(1)) {
            (None, None) => Ok(None),
            (Some((stored, standing)), Some(expected)) if stored == expected => Ok(Some(standing)),
            _ => Err(CommitError::Changed(*key)),
        })
    }

    fn write_record(&mut self, write: RecordWrite, standing: Option<Standing>) -> Outcome<()> {
        let RecordWrite { record, name } = write;
        match standing {
            None => self.insert(&record)?,
            Some(standing) => self.update(&record, standing)?,
        }
        match name {
            Some(name) => self.name(&record, name),
            None => Ok(()),
        }
    }

    fn insert(&mut self, record: &Record) -> Outcome<()> {
        let Record { key: RecordKey { kind, key }, account, created_at, hidden, .. } = *record;
        let list = List::records(kind);
        let state = &mut *self.writing.state;
        let listed = self.appended.append(state, list, account, key, created_at, hidden);
        self.appended.count(list, account.0, i64::from(!hidden));
        let table = Table::of(kind)?;
        let slot = usize::try_from(kind.number())
            .ok()
            .and_then(|index| self.insert_record.get_mut(index))
            .ok_or_else(|| Fault::Refused(format!("{kind:?} has no table")))?;
        let statement = match slot {
            Some(statement) => statement,
            None => slot.insert(self.connection.prepare_cached(table.insert)?),
        };
        statement.execute((
            key,
            account.0,
            record.parent,
            created_at.nanoseconds(),
            record.version,
            hidden,
            listed,
            &record.body,
        ))?;
        self.writing.state.note_record(kind, key);
        Ok(())
    }

    fn update(&mut self, record: &Record, standing: Standing) -> Outcome<()> {
        let Record { key: RecordKey { kind, key }, account, hidden, .. } = *record;
        self.connection.prepare_cached(Table::of(kind)?.update)?.execute((
            key,
            record.parent,
            record.version,
            hidden,
            &record.body,
        ))?;
        if hidden != standing.hidden {
            let by = if hidden { -1 } else { 1 };
            self.appended.show(List::records(kind), account, standing.listed, by);
        }
        Ok(())
    }

    fn name(&mut self, record: &Record, name: Box<str>) -> Outcome<()> {
        let Record { key: RecordKey { kind, key }, account, .. } = *record;
        self.connection
            .prepare_cached(
                "INSERT INTO bank_name (account, kind, name, key) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute((account.0, kind.number(), &name, key))?;
        self.given.insert((account.0, kind, name.clone()), ());
        let names = self.names.clone();
        self.writing.after_commit.push(Box::new(move || names.remember(account, kind, name, key)));
        Ok(())
    }
}
