//! `GET`, `PATCH` and `DELETE /customers/{id}`.

use engine::{CardId, CustomerId};
use gateway::bank::CustomerChange;

use super::show;
use crate::omise::answer::Answer;
use crate::omise::context::Context;
use crate::omise::ids::Kind;
use crate::omise::params::Params;
use crate::omise::refusal::{Asked, find};

/// Shows a customer.
pub(super) async fn retrieve(context: Context, _params: Params, id: String) -> Answer {
    let key = CustomerId(find(&context, Kind::Customer, &id)?);
    let ids = [(Kind::Customer, id.as_str())];
    let asked = Asked::about(&context, &ids);
    let found = context.app.bank().customer(context.account.id, key).await;
    show::customer(&context, &found.map_err(|error| asked.refused(error))?).await
}

/// Changes a customer; a token's card becomes one more of its cards.
pub(super) async fn update(context: Context, params: Params, id: String) -> Answer {
    let key = CustomerId(find(&context, Kind::Customer, &id)?);
    let mut read = params.reader();
    let token = read.optional_id("card");
    let default_card = read.optional_id("default_card");
    let mut change = CustomerChange {
        email: read.optional_text("email").map(Some),
        description: read.optional_text("description").map(Some),
        metadata: read.metadata("metadata"),
        ..CustomerChange::default()
    };
    read.finish()?;
    if let Some(token) = &token {
        change.token = Some(find(&context, Kind::Token, token)?);
    }
    if let Some(card) = &default_card {
        change.default_card = Some(CardId(find(&context, Kind::Card, card)?));
    }
    let ids = [
        (Kind::Customer, id.as_str()),
        (Kind::Token, token.as_deref().unwrap_or_default()),
        (Kind::Card, default_card.as_deref().unwrap_or_default()),
    ];
    let asked = Asked::about(&context, &ids);
    let updated = context.app.bank().update_customer(context.bank_context(), key, change).await;
    show::customer(&context, &updated.map_err(|error| asked.refused(error))?).await
}

/// Deletes a customer and its cards.
pub(super) async fn destroy(context: Context, _params: Params, id: String) -> Answer {
    let key = CustomerId(find(&context, Kind::Customer, &id)?);
    let ids = [(Kind::Customer, id.as_str())];
    let asked = Asked::about(&context, &ids);
    let gone = context.app.bank().destroy_customer(context.bank_context(), key).await;
    show::customer(&context, &gone.map_err(|error| asked.refused(error))?).await
}
