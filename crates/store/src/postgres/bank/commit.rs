//! Writing the bank's decisions: each whole or not at all.
//!
//! What a batch depends on is read first and held: records that it writes over, what it
//! does of the agenda, balances that have a floor. Then it is decided in memory, in order,
//! and what stands of it is written, table by table. That a new record and a payment key
//! are new is left to the database, which refuses the whole if one is not; the batch is
//! then made anew, and looks for them first.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use ::bank::{JournalEntry, LedgerAccount, RecordKind};
use engine::PaymentId;

use super::balances;
use super::journal;
use super::records::{self, Standing};
use crate::bank_store::{Agenda, Changes, CommitError, Posting, RecordWrite};
use crate::fault::{Fault, Outcome};
use crate::postgres::columns::{Stored, payment, payment_columns, short};
use crate::postgres::counters::{self, List};
use crate::postgres::session::Session;
use crate::record::{Record, RecordKey};

/// Sets of changes whose blobs are made.
pub(super) struct Batch {
    changes: Vec<Changes>,
    /// The legs of every posting, in order.
    legs: Vec<Vec<u8>>,
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
        Ok(Batch { changes, legs })
    }

    fn records(&self) -> impl Iterator<Item = &RecordWrite> {
        self.changes.iter().flat_map(|changes| &changes.records)
    }

    fn postings(&self) -> impl Iterator<Item = &Posting> {
        self.changes.iter().flat_map(|changes| &changes.postings)
    }

    fn payment_keys(&self) -> Vec<&str> {
        let keys = self.changes.iter().filter_map(|changes| changes.payment.as_ref());
        keys.map(|(key, _)| key.as_str()).collect()
    }
}

/// The payments that were made under keys.
pub(super) async fn paid(session: &Session, keys: &[&str]) -> Outcome<HashMap<String, PaymentId>> {
    let rows = session
        .query("SELECT key, kind, payment FROM bank_payment WHERE key = ANY($1)", &[&keys])
        .await?;
    rows.iter()
        .map(|row| {
            let kind: i16 = row.try_get(1)?;
            Ok((row.try_get(0)?, payment(i64::from(kind), row.try_get(2)?)?))
        })
        .collect()
}

/// Writes sets of changes, in order. Where it `looks`, also what should be new is looked for.
pub(super) async fn commit(
    session: &Session,
    batch: &Batch,
    looks: bool,
) -> Outcome<Vec<Result<(), CommitError>>> {
    let mut books = Books::open(session, batch, looks).await?;
    let mut results = Vec::with_capacity(batch.changes.len());
    let mut legs = &batch.legs[..];
    for changes in &batch.changes {
        let (own, rest) = legs.split_at(changes.postings.len().min(legs.len()));
        legs = rest;
        results.push(books.enter(changes, own).await?);
    }
    books.close().await?;
    Ok(results)
}

/// The books, open for one batch.
struct Books<'batch> {
    session: &'batch Session,
    batch: &'batch Batch,
    /// Records as the batch has left them so far.
    standing: HashMap<RecordKey, Standing>,
    /// New records in order, as the batch leaves them, and where each is.
    new: Vec<&'batch Record>,
    new_at: HashMap<RecordKey, usize>,
    updated: BTreeMap<RecordKey, &'batch Record>,
    /// What stood on ledger accounts that have a floor, before the batch.
    stood: BTreeMap<LedgerAccount, i64>,
    moved: BTreeMap<LedgerAccount, i64>,
    /// Payments of earlier commits, where they have been looked up, and of this one.
    paid: Option<HashMap<String, PaymentId>>,
    made: HashMap<&'batch str, PaymentId>,
    /// What stands in the agenda of that which the batch does or adds.
    agenda: HashSet<Agenda>,
    agenda_done: BTreeSet<Agenda>,
    agenda_added: BTreeSet<Agenda>,
    /// Names that are given, and which of them by this batch.
    names: HashSet<(i64, RecordKind, String)>,
    given: Vec<(&'batch Record, &'batch str)>,
    entries: Vec<(&'batch JournalEntry, &'batch [u8])>,
    lists: counters::Changes,
}

