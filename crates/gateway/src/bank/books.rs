//! Reading from the books, and writing what was decided.

use bank::{Entity, RecordKind, Step};
use engine::{AccountId, Instant, PaymentId};
use store::{
    Agenda, Changes, CommitError, EventKind, NewEvent, Page, PageQuery, Posting, Record, RecordKey,
    RecordQuery, RecordWrite, StoreError,
};

use super::{Bank, BankError, Context, Result};

/// How often a decision is made anew because somebody else was first.
const ATTEMPTS_MAX: u32 = 16;

/// What a record that is not hot tells its owner: itself, as it was at that moment.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Snapshot {
    /// With the event.
    Taken,
    /// Not at all: the moment can be told from what is stored later.
    Omitted,
}

impl Bank {
    /// One record; [`BankError::NotFound`] for another account's too.
    pub(super) async fn find<E: Entity>(&self, account: AccountId, key: i64) -> Result<E> {
        let found = self.store.records(vec![record_key::<E>(key)]).await?.pop().flatten();
        match found {
            Some(record) if record.account == account => Ok(read(&record)?),
            _ => Err(BankError::NotFound(E::KIND)),
        }
    }

    /// Records in the order asked, in one reading; those that are not there, or are
    /// another account's, are `None`.
    pub(super) async fn find_all<E: Entity>(
        &self,
        account: AccountId,
        keys: impl IntoIterator<Item = i64>,
    ) -> Result<Vec<Option<E>>> {
        let keys: Vec<RecordKey> = keys.into_iter().map(record_key::<E>).collect();
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let found = self.store.records(keys).await?.into_iter();
        let mine = found.map(|record| record.filter(|record| record.account == account));
        let entities = mine.map(|record| record.as_ref().map(read).transpose());
        Ok(entities.collect::<Result<_, StoreError>>()?)
    }

    /// A page of records.
    pub(super) async fn page<E: Entity>(
        &self,
        account: AccountId,
        parent: Option<i64>,
        page: PageQuery,
    ) -> Result<Page<E>> {
        let query = RecordQuery { kind: E::KIND, account, parent, page };
        let Page { entries, total } = self.store.list(query).await?;
        let entries = entries.iter().map(read).collect::<Result<_, StoreError>>()?;
        Ok(Page { entries, total })
    }

    /// The first record that is wanted, oldest first.
    pub(super) async fn first<E: Entity>(
        &self,
        account: AccountId,
        parent: Option<i64>,
        wanted: impl Fn(&E) -> bool,
    ) -> Result<Option<E>> {
        let mut page = PageQuery::first(PageQuery::LIMIT_MAX);
        loop {
            let Page { entries, total } = self.page::<E>(account, parent, page).await?;
            if let Some(found) = entries.into_iter().find(&wanted) {
                return Ok(Some(found));
            }
            page.offset = page.offset.saturating_add(page.limit);
            if u64::from(page.offset) >= total || page.offset > PageQuery::OFFSET_MAX {
                return Ok(None);
            }
        }
    }

    /// Everything that belongs to a record.
    pub(super) async fn all_of<E: Entity>(
        &self,
        account: AccountId,
        parent: i64,
    ) -> Result<Vec<E>> {
        let mut page = PageQuery::first(PageQuery::LIMIT_MAX);
        let mut all = Vec::new();
        loop {
            let Page { entries, total } = self.page::<E>(account, Some(parent), page).await?;
            all.extend(entries);
            page.offset = page.offset.saturating_add(page.limit);
            if u64::from(page.offset) >= total || page.offset > PageQuery::OFFSET_MAX {
                return Ok(all);
            }
        }
    }

    /// A fresh key, below zero where the record gets a name.
    pub(super) fn fresh_key(&self, kind: RecordKind, name: Option<&str>) -> Result<i64> {
        Ok(match name {
            Some(_) => self.store.allocate_named(kind)?,
            None => self.store.allocate(kind, 1)?,
        })
    }

    /// Which payment was made under the client's key, if one was.
    pub(super) async fn made_before(&self, context: Context<'_>) -> Result<Option<PaymentId>> {
        match context.key {
            Some(key) => Ok(self.store.payments(vec![key.clone()]).await?.pop().flatten()),
            None => Ok(None),
        }
    }

    /// Reads, decides and commits, until nobody else was first. `Err` within is
    /// the payment that was made under the same key meanwhile.
    pub(super) async fn decide_once<T, F>(
        &self,
        attempt: impl Fn() -> F,
    ) -> Result<Result<T, PaymentId>>
    where
        F: Future<Output = Result<(T, Draft)>>,
    {
        for _ in 0..ATTEMPTS_MAX {
            let (decided, draft) = attempt().await?;
            if draft.changes == Changes::default() {
                return Ok(Ok(decided));
            }
            match self.store.commit(vec![draft.changes]).await?.pop() {
                Some(Ok(())) => return Ok(Ok(decided)),
                Some(Err(CommitError::Changed(_))) | None => {}
                Some(Err(CommitError::AlreadyPaid(payment))) => return Ok(Err(payment)),
                Some(Err(CommitError::Short(_))) => return Err(BankError::BalanceShort),
                Some(Err(CommitError::NameTaken(name))) => return Err(BankError::NameTaken(name)),
            }
        }
        Err(contended())
    }

