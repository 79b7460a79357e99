//! `GET /customers/{id}/cards`.

use engine::CustomerId;

use super::render;
use crate::omise::answer::Answer;
use crate::omise::context::Context;
use crate::omise::ids::Kind;
use crate::omise::list::{ListShape, page_query};
use crate::omise::params::Params;
use crate::omise::refusal::{Asked, find};
use crate::omise::view::View;

/// Lists a customer's cards.
pub(super) async fn list(context: Context, params: Params, id: String) -> Answer {
    let customer = CustomerId(find(&context, Kind::Customer, &id)?);
    let page = page_query(&params, context.now)?;
    let ids = [(Kind::Customer, id.as_str())];
    let asked = Asked::about(&context, &ids);
    let (bank, account) = (context.app.bank(), context.account.id);
    bank.customer(account, customer).await.map_err(|error| asked.refused(error))?;
    let found = bank.cards(account, customer, page).await;
    let found = found.map_err(|error| asked.refused(error))?;
    let view = View::of(&context);
    let data = found.entries.iter().map(|card| render::card(&view, card)).collect();
    let location = format!("/customers/{id}/cards");
    let list = ListShape::nested(context.version, &location, page, found.total, data);
    Ok(list.render(&context))
}
