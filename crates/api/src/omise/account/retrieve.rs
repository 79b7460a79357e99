//! `GET /account`.

use super::render;
use crate::omise::answer::Answer;
use crate::omise::context::Context;
use crate::omise::params::Params;
use crate::omise::view::View;

/// Shows the account.
pub(super) async fn retrieve(context: Context, _params: Params) -> Answer {
    Ok(render::account(&View::of(&context), &context.account))
}
