//! The [`BankStore`] trait: what the built-in bank must not lose.

use async_trait::async_trait;
use bank::{JournalEntry, LedgerAccount};
use engine::{AccountId, IdempotencyKey, Instant, PaymentId};

use crate::Result;
use crate::event::NewEvent;
use crate::page::Page;
use crate::record::{Record, RecordKey, RecordKind, RecordQuery};

/// The bank's books: records, journal, balances, and what is to happen when.
///
/// The bank decides from what it has read; [`BankStore::commit`] writes only if
/// that still holds (record versions, ledger floors, unused payment keys), and
/// otherwise says what did not, so that the bank can read and decide again.
#[async_trait]
pub trait BankStore: Send + Sync + 'static {
    /// Fresh record keys of a kind, `count` of them, consecutive from the one returned.
    fn allocate(&self, kind: RecordKind, count: u32) -> Result<i64>;
    /// A fresh key below zero, for a record that will be named.
    fn allocate_named(&self, kind: RecordKind) -> Result<i64>;
    /// Records by key, in the order asked; `None` for each that does not exist.
    async fn records(&self, keys: Vec<RecordKey>) -> Result<Vec<Option<Record>>>;
    /// A page of records that are not hidden, by creation.
    async fn list(&self, query: RecordQuery) -> Result<Page<Record>>;
    /// The key of the record that a seed file named so. Named records have keys
    /// below zero, so that whoever renders a reference knows which ones to ask about.
    ///
    /// Where several nodes have the data open, what another one named is known once an account
    /// has been looked up ([`crate::Store::account`]) after it was: whoever serves a request
    /// begins with that.
    fn named(&self, account: AccountId, kind: RecordKind, name: &str) -> Option<i64>;
    /// The name of a record whose key is below zero; the reverse of [`BankStore::named`].
    fn name_of(&self, kind: RecordKind, key: i64) -> Option<Box<str>>;
    /// Journal entries by key, in the order asked.
    async fn journal(&self, keys: Vec<i64>) -> Result<Vec<Option<JournalEntry>>>;
    /// A page of an account's journal, by time, without the entries that only set
    /// money aside ([`bank::EntryKind::sets_aside`]).
    async fn journal_page(
        &self,
        account: AccountId,
        page: crate::PageQuery,
    ) -> Result<Page<JournalEntry>>;
    /// What stands on ledger accounts, in the order asked; nothing ever posted is 0.
    async fn balances(&self, accounts: Vec<LedgerAccount>) -> Result<Vec<i64>>;
    /// Which payments were made under these keys, in the order asked.
    async fn payments(&self, keys: Vec<IdempotencyKey>) -> Result<Vec<Option<PaymentId>>>;
    /// What is to happen at or before `now`, oldest first.
    async fn agenda(&self, now: Instant, limit: u32) -> Result<Vec<Agenda>>;
    /// When the next thing is to happen.
    async fn next_agenda(&self) -> Result<Option<Instant>>;
    /// Writes each set of changes whole or not at all, all in one commit, in order:
    /// a later one sees what an earlier one wrote.
    async fn commit(
        &self,
        changes: Vec<Changes>,
    ) -> Result<Vec<std::result::Result<(), CommitError>>>;
    /// Adds up the journal and compares it with the balances; what does not agree
    /// is told in words. Reads everything: for tests and for a doctor.
    async fn audit(&self) -> Result<Vec<String>>;
}

/// One decision of the bank's, to be written whole.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Changes {
    /// The payment's key, which must be unused, and the payment made under it.
    pub payment: Option<(IdempotencyKey, PaymentId)>,
    /// Records, new and changed.
    pub records: Vec<RecordWrite>,
    /// Entries of the journal.
    pub postings: Vec<Posting>,
    /// What is to happen later.
    pub agenda_added: Vec<Agenda>,
    /// What has happened and must still stand in the agenda.
    pub agenda_done: Vec<Agenda>,
    /// What its owner is told.
    pub events: Vec<NewEvent>,
}

/// A record to be written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RecordWrite {
    /// The record, with the version it will have: 0 for a new one, and for a
    /// changed one exactly one more than the stored.
    pub record: Record,
    /// A name of the user's choosing, for a new record whose key is below zero. One set of
    /// changes gives it once.
    pub name: Option<Box<str>>,
}

/// A journal entry to be written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Posting {
    /// The entry; its legs add up to nothing.
    pub entry: JournalEntry,
    /// A ledger account that must not be below zero afterwards.
    pub floor: Option<LedgerAccount>,
}

/// Something the bank will do at a time: send a transfer, expire a charge.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Agenda {
    /// When.
    pub at: Instant,
    /// With which record.
    pub record: RecordKey,
}

/// Why changes were not written. A payment key that was used is told before anything else; of
/// several other reasons any may be told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CommitError {
    /// Somebody else changed this record, or did that part of the agenda: read and decide again.
    Changed(RecordKey),
    /// The payment key was used, for this payment.
    AlreadyPaid(PaymentId),
    /// A ledger account would fall below its floor.
    Short(LedgerAccount),
    /// The name is taken.
    NameTaken(Box<str>),
}
