//! Webhook endpoints, and [`WebhookStore`] over SQLite.

use std::collections::BTreeSet;

use async_trait::async_trait;
use engine::{AccountId, Instant};
use rusqlite::{Connection, Row, params};

use super::columns::{Stored, compact, from_compact, from_json, instant_at, json};
use super::deliveries;
use super::listing::Appended;
use super::writer::Writing;
use super::{SqliteStore, audit};
use crate::Result;
use crate::audit::AuditEntry;
use crate::event::{EventKind, NewEvent};
use crate::fault::Outcome;
use crate::webhook::{
    Delivery, DeliveryId, DeliveryQuery, Disabled, Due, ENDPOINTS_MAX, Endpoint, EndpointId, Form,
    Mark, NewDelivery, Recorded, SigningKey, Unseen, WebhookStore, Why,
};

const COLUMNS: &str = "id, account, version, url, form, filter, occurrences, description,
    disabled_why, disabled_since, secrets, created_at, updated_at, delivered_at";

fn endpoint(row: &Row<'_>) -> Outcome<Endpoint> {
    let filter: Option<String> = row.get(5)?;
    let why = row.get::<_, Option<i64>>(8)?.map(Why::from_number).transpose()?;
    let since = row.get::<_, Option<i64>>(9)?.map(Instant::from_nanoseconds);
    Ok(Endpoint {
        id: EndpointId(row.get(0)?),
        account: AccountId(row.get(1)?),
        version: row.get(2)?,
        url: row.get(3)?,
        form: Form(row.get(4)?),
        filter: filter.map(|names| from_json("filter of an endpoint", &names)).transpose()?,
        hears_occurrences: row.get(6)?,
        description: row.get(7)?,
        disabled: why.zip(since).map(|(why, since)| Disabled { why, since }),
        secrets: secrets(row.get_ref(10)?.as_blob().unwrap_or(&[]))?,
        created_at: instant_at(row, 11)?,
        updated_at: instant_at(row, 12)?,
        delivered_at: row.get::<_, Option<i64>>(13)?.map(Instant::from_nanoseconds),
    })
}

/// Endpoints that do not read as what was written, for the doctor.
pub(super) fn unreadable(connection: &Connection) -> Outcome<Vec<String>> {
    let mut select = connection.prepare(&format!("SELECT {COLUMNS} FROM webhook_endpoint"))?;
    let mut rows = select.query([])?;
    let mut findings = Vec::new();
    while let Some(row) = rows.next()? {
        if let Err(fault) = endpoint(row) {
            findings.push(format!("endpoint {}: {fault}", row.get::<_, i64>(0)?));
        }
    }
    Ok(findings)
}

/// The reverse of the blob that `secrets` are stored as.
fn secrets(blob: &[u8]) -> Outcome<Vec<SigningKey>> {
    from_compact("endpoint's secrets", blob)
}

/// The endpoint's filter as it is stored.
fn filter_column(endpoint: &Endpoint) -> Outcome<Option<String>> {
    endpoint.filter.as_ref().map(|names| json("a filter", names)).transpose()
}

fn create(writing: &mut Writing<'_>, new: &Endpoint, entry: &AuditEntry) -> Outcome<bool> {
    let connection = writing.connection;
    if of_account(connection, new.account)?.len() >= ENDPOINTS_MAX {
        return Ok(false);
    }
    connection
        .prepare_cached(&format!(
            "INSERT INTO webhook_endpoint ({COLUMNS}, sequence, event)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, NULL, ?14, ?15)"
        ))?
        .execute(params![
            new.id.0,
            new.account.0,
            new.version,
            new.url,
            new.form.0,
            filter_column(new)?,
            new.hears_occurrences,
            new.description,
            new.disabled.map(|it| it.why.number()),
            new.disabled.map(|it| it.since.nanoseconds()),
            compact("endpoint's secrets", &new.secrets)?,
            new.created_at.nanoseconds(),
            new.updated_at.nanoseconds(),
            writing.state.sequence,
            writing.state.event,
        ])?;
    audit::append(connection, entry)?;
    writing.state.listeners.changed(new.account);
    Ok(true)
}

/// One endpoint.
pub(super) fn find(connection: &Connection, id: EndpointId) -> Outcome<Option<Endpoint>> {
    let mut select = connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM webhook_endpoint WHERE id = ?1"))?;
    let mut rows = select.query([id.0])?;
    rows.next()?.map(endpoint).transpose()
}

fn of_account(connection: &Connection, account: AccountId) -> Outcome<Vec<Endpoint>> {
    let mut select = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM webhook_endpoint WHERE account = ?1 ORDER BY created_at, id"
    ))?;
    select.query_and_then([account.0], endpoint)?.collect()
}

fn change(writing: &mut Writing<'_>, new: &Endpoint, entry: &AuditEntry) -> Outcome<bool> {
    let connection = writing.connection;
    let Some(before) = find(connection, new.id)? else { return Ok(false) };
    if before.version != new.version {
        return Ok(false);
    }
    connection
        .prepare_cached(
            "UPDATE webhook_endpoint SET version = version + 1, url = ?2, form = ?3, filter = ?4,
             occurrences = ?5, description = ?6, disabled_why = ?7, disabled_since = ?8,
             secrets = ?9, updated_at = ?10 WHERE id = ?1",
        )?
        .execute(params![
            new.id.0,
            new.url,
            new.form.0,
            filter_column(new)?,
            new.hears_occurrences,
            new.description,
            new.disabled.map(|it| it.why.number()),
            new.disabled.map(|it| it.since.nanoseconds()),
            compact("endpoint's secrets", &new.secrets)?,
            new.updated_at.nanoseconds(),
        ])?;
    if let (Some(disabled), None) = (before.disabled, new.disabled) {
        deliveries::begin_anew(connection, new.id, disabled.since, new.updated_at)?;
    }
    audit::append(connection, entry)?;
    writing.state.listeners.changed(before.account);
    Ok(true)
}

