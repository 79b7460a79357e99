//! `GET` and `PATCH /charges/{id}`.

use engine::ChargeId;

use super::render::Place;
use super::show;
use crate::omise::answer::Answer;
use crate::omise::context::Context;
use crate::omise::ids::Kind;
use crate::omise::params::Params;
use crate::omise::refusal::{Asked, find};

/// Shows a charge.
pub(super) async fn retrieve(context: Context, _params: Params, id: String) -> Answer {
    let key = ChargeId(find(&context, Kind::Charge, &id)?);
    let ids = [(Kind::Charge, id.as_str())];
    let asked = Asked::about(&context, &ids);
    let found = context.app.bank().charge(context.account.id, key).await;
    let charge = found.map_err(|error| asked.refused(error))?;
    show::charge(&context, &charge, Place::Alone).await
}

/// Changes a charge's description or metadata.
pub(super) async fn update(context: Context, params: Params, id: String) -> Answer {
    let key = ChargeId(find(&context, Kind::Charge, &id)?);
    let mut read = params.reader();
    let description = read.optional_text("description").map(|text| Some(text.into()));
    let metadata = read.metadata("metadata");
    read.finish()?;
    let ids = [(Kind::Charge, id.as_str())];
    let asked = Asked::about(&context, &ids);
    let bank = context.app.bank();
    let updated = bank.update_charge(context.bank_context(), key, description, metadata).await;
    let charge = updated.map_err(|error| asked.refused(error))?;
    show::charge(&context, &charge, Place::Alone).await
}
