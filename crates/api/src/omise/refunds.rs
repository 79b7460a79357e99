//! `GET /refunds`: those of all charges.

use super::answer::Answer;
use super::charges;
use super::context::Context;
use super::list::{ListShape, page_query};
use super::openapi::{Api, page};
use super::params::Params;
use super::refusal::Asked;
use super::router::{Resource, Routes};
use crate::openapi::schema::named;

/// All refunds.
pub(crate) fn routes() -> Routes {
    Routes::new().at("/refunds", Resource::new().get(list))
}

async fn list(context: Context, params: Params) -> Answer {
    let page = page_query(&params, context.now)?;
    let found = context.app.bank().refunds(context.account.id, None, page).await;
    let found = found.map_err(|error| Asked::about(&context, &[]).refused(error))?;
    let mut data = Vec::with_capacity(found.entries.len());
    for refund in &found.entries {
        data.push(charges::refunds::show::refund(&context, refund).await?);
    }
    Ok(ListShape::top("/refunds", page, found.total, data).render(&context))
}

/// All refunds, described.
pub(crate) fn describe(api: &mut Api) {
    let listed = Api::lists("charges", "listRefunds", "All refunds.", &page(named("Refund")));
    api.it.operation("get", "/refunds", listed.expands());
}
