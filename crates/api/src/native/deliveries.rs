//! `/kalends/v1/webhook-endpoints/{id}/deliveries`: what was sent, and what is to be; and
//! sending it again.

use axum::extract::State;
use http::StatusCode;
use serde_json::{Value, json};
use store::Deed;
use store::webhook::{
    Answered, Attempted, Delivery, DeliveryId, DeliveryQuery, DeliveryState, DeliveryStatus,
};

use super::endpoint::{Actor, Named, Reply, Sent};
use super::event::name;
use super::names::id_of_endpoint;
use super::problem::Problem;
use super::webhook_endpoints::{entry, find, webhooks};
use crate::App;
use crate::webhooks::{Dialect, message_id};

/// Deliveries on a page when the client does not say, and at most.
pub(super) const LIMIT_DEFAULT: i64 = 20;
pub(super) const LIMIT_MAX: i64 = 100;

/// A page of an endpoint's deliveries, newest first.
pub(super) async fn list(
    State(app): State<App>,
    Named(id): Named,
    actor: Actor,
    Sent(params): Sent,
) -> Result<Reply, Problem> {
    let webhooks = webhooks(&app)?;
    let endpoint = find(webhooks, actor.account.id, &id).await?;
    let mut read = params.reader();
    let limit = read.optional_integer("limit").unwrap_or(LIMIT_DEFAULT);
    if !(1..=LIMIT_MAX).contains(&limit) {
        read.refuse_one("limit", &format!("must be a whole number from 1 to {LIMIT_MAX}"));
    }
    let status = read.optional_text("status");
    let cursor = read.optional_text("cursor");
    read.finish()?;
    let limit = u32::try_from(limit).unwrap_or(1);
    let query = DeliveryQuery {
        endpoint: endpoint.id,
        status: status.as_deref().map(status_named).transpose()?,
        before: cursor.as_deref().map(cursor_named).transpose()?,
        limit: limit + 1,
    };
    let mut deliveries = webhooks.store.deliveries(query).await?;
    let page = usize::try_from(limit).unwrap_or(usize::MAX);
    let is_last = deliveries.len() <= page;
    deliveries.truncate(page);
    let next = deliveries.last().filter(|_| !is_last).map(|delivery| id_of(delivery.id));
    let mut shown = Vec::with_capacity(deliveries.len());
    for delivery in &deliveries {
        shown.push(show(&app, &endpoint.form.0, delivery).await?);
    }
    Ok(Reply(json!({ "deliveries": shown, "next_cursor": next })))
}

/// Has a delivery made again at once.
pub(super) async fn redeliver(
    State(app): State<App>,
    Named(id): Named,
    actor: Actor,
    Sent(params): Sent,
) -> Result<Reply, Problem> {
    let webhooks = webhooks(&app)?;
    let missing = || Problem::new(StatusCode::NOT_FOUND, format!("there is no delivery {id}"));
    let key = delivery_id(&id).ok_or_else(missing)?;
    let delivery = webhooks.store.delivery(key).await?.ok_or_else(missing)?;
    let endpoint = webhooks.store.endpoint(delivery.endpoint).await?;
    let endpoint = endpoint.filter(|it| it.account == actor.account.id).ok_or_else(missing)?;
    let mut read = params.reader();
    let why = read.optional_text("reason").unwrap_or_default();
    read.finish()?;
    if endpoint.disabled.is_some() {
        let detail = "the endpoint is disabled; enable it first";
        return Err(Problem::new(StatusCode::CONFLICT, detail));
    }
    let now = app.runner.wall_now();
    let mut entry = entry(&actor, (Deed::Redelivered, endpoint.id), &why, now);
    entry.subject = id_of(key).into();
    if !webhooks.store.redeliver(key, now, entry).await? {
        return Err(missing());
    }
    let delivery = webhooks.store.delivery(key).await?.ok_or_else(missing)?;
    Ok(Reply(show(&app, &endpoint.form.0, &delivery).await?))
}

fn status_named(word: &str) -> Result<DeliveryStatus, Problem> {
    match word {
        "pending" => Ok(DeliveryStatus::Pending),
        "delivered" => Ok(DeliveryStatus::Delivered),
        "failed" => Ok(DeliveryStatus::Failed),
        _ => Err(Problem::bad_request(format!(
            "status must be pending, delivered or failed, and is {word:?}"
        ))),
    }
}

fn cursor_named(text: &str) -> Result<DeliveryId, Problem> {
    delivery_id(text).ok_or_else(|| {
        Problem::bad_request("cursor must be the next_cursor of the page before, as it was given")
    })
}

/// A delivery's name.
fn id_of(id: DeliveryId) -> String {
    format!("whd_{}", id.0)
}

fn delivery_id(id: &str) -> Option<DeliveryId> {
    id.strip_prefix("whd_")?.parse().ok().map(DeliveryId)
}

async fn show(app: &App, form: &str, delivery: &Delivery) -> Result<Value, Problem> {
    let event = app.store().event(delivery.event).await?;
    let kind = event.map(|event| event.body.kind);
    let named = kind.and_then(|kind| match Dialect::named(form) {
        Some(dialect) => dialect.name(kind),
        None => Some(name(kind)),
    });
    let (status, next_at, ended_at) = match delivery.state {
        DeliveryState::Pending(next_at) => ("pending", next_at, None),
        DeliveryState::Delivered(at) => ("delivered", None, Some(at)),
        DeliveryState::Failed(at) => ("failed", None, Some(at)),
    };
    Ok(json!({
        "id": id_of(delivery.id),
        "webhook_endpoint": id_of_endpoint(delivery.endpoint),
        "message": message_id(app, delivery.event),
        "event": named,
        "status": status,
        "attempts": delivery.attempts,
        "created_at": delivery.created_at.to_string(),
        "next_attempt_at": next_at.map(|at| at.to_string()),
        "ended_at": ended_at.map(|at| at.to_string()),
        "latest_attempt": delivery.latest.as_ref().map(show_attempt),
    }))
}

fn show_attempt(attempted: &Attempted) -> Value {
    let (status, error) = match &attempted.answer {
        Answered::Status(status) => (Some(*status), None),
        Answered::Nothing(why) => (None, Some(why)),
    };
    json!({
        "at": attempted.at.to_string(),
        "milliseconds": attempted.milliseconds,
        "status": status,
        "error": error,
    })
}
