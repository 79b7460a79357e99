//! People of the built-in bank's.

use engine::{CardId, CustomerId, RecipientId};
use gateway::bank::BankError;
use serde_json::Value;

use super::super::records::failure;
use super::super::schedules::show::not_found_or_failure;
use super::super::view::View;
use super::super::{Answer, Context, Kind, OmiseError, customers, recipients};
use super::{card_missing, customer_missing, no_default_recipient, recipient_missing};

pub(super) async fn customer(context: &Context, id: &str) -> Result<CustomerId, OmiseError> {
    let missing = || customer_missing(id);
    let key = context.ids().parse(Kind::Customer, id).map(CustomerId).ok_or_else(missing)?;
    let customer = context.app.bank().customer(context.account.id, key).await;
    let customer = customer.map_err(|error| not_found_or_failure(error, missing))?;
    if customer.deleted { Err(missing()) } else { Ok(key) }
}

pub(super) async fn card(
    context: &Context,
    customer: CustomerId,
    id: &str,
) -> Result<CardId, OmiseError> {
    let missing = || card_missing(id);
    let key = context.ids().parse(Kind::Card, id).map(CardId).ok_or_else(missing)?;
    let card = context.app.bank().card(context.account.id, key).await;
    let card = card.map_err(|error| not_found_or_failure(error, missing))?;
    if card.deleted || card.customer != Some(customer) { Err(missing()) } else { Ok(key) }
}

pub(super) async fn recipient(context: &Context, id: &str) -> Result<RecipientId, OmiseError> {
    let missing = || recipient_missing(id);
    let key = context.ids().parse(Kind::Recipient, id).map(RecipientId).ok_or_else(missing)?;
    let recipient = context.app.bank().recipient(context.account.id, key).await;
    let recipient = recipient.map_err(|error| not_found_or_failure(error, missing))?;
    if recipient.deleted { Err(missing()) } else { Ok(key) }
}

pub(super) async fn default_recipient(context: &Context) -> Result<RecipientId, OmiseError> {
    let found: Result<_, BankError> =
        context.app.bank().default_recipient(context.account.id).await;
    let found = found.map_err(|error| not_found_or_failure(error, no_default_recipient))?;
    found.map(|recipient| recipient.id).ok_or_else(no_default_recipient)
}

pub(super) async fn customer_key(context: &Context, id: &str) -> Result<i64, OmiseError> {
    let missing = || customer_missing(id);
    let key = context.ids().parse(Kind::Customer, id).ok_or_else(missing)?;
    let found = context.app.bank().customer(context.account.id, CustomerId(key)).await;
    found.map_err(|error| not_found_or_failure(error, missing))?;
    Ok(key)
}

pub(super) async fn recipient_key(context: &Context, id: &str) -> Result<i64, OmiseError> {
    let missing = || recipient_missing(id);
    let key = context.ids().parse(Kind::Recipient, id).ok_or_else(missing)?;
    let found = context.app.bank().recipient(context.account.id, RecipientId(key)).await;
    found.map_err(|error| not_found_or_failure(error, missing))?;
    Ok(key)
}

/// A customer and a card as a schedule shows them: by their ids, or themselves where that was
/// asked for. Without a card it is the customer's default one.
pub(super) async fn shown_payer(
    context: &Context,
    customer: CustomerId,
    card: Option<CardId>,
) -> Result<(Value, Value), OmiseError> {
    let card = match card {
        Some(card) => Some(card),
        None => default_card(context, customer).await?,
    };
    let card = match card {
        Some(card) => shown_card(context, card).await?,
        None => Value::Null,
    };
    Ok((customers::show::reference(context, Some(customer)).await?, card))
}

/// A recipient as a schedule shows it, likewise.
pub(super) async fn shown_payee(context: &Context, id: RecipientId) -> Answer {
    let recipient = if context.expand {
        found(context.app.bank().recipient(context.account.id, id).await)?
    } else {
        None
    };
    Ok(recipients::show::reference(context, id, recipient.as_ref()))
}

/// The card a customer would be charged with; 2017-11-02 does not show it.
async fn default_card(
    context: &Context,
    customer: CustomerId,
) -> Result<Option<CardId>, OmiseError> {
    if context.version.is_2017() {
        return Ok(None);
    }
    let customer = found(context.app.bank().customer(context.account.id, customer).await)?;
    Ok(customer.and_then(|customer| customer.default_card))
}

async fn shown_card(context: &Context, id: CardId) -> Answer {
    let named = Value::String(context.ids().render(Kind::Card, id.0));
    if !context.expand {
        return Ok(named);
    }
    let card = found(context.app.bank().card(context.account.id, id).await)?;
    let view = View::of(context);
    Ok(card.map_or(named, |card| customers::cards::render::card(&view, &card)))
}

/// What is gone is shown by its id alone.
fn found<T>(read: Result<T, BankError>) -> Result<Option<T>, OmiseError> {
    match read {
        Ok(it) => Ok(Some(it)),
        Err(BankError::NotFound(_)) => Ok(None),
        Err(error) => Err(failure(&error)),
    }
}
