//! Webhook endpoints, and [`WebhookStore`] over PostgreSQL.
//!
//! Whoever writes of an endpoint or its deliveries holds the endpoint's row, and who makes
//! one holds the list of its account's events, so that it hears of all that come after.

use std::collections::{BTreeSet, HashMap};
use std::sync::PoisonError;
use std::time::Duration;

use async_trait::async_trait;
use engine::{AccountId, Instant};
use tokio_postgres::Row;

use super::columns::{
    Stored, compact, from_compact, from_json, instant_at, json, optional_instant_at, whole_at,
};
use super::counters::{self, Changes};
use super::session::Session;
use super::{PostgresStore, audit, deliveries, events, turns};
use crate::audit::AuditEntry;
use crate::event::{EventKind, NewEvent};
use crate::fault::Outcome;
use crate::webhook::{
    Delivery, DeliveryId, DeliveryQuery, Disabled, Due, ENDPOINTS_MAX, Endpoint, EndpointId, Form,
    Mark, NewDelivery, Recorded, Turn, TurnWish, Unseen, WebhookStore, Why,
};
use crate::{Result, StoreError};

/// How often is asked what other nodes have written.
const POLL: Duration = Duration::from_secs(1);

/// A statement that selects an endpoint's columns; the rest of it follows.
macro_rules! select_endpoint {
    ($rest:literal) => {
        concat!(
            "SELECT id, account, version, url, form, filter, occurrences, description,
             disabled_why, disabled_since, secrets, created_at, updated_at, delivered_at
             FROM webhook_endpoint ",
            $rest
        )
    };
}

fn endpoint(row: &Row) -> Outcome<Endpoint> {
    let filter: Option<&str> = row.try_get(5)?;
    let why = row.try_get::<_, Option<i64>>(8)?.map(Why::from_number).transpose()?;
    let since = optional_instant_at(row, 9)?;
    Ok(Endpoint {
        id: EndpointId(row.try_get(0)?),
        account: AccountId(row.try_get(1)?),
        version: whole_at(row, 2, "endpoint's version")?,
        url: row.try_get::<_, &str>(3)?.into(),
        form: Form(row.try_get::<_, &str>(4)?.into()),
        filter: filter.map(|names| from_json("filter of an endpoint", names)).transpose()?,
        hears_occurrences: row.try_get(6)?,
        description: row.try_get::<_, &str>(7)?.into(),
        disabled: why.zip(since).map(|(why, since)| Disabled { why, since }),
        secrets: from_compact("endpoint's secrets", row.try_get(10)?)?,
        created_at: instant_at(row, 11)?,
        updated_at: instant_at(row, 12)?,
        delivered_at: optional_instant_at(row, 13)?,
    })
}

/// Endpoints that do not read as what was written.
pub(super) async fn unreadable(session: &Session) -> Outcome<Vec<String>> {
    let rows = session.query(select_endpoint!("ORDER BY id"), &[]).await?;
    let mut findings = Vec::new();
    for row in &rows {
        if let Err(fault) = endpoint(row) {
            findings.push(format!("endpoint {}: {fault}", row.try_get::<_, i64>(0)?));
        }
    }
    Ok(findings)
}

/// The endpoint's filter as it is stored.
fn filter_column(endpoint: &Endpoint) -> Outcome<Option<String>> {
    endpoint.filter.as_ref().map(|names| json("a filter", names)).transpose()
}

fn changed(session: &Session, account: AccountId) {
    session.after_commit(|after| {
        after.told.insert(account);
    });
}

