//! `/accounts/{accountID}/cards`.

mod address;
mod link;
pub(in crate::moov) mod openapi;
pub(super) mod show;
mod update;

use engine::{CardId, PartyId};
use serde_json::Value;

use super::party;
use crate::moov::answer::{Answer, Reply};
use crate::moov::context::Context;
use crate::moov::refusal::Refusal;
use crate::moov::request::Request;
use crate::moov::router::{Resource, Routes};
use crate::moov::scope::Family::Cards;

pub(super) fn routes() -> Routes {
    Routes::new()
        .at(
            "/accounts/{accountID}/cards",
            Resource::new().get(Cards.read(), list).post(Cards.write(), link::link),
        )
        .at(
            "/accounts/{accountID}/cards/{cardID}",
            Resource::new()
                .get(Cards.read(), retrieve)
                .patch(Cards.write(), update::update)
                .delete(Cards.write(), disable),
        )
}

/// The cards that are not disabled.
async fn list(context: Context, _: Request, id: PartyId) -> Answer {
    let party = party(&context, id).await?;
    let cards = context.bank().linked_cards(context.account.id, party.id).await?;
    let shown = cards.iter().map(|card| show::card(&context, card).into()).collect();
    Ok(Reply::json(Value::Array(shown)))
}

async fn retrieve(context: Context, _: Request, party: PartyId, card: String) -> Answer {
    let card = find(&context, &card)?;
    let card = context.bank().linked_card(context.account.id, party, card).await?;
    Ok(Reply::json(show::card(&context, &card).into()))
}

async fn disable(context: Context, _: Request, party: PartyId, card: String) -> Answer {
    let card = find(&context, &card)?;
    context.bank().disable_linked_card(context.bank_context(), party, card).await?;
    Ok(Reply::none())
}

fn find(context: &Context, id: &str) -> Result<CardId, Refusal> {
    context.ids().find(id).ok_or_else(Refusal::not_found)
}
