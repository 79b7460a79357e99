//! `/accounts/{accountID}/transfers/{transferID}/refunds`: money that goes back to the
//! card it came from.

use bank::Remittance;
use bank::remittance::side::State;
use bank::remittance::{CardRefund, RemittanceRefusal};
use engine::{IdempotencyKey, PartyId};
use gateway::bank::{BankError, RemittanceError};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{idempotency, own_transfer, show, transfer};
use crate::moov::answer::{Answer, Reply};
use crate::moov::context::Context;
use crate::moov::ids::Kind;
use crate::moov::object::Object;
use crate::moov::refusal::Refusal;
use crate::moov::request::Request;

#[derive(Default, Deserialize)]
struct Body {
    amount: Option<i64>,
}

/// How much is to go back, in minor units; all of it where the amount, or the whole body,
/// is left out.
pub(super) fn amount(request: &Request) -> Result<Option<i64>, Refusal> {
    let body: Body = if request.body().is_empty() { Body::default() } else { request.json()? };
    Ok(body.amount)
}

/// Refunds a transfer, in part or whole.
pub(super) async fn create(
    context: Context,
    request: Request,
    party: PartyId,
    id: String,
) -> Answer {
    let key = idempotency::key(&context, &request, &format!("refund-{id}-"))?;
    let amount = amount(&request)?;
    let remittance = own_transfer(&context, party, &id).await?;
    if let Some(made) = under(&remittance, &key) {
        return Err(Refusal::conflict_with(shown(&context, &remittance, made)));
    }
    let refunded = refund(&context, &remittance, &key, amount).await.map_err(|refused| {
        let (field, told) = refused?;
        Ok::<_, Refusal>(Refusal::invalid(json!({ field: told })))
    });
    let refunded = match refunded {
        Ok(refunded) => refunded,
        Err(Ok(refusal) | Err(refusal)) => return Err(refusal),
    };
    let Some(made) = under(&refunded, &key) else { return Err(Refusal::failed()) };
    if request.waits_for("rail-response") {
        return Ok(Reply::json(shown(&context, &refunded, made)));
    }
    let reference = reference(&context, &refunded, made);
    Ok(Reply::json(reference.into()))
}

/// A transfer's refunds, oldest first.
pub(super) async fn list(context: Context, _: Request, party: PartyId, id: String) -> Answer {
    let remittance = transfer(&context, party, &id).await?;
    let refunds = remittance.refunds.iter().map(|refund| shown(&context, &remittance, refund));
    Ok(Reply::json(Value::Array(refunds.collect())))
}

pub(super) async fn retrieve(
    context: Context,
    _: Request,
    party: PartyId,
    id: String,
    refund: String,
) -> Answer {
    let remittance = transfer(&context, party, &id).await?;
    let key = context.ids().parse(Kind::Refund, &refund).ok_or_else(Refusal::not_found)?;
    let found = remittance.refunds.iter().find(|refund| refund.key == key);
    let found = found.ok_or_else(Refusal::not_found)?;
    Ok(Reply::json(shown(&context, &remittance, found)))
}

/// The refund that was made under a key.
pub(super) fn under<'a>(
    remittance: &'a Remittance,
    key: &IdempotencyKey,
) -> Option<&'a CardRefund> {
    remittance.refunds.iter().find(|refund| refund.requested_under.as_ref() == Some(key))
}

/// Why nothing was refunded: a field and what is wrong with it, or a refusal of its own.
pub(super) type NotRefunded = Result<(&'static str, String), Refusal>;

/// Gives money back under a key.
pub(super) async fn refund(
    context: &Context,
    remittance: &Remittance,
    key: &IdempotencyKey,
    amount_minor: Option<i64>,
) -> Result<Remittance, NotRefunded> {
    let now = gateway::bank::Context { key: Some(key), ..context.bank_context() };
    let refunded = context.bank().refund_remittance(now, remittance.id, amount_minor).await;
    refunded.map_err(|error| match error {
        RemittanceError::Refused(RemittanceRefusal::State) => {
            Ok(("error", "the transfer has not completed, so nothing can go back".to_owned()))
        }
        RemittanceError::Refused(refused @ RemittanceRefusal::NotRefundable) => {
            Ok(("error", refused.to_string()))
        }
        RemittanceError::Refused(refused @ RemittanceRefusal::Amount { .. }) => {
            Ok(("amount", refused.to_string()))
        }
        RemittanceError::Bank(BankError::BalanceShort) => {
            Ok(("amount", "the wallet that was paid holds too little".to_owned()))
        }
        RemittanceError::Bank(error) => Err(error.into()),
    })
}

fn reference(context: &Context, of: &Remittance, refund: &CardRefund) -> Object {
    let amount = json!({"currency": of.money.currency.code(), "value": refund.amount_minor});
    Object::new()
        .with("refundID", context.ids().render(Kind::Refund, refund.key))
        .at("createdOn", refund.created_at)
        .with("amount", amount)
}

/// A refund, whole.
pub(super) fn shown(context: &Context, of: &Remittance, refund: &CardRefund) -> Value {
    let status = match refund.state() {
        State::Completed => "completed",
        State::Failed => "failed",
        _ => "pending",
    };
    let updated = refund.marks.last().map_or(refund.created_at, |mark| mark.at);
    reference(context, of, refund)
        .at("updatedOn", updated)
        .with("status", status)
        .with("cardDetails", show::refund_marks(refund))
        .into()
}
