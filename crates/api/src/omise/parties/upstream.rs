//! People of the account that stands behind this server. It is asked each time; what is kept
//! of them here is a key for each name.

use engine::{CardId, CustomerId, RecipientId};
use gateway::omise::Silent;
use http::StatusCode;
use serde_json::Value;
use store::{ForeignName, RecordKind};

use super::super::{Context, OmiseError};
use super::{card_missing, customer_missing, no_default_recipient, recipient_missing};
use crate::overlay::Overlay;

pub(super) async fn customer(
    context: &Context,
    overlay: &Overlay,
    id: &str,
) -> Result<CustomerId, OmiseError> {
    let found = said(overlay.directory.customer(id).await)?;
    found.filter(is_there).ok_or_else(|| customer_missing(id))?;
    key(context, RecordKind::Customer, id).await.map(CustomerId)
}

pub(super) async fn card(
    context: &Context,
    overlay: &Overlay,
    customer: &str,
    id: &str,
) -> Result<CardId, OmiseError> {
    let found = said(overlay.directory.card(customer, id).await)?;
    found.filter(is_there).ok_or_else(|| card_missing(id))?;
    key(context, RecordKind::Card, id).await.map(CardId)
}

pub(super) async fn recipient(
    context: &Context,
    overlay: &Overlay,
    id: &str,
) -> Result<RecipientId, OmiseError> {
    let found = said(overlay.directory.recipient(id).await)?;
    found.filter(is_there).ok_or_else(|| recipient_missing(id))?;
    key(context, RecordKind::Recipient, id).await.map(RecipientId)
}

pub(super) async fn default_recipient(
    context: &Context,
    overlay: &Overlay,
) -> Result<RecipientId, OmiseError> {
    let found = said(overlay.directory.default_recipient().await)?;
    let id = found.as_ref().and_then(|it| it.get("id")?.as_str());
    key(context, RecordKind::Recipient, id.ok_or_else(no_default_recipient)?).await.map(RecipientId)
}

pub(super) async fn customer_key(
    context: &Context,
    overlay: &Overlay,
    id: &str,
) -> Result<i64, OmiseError> {
    said(overlay.directory.customer(id).await)?.ok_or_else(|| customer_missing(id))?;
    key(context, RecordKind::Customer, id).await
}

pub(super) async fn recipient_key(
    context: &Context,
    overlay: &Overlay,
    id: &str,
) -> Result<i64, OmiseError> {
    said(overlay.directory.recipient(id).await)?.ok_or_else(|| recipient_missing(id))?;
    key(context, RecordKind::Recipient, id).await
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
