//! People of the built-in bank's.

use engine::{CardId, CustomerId, RecipientId};
use gateway::bank::BankError;

use super::super::schedules::show::not_found_or_failure;
use super::super::{Context, Kind, OmiseError};
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
