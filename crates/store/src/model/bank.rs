//! The bank's books in memory.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bank::{JournalEntry, LedgerAccount};
use engine::{AccountId, IdempotencyKey, Instant, PaymentId};

use crate::bank_store::{Agenda, BankStore, Changes, CommitError};
use crate::event::NewEvent;
use crate::page::{Order, Page, PageQuery};
use crate::record::{Record, RecordKey, RecordKind, RecordQuery};
use crate::{Result, StoreError};

/// A [`BankStore`] in memory.
#[derive(Default)]
pub struct ModelBankStore {
    books: Mutex<Books>,
}

/// Everything, as plain collections.
#[derive(Clone, Default)]
struct Books {
    last_key: HashMap<RecordKind, i64>,
    last_named_key: HashMap<RecordKind, i64>,
    records: BTreeMap<RecordKey, Record>,
    records_as_made: Vec<RecordKey>,
    names: HashMap<(AccountId, RecordKind, Box<str>), i64>,
    names_by_key: HashMap<RecordKey, Box<str>>,
    journal: BTreeMap<i64, JournalEntry>,
    journal_as_made: Vec<i64>,
    balances: BTreeMap<LedgerAccount, i64>,
    payments: HashMap<IdempotencyKey, PaymentId>,
    agenda: BTreeSet<Agenda>,
    events: Vec<NewEvent>,
}

impl ModelBankStore {
    /// Empty books.
    #[must_use]
    pub fn new() -> ModelBankStore {
        ModelBankStore::default()
    }

    /// Every event ever written, oldest first.
    #[must_use]
    pub fn events(&self) -> Vec<NewEvent> {
        self.books().events.clone()
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        // Changes are checked whole before any is applied, so a panic leaves nothing half done.
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Books {
    /// Writes changes whole, or says why not and writes nothing.
    fn apply(&mut self, changes: Changes) -> std::result::Result<(), CommitError> {
        self.check(&changes)?;
        for write in changes.records {
            let key = write.record.key;
            if let Some(name) = write.name {
                self.names.insert((write.record.account, key.kind, name.clone()), key.key);
                self.names_by_key.insert(key, name);
            }
            if self.records.insert(key, write.record).is_none() {
                self.records_as_made.push(key);
            }
        }
        for posting in changes.postings {
            for (place, amount) in legs(&posting.entry) {
                *self.balances.entry(place).or_default() += amount;
            }
            self.journal_as_made.push(posting.entry.key);
            self.journal.insert(posting.entry.key, posting.entry);
        }
        for done in &changes.agenda_done {
            self.agenda.remove(done);
        }
        self.agenda.extend(changes.agenda_added);
        self.payments.extend(changes.payment);
        self.events.extend(changes.events);
        Ok(())
    }

    /// The payment key is judged first: who asks again gets the same answer,
    /// whatever has become of records and balances meanwhile.
    fn check(&self, changes: &Changes) -> std::result::Result<(), CommitError> {
        if let Some((key, _)) = &changes.payment
            && let Some(made) = self.payments.get(key)
        {
            return Err(CommitError::AlreadyPaid(*made));
        }
        for write in &changes.records {
            let record = &write.record;
            let version_expected =
                self.records.get(&record.key).map_or(0, |stored| stored.version + 1);
            if record.version != version_expected {
                return Err(CommitError::Changed(record.key));
            }
            if let Some(name) = &write.name
                && self.names.contains_key(&(record.account, record.key.kind, name.clone()))
            {
                return Err(CommitError::NameTaken(name.clone()));
            }
        }
        if let Some(gone) = changes.agenda_done.iter().find(|done| !self.agenda.contains(done)) {
            return Err(CommitError::Changed(gone.record));
        }
        self.check_floors(changes)
    }

    fn check_floors(&self, changes: &Changes) -> std::result::Result<(), CommitError> {
        let mut moved: HashMap<LedgerAccount, i64> = HashMap::new();
        for posting in &changes.postings {
            for (place, amount) in legs(&posting.entry) {
                *moved.entry(place).or_default() += amount;
            }
            if let Some(floor) = posting.floor
                && self.balance(floor) + moved.get(&floor).copied().unwrap_or_default() < 0
            {
                return Err(CommitError::Short(floor));
            }
        }
        Ok(())
    }

    fn balance(&self, place: LedgerAccount) -> i64 {
        self.balances.get(&place).copied().unwrap_or_default()
    }
}

fn legs(entry: &JournalEntry) -> impl Iterator<Item = (LedgerAccount, i64)> + '_ {
    entry.legs.iter().map(|leg| {
        let JournalEntry { account, currency, .. } = *entry;
        (LedgerAccount { account, role: leg.role, currency }, leg.amount)
    })
}

/// The part that is wanted of what matches, which comes as it was made; `made_at`
/// says when.
fn page<T: Clone>(
    mut matching: Vec<&T>,
    query: PageQuery,
    made_at: impl Fn(&T) -> Instant,
) -> Page<T> {
    matching.retain(|entry| (query.from..=query.to).contains(&made_at(entry)));
    if query.order == Order::ReverseChronological {
        matching.reverse();
    }
    let total = u64::try_from(matching.len()).unwrap_or(u64::MAX);
    let [offset, limit] =
        [query.offset, query.limit].map(|count| usize::try_from(count).unwrap_or(usize::MAX));
    Page { entries: matching.into_iter().skip(offset).take(limit).cloned().collect(), total }
}

#[async_trait]
impl BankStore for ModelBankStore {
    fn allocate(&self, kind: RecordKind, count: u32) -> Result<i64> {
        let mut books = self.books();
        let last = books.last_key.entry(kind).or_default();
        let first = *last + 1;
        *last += i64::from(count);
        Ok(first)
    }