impl<'batch> Books<'batch> {
    async fn open(
        session: &'batch Session,
        batch: &'batch Batch,
        looks: bool,
    ) -> Outcome<Books<'batch>> {
        let over: BTreeSet<RecordKey> = batch
            .records()
            .filter(|write| looks || write.record.version > 0)
            .map(|write| write.record.key)
            .collect();
        let standing = if over.is_empty() {
            HashMap::new()
        } else {
            records::hold(session, &Vec::from_iter(over)).await?
        };
        let agenda = agenda(session, batch).await?;
        let stood = if batch.postings().any(|posting| posting.floor.is_some()) {
            let legs = batch.postings().flat_map(|posting| places(&posting.entry));
            let floors = batch.postings().filter_map(|posting| posting.floor);
            balances::hold(session, &legs.chain(floors).collect()).await?
        } else {
            BTreeMap::new()
        };
        let paid = if looks { Some(paid(session, &batch.payment_keys()).await?) } else { None };
        Ok(Books {
            session,
            batch,
            standing,
            new: Vec::new(),
            new_at: HashMap::new(),
            updated: BTreeMap::new(),
            stood,
            moved: BTreeMap::new(),
            paid,
            made: HashMap::new(),
            agenda,
            agenda_done: BTreeSet::new(),
            agenda_added: BTreeSet::new(),
            names: names(session, batch).await?,
            given: Vec::new(),
            entries: Vec::new(),
            lists: counters::Changes::default(),
        })
    }

    /// One set of changes.
    async fn enter(
        &mut self,
        changes: &'batch Changes,
        legs: &'batch [Vec<u8>],
    ) -> Outcome<Result<(), CommitError>> {
        if let Err(error) = self.check(changes)? {
            // Whoever was paid already must hear that first: it is not to decide again.
            return Ok(Err(self.paid(changes).await?.unwrap_or(error)));
        }
        if let Some((key, payment)) = &changes.payment {
            if let Some(paid) = self.known_payment(key.as_str()) {
                self.take_back(&changes.postings)?;
                return Ok(Err(CommitError::AlreadyPaid(paid)));
            }
            self.made.insert(key.as_str(), *payment);
        }
        for write in &changes.records {
            self.write_record(write);
        }
        let list = List::records(RecordKind::JournalEntry);
        for (Posting { entry, .. }, legs) in changes.postings.iter().zip(legs) {
            self.entries.push((entry, legs));
            self.lists.append(list, entry.account.0, 1);
            self.lists.count(list, entry.account.0, i64::from(!entry.kind.sets_aside()));
        }
        for done in &changes.agenda_done {
            self.agenda.remove(done);
            self.agenda_added.remove(done);
            self.agenda_done.insert(*done);
        }
        for added in &changes.agenda_added {
            self.agenda.insert(*added);
            self.agenda_added.insert(*added);
        }
        self.lists.tell_all(changes.events.iter().cloned());
        Ok(Ok(()))
    }

    fn known_payment(&self, key: &str) -> Option<PaymentId> {
        let earlier = self.paid.as_ref().and_then(|paid| paid.get(key));
        self.made.get(key).or(earlier).copied()
    }

    /// The payment that an earlier commit, or an earlier part of this one, has made.
    async fn paid(&mut self, changes: &Changes) -> Outcome<Option<CommitError>> {
        let Some((key, _)) = &changes.payment else { return Ok(None) };
        if self.paid.is_none() {
            self.paid = Some(paid(self.session, &self.batch.payment_keys()).await?);
        }
        Ok(self.known_payment(key.as_str()).map(CommitError::AlreadyPaid))
    }

    /// What speaks against a set of changes. Balances have moved if nothing does, and have
    /// not if something does.
    fn check(&mut self, changes: &Changes) -> Outcome<Result<(), CommitError>> {
        for write in &changes.records {
            if let Err(error) = self.check_record(write) {
                return Ok(Err(error));
            }
        }
        for done in &changes.agenda_done {
            if !self.agenda.contains(done) {
                return Ok(Err(CommitError::Changed(done.record)));
            }
        }
        for (index, Posting { entry, floor }) in changes.postings.iter().enumerate() {
            self.post(entry, 1)?;
            if let Some(floor) = *floor
                && self.stands_on(floor)? < 0
            {
                let (posted, _) = changes.postings.split_at(index + 1);
                self.take_back(posted)?;
                return Ok(Err(CommitError::Short(floor)));
            }
        }
        Ok(Ok(()))
    }

    fn check_record(&self, write: &RecordWrite) -> Result<(), CommitError> {
        let RecordWrite { record, name } = write;
        let Record { key, account, version, .. } = record;
        if let Some(name) = name
            && self.names.contains(&(account.0, key.kind, name.to_string()))
        {
            return Err(CommitError::NameTaken(name.clone()));
        }
        match (self.standing.get(key), version.checked_sub(1)) {
            (None, None) => Ok(()),
            (Some(standing), Some(expected)) if standing.version == expected => Ok(()),
            _ => Err(CommitError::Changed(*key)),
        }
    }

    fn write_record(&mut self, write: &'batch RecordWrite) {
        let RecordWrite { record, name } = write;
        let Record { key, account, version, hidden, .. } = *record;
        let list = List::records(key.kind);
        let standing = Standing { version, hidden };
        match self.standing.insert(key, standing) {
            None => {
                self.lists.append(list, account.0, 1);
                self.lists.count(list, account.0, i64::from(!hidden));
                self.new_at.insert(key, self.new.len());
                self.new.push(record);
            }
            Some(before) => {
                let by = i64::from(before.hidden) - i64::from(hidden);
                self.lists.count(list, account.0, by);
                let new = self.new_at.get(&key).and_then(|place| self.new.get_mut(*place));
                match new {
                    Some(new) => *new = record,
                    None => {
                        self.updated.insert(key, record);
                    }
                }
            }
        }
        if let Some(name) = name {
            self.lists.append(List::NAMES, 0, 1);
            self.names.insert((account.0, key.kind, name.to_string()));
            self.given.push((record, name));
        }
    }

    /// Posts an entry's legs, or with `sign` -1 takes them back.
    fn post(&mut self, entry: &JournalEntry, sign: i64) -> Outcome<()> {
        let JournalEntry { account, currency, .. } = *entry;
        for leg in &entry.legs {
            let place = LedgerAccount { account, role: leg.role, currency };
            let moved = self.moved.entry(place).or_insert(0);
            *moved = leg
                .amount
                .checked_mul(sign)
                .and_then(|by| moved.checked_add(by))
                .ok_or_else(|| too_much(entry))?;
        }
        Ok(())
    }

    fn take_back(&mut self, postings: &[Posting]) -> Outcome<()> {
        postings.iter().try_for_each(|Posting { entry, .. }| self.post(entry, -1))
    }

    /// What stands on a ledger account that is held.
    fn stands_on(&self, account: LedgerAccount) -> Outcome<i64> {
        let stood = self.stood.get(&account).copied().unwrap_or(0);
        let moved = self.moved.get(&account).copied().unwrap_or(0);
        let overflow = || Fault::Refused(format!("{account:?} cannot hold as much"));
        stood.checked_add(moved).ok_or_else(overflow)
    }

    /// Writes what stands.
    async fn close(self) -> Outcome<()> {
        let session = self.session;
        futures::try_join!(
            write_payments(session, &self.made),
            update_all(session, &self.updated),
            write_agenda(session, &self.agenda_done, &self.agenda_added),
            write_names(session, &self.given),
        )?;
        balances::add(session, &self.moved).await?;
        let mut places = self.lists.write(session).await?;
        let listed: Vec<i64> = self
            .new
            .iter()
            .map(|record| places.next(List::records(record.key.kind), record.account.0))
            .collect();
        let list = List::records(RecordKind::JournalEntry);
        let journaled: Vec<i64> =
            self.entries.iter().map(|(entry, _)| places.next(list, entry.account.0)).collect();
        futures::try_join!(
            records::insert(session, &self.new, &listed),
            journal::append(session, &self.entries, &journaled),
        )?;
        Ok(())
    }
}