async fn create(session: &Session, new: &Endpoint, entry: &AuditEntry) -> Outcome<bool> {
    counters::hold_events(session, new.account).await?;
    if of_account(session, new.account).await?.len() >= ENDPOINTS_MAX {
        return Ok(false);
    }
    let last = events::last(session, new.account).await?;
    session
        .execute(
            "INSERT INTO webhook_endpoint (id, account, version, url, form, filter, occurrences,
             description, disabled_why, disabled_since, secrets, created_at, updated_at, event)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
            &[
                &new.id.0,
                &new.account.0,
                &i64::from(new.version),
                &&*new.url,
                &&*new.form.0,
                &filter_column(new)?,
                &new.hears_occurrences,
                &&*new.description,
                &new.disabled.map(|it| it.why.number()),
                &new.disabled.map(|it| it.since.nanoseconds()),
                &compact("endpoint's secrets", &new.secrets)?,
                &new.created_at.nanoseconds(),
                &new.updated_at.nanoseconds(),
                &last,
            ],
        )
        .await?;
    audit::append(session, entry).await?;
    changed(session, new.account);
    Ok(true)
}

/// One endpoint.
async fn find(session: &Session, id: EndpointId) -> Outcome<Option<Endpoint>> {
    let row = session.first(select_endpoint!("WHERE id = $1"), &[&id.0]).await?;
    row.as_ref().map(endpoint).transpose()
}

/// One endpoint, held until the call is committed.
async fn hold(session: &Session, id: EndpointId) -> Outcome<Option<Endpoint>> {
    let row = session.first(select_endpoint!("WHERE id = $1 FOR UPDATE"), &[&id.0]).await?;
    row.as_ref().map(endpoint).transpose()
}

async fn of_account(session: &Session, account: AccountId) -> Outcome<Vec<Endpoint>> {
    let rows = session
        .query(select_endpoint!("WHERE account = $1 ORDER BY created_at, id"), &[&account.0])
        .await?;
    rows.iter().map(endpoint).collect()
}

async fn change(session: &Session, new: &Endpoint, entry: &AuditEntry) -> Outcome<bool> {
    let Some(before) = hold(session, new.id).await? else { return Ok(false) };
    if before.version != new.version {
        return Ok(false);
    }
    session
        .execute(
            "UPDATE webhook_endpoint SET version = version + 1, url = $2, form = $3, filter = $4,
             occurrences = $5, description = $6, disabled_why = $7, disabled_since = $8,
             secrets = $9, updated_at = $10 WHERE id = $1",
            &[
                &new.id.0,
                &&*new.url,
                &&*new.form.0,
                &filter_column(new)?,
                &new.hears_occurrences,
                &&*new.description,
                &new.disabled.map(|it| it.why.number()),
                &new.disabled.map(|it| it.since.nanoseconds()),
                &compact("endpoint's secrets", &new.secrets)?,
                &new.updated_at.nanoseconds(),
            ],
        )
        .await?;
    if let (Some(disabled), None) = (before.disabled, new.disabled) {
        deliveries::begin_anew(session, new.id, disabled.since, new.updated_at).await?;
    }
    audit::append(session, entry).await?;
    changed(session, before.account);
    Ok(true)
}

async fn delete(session: &Session, id: EndpointId, entry: &AuditEntry) -> Outcome<bool> {
    let Some(endpoint) = hold(session, id).await? else { return Ok(false) };
    session.execute("DELETE FROM webhook_endpoint WHERE id = $1", &[&id.0]).await?;
    session.execute("DELETE FROM webhook_turn WHERE endpoint = $1", &[&id.0]).await?;
    session.execute("INSERT INTO webhook_endpoint_gone (id) VALUES ($1)", &[&id.0]).await?;
    audit::append(session, entry).await?;
    changed(session, endpoint.account);
    Ok(true)
}

async fn disable(session: &Session, id: EndpointId, disabled: Disabled) -> Outcome<bool> {
    let endpoint = hold(session, id).await?;
    let Some(endpoint) = endpoint.filter(|it| it.disabled.is_none()) else { return Ok(false) };
    session
        .execute(
            "UPDATE webhook_endpoint SET version = version + 1, disabled_why = $2,
             disabled_since = $3 WHERE id = $1",
            &[&id.0, &disabled.why.number(), &disabled.since.nanoseconds()],
        )
        .await?;
    let mut changes = Changes::default();
    changes.tell(NewEvent {
        account: endpoint.account,
        at: disabled.since,
        kind: EventKind::EndpointDisabled,
        subject: id.0,
        snapshot: None,
    });
    changes.write(session).await?;
    changed(session, endpoint.account);
    Ok(true)
}