fn delete(writing: &mut Writing<'_>, id: EndpointId, entry: &AuditEntry) -> Outcome<bool> {
    let connection = writing.connection;
    let Some(endpoint) = find(connection, id)? else { return Ok(false) };
    connection.prepare_cached("DELETE FROM webhook_endpoint WHERE id = ?1")?.execute([id.0])?;
    connection
        .prepare_cached("INSERT INTO webhook_endpoint_gone (id) VALUES (?1)")?
        .execute([id.0])?;
    audit::append(connection, entry)?;
    writing.state.listeners.changed(endpoint.account);
    Ok(true)
}

fn disable(writing: &mut Writing<'_>, id: EndpointId, disabled: Disabled) -> Outcome<bool> {
    let connection = writing.connection;
    let changed = connection
        .prepare_cached(
            "UPDATE webhook_endpoint SET version = version + 1, disabled_why = ?2,
             disabled_since = ?3 WHERE id = ?1 AND disabled_since IS NULL",
        )?
        .execute((id.0, disabled.why.number(), disabled.since.nanoseconds()))?;
    let Some(endpoint) = find(connection, id)?.filter(|_| changed == 1) else { return Ok(false) };
    let mut appended = Appended::default();
    appended.tell(NewEvent {
        account: endpoint.account,
        at: disabled.since,
        kind: EventKind::EndpointDisabled,
        subject: id.0,
        snapshot: None,
    });
    appended.write(connection, writing.state)?;
    writing.state.listeners.changed(endpoint.account);
    Ok(true)
}

#[async_trait]
impl WebhookStore for SqliteStore {
    async fn create_endpoint(&self, endpoint: Endpoint, entry: AuditEntry) -> Result<bool> {
        self.write("creating an endpoint", move |writing| create(writing, &endpoint, &entry)).await
    }

    async fn endpoint(&self, id: EndpointId) -> Result<Option<Endpoint>> {
        self.read("reading an endpoint", move |connection| find(connection, id)).await
    }

    async fn endpoints(&self, account: AccountId) -> Result<Vec<Endpoint>> {
        self.read("listing endpoints", move |connection| of_account(connection, account)).await
    }

    async fn endpoint_ids(&self) -> Result<Vec<EndpointId>> {
        self.read("listing all endpoints", |connection| {
            let mut select = connection.prepare_cached(
                "SELECT id FROM webhook_endpoint
                 WHERE account NOT IN (SELECT account FROM relocation WHERE state IN (2, 3))",
            )?;
            select.query_and_then([], |row| Ok(EndpointId(row.get(0)?)))?.collect()
        })
        .await
    }

    async fn change_endpoint(&self, endpoint: Endpoint, entry: AuditEntry) -> Result<bool> {
        self.write("changing an endpoint", move |writing| change(writing, &endpoint, &entry)).await
    }

    async fn delete_endpoint(&self, id: EndpointId, entry: AuditEntry) -> Result<bool> {
        self.write("deleting an endpoint", move |writing| delete(writing, id, &entry)).await
    }

    async fn disable_endpoint(&self, id: EndpointId, disabled: Disabled) -> Result<bool> {
        self.write("disabling an endpoint", move |writing| disable(writing, id, disabled)).await
    }

    async fn unseen(&self, id: EndpointId, limit: u32) -> Result<Option<Unseen>> {
        self.read("finding what an endpoint has not seen", move |connection| {
            deliveries::unseen(connection, id, limit)
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
        self.write("queueing deliveries", move |writing| {
            deliveries::enqueue(writing.connection, id, mark, &new, at)
        })
        .await
    }

    async fn due(&self, id: EndpointId, now: Instant, limit: u32) -> Result<Due> {
        self.read("finding what is to be delivered", move |connection| {
            deliveries::due(connection, id, now, limit)
        })
        .await
    }

    async fn record(&self, attempts: Vec<Recorded>) -> Result<Vec<bool>> {
        self.write("recording deliveries", move |writing| {
            attempts.iter().map(|it| deliveries::record(writing.connection, it)).collect()
        })
        .await
    }

    async fn delivery(&self, id: DeliveryId) -> Result<Option<Delivery>> {
        self.read("reading a delivery", move |connection| deliveries::find(connection, id)).await
    }

    async fn deliveries(&self, query: DeliveryQuery) -> Result<Vec<Delivery>> {
        self.read("listing deliveries", move |connection| deliveries::page(connection, &query))
            .await
    }

    async fn redeliver(&self, id: DeliveryId, at: Instant, entry: AuditEntry) -> Result<bool> {
        self.write("asking for a delivery again", move |writing| {
            let connection = writing.connection;
            let Some(delivery) = deliveries::find(connection, id)? else { return Ok(false) };
            let Some(endpoint) = find(connection, delivery.endpoint)? else { return Ok(false) };
            deliveries::redeliver(connection, &delivery, at)?;
            audit::append(connection, &entry)?;
            writing.state.listeners.changed(endpoint.account);
            Ok(true)
        })
        .await
    }

    async fn prune(&self, before: Instant, limit: u32) -> Result<u32> {
        self.write("forgetting old deliveries", move |writing| {
            deliveries::prune(writing.connection, before, limit)
        })
        .await
    }

    async fn oldest_pending(&self) -> Result<Option<Instant>> {
        self.read("finding the oldest delivery", deliveries::oldest_pending).await
    }

    async fn news(&self) -> BTreeSet<AccountId> {
        self.news.heard().await
    }
}
