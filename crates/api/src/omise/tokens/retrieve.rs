//! `GET /tokens/{id}`.

use super::render;
use crate::omise::answer::Answer;
use crate::omise::context::Context;
use crate::omise::ids::Kind;
use crate::omise::params::Params;
use crate::omise::refusal::{Asked, find};
use crate::omise::view::View;

/// Shows a token.
pub(super) async fn retrieve(context: Context, _params: Params, id: String) -> Answer {
    let key = find(&context, Kind::Token, &id)?;
    let ids = [(Kind::Token, id.as_str())];
    let asked = Asked::about(&context, &ids);
    let found = context.app.bank().token(context.account.id, key).await;
    let (token, card) = found.map_err(|error| asked.refused(error))?;
    Ok(render::token(&View::of(&context), &token, &card))
}
