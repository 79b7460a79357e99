//! `GET`, `PATCH` and `DELETE /transfers/{id}`.

use engine::TransferId;

use super::show;
use crate::omise::answer::Answer;
use crate::omise::context::Context;
use crate::omise::error::OmiseError;
use crate::omise::ids::Kind;
use crate::omise::params::Params;
use crate::omise::refusal::{Asked, find};

/// Shows a transfer.
pub(super) async fn retrieve(context: Context, _params: Params, id: String) -> Answer {
    let key = TransferId(find(&context, Kind::Transfer, &id)?);
    let ids = [(Kind::Transfer, id.as_str())];
    let asked = Asked::about(&context, &ids);
    let found = context.app.bank().transfer(context.account.id, key).await;
    show::transfer(&context, &found.map_err(|error| asked.refused(error))?).await
}

/// Changes a transfer that has not left.
pub(super) async fn update(context: Context, params: Params, id: String) -> Answer {
    let key = TransferId(find(&context, Kind::Transfer, &id)?);
    let mut read = params.reader();
    let amount_minor = read.optional_integer("amount");
    read.finish_as(OmiseError::invalid_amount)?;
    let mut read = params.reader();
    let metadata = read.metadata("metadata");
    read.finish()?;
    let ids = [(Kind::Transfer, id.as_str())];
    let asked = Asked::about(&context, &ids);
    let bank = context.app.bank();
    let updated = bank.update_transfer(context.bank_context(), key, amount_minor, metadata).await;
    show::transfer(&context, &updated.map_err(|error| asked.refused(error))?).await
}

/// Calls off a transfer that has not left.
pub(super) async fn destroy(context: Context, _params: Params, id: String) -> Answer {
    let key = TransferId(find(&context, Kind::Transfer, &id)?);
    let ids = [(Kind::Transfer, id.as_str())];
    let asked = Asked::about(&context, &ids);
    let gone = context.app.bank().destroy_transfer(context.bank_context(), key).await;
    show::transfer(&context, &gone.map_err(|error| asked.refused(error))?).await
}
