//! What webhooks say in Kalends' own words: `{type, timestamp, data}`.

use bank::{BankEvent, RecordKind};
use engine::{
    Account, ChargeId, InstructionKind, Occurrence, OccurrenceStatus, PaymentId, RemittanceId,
    ScheduleEvent, ScheduleId, TransferId,
};
use serde_json::{Value, json};
use store::webhook::{EndpointId, Why};
use store::{Event, EventKind, RecordKey};

use super::names;
use crate::App;
use crate::foreign::ForeignNames;
use crate::webhooks::Unwritten;
use crate::{moov, omise};

/// Kalends' own name of what happened.
pub(crate) const fn name(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Schedule(kind) => match kind {
            ScheduleEvent::Created => "schedule.created",
            ScheduleEvent::Deleted => "schedule.deleted",
            ScheduleEvent::Expiring => "schedule.expiring",
            ScheduleEvent::Expired => "schedule.expired",
            ScheduleEvent::Suspended => "schedule.suspended",
        },
        EventKind::Occurrence(status) => match status {
            OccurrenceStatus::Successful => "occurrence.succeeded",
            OccurrenceStatus::Failed => "occurrence.failed",
            OccurrenceStatus::Skipped => "occurrence.skipped",
            OccurrenceStatus::Canceled => "occurrence.canceled",
        },
        EventKind::EndpointDisabled => "endpoint.disabled",
        EventKind::Bank(kind) => match kind {
            BankEvent::ChargeCreated => "charge.created",
            BankEvent::ChargeCompleted => "charge.completed",
            BankEvent::ChargeCaptured => "charge.captured",
            BankEvent::ChargeUpdated => "charge.updated",
            BankEvent::ChargeReversed => "charge.reversed",
            BankEvent::ChargeExpired => "charge.expired",
            BankEvent::RefundCreated => "refund.created",
            BankEvent::TransferCreated => "transfer.created",
            BankEvent::TransferSent => "transfer.sent",
            BankEvent::TransferPaid => "transfer.paid",
            BankEvent::TransferFailed => "transfer.failed",
            BankEvent::TransferUpdated => "transfer.updated",
            BankEvent::TransferDestroyed => "transfer.deleted",
            BankEvent::CustomerCreated => "customer.created",
            BankEvent::CustomerUpdated => "customer.updated",
            BankEvent::CustomerCardAdded => "customer.card_added",
            BankEvent::CustomerDestroyed => "customer.deleted",
            BankEvent::CardUpdated => "card.updated",
            BankEvent::CardDestroyed => "card.deleted",
            BankEvent::RecipientCreated => "recipient.created",
            BankEvent::RecipientUpdated => "recipient.updated",
            BankEvent::RecipientDestroyed => "recipient.deleted",
            BankEvent::RecipientVerified => "recipient.verified",
            BankEvent::RecipientActivated => "recipient.activated",
            BankEvent::RecipientDeactivated => "recipient.deactivated",
            BankEvent::RemittanceCreated => "remittance.created",
            BankEvent::RemittanceUpdated => "remittance.updated",
        },
    }
}

/// What is told of an event.
pub(crate) async fn body(app: &App, account: &Account, event: &Event) -> Result<Value, Unwritten> {
    let data = match event.body.kind {
        EventKind::Schedule(_) => {
            let (id, kind) = schedule(app, account, ScheduleId(event.body.subject)).await?;
            json!({ "schedule": id, "kind": kind })
        }
        EventKind::Occurrence(_) => {
            let key = event.body.attempt().ok_or(Unwritten)?;
            let occurrence = app.store().occurrence(key).await.map_err(|_| Unwritten)?;
            self::occurrence(app, account, &occurrence.ok_or(Unwritten)?).await?
        }
        EventKind::Bank(kind) => record(app, account, event, kind.subject()).await?,
        EventKind::EndpointDisabled => disabled(app, EndpointId(event.body.subject)).await?,
    };
    Ok(json!({
        "type": name(event.body.kind),
        "timestamp": event.body.at.to_string(),
        "data": data,
    }))
}

