//! `GET /customers` and `POST /customers`.

use gateway::bank::NewCustomer;

use super::show;
use crate::omise::answer::Answer;
use crate::omise::context::Context;
use crate::omise::ids::Kind;
use crate::omise::list::{ListShape, page_query};
use crate::omise::params::Params;
use crate::omise::refusal::{Asked, find};

/// Lists customers.
pub(super) async fn list(context: Context, params: Params) -> Answer {
    let page = page_query(&params, context.now)?;
    let asked = Asked::about(&context, &[]);
    let found = context.app.bank().customers(context.account.id, page).await;
    let found = found.map_err(|error| asked.refused(error))?;
    let mut data = Vec::with_capacity(found.entries.len());
    for customer in &found.entries {
        data.push(show::customer(&context, customer).await?);
    }
    Ok(ListShape::top("/customers", page, found.total, data).render(&context))
}

/// Makes a customer, with a token's card if one is given.
pub(super) async fn create(context: Context, params: Params) -> Answer {
    let mut read = params.reader();
    let token = read.optional_id("card");
    let mut new = NewCustomer {
        email: read.optional_text("email"),
        description: read.optional_text("description"),
        metadata: read.metadata("metadata").unwrap_or_default(),
        ..NewCustomer::default()
    };
    read.finish()?;
    let ids = [(Kind::Token, token.as_deref().unwrap_or_default())];
    if let Some(token) = &token {
        new.token = Some(find(&context, Kind::Token, token)?);
    }
    let asked = Asked::about(&context, &ids);
    let created = context.app.bank().create_customer(context.bank_context(), new).await;
    show::customer(&context, &created.map_err(|error| asked.refused(error))?).await
}
