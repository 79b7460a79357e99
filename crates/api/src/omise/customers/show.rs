//! Reads what a customer is shown with, and shows it.

use bank::Customer;
use engine::CustomerId;
use serde_json::Value;
use store::PageQuery;

use super::{cards, render};
use crate::omise::answer::Answer;
use crate::omise::context::Context;
use crate::omise::error::OmiseError;
use crate::omise::ids::Kind;
use crate::omise::list::LIMIT_DEFAULT;
use crate::omise::refusal::Asked;
use crate::omise::view::{View, unexpanded};

/// A customer with the first of its cards, or what is left of a deleted one.
pub(crate) async fn customer(context: &Context, customer: &Customer) -> Answer {
    let view = View::of(context);
    if customer.deleted {
        return Ok(render::deleted_customer(&view, customer));
    }
    let page = PageQuery::first(LIMIT_DEFAULT);
    let cards = context.app.bank().cards(context.account.id, customer.id, page).await;
    let cards = cards.map_err(|error| Asked::about(context, &[]).refused(error))?;
    let mut shown = render::customer(&view, customer, &cards);
    if context.expand
        && let Some(default_card) =
            cards.entries.iter().find(|it| Some(it.id) == customer.default_card)
        && let Some(field) = shown.get_mut("default_card")
    {
        *field = cards::render::card(&view, default_card);
    }
    Ok(shown)
}

/// What names a customer elsewhere: its id, or itself where that was asked for.
pub(crate) async fn reference(
    context: &Context,
    id: Option<CustomerId>,
) -> Result<Value, OmiseError> {
    let view = View::of(context);
    let named = view.id_or_null(Kind::Customer, id.map(|id| id.0));
    let Some(id) = id.filter(|_| context.expand) else { return Ok(named) };
    match context.app.bank().customer(context.account.id, id).await {
        Ok(found) => customer(&unexpanded(context), &found).await,
        Err(_) => Ok(named),
    }
}