/// A schedule's id in its own dialect, and what it pays by.
async fn schedule(
    app: &App,
    account: &Account,
    id: ScheduleId,
) -> Result<(String, &'static str), Unwritten> {
    let stored = app.store().schedule(id).await.map_err(|_| Unwritten)?.ok_or(Unwritten)?;
    let kind = stored.plan.instruction.kind();
    Ok((names::id_of_schedule(app, account, id, kind), word(kind)))
}

const fn word(kind: InstructionKind) -> &'static str {
    match kind {
        InstructionKind::Charge => "charge",
        InstructionKind::Transfer => "transfer",
        InstructionKind::Remittance => "remittance",
    }
}

async fn occurrence(
    app: &App,
    account: &Account,
    occurrence: &Occurrence,
) -> Result<Value, Unwritten> {
    let (schedule, kind) = schedule(app, account, occurrence.schedule).await?;
    let payment = match occurrence.result {
        None => None,
        Some(payment) => {
            let (kind, key) = match payment {
                PaymentId::Charge(ChargeId(key)) => (RecordKind::Charge, key),
                PaymentId::Transfer(TransferId(key)) => (RecordKind::Transfer, key),
                PaymentId::Remittance(RemittanceId(key)) => (RecordKind::Remittance, key),
            };
            Some(id_of(app, account, kind, key).await?)
        }
    };
    Ok(json!({
        "schedule": schedule,
        "kind": kind,
        "slot": occurrence.slot.moment().to_string(),
        "attempt": occurrence.attempt,
        "message": occurrence.message,
        "payment": payment,
        "queued_at": occurrence.created_at.to_string(),
        "processed_at": occurrence.processed_at.to_string(),
    }))
}

async fn record(
    app: &App,
    account: &Account,
    event: &Event,
    kind: RecordKind,
) -> Result<Value, Unwritten> {
    let key = event.body.subject;
    let word = match kind {
        RecordKind::Charge => "charge",
        RecordKind::Refund => "refund",
        RecordKind::Transfer => "transfer",
        RecordKind::Customer => "customer",
        RecordKind::Card => "card",
        RecordKind::Recipient => "recipient",
        RecordKind::Remittance => "remittance",
        // Nobody is told of these.
        _ => return Err(Unwritten),
    };
    Ok(json!({ word: id_of(app, account, kind, key).await? }))
}

/// A record's id in the dialect that has such.
async fn id_of(
    app: &App,
    account: &Account,
    kind: RecordKind,
    key: i64,
) -> Result<String, Unwritten> {
    let named = [RecordKey { kind, key }];
    let foreign = ForeignNames::among(app, named).await.map_err(|_| Unwritten)?;
    let omise_kind = match kind {
        RecordKind::Charge => omise::Kind::Charge,
        RecordKind::Refund => omise::Kind::Refund,
        RecordKind::Transfer => omise::Kind::Transfer,
        RecordKind::Customer => omise::Kind::Customer,
        RecordKind::Card => omise::Kind::Card,
        RecordKind::Recipient => omise::Kind::Recipient,
        _ => {
            let ids = moov::Ids::of(app, account).knowing(foreign);
            return Ok(ids.render(moov::Kind::Transfer, key));
        }
    };
    Ok(omise::Ids::of(app, account).knowing(foreign).render(omise_kind, key))
}

async fn disabled(app: &App, id: EndpointId) -> Result<Value, Unwritten> {
    let webhooks = app.webhooks.as_ref().ok_or(Unwritten)?;
    let endpoint = webhooks.store.endpoint(id).await.map_err(|_| Unwritten)?;
    let url = endpoint.as_ref().map(|endpoint| &endpoint.url);
    let why = endpoint.as_ref().and_then(|endpoint| endpoint.disabled).map(|it| reason(it.why));
    Ok(json!({ "endpoint": names::id_of_endpoint(id), "url": url, "reason": why }))
}

/// Why an endpoint is disabled.
pub(super) const fn reason(why: Why) -> &'static str {
    match why {
        Why::Asked => "asked",
        Why::Gone => "gone",
        Why::Failing => "failing",
    }
}
