//! Writing the bank's decisions: each whole or not at all.
//!
//! Everything that can speak against a set of changes is looked at before anything of
//! it is written, so that none has to be undone and none needs a savepoint. The one
//! exception is the payment key, whose insertion may be its own check, and comes first.
//! What is appended gathers, and is written table by table at the end of the batch.

use std::collections::HashSet;
use std::sync::Arc;

use ::bank::JournalEntry;
use rusqlite::{Connection, OptionalExtension};

use super::balances::Running;
use super::names::Names;
use super::payments::{self, Payments, Reach};
use super::records::{self, KINDS, Table};
use super::{agenda, journal};
use crate::bank_store::{Changes, CommitError, Posting, RecordWrite};
use crate::fault::{Fault, Outcome};
use crate::record::{Record, RecordKey, RecordKind};
use crate::sqlite::columns::Stored;
use crate::sqlite::listing::{Appended, List};
use crate::sqlite::writer::Writing;

/// Sets of changes whose blobs are made, so that the writer only writes.
pub(super) struct Batch {
    changes: Vec<Changes>,
    /// The legs of every posting, in order.
    legs: Vec<Vec<u8>>,
    payments: Reach,
}

impl Batch {
    /// Makes the blobs, and refuses entries that do not balance.
    pub(super) fn new(changes: Vec<Changes>) -> Outcome<Batch> {
        let legs = changes
            .iter()
            .flat_map(|changes| &changes.postings)
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
        let payments = payments::reach(changes.iter());
        Ok(Batch { changes, legs, payments })
    }
}

/// Writes sets of changes, in order.
pub(super) fn commit(
    writing: &mut Writing<'_>,
    names: &Arc<Names>,
    batch: &Batch,
) -> Outcome<Vec<Result<(), CommitError>>> {
    let mut books = Books::open(writing, names, &batch.payments)?;
    let mut results = Vec::with_capacity(batch.changes.len());
    let mut legs = &batch.legs[..];
    for changes in &batch.changes {
        let (own, rest) = legs.split_at(changes.postings.len().min(legs.len()));
        legs = rest;
        results.push(books.enter(changes, own)?);
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
struct Books<'batch, 'books, 'writer> {
    writing: &'books mut Writing<'writer>,
    connection: &'writer Connection,
    names: &'books Arc<Names>,
    balances: Running<'writer>,
    payments: Payments<'batch, 'writer>,
    /// New records by kind, each with the number of its span.
    records: [Vec<(&'batch Record, i64)>; KINDS],
    entries: Vec<(&'batch JournalEntry, &'batch [u8])>,
    appended: Appended,
    /// Names given within the batch.
    given: HashSet<(i64, RecordKind, &'batch str)>,
}

impl<'batch, 'books, 'writer> Books<'batch, 'books, 'writer> {
    fn open(
        writing: &'books mut Writing<'writer>,
        names: &'books Arc<Names>,
        payments: &Reach,
    ) -> Outcome<Books<'batch, 'books, 'writer>> {
        let connection = writing.connection;
        Ok(Books {
            connection,
            writing,
            names,
            balances: Running::new(connection),
            payments: Payments::new(connection, payments)?,
            records: Default::default(),
            entries: Vec::new(),
            appended: Appended::default(),
            given: HashSet::new(),
        })
    }

    fn close(mut self) -> Outcome<()> {
        self.payments.write()?;
        for (number, records) in (0_i64..).zip(&mut self.records) {
            write_new(self.connection, number, records)?;
        }
        self.entries.sort_unstable_by_key(|(entry, _)| entry.key);
        journal::append(self.connection, &self.entries)?;
        self.balances.write()?;
        self.appended.write(self.connection, self.writing.state)
    }

    /// One set of changes.
    fn enter(
        &mut self,
        changes: &'batch Changes,
        legs: &'batch [Vec<u8>],
    ) -> Outcome<Result<(), CommitError>> {
        let standing = match self.check(changes)? {
            Ok(standing) => standing,
            // Whoever was paid already must hear that first: it is not to decide again.
            Err(error) => return Ok(Err(self.paid(changes)?.unwrap_or(error))),
        };
        if let Some((key, payment)) = &changes.payment
            && !self.payments.make(key, *payment)?
        {
            self.take_back(&changes.postings)?;
            let paid = self.paid(changes)?;
            return paid
                .map(Err)
                .ok_or_else(|| Fault::corrupt("payment key", "it is taken and cannot be found"));
        }
        for (write, standing) in changes.records.iter().zip(standing) {
            self.write_record(write, standing)?;
        }
        for (Posting { entry, .. }, legs) in changes.postings.iter().zip(legs) {
            self.entries.push((entry, legs));
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
        self.appended.tell_all(changes.events.iter().cloned());
        Ok(Ok(()))
    }

    /// The payment that an earlier commit, or an earlier part of this one, has made.
    fn paid(&self, changes: &Changes) -> Outcome<Option<CommitError>> {
        let Some((key, _)) = &changes.payment else { return Ok(None) };
        Ok(payments::find(self.connection, key)?.map(CommitError::AlreadyPaid))
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
                || self.given.contains(&(account.0, key.kind, &**name));
            if taken {
                return Ok(Err(CommitError::NameTaken(name.clone())));
            }
        }
        if *version == 0 && self.writing.state.is_surely_new(key.kind, key.key) {
            return Ok(Ok(None));
        }
        // It may be among those that are still to be written.
        let number = key.kind.number();
        write_new(self.connection, number, gathered(&mut self.records, number)?)?;
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

    fn write_record(
        &mut self,
        write: &'batch RecordWrite,
        standing: Option<Standing>,
    ) -> Outcome<()> {
        let RecordWrite { record, name } = write;
        match standing {
            None => self.gather(record)?,
            Some(standing) => self.update(record, standing)?,
        }
        match name {
            Some(name) => self.name(record, name),
            None => Ok(()),
        }
    }

    fn gather(&mut self, record: &'batch Record) -> Outcome<()> {
        let Record { key: RecordKey { kind, key }, account, created_at, hidden, .. } = *record;
        let list = List::records(kind);
        let state = &mut *self.writing.state;
        let listed = self.appended.append(state, list, account, key, created_at, hidden);
        self.appended.count(list, account.0, i64::from(!hidden));
        gathered(&mut self.records, kind.number())?.push((record, listed));
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

    fn name(&mut self, record: &Record, name: &'batch str) -> Outcome<()> {
        let Record { key: RecordKey { kind, key }, account, .. } = *record;
        self.connection
            .prepare_cached(
                "INSERT INTO bank_name (account, kind, name, key) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute((account.0, kind.number(), name, key))?;
        self.given.insert((account.0, kind, name));
        let (names, name) = (self.names.clone(), Box::from(name));
        let remember = move || names.remember(account, kind, name, key);
        self.writing.after_commit.push(Box::new(remember));
        Ok(())
    }
}

/// New records of a kind that are still to be written.
fn gathered<'gathered, 'batch>(
    records: &'gathered mut [Vec<(&'batch Record, i64)>; KINDS],
    kind: i64,
) -> Outcome<&'gathered mut Vec<(&'batch Record, i64)>> {
    usize::try_from(kind)
        .ok()
        .and_then(|index| records.get_mut(index))
        .ok_or_else(|| Fault::Refused(format!("there is no kind of record numbered {kind}")))
}

fn write_new(connection: &Connection, kind: i64, records: &mut Vec<(&Record, i64)>) -> Outcome<()> {
    if !records.is_empty() {
        records::insert(connection, RecordKind::from_number(kind)?, records)?;
        records.clear();
    }
    Ok(())
}
