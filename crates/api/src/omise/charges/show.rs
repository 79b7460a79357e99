//! Reads what a charge is shown with, and shows it.

use bank::{Card, Charge, Refund};
use engine::ChargeId;
use serde_json::Value;
use store::{Page, PageQuery};

use super::render::{self, Parts, Place};
use crate::omise::answer::Answer;
use crate::omise::context::Context;
use crate::omise::error::OmiseError;
use crate::omise::ids::Kind;
use crate::omise::list::LIMIT_DEFAULT;
use crate::omise::refusal::Asked;
use crate::omise::view::{View, unexpanded};
use crate::omise::{customers, schedules, transactions};

/// A charge with its card and the first of its refunds.
pub(crate) async fn charge(context: &Context, charge: &Charge, place: Place) -> Answer {
    let shown = charges(context, std::slice::from_ref(charge), place).await?;
    shown.into_iter().next().ok_or_else(OmiseError::backend_error)
}

/// Charges, in order; their cards are read at once.
pub(crate) async fn charges(
    context: &Context,
    charges: &[Charge],
    place: Place,
) -> Result<Vec<Value>, OmiseError> {
    let ids = charges.iter().filter_map(|charge| charge.card);
    let cards = context.app.bank().cards_by_id(context.account.id, ids).await;
    let cards = cards.map_err(|error| Asked::about(context, &[]).refused(error))?;
    let mut shown = Vec::with_capacity(charges.len());
    for charge in charges {
        let card = charge.card.and_then(|id| cards.get(&id)).cloned();
        shown.push(with_card(context, charge, card, place).await?);
    }
    Ok(shown)
}

async fn with_card(context: &Context, charge: &Charge, card: Option<Card>, place: Place) -> Answer {
    let parts = Parts {
        card,
        refunds: refunds(context, charge).await?,
        customer: customers::show::reference(context, charge.customer).await?,
        schedule: schedules::show::reference(context, charge.schedule).await?,
        transaction: transactions::show::reference(context, charge.journal_entry).await?,
    };
    Ok(render::charge(&View::of(context), charge, parts, place))
}

/// The first of a charge's refunds; where none was made, nothing is read.
async fn refunds(context: &Context, charge: &Charge) -> Result<Page<Refund>, OmiseError> {
    if charge.refunded == 0 {
        return Ok(Page { entries: Vec::new(), total: 0 });
    }
    let page = PageQuery::first(LIMIT_DEFAULT);
    let found = context.app.bank().refunds(context.account.id, Some(charge.id), page).await;
    found.map_err(|error| Asked::about(context, &[]).refused(error))
}

/// What names a charge elsewhere: its id, or itself where that was asked for.
pub(crate) async fn reference(context: &Context, id: ChargeId) -> Result<Value, OmiseError> {
    let named = View::of(context).id(Kind::Charge, id.0).into();
    if !context.expand {
        return Ok(named);
    }
    match context.app.bank().charge(context.account.id, id).await {
        Ok(found) => charge(&unexpanded(context), &found, Place::Listed).await,
        Err(_) => Ok(named),
    }
}
