//! `GET`, `PATCH` and `DELETE /customers/{id}/cards/{part}`.

use engine::{CardId, CustomerId};
use gateway::bank::CardChange;

use super::{expiration, render};
use crate::omise::answer::Answer;
use crate::omise::context::Context;
use crate::omise::error::OmiseError;
use crate::omise::ids::Kind;
use crate::omise::params::Params;
use crate::omise::refusal::{Asked, find};
use crate::omise::view::View;

/// Shows a customer's card.
pub(super) async fn retrieve(
    context: Context,
    _params: Params,
    id: String,
    part: String,
) -> Answer {
    let (customer, key) = keys(&context, &id, &part)?;
    let ids = [(Kind::Customer, id.as_str()), (Kind::Card, part.as_str())];
    let asked = Asked::about(&context, &ids);
    let card = context.app.bank().card(context.account.id, key).await;
    let card = card.map_err(|error| asked.refused(error))?;
    if card.customer != Some(customer) {
        return Err(OmiseError::not_found("card", &part));
    }
    let view = View::of(&context);
    if card.deleted {
        Ok(render::deleted_card(&view, &card))
    } else {
        Ok(render::card(&view, &card))
    }
}

/// Changes a customer's card.
pub(super) async fn update(context: Context, params: Params, id: String, part: String) -> Answer {
    let (customer, key) = keys(&context, &id, &part)?;
    let mut read = params.reader();
    let change = CardChange {
        name: read.optional_text("name"),
        expiration_month: expiration::month(&mut read),
        expiration_year: expiration::year(&mut read),
        city: read.optional_text("city").map(Some),
        postal_code: read.optional_text("postal_code").map(Some),
    };
    read.finish_as(OmiseError::invalid_card)?;
    let ids = [(Kind::Customer, id.as_str()), (Kind::Card, part.as_str())];
    let asked = Asked::about(&context, &ids);
    let bank = context.app.bank();
    let card = bank.update_card(context.bank_context(), customer, key, change).await;
    let card = card.map_err(|error| asked.refused(error))?;
    Ok(render::card(&View::of(&context), &card))
}

/// Deletes a customer's card.
pub(super) async fn destroy(context: Context, _params: Params, id: String, part: String) -> Answer {
    let (customer, key) = keys(&context, &id, &part)?;
    let ids = [(Kind::Customer, id.as_str()), (Kind::Card, part.as_str())];
    let asked = Asked::about(&context, &ids);
    let gone = context.app.bank().destroy_card(context.bank_context(), customer, key).await;
    let gone = gone.map_err(|error| asked.refused(error))?;
    Ok(render::deleted_card(&View::of(&context), &gone))
}

fn keys(context: &Context, id: &str, part: &str) -> Result<(CustomerId, CardId), OmiseError> {
    let customer = find(context, Kind::Customer, id)?;
    Ok((CustomerId(customer), CardId(find(context, Kind::Card, part)?)))
}
