//! `PATCH /recipients/{id}/verify`.

use engine::RecipientId;

use super::render;
use crate::omise::answer::Answer;
use crate::omise::context::Context;
use crate::omise::ids::Kind;
use crate::omise::params::Params;
use crate::omise::refusal::{Asked, find};
use crate::omise::view::View;

/// Verifies and activates a recipient, as Omise's people would.
pub(super) async fn verify(context: Context, _params: Params, id: String) -> Answer {
    let key = RecipientId(find(&context, Kind::Recipient, &id)?);
    let ids = [(Kind::Recipient, id.as_str())];
    let asked = Asked::about(&context, &ids);
    let verified = context.app.bank().verify_recipient(context.bank_context(), key).await;
    let recipient = verified.map_err(|error| asked.refused(error))?;
    Ok(render::recipient(&View::of(&context), &recipient))
}
