//! `POST /transfers/{id}/mark_as_sent` and `/mark_as_paid`: time, taken into one's own hands.

use engine::TransferId;
use gateway::bank::BankError;

use super::show;
use crate::omise::answer::Answer;
use crate::omise::context::Context;
use crate::omise::error::OmiseError;
use crate::omise::ids::Kind;
use crate::omise::params::Params;
use crate::omise::refusal::{Asked, find};

/// Makes a transfer leave now.
pub(super) async fn mark_as_sent(context: Context, _params: Params, id: String) -> Answer {
    let key = TransferId(find(&context, Kind::Transfer, &id)?);
    let done = context.app.bank().mark_transfer_as_sent(context.bank_context(), key).await;
    let in_wrong_state = "only transfers that were not sent can be marked as sent";
    let transfer = done.map_err(|error| refused(&context, &id, error, in_wrong_state))?;
    show::transfer(&context, &transfer).await
}

/// Makes a transfer arrive now.
pub(super) async fn mark_as_paid(context: Context, _params: Params, id: String) -> Answer {
    let key = TransferId(find(&context, Kind::Transfer, &id)?);
    let done = context.app.bank().mark_transfer_as_paid(context.bank_context(), key).await;
    let in_wrong_state = "only sent transfers can be marked as paid";
    let transfer = done.map_err(|error| refused(&context, &id, error, in_wrong_state))?;
    show::transfer(&context, &transfer).await
}

fn refused(context: &Context, id: &str, error: BankError, in_wrong_state: &str) -> OmiseError {
    match error {
        BankError::TransferState(_) => OmiseError::bad_request(in_wrong_state),
        error => Asked::about(context, &[(Kind::Transfer, id)]).refused(error),
    }
}
