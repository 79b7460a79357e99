//! Whom a schedule names: looked for at the built-in bank, or at the account that stands
//! behind this server.

mod bank;
mod upstream;

use engine::{CardId, CustomerId, RecipientId};

use serde_json::Value;

use super::{Answer, Context, OmiseError};

/// A customer who can be charged.
pub(crate) async fn customer(context: &Context, id: &str) -> Result<CustomerId, OmiseError> {
    match context.app.omise_overlay() {
        Some(overlay) => upstream::customer(context, overlay, id).await,
        None => bank::customer(context, id).await,
    }
}

/// A card of a customer, given by key and id, that can be charged.
pub(crate) async fn card(
    context: &Context,
    (customer, customer_id): (CustomerId, &str),
    id: &str,
) -> Result<CardId, OmiseError> {
    match context.app.omise_overlay() {
        Some(overlay) => upstream::card(context, overlay, customer_id, id).await,
        None => bank::card(context, customer, id).await,
    }
}

/// A recipient who can be paid.
pub(crate) async fn recipient(context: &Context, id: &str) -> Result<RecipientId, OmiseError> {
    match context.app.omise_overlay() {
        Some(overlay) => upstream::recipient(context, overlay, id).await,
        None => bank::recipient(context, id).await,
    }
}

/// The recipient who is paid where none is named.
pub(crate) async fn default_recipient(context: &Context) -> Result<RecipientId, OmiseError> {
    match context.app.omise_overlay() {
        Some(overlay) => upstream::default_recipient(context, overlay).await,
        None => bank::default_recipient(context).await,
    }
}

/// The key of a customer whose schedules are asked for, deleted or not.
pub(crate) async fn customer_key(context: &Context, id: &str) -> Result<i64, OmiseError> {
    match context.app.omise_overlay() {
        Some(overlay) => upstream::customer_key(context, overlay, id).await,
        None => bank::customer_key(context, id).await,
    }
}

/// The key of a recipient whose schedules are asked for, deleted or not.
pub(crate) async fn recipient_key(context: &Context, id: &str) -> Result<i64, OmiseError> {
    match context.app.omise_overlay() {
        Some(overlay) => upstream::recipient_key(context, overlay, id).await,
        None => bank::recipient_key(context, id).await,
    }
}

/// A customer and a card as a schedule shows them: by their ids, or themselves where that was
/// asked for. Without a card it is the customer's default one.
pub(crate) async fn shown_payer(
    context: &Context,
    customer: CustomerId,
    card: Option<CardId>,
) -> Result<(Value, Value), OmiseError> {
    match context.app.omise_overlay() {
        Some(overlay) => Ok(upstream::shown_payer(context, overlay, customer, card).await),
        None => bank::shown_payer(context, customer, card).await,
    }
}

/// A recipient as a schedule shows it, likewise.
pub(crate) async fn shown_payee(context: &Context, recipient: RecipientId) -> Answer {
    match context.app.omise_overlay() {
        Some(overlay) => Ok(upstream::shown_payee(context, overlay, recipient).await),
        None => bank::shown_payee(context, recipient).await,
    }
}

fn customer_missing(id: &str) -> OmiseError {
    OmiseError::not_found("customer", id)
}

fn card_missing(id: &str) -> OmiseError {
    OmiseError::not_found("card", id)
}

fn recipient_missing(id: &str) -> OmiseError {
    OmiseError::not_found("recipient", id)
}

fn no_default_recipient() -> OmiseError {
    OmiseError::bad_request("transfer [recipient] is missing, and there is no default one")
}
