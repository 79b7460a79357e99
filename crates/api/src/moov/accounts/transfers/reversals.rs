//! `POST /accounts/{accountID}/transfers/{transferID}/reversals`: whatever takes a card
//! transfer back, a cancellation before it has settled, a refund after.

use engine::PartyId;
use serde_json::json;

use super::{cancellations, idempotency, own_transfer, refunds};
use crate::moov::answer::{Answer, Reply};
use crate::moov::context::Context;
use crate::moov::refusal::Refusal;
use crate::moov::request::Request;

pub(super) async fn create(
    context: Context,
    request: Request,
    party: PartyId,
    id: String,
) -> Answer {
    let key = idempotency::key(&context, &request, &format!("reversal-{id}-"))?;
    let amount = refunds::amount(&request)?;
    let remittance = own_transfer(&context, party, &id).await?;
    if let Some(made) = refunds::under(&remittance, &key) {
        let shown = refunds::shown(&context, &remittance, made);
        return Ok(Reply::json(json!({ "refund": shown })));
    }
    if let Some(canceled) = cancellations::shown(&context, &remittance) {
        return Ok(Reply::json(json!({ "cancellation": canceled })));
    }
    let is_whole = amount.is_none_or(|amount| amount == remittance.money.amount_minor);
    if is_whole
        && let Some(canceled) = cancellations::cancel(&context, &remittance).await?
        && let Some(shown) = cancellations::shown(&context, &canceled)
    {
        return Ok(Reply::json(json!({ "cancellation": shown })));
    }
    match refunds::refund(&context, &remittance, &key, amount).await {
        Ok(refunded) => {
            let made = refunds::under(&refunded, &key).ok_or_else(Refusal::failed)?;
            let shown = refunds::shown(&context, &refunded, made);
            Ok(Reply::json(json!({ "refund": shown })))
        }
        Err(Ok(("amount", told))) => Err(Refusal::invalid(json!({ "amount": told }))),
        Err(Ok((_, told))) => Err(Refusal::conflict(told)),
        Err(Err(refusal)) => Err(refusal),
    }
}