    /// The same, for what has no payment key.
    pub(super) async fn decide<T, F>(&self, attempt: impl Fn() -> F) -> Result<T>
    where
        F: Future<Output = Result<(T, Draft)>>,
    {
        self.decide_once(attempt).await?.map_err(|payment| BankError::NotFound(kind_of(payment)))
    }
}

/// Others kept changing what was to be changed.
pub(super) fn contended() -> BankError {
    BankError::Store(StoreError::Database {
        during: "writing to the bank's books",
        message: format!("others changed the same records {ATTEMPTS_MAX} times in a row"),
    })
}

/// Counts how often others were first, and gives up in the end.
#[derive(Default)]
pub(super) struct Patience {
    lost: u32,
}

impl Patience {
    /// Another attempt was lost.
    pub(super) fn lose(&mut self) -> Result<()> {
        self.lost = self.lost.saturating_add(1);
        if self.lost < ATTEMPTS_MAX { Ok(()) } else { Err(contended()) }
    }
}

/// Which kind of record a payment is.
pub(super) const fn kind_of(payment: PaymentId) -> RecordKind {
    match payment {
        PaymentId::Charge(_) => RecordKind::Charge,
        PaymentId::Transfer(_) => RecordKind::Transfer,
        PaymentId::Remittance(_) => RecordKind::Remittance,
    }
}

/// The name of a record of a kind.
pub(super) const fn record_key<E: Entity>(key: i64) -> RecordKey {
    RecordKey { kind: E::KIND, key }
}

/// What was decided, on its way into the books.
#[derive(Default)]
pub(super) struct Draft {
    changes: Changes,
}

impl Draft {
    /// What a client asked for, under its key.
    pub(super) fn under(context: Context<'_>, payment: PaymentId) -> Draft {
        let payment = context.key.map(|key| (key.clone(), payment));
        Draft { changes: Changes { payment, ..Changes::default() } }
    }

    /// What a gateway was asked for, under its key.
    pub(super) fn payment(key: engine::IdempotencyKey, payment: PaymentId) -> Draft {
        Draft { changes: Changes { payment: Some((key, payment)), ..Changes::default() } }
    }

    /// A record and all that goes with it.
    pub(super) fn step<E: Entity>(
        &mut self,
        step: Step<E>,
        at: Instant,
        snapshot: Snapshot,
    ) -> Result<(), StoreError> {
        let Step { record, entry, events, wake_at, wake_off } = step;
        let stored = write(&record)?;
        for event in events {
            self.tell(stored_event(&stored, event, at, snapshot));
        }
        let agenda = |at| Agenda { at, record: stored.key };
        self.changes.agenda_added.extend(wake_at.map(agenda));
        self.changes.agenda_done.extend(wake_off.map(agenda));
        self.changes.postings.extend(entry.map(posting));
        self.changes.records.push(RecordWrite { record: stored, name: None });
        Ok(())
    }

    /// A record that nobody is told of.
    pub(super) fn record<E: Entity>(&mut self, record: &E) -> Result<(), StoreError> {
        self.changes.records.push(RecordWrite { record: write(record)?, name: None });
        Ok(())
    }

    /// A name for the record drafted last.
    pub(super) fn name(&mut self, name: Option<Box<str>>) {
        if let Some(write) = self.changes.records.last_mut() {
            write.name = name;
        }
    }

    /// A movement.
    pub(super) fn post(&mut self, entry: bank::JournalEntry) {
        self.changes.postings.push(posting(entry));
    }

    /// Something that has happened and is no longer on the agenda.
    pub(super) fn done(&mut self, agenda: Agenda) {
        self.changes.agenda_done.push(agenda);
    }

    /// Something that will happen.
    pub(super) fn later(&mut self, agenda: Agenda) {
        self.changes.agenda_added.push(agenda);
    }

    /// What is to be written.
    pub(super) fn into_changes(self) -> Changes {
        self.changes
    }

    fn tell(&mut self, event: NewEvent) {
        self.changes.events.push(event);
    }
}

fn posting(entry: bank::JournalEntry) -> Posting {
    Posting { floor: entry.floor(), entry }
}

fn stored_event(
    stored: &Record,
    event: bank::BankEvent,
    at: Instant,
    snapshot: Snapshot,
) -> NewEvent {
    let snapshot = match snapshot {
        Snapshot::Taken => std::str::from_utf8(&stored.body).ok().map(Into::into),
        Snapshot::Omitted => None,
    };
    NewEvent {
        account: stored.account,
        at,
        kind: EventKind::Bank(event),
        subject: stored.key.key,
        snapshot,
    }
}

/// The stored form of a record.
fn write<E: Entity>(entity: &E) -> Result<Record, StoreError> {
    let body = serde_json::to_vec(entity).map_err(|error| StoreError::Corrupt {
        what: "bank record, about to be written,",
        message: error.to_string(),
    })?;
    Ok(Record {
        key: record_key::<E>(entity.key()),
        account: entity.account(),
        parent: entity.parent(),
        created_at: entity.created_at(),
        version: entity.version(),
        hidden: entity.hidden(),
        body,
    })
}

/// A record from its stored form.
pub(super) fn read<E: Entity>(record: &Record) -> Result<E, StoreError> {
    serde_json::from_slice(&record.body).map_err(|error| StoreError::Corrupt {
        what: "bank record",
        message: format!("{:?} {}: {error}", record.key.kind, record.key.key),
    })
}
