//! One connection, for the length of one piece of work.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use ::bank::RecordKind;
use deadpool_postgres::Object;
use engine::{AccountId, Instant, RunKey};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use crate::fault::{Fault, Outcome};

/// The values of a statement, in order.
pub(super) type Values<'a> = &'a [&'a (dyn ToSql + Sync)];

/// A connection in use. One that is let go in the middle of a transaction, or of a statement
/// without an answer, is closed, which undoes it.
pub(super) struct Session {
    client: Option<Object>,
    /// How long one statement is waited for: longer than the database lets it take.
    patience: Duration,
    is_open: AtomicBool,
    after: Mutex<After>,
}

/// What this process is to know once a transaction is committed.
#[derive(Default)]
pub(super) struct After {
    /// Runs that can be claimed.
    pub(super) queued: Vec<RunKey>,
    /// Runs that can be claimed again, and from when on.
    pub(super) released: Vec<(RunKey, Instant)>,
    /// Accounts whose webhooks have something to hear.
    pub(super) told: BTreeSet<AccountId>,
    /// Names that were given.
    pub(super) named: Vec<(AccountId, RecordKind, Box<str>, i64)>,
}

impl Session {
    pub(super) fn over(client: Object, patience: Duration) -> Session {
        let (is_open, after) = (AtomicBool::new(false), Mutex::default());
        Session { client: Some(client), patience, is_open, after }
    }

    /// What the database answers, if it does so in time: a machine that is gone without a word
    /// never does.
    async fn answer<T>(
        &self,
        asked: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Outcome<T> {
        if let Ok(answered) = tokio::time::timeout(self.patience, asked).await {
            return Ok(answered?);
        }
        self.is_open.store(true, Ordering::Release);
        Err(Fault::NoAnswer(format!("{} s have passed", self.patience.as_secs())))
    }

    pub(super) fn client(&self) -> Outcome<&Object> {
        self.client.as_ref().ok_or_else(|| Fault::Refused("the connection is gone".to_owned()))
    }

    pub(super) async fn begin(&self, begin: &str) -> Outcome<()> {
        self.is_open.store(true, Ordering::Release);
        self.answer(self.client()?.batch_execute(begin)).await
    }

    /// Commits. Where no answer comes it is not known whether it was.
    pub(super) async fn commit(&self) -> Outcome<After> {
        match self.answer(self.client()?.batch_execute("COMMIT")).await {
            Ok(()) => {}
            Err(Fault::Postgres(error)) if error.code().is_some_and(is_an_answer) => {
                return Err(Fault::Postgres(error));
            }
            Err(fault) => return Err(Fault::Unknown(fault.to_string())),
        }
        self.is_open.store(false, Ordering::Release);
        Ok(std::mem::take(&mut self.after.lock().unwrap_or_else(PoisonError::into_inner)))
    }

    /// Undoes what was written. Where that fails the connection is closed, which does so too.
    pub(super) async fn roll_back(&self) {
        if let Ok(client) = self.client()
            && self.answer(client.batch_execute("ROLLBACK")).await.is_ok()
        {
            self.is_open.store(false, Ordering::Release);
        }
    }

    /// Runs statements that have no values.
    pub(super) async fn run(&self, statements: &str) -> Outcome<()> {
        self.answer(self.client()?.batch_execute(statements)).await
    }

    /// The rows of a statement. Its text is constant, so that it is prepared once.
    pub(super) async fn query(
        &self,
        statement: &'static str,
        values: Values<'_>,
    ) -> Outcome<Vec<Row>> {
        let client = self.client()?;
        self.answer(async {
            let statement = client.prepare_cached(statement).await?;
            client.query(&statement, values).await
        })
        .await
    }

    /// The first row of a statement, if it has one.
    pub(super) async fn first(
        &self,
        statement: &'static str,
        values: Values<'_>,
    ) -> Outcome<Option<Row>> {
        Ok(self.query(statement, values).await?.into_iter().next())
    }

    /// The row of a statement that always has one.
    pub(super) async fn one(&self, statement: &'static str, values: Values<'_>) -> Outcome<Row> {
        let row = self.first(statement, values).await?;
        row.ok_or_else(|| Fault::corrupt("answer", "it has no row"))
    }

    /// How many rows a statement changed.
    pub(super) async fn execute(
        &self,
        statement: &'static str,
        values: Values<'_>,
    ) -> Outcome<u64> {
        let client = self.client()?;
        self.answer(async {
            let statement = client.prepare_cached(statement).await?;
            client.execute(&statement, values).await
        })
        .await
    }

    /// Once this is committed, this is to be known.
    pub(super) fn after_commit(&self, note: impl FnOnce(&mut After)) {
        note(&mut self.after.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Whether the database said by this that it did not commit. Where it was shut down or broke
/// down, it may have said so after it had.
fn is_an_answer(code: &tokio_postgres::error::SqlState) -> bool {
    !matches!(code.code().get(..2), Some("08" | "57" | "58" | "XX"))
}

impl Drop for Session {
    fn drop(&mut self) {
        if self.is_open.load(Ordering::Acquire)
            && let Some(client) = self.client.take()
        {
            drop(Object::take(client));
        }
    }
}
