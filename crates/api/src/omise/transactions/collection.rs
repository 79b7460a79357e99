//! `GET /transactions`.

use super::show;
use crate::omise::answer::Answer;
use crate::omise::context::Context;
use crate::omise::list::{ListShape, page_query};
use crate::omise::params::Params;
use crate::omise::refusal::Asked;

/// Lists transactions. Entries that only set money aside are none, and in no page.
pub(super) async fn list(context: Context, params: Params) -> Answer {
    let page = page_query(&params, context.now)?;
    let found = context.app.bank().journal(context.account.id, page).await;
    let found = found.map_err(|error| Asked::about(&context, &[]).refused(error))?;
    let mut data = Vec::with_capacity(found.entries.len());
    for entry in &found.entries {
        data.push(show::transaction(&context, entry).await?);
    }
    Ok(ListShape::top("/transactions", page, found.total, data).render(&context))
}