fn too_much(entry: &JournalEntry) -> Fault {
    Fault::Refused(format!("entry {} is more than a balance holds", entry.key))
}

fn places(entry: &JournalEntry) -> impl Iterator<Item = LedgerAccount> + '_ {
    let JournalEntry { account, currency, .. } = *entry;
    entry.legs.iter().map(move |leg| LedgerAccount { account, role: leg.role, currency })
}

/// What stands of the agenda's parts that a batch does, held until it is committed.
async fn agenda(session: &Session, batch: &Batch) -> Outcome<HashSet<Agenda>> {
    let done: BTreeSet<Agenda> =
        batch.changes.iter().flat_map(|changes| &changes.agenda_done).copied().collect();
    if done.is_empty() {
        return Ok(HashSet::new());
    }
    let columns = AgendaColumns::of(&done);
    let rows = session
        .query(
            "SELECT at, kind, key FROM bank_agenda
             WHERE (at, kind, key) IN (SELECT * FROM unnest($1::bigint[], $2::bigint[],
                 $3::bigint[]))
             ORDER BY at, kind, key FOR UPDATE",
            &[&columns.at, &columns.kinds, &columns.keys],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let kind = RecordKind::from_number(row.try_get(1)?)?;
            let record = RecordKey { kind, key: row.try_get(2)? };
            Ok(Agenda { at: engine::Instant::from_nanoseconds(row.try_get(0)?), record })
        })
        .collect()
}