async fn redeliver(
    session: &Session,
    id: DeliveryId,
    at: Instant,
    entry: &AuditEntry,
) -> Outcome<bool> {
    let Some(delivery) = deliveries::find(session, id).await? else { return Ok(false) };
    let Some(endpoint) = hold(session, delivery.endpoint).await? else { return Ok(false) };
    // It may have been tried while the endpoint was waited for.
    let Some(delivery) = deliveries::find(session, id).await? else { return Ok(false) };
    deliveries::redeliver(session, &delivery, at).await?;
    audit::append(session, entry).await?;
    changed(session, endpoint.account);
    Ok(true)
}

/// How many events accounts with endpoints have, and how often those were changed, as one
/// number that grows with either.
pub(super) async fn heard(session: &Session) -> Outcome<HashMap<AccountId, i64>> {
    let rows = session
        .query(
            "SELECT account, (sum(version) + coalesce((SELECT sequence FROM counter
                 WHERE list = 64 AND owner = account), 0))::bigint
             FROM webhook_endpoint GROUP BY account",
            &[],
        )
        .await?;
    rows.iter().map(|row| Ok((AccountId(row.try_get(0)?), row.try_get(1)?))).collect()
}

impl PostgresStore {
    /// Accounts with endpoints that have changed since this was last asked.
    async fn news_of_others(&self) -> Result<BTreeSet<AccountId>> {
        let now =
            self.look("asking for news", |session| async move { heard(&session).await }).await?;
        let mut before = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        let told = now
            .iter()
            .filter(|(account, heard)| before.get(account) != Some(heard))
            .map(|(account, _)| *account)
            .collect();
        *before = now;
        Ok(told)
    }
}

#[async_trait]
impl WebhookStore for PostgresStore {
    async fn create_endpoint(&self, endpoint: Endpoint, entry: AuditEntry) -> Result<bool> {
        let (endpoint, entry) = (&endpoint, &entry);
        self.write("creating an endpoint", |session| async move {
            create(&session, endpoint, entry).await
        })
        .await
    }

    async fn endpoint(&self, id: EndpointId) -> Result<Option<Endpoint>> {
        self.look("reading an endpoint", |session| async move { find(&session, id).await }).await
    }

    async fn endpoints(&self, account: AccountId) -> Result<Vec<Endpoint>> {
        self.look("listing endpoints", |session| async move { of_account(&session, account).await })
            .await
    }

    async fn endpoint_ids(&self) -> Result<Vec<EndpointId>> {
        self.look("listing all endpoints", |session| async move {
            let rows = session
                .query(
                    "SELECT id FROM webhook_endpoint
                     WHERE account NOT IN (SELECT account FROM relocation WHERE state IN (2, 3))",
                    &[],
                )
                .await?;
            rows.iter().map(|row| Ok(EndpointId(row.try_get(0)?))).collect()
        })
        .await
    }

    async fn change_endpoint(&self, endpoint: Endpoint, entry: AuditEntry) -> Result<bool> {
        let (endpoint, entry) = (&endpoint, &entry);
        self.write("changing an endpoint", |session| async move {
            change(&session, endpoint, entry).await
        })
        .await
    }

    async fn delete_endpoint(&self, id: EndpointId, entry: AuditEntry) -> Result<bool> {
        let entry = &entry;
        self.write(
            "deleting an endpoint",
            |session| async move { delete(&session, id, entry).await },
        )
        .await
    }

    async fn disable_endpoint(&self, id: EndpointId, disabled: Disabled) -> Result<bool> {
        self.write("disabling an endpoint", |session| async move {
            disable(&session, id, disabled).await
        })
        .await
    }

