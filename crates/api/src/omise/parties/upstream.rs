//! People of the account that stands behind this server. It is asked each time; what is kept
//! of them here is a key for each name.

use engine::{CardId, CustomerId, RecipientId};
use gateway::omise::Silent;
use http::StatusCode;
use serde_json::Value;
use store::{ForeignName, RecordKind};

use super::super::{Context, Kind, OmiseError};
use super::{card_missing, customer_missing, no_default_recipient, recipient_missing};
use crate::overlay::OmiseOverlay;

pub(super) async fn customer(
    context: &Context,
    overlay: &OmiseOverlay,
    id: &str,
) -> Result<CustomerId, OmiseError> {
    let found = said(overlay.directory.customer(id, context.version.as_str()).await)?;
    found.filter(is_there).ok_or_else(|| customer_missing(id))?;
    key(context, RecordKind::Customer, id).await.map(CustomerId)
}

pub(super) async fn card(
    context: &Context,
    overlay: &OmiseOverlay,
    customer: &str,
    id: &str,
) -> Result<CardId, OmiseError> {
    let found = said(overlay.directory.card(customer, id, context.version.as_str()).await)?;
    found.filter(is_there).ok_or_else(|| card_missing(id))?;
    key(context, RecordKind::Card, id).await.map(CardId)
}

pub(super) async fn recipient(
    context: &Context,
    overlay: &OmiseOverlay,
    id: &str,
) -> Result<RecipientId, OmiseError> {
    let found = said(overlay.directory.recipient(id, context.version.as_str()).await)?;
    found.filter(is_there).ok_or_else(|| recipient_missing(id))?;
    key(context, RecordKind::Recipient, id).await.map(RecipientId)
}

pub(super) async fn default_recipient(
    context: &Context,
    overlay: &OmiseOverlay,
) -> Result<RecipientId, OmiseError> {
    let found = said(overlay.directory.default_recipient().await)?;
    let id = found.as_ref().and_then(|it| it.get("id")?.as_str());
    key(context, RecordKind::Recipient, id.ok_or_else(no_default_recipient)?).await.map(RecipientId)
}

pub(super) async fn customer_key(
    context: &Context,
    overlay: &OmiseOverlay,
    id: &str,
) -> Result<i64, OmiseError> {
    said(overlay.directory.customer(id, context.version.as_str()).await)?
        .ok_or_else(|| customer_missing(id))?;
    key(context, RecordKind::Customer, id).await
}

pub(super) async fn recipient_key(
    context: &Context,
    overlay: &OmiseOverlay,
    id: &str,
) -> Result<i64, OmiseError> {
    said(overlay.directory.recipient(id, context.version.as_str()).await)?
        .ok_or_else(|| recipient_missing(id))?;
    key(context, RecordKind::Recipient, id).await
}

/// A customer and a card as a schedule shows them: by their ids, or themselves where that was
/// asked for. Without a card it is the customer's default one. What the account behind does
/// not say is shown by its id alone, or not at all.
pub(super) async fn shown_payer(
    context: &Context,
    overlay: &OmiseOverlay,
    customer: CustomerId,
    card: Option<CardId>,
) -> (Value, Value) {
    let (ids, version) = (context.ids(), context.version);
    let customer_id = ids.render(Kind::Customer, customer.0);
    let card_id = card.map(|card| ids.render(Kind::Card, card.0));
    let is_default_shown = card.is_none() && !version.is_2017();
    if !context.expand && !is_default_shown {
        return (Value::String(customer_id), Value::from(card_id));
    }
    let found = overlay.directory.customer(&customer_id, version.as_str()).await.ok().flatten();
    let default_card = found.as_ref().and_then(|found| found.get("default_card")?.as_str());
    let card_id = card_id.or_else(|| default_card.filter(|_| is_default_shown).map(str::to_owned));
    let card = match &card_id {
        Some(id) if context.expand => {
            let found = overlay.directory.card(&customer_id, id, version.as_str()).await;
            found.ok().flatten().unwrap_or_else(|| Value::String(id.clone()))
        }
        other => Value::from(other.clone()),
    };
    let customer = found.filter(|_| context.expand).unwrap_or(Value::String(customer_id));
    (customer, card)
}

/// A recipient as a schedule shows it, likewise.
pub(super) async fn shown_payee(
    context: &Context,
    overlay: &OmiseOverlay,
    recipient: RecipientId,
) -> Value {
    let id = context.ids().render(Kind::Recipient, recipient.0);
    if !context.expand {
        return Value::String(id);
    }
    let found = overlay.directory.recipient(&id, context.version.as_str()).await;
    found.ok().flatten().unwrap_or(Value::String(id))
}

/// The key that stands for a name here, from now on.
async fn key(context: &Context, kind: RecordKind, id: &str) -> Result<i64, OmiseError> {
    let names = context.app.names.as_ref().ok_or_else(OmiseError::backend_error)?;
    let name = ForeignName { account: context.account.id, kind, text: id.into() };
    let keys = names.intern(vec![name]).await?;
    keys.first().copied().ok_or_else(OmiseError::backend_error)
}

fn is_there(found: &Value) -> bool {
    found.get("deleted") != Some(&Value::Bool(true))
}

/// Where nothing was said nothing is made: a schedule that names nobody would fail each time.
fn said<T>(said: Result<T, Silent>) -> Result<T, OmiseError> {
    said.map_err(|Silent| {
        OmiseError::new(
            StatusCode::BAD_GATEWAY,
            "upstream_unreachable",
            "Omise did not say whether what is named exists; nothing was made, and the request may be sent again",
        )
    })
}
