//! [`BankStore`] over SQLite.

mod agenda;
pub(super) mod audit;
mod balances;
mod commit;
mod journal;
pub(super) mod names;
mod payments;
pub(super) mod records;

use ::bank::{JournalEntry, LedgerAccount};
use async_trait::async_trait;
use engine::{AccountId, IdempotencyKey, Instant, PaymentId};

use super::SqliteStore;
use crate::Result;
use crate::bank_store::{Agenda, BankStore, Changes, CommitError};
use crate::fault::During;
use crate::page::{Page, PageQuery};
use crate::record::{Record, RecordKey, RecordKind, RecordQuery};

#[async_trait]
impl BankStore for SqliteStore {
    fn allocate(&self, kind: RecordKind, count: u32) -> Result<i64> {
        self.fresh_keys(kind, count)
    }

    fn allocate_named(&self, kind: RecordKind) -> Result<i64> {
        self.keys.named(kind).during("allocating keys")
    }

    async fn records(&self, keys: Vec<RecordKey>) -> Result<Vec<Option<Record>>> {
        self.read("reading records", move |connection| {
            keys.into_iter().map(|key| records::find(connection, key)).collect()
        })
        .await
    }

    async fn list(&self, query: RecordQuery) -> Result<Page<Record>> {
        self.read("listing records", move |connection| records::page(connection, &query)).await
    }

    fn named(&self, account: AccountId, kind: RecordKind, name: &str) -> Option<i64> {
        self.names.key(account, kind, name)
    }

    fn name_of(&self, kind: RecordKind, key: i64) -> Option<Box<str>> {
        self.names.name(kind, key)
    }

    async fn journal(&self, keys: Vec<i64>) -> Result<Vec<Option<JournalEntry>>> {
        self.read("reading the journal", move |connection| {
            keys.into_iter().map(|key| journal::find(connection, key)).collect()
        })
        .await
    }

    async fn journal_page(
        &self,
        account: AccountId,
        page: PageQuery,
    ) -> Result<Page<JournalEntry>> {
        self.read("listing the journal", move |connection| {
            journal::page(connection, account, &page)
        })
        .await
    }

    async fn balances(&self, accounts: Vec<LedgerAccount>) -> Result<Vec<i64>> {
        self.read("reading balances", move |connection| {
            accounts.into_iter().map(|account| balances::find(connection, account)).collect()
        })
        .await
    }

    async fn payments(&self, keys: Vec<IdempotencyKey>) -> Result<Vec<Option<PaymentId>>> {
        self.read("looking up payments", move |connection| {
            keys.iter().map(|key| payments::find(connection, key)).collect()
        })
        .await
    }

    async fn agenda(&self, now: Instant, limit: u32) -> Result<Vec<Agenda>> {
        self.read("reading the agenda", move |connection| agenda::due(connection, now, limit)).await
    }

    async fn next_agenda(&self) -> Result<Option<Instant>> {
        self.read("reading the agenda", agenda::next).await
    }

    async fn commit(
        &self,
        changes: Vec<Changes>,
    ) -> Result<Vec<std::result::Result<(), CommitError>>> {
        const DURING: &str = "writing the books";
        let batch = commit::Batch::new(changes).during(DURING)?;
        let names = self.names.clone();
        // The batch comes back, so that the one thread that writes need not drop it.
        let (results, _batch) = self
            .write(DURING, move |writing| Ok((commit::commit(writing, &names, &batch)?, batch)))
            .await?;
        Ok(results)
    }

    async fn audit(&self) -> Result<Vec<String>> {
        self.read("auditing the books", audit::audit).await
    }
}
