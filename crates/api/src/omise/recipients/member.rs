//! `GET`, `PATCH` and `DELETE /recipients/{id}`.

use engine::RecipientId;

use super::particulars::particulars;
use super::render;
use super::show;
use crate::omise::answer::Answer;
use crate::omise::context::Context;
use crate::omise::ids::Kind;
use crate::omise::params::Params;
use crate::omise::refusal::{Asked, find};
use crate::omise::view::View;

/// Shows a recipient.
pub(super) async fn retrieve(context: Context, _params: Params, id: String) -> Answer {
    let key = RecipientId(find(&context, Kind::Recipient, &id)?);
    let ids = [(Kind::Recipient, id.as_str())];
    let asked = Asked::about(&context, &ids);
    let found = context.app.bank().recipient(context.account.id, key).await;
    let recipient = found.map_err(|error| asked.refused(error))?;
    Ok(show::recipient(&View::of(&context), &recipient))
}

/// Changes a recipient. Another bank account must be verified anew.
pub(super) async fn update(context: Context, params: Params, id: String) -> Answer {
    let key = RecipientId(find(&context, Kind::Recipient, &id)?);
    let ids = [(Kind::Recipient, id.as_str())];
    let asked = Asked::about(&context, &ids);
    let known = context.app.bank().recipient(context.account.id, key).await;
    let known = known.map_err(|error| asked.refused(error))?;
    let change = particulars(&context, &params, Some(&known.bank_account))?;
    let updated = context.app.bank().update_recipient(context.bank_context(), key, change).await;
    let recipient = updated.map_err(|error| asked.refused(error))?;
    Ok(render::recipient(&View::of(&context), &recipient))
}

/// Deletes a recipient.
pub(super) async fn destroy(context: Context, _params: Params, id: String) -> Answer {
    let key = RecipientId(find(&context, Kind::Recipient, &id)?);
    let ids = [(Kind::Recipient, id.as_str())];
    let asked = Asked::about(&context, &ids);
    let gone = context.app.bank().destroy_recipient(context.bank_context(), key).await;
    let recipient = gone.map_err(|error| asked.refused(error))?;
    Ok(render::deleted_recipient(&View::of(&context), &recipient))
}
