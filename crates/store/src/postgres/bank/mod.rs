//! [`BankStore`] over PostgreSQL.

pub(super) mod audit;
mod balances;
mod commit;
mod journal;
pub(super) mod names;
mod records;

use std::sync::atomic::{AtomicBool, Ordering};

use ::bank::{JournalEntry, LedgerAccount};
use async_trait::async_trait;
use engine::{AccountId, IdempotencyKey, Instant, PaymentId};

use super::PostgresStore;
use super::columns::{instant_at, optional_instant_at, stored_at};
use crate::Result;
use crate::bank_store::{Agenda, BankStore, Changes, CommitError};
use crate::fault::During;
use crate::page::{Page, PageQuery};
use crate::record::{Record, RecordKey, RecordKind, RecordQuery};

#[async_trait]
impl BankStore for PostgresStore {
    fn allocate(&self, kind: RecordKind, count: u32) -> Result<i64> {
        self.keys.records(kind, count).during("allocating keys")
    }

    fn allocate_named(&self, kind: RecordKind) -> Result<i64> {
        self.keys.named(kind).during("allocating keys")
    }

    async fn records(&self, keys: Vec<RecordKey>) -> Result<Vec<Option<Record>>> {
        let keys = &keys;
        self.look("reading records", |session| async move { records::find(&session, keys).await })
            .await
    }

    async fn list(&self, query: RecordQuery) -> Result<Page<Record>> {
        let query = &query;
        self.read("listing records", |session| async move { records::page(&session, query).await })
            .await
    }

    fn named(&self, account: AccountId, kind: RecordKind, name: &str) -> Option<i64> {
        self.names.key(account, kind, name)
    }

    fn name_of(&self, kind: RecordKind, key: i64) -> Option<Box<str>> {
        self.names.name(kind, key)
    }

    async fn journal(&self, keys: Vec<i64>) -> Result<Vec<Option<JournalEntry>>> {
        let keys = &keys;
        self.look(
            "reading the journal",
            |session| async move { journal::find(&session, keys).await },
        )
        .await
    }

    async fn journal_page(
        &self,
        account: AccountId,
        page: PageQuery,
    ) -> Result<Page<JournalEntry>> {
        let page = &page;
        self.read("listing the journal", |session| async move {
            journal::page(&session, account, page).await
        })
        .await
    }

    async fn balances(&self, accounts: Vec<LedgerAccount>) -> Result<Vec<i64>> {
        let accounts = &accounts;
        self.look("reading balances", |session| async move {
            let known = balances::find(&session, accounts.iter().copied()).await?;
            Ok(accounts.iter().map(|it| known.get(it).copied().unwrap_or(0)).collect())
        })
        .await
    }

    async fn payments(&self, keys: Vec<IdempotencyKey>) -> Result<Vec<Option<PaymentId>>> {
        let texts: Vec<&str> = keys.iter().map(IdempotencyKey::as_str).collect();
        let texts = &texts;
        let known =
            self.look("looking up payments", |session| async move {
                commit::paid(&session, texts).await
            })
            .await?;
        Ok(keys.iter().map(|key| known.get(key.as_str()).copied()).collect())
    }

    async fn agenda(&self, now: Instant, limit: u32) -> Result<Vec<Agenda>> {
        self.look("reading the agenda", |session| async move {
            let rows = session
                .query(
                    "SELECT at, kind, key FROM bank_agenda WHERE at <= $1
                     ORDER BY at, kind, key LIMIT $2",
                    &[&now.nanoseconds(), &i64::from(limit)],
                )
                .await?;
            rows.iter()
                .map(|row| {
                    let record = RecordKey { kind: stored_at(row, 1)?, key: row.try_get(2)? };
                    Ok(Agenda { at: instant_at(row, 0)?, record })
                })
                .collect()
        })
        .await
    }

    async fn next_agenda(&self) -> Result<Option<Instant>> {
        self.look("reading the agenda", |session| async move {
            let row = session.one("SELECT min(at) FROM bank_agenda", &[]).await?;
            optional_instant_at(&row, 0)
        })
        .await
    }

    async fn commit(
        &self,
        changes: Vec<Changes>,
    ) -> Result<Vec<std::result::Result<(), CommitError>>> {
        const DURING: &str = "writing the books";
        let batch = commit::Batch::new(changes).during(DURING)?;
        let batch = &batch;
        // Whether what should be new is looked for before it is written: only after the
        // database has refused a key that was taken.
        let is_again = AtomicBool::new(false);
        let is_again = &is_again;
        let results = self
            .write(DURING, |session| async move {
                let looks = is_again.swap(true, Ordering::Relaxed);
                commit::commit(&session, batch, looks).await
            })
            .await?;
        let is_name = |it: &std::result::Result<(), CommitError>| {
            matches!(it, Err(CommitError::NameTaken(_)))
        };
        if results.iter().any(is_name) {
            // Another node may have given it.
            self.learn_names(DURING).await?;
        }
        Ok(results)
    }

    async fn audit(&self) -> Result<Vec<String>> {
        self.read("auditing the books", |session| async move { audit::audit(&session).await }).await
    }
}