    fn allocate_named(&self, kind: RecordKind) -> Result<i64> {
        let mut books = self.books();
        let last = books.last_named_key.entry(kind).or_default();
        *last -= 1;
        Ok(*last)
    }

    async fn records(&self, keys: Vec<RecordKey>) -> Result<Vec<Option<Record>>> {
        let books = self.books();
        Ok(keys.iter().map(|key| books.records.get(key).cloned()).collect())
    }

    async fn list(&self, query: RecordQuery) -> Result<Page<Record>> {
        let books = self.books();
        let as_made = books.records_as_made.iter().filter_map(|key| books.records.get(key));
        let matching = as_made.filter(|record| {
            record.key.kind == query.kind
                && record.account == query.account
                && query.parent.is_none_or(|parent| record.parent == Some(parent))
                && !record.hidden
        });
        Ok(page(matching.collect(), query.page, |record| record.created_at))
    }

    fn named(&self, account: AccountId, kind: RecordKind, name: &str) -> Option<i64> {
        self.books().names.get(&(account, kind, name.into())).copied()
    }

    fn name_of(&self, kind: RecordKind, key: i64) -> Option<Box<str>> {
        self.books().names_by_key.get(&RecordKey { kind, key }).cloned()
    }

    async fn journal(&self, keys: Vec<i64>) -> Result<Vec<Option<JournalEntry>>> {
        let books = self.books();
        Ok(keys.iter().map(|key| books.journal.get(key).cloned()).collect())
    }

    async fn journal_page(
        &self,
        account: AccountId,
        query: PageQuery,
    ) -> Result<Page<JournalEntry>> {
        let books = self.books();
        let as_made = books.journal_as_made.iter().filter_map(|key| books.journal.get(key));
        let matching = as_made.filter(|entry| entry.account == account && !entry.kind.sets_aside());
        Ok(page(matching.collect(), query, |entry| entry.at))
    }

    async fn balances(&self, accounts: Vec<LedgerAccount>) -> Result<Vec<i64>> {
        let books = self.books();
        Ok(accounts.into_iter().map(|place| books.balance(place)).collect())
    }

    async fn payments(&self, keys: Vec<IdempotencyKey>) -> Result<Vec<Option<PaymentId>>> {
        let books = self.books();
        Ok(keys.iter().map(|key| books.payments.get(key).copied()).collect())
    }

    async fn agenda(&self, now: Instant, limit: u32) -> Result<Vec<Agenda>> {
        let books = self.books();
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(books.agenda.iter().take_while(|entry| entry.at <= now).take(limit).copied().collect())
    }

    async fn next_agenda(&self) -> Result<Option<Instant>> {
        Ok(self.books().agenda.first().map(|entry| entry.at))
    }

    async fn commit(
        &self,
        changes: Vec<Changes>,
    ) -> Result<Vec<std::result::Result<(), CommitError>>> {
        let mut books = self.books();
        if let Some(posting) = changes
            .iter()
            .flat_map(|changes| &changes.postings)
            .find(|posting| !posting.entry.balances())
        {
            return Err(StoreError::Corrupt {
                what: "journal entry",
                message: format!("the legs of {:?} do not add up to nothing", posting.entry),
            });
        }
        Ok(changes.into_iter().map(|changes| books.apply(changes)).collect())
    }

    async fn audit(&self) -> Result<Vec<String>> {
        let books = self.books();
        let mut sums: BTreeMap<LedgerAccount, i64> = BTreeMap::new();
        for entry in books.journal.values() {
            for (place, amount) in legs(entry) {
                *sums.entry(place).or_default() += amount;
            }
        }
        let unbalanced = books.journal.values().filter(|entry| !entry.balances()).map(|entry| {
            format!("the legs of journal entry {} do not add up to nothing", entry.key)
        });
        let places: BTreeSet<_> = sums.keys().chain(books.balances.keys()).copied().collect();
        let apart = places.into_iter().filter_map(|place| {
            let sum = sums.get(&place).copied().unwrap_or_default();
            let balance = books.balance(place);
            (sum != balance)
                .then(|| format!("{place:?} stands at {balance}, and its journal adds up to {sum}"))
        });
        Ok(unbalanced.chain(apart).collect())
    }
}