    async fn take_turn(&self, id: EndpointId, wish: TurnWish) -> Result<Turn> {
        const DURING: &str = "taking an endpoint's turn";
        let (holder, clock) = (self.opened, self.lease_clock);
        let found =
            self.look(DURING, |session| async move {
                turns::look(&session, id, clock, wish, holder).await
            })
            .await?;
        if found != Turn::Leased {
            return Ok(found);
        }
        self.write(
            DURING,
            |session| async move { turns::take(&session, id, clock, wish, holder).await },
        )
        .await
    }

    async fn keep_turn(&self, id: EndpointId, wish: TurnWish) -> Result<bool> {
        let (holder, clock) = (self.opened, self.lease_clock);
        self.write("keeping an endpoint's turn", |session| async move {
            turns::keep(&session, id, clock, wish, holder).await
        })
        .await
    }

    async fn end_turn(&self, id: EndpointId) -> Result<()> {
        let holder = self.opened;
        self.write("giving an endpoint's turn up", |session| async move {
            turns::give_up(&session, id, holder).await
        })
        .await
    }

    async fn unseen(&self, id: EndpointId, limit: u32) -> Result<Option<Unseen>> {
        self.read("finding what an endpoint has not seen", |session| async move {
            deliveries::unseen(&session, id, limit).await
        })
        .await
    }

    async fn enqueue(
        &self,
        id: EndpointId,
        mark: Mark,
        new: Vec<NewDelivery>,
        at: Instant,
    ) -> Result<()> {
        let new = &new;
        self.write("queueing deliveries", |session| async move {
            if hold(&session, id).await?.is_none() {
                return Ok(()); // it was deleted meanwhile
            }
            deliveries::enqueue(&session, id, mark, new, at).await
        })
        .await
    }

    async fn due(&self, id: EndpointId, now: Instant, limit: u32) -> Result<Due> {
        self.read("finding what is to be delivered", |session| async move {
            deliveries::due(&session, id, now, limit).await
        })
        .await
    }

    async fn record(&self, attempts: Vec<Recorded>) -> Result<Vec<bool>> {
        let attempts = &attempts;
        self.write("recording deliveries", |session| async move {
            deliveries::hold_endpoints(&session, attempts).await?;
            let mut are_recorded = Vec::with_capacity(attempts.len());
            for recorded in attempts {
                are_recorded.push(deliveries::record(&session, recorded).await?);
            }
            Ok(are_recorded)
        })
        .await
    }

    async fn delivery(&self, id: DeliveryId) -> Result<Option<Delivery>> {
        self.look(
            "reading a delivery",
            |session| async move { deliveries::find(&session, id).await },
        )
        .await
    }

    async fn deliveries(&self, query: DeliveryQuery) -> Result<Vec<Delivery>> {
        let query = &query;
        self.look(
            "listing deliveries",
            |session| async move { deliveries::page(&session, query).await },
        )
        .await
    }

    async fn redeliver(&self, id: DeliveryId, at: Instant, entry: AuditEntry) -> Result<bool> {
        let entry = &entry;
        self.write("asking for a delivery again", |session| async move {
            redeliver(&session, id, at, entry).await
        })
        .await
    }

    async fn prune(&self, before: Instant, limit: u32) -> Result<u32> {
        self.write("forgetting old deliveries", |session| async move {
            deliveries::prune(&session, before, limit).await
        })
        .await
    }

    async fn oldest_pending(&self) -> Result<Option<Instant>> {
        self.look("finding the oldest delivery", |session| async move {
            deliveries::oldest_pending(&session).await
        })
        .await
    }

    async fn news(&self) -> BTreeSet<AccountId> {
        loop {
            tokio::select! {
                news = self.news.heard() => return news,
                () = tokio::time::sleep(POLL) => {}
            }
            match self.news_of_others().await {
                Ok(news) if news.is_empty() => {}
                Ok(news) => return news,
                Err(StoreError::Stopped) => return self.news.heard().await,
                Err(error) => tracing::warn!(%error, "other nodes' news are asked for again"),
            }
        }
    }
}