struct AgendaColumns {
    at: Vec<i64>,
    kinds: Vec<i64>,
    keys: Vec<i64>,
}

impl AgendaColumns {
    fn of(all: &BTreeSet<Agenda>) -> AgendaColumns {
        AgendaColumns {
            at: all.iter().map(|it| it.at.nanoseconds()).collect(),
            kinds: all.iter().map(|it| it.record.kind.number()).collect(),
            keys: all.iter().map(|it| it.record.key).collect(),
        }
    }
}

/// Takes out of the agenda what was done, and adds what is to be done.
async fn write_agenda(
    session: &Session,
    done: &BTreeSet<Agenda>,
    added: &BTreeSet<Agenda>,
) -> Outcome<()> {
    if !done.is_empty() {
        let columns = AgendaColumns::of(done);
        session
            .execute(
                "DELETE FROM bank_agenda WHERE (at, kind, key) IN (
                     SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]))",
                &[&columns.at, &columns.kinds, &columns.keys],
            )
            .await?;
    }
    if !added.is_empty() {
        let columns = AgendaColumns::of(added);
        session
            .execute(
                "INSERT INTO bank_agenda (at, kind, key)
                 SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[])
                 ORDER BY 1, 2, 3 ON CONFLICT DO NOTHING",
                &[&columns.at, &columns.kinds, &columns.keys],
            )
            .await?;
    }
    Ok(())
}

/// Names that a batch wants to give and that are given already.
async fn names(session: &Session, batch: &Batch) -> Outcome<HashSet<(i64, RecordKind, String)>> {
    let wanted: Vec<(&Record, &str)> =
        batch.records().filter_map(|write| Some((&write.record, write.name.as_deref()?))).collect();
    if wanted.is_empty() {
        return Ok(HashSet::new());
    }
    let accounts: Vec<i64> = wanted.iter().map(|(record, _)| record.account.0).collect();
    let kinds: Vec<i64> = wanted.iter().map(|(record, _)| record.key.kind.number()).collect();
    let texts: Vec<&str> = wanted.iter().map(|(_, name)| *name).collect();
    let rows = session
        .query(
            "SELECT account, kind, name FROM bank_name
             WHERE (account, kind, name) IN (
                 SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[]))",
            &[&accounts, &kinds, &texts],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let kind = RecordKind::from_number(row.try_get(1)?)?;
            Ok((row.try_get(0)?, kind, row.try_get(2)?))
        })
        .collect()
}

async fn write_names(session: &Session, given: &[(&Record, &str)]) -> Outcome<()> {
    for (record, name) in given {
        let Record { key, account, .. } = record;
        session
            .execute(
                "INSERT INTO bank_name (account, kind, name, key) VALUES ($1, $2, $3, $4)",
                &[&account.0, &key.kind.number(), name, &key.key],
            )
            .await?;
        session.after_commit(|after| {
            after.named.push((*account, key.kind, Box::from(*name), key.key));
        });
    }
    Ok(())
}

async fn write_payments(session: &Session, made: &HashMap<&str, PaymentId>) -> Outcome<()> {
    if made.is_empty() {
        return Ok(());
    }
    let sorted: BTreeMap<&str, (i64, i64)> =
        made.iter().map(|(key, payment)| (*key, payment_columns(*payment))).collect();
    let keys: Vec<&str> = sorted.keys().copied().collect();
    let kinds: Vec<i16> = sorted.values().map(|(kind, _)| short(*kind)).collect();
    let numbers: Vec<i64> = sorted.values().map(|(_, number)| *number).collect();
    session
        .execute(
            "INSERT INTO bank_payment (key, kind, payment)
             SELECT * FROM unnest($1::text[], $2::smallint[], $3::bigint[])",
            &[&keys, &kinds, &numbers],
        )
        .await?;
    Ok(())
}

async fn update_all(session: &Session, updated: &BTreeMap<RecordKey, &Record>) -> Outcome<()> {
    for record in updated.values() {
        records::update(session, record).await?;
    }
    Ok(())
}
