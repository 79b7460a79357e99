//! `/accounts/{accountID}/transfers/{transferID}/cancellations`: calling off what has
//! not left yet.

use bank::Remittance;
use engine::PartyId;
use gateway::bank::RemittanceError;
use serde_json::Value;

use super::{own_transfer, transfer};
use crate::moov::answer::{Answer, Reply};
use crate::moov::context::Context;
use crate::moov::ids::Kind;
use crate::moov::object::Object;
use crate::moov::refusal::Refusal;
use crate::moov::request::Request;

/// Calls a transfer off. One that was called off stays as it is.
pub(super) async fn create(context: Context, _: Request, party: PartyId, id: String) -> Answer {
    let remittance = own_transfer(&context, party, &id).await?;
    if let Some(canceled) = shown(&context, &remittance) {
        return Ok(Reply::json(canceled));
    }
    let told = "the transfer has left, so it cannot be canceled any more";
    let canceled = cancel(&context, &remittance).await?;
    let canceled = canceled.ok_or_else(|| Refusal::malformed(told))?;
    Ok(Reply::json(shown(&context, &canceled).ok_or_else(Refusal::failed)?))
}

pub(super) async fn retrieve(
    context: Context,
    _: Request,
    party: PartyId,
    id: String,
    cancellation: String,
) -> Answer {
    let remittance = transfer(&context, party, &id).await?;
    let key = context.ids().parse(Kind::Cancellation, &cancellation);
    let shown = shown(&context, &remittance).filter(|_| key == Some(remittance.id.0));
    Ok(Reply::json(shown.ok_or_else(Refusal::not_found)?))
}

/// The transfer called off; `None` where it has left.
pub(super) async fn cancel(
    context: &Context,
    remittance: &Remittance,
) -> Result<Option<Remittance>, Refusal> {
    let canceled = context.bank().cancel_remittance(context.bank_context(), remittance.id).await;
    match canceled {
        Ok(canceled) => Ok(Some(canceled)),
        Err(RemittanceError::Refused(_)) => Ok(None),
        Err(RemittanceError::Bank(error)) => Err(error.into()),
    }
}

/// The one cancellation that a transfer can have.
pub(super) fn shown(context: &Context, remittance: &Remittance) -> Option<Value> {
    let canceled_at = remittance.canceled_at?;
    let cancellation = Object::new()
        .with("cancellationID", context.ids().render(Kind::Cancellation, remittance.id.0))
        .with("status", "completed")
        .at("createdOn", canceled_at);
    Some(cancellation.into())
}
