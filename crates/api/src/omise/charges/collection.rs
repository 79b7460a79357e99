//! `GET /charges`.

use super::render::Place;
use super::show;
use crate::omise::answer::Answer;
use crate::omise::context::Context;
use crate::omise::list::{ListShape, page_query};
use crate::omise::params::Params;
use crate::omise::refusal::Asked;

/// Lists charges.
pub(super) async fn list(context: Context, params: Params) -> Answer {
    let page = page_query(&params, context.now)?;
    let found = context.app.bank().charges(context.account.id, page).await;
    let found = found.map_err(|error| Asked::about(&context, &[]).refused(error))?;
    let data = show::charges(&context, &found.entries, Place::Listed).await?;
    Ok(ListShape::top("/charges", page, found.total, data).render(&context))
}
