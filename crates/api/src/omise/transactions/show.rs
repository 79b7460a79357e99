//! Reads what a transaction is shown with, and shows it.

use bank::{JournalEntry, RecordKind};
use engine::{ChargeId, TransferId};
use gateway::bank::BankError;
use serde_json::Value;

use super::render;
use crate::omise::answer::Answer;
use crate::omise::context::Context;
use crate::omise::error::OmiseError;
use crate::omise::ids::Kind;
use crate::omise::refusal::Asked;
use crate::omise::view::{View, unexpanded};
use crate::omise::{charges, transfers};

/// A transaction.
pub(crate) async fn transaction(context: &Context, entry: &JournalEntry) -> Answer {
    let view = View::of(context);
    if !context.expand {
        return Ok(render::transaction_with_id(&view, entry));
    }
    let (kind, key) = entry.origin;
    let origin = match kind {
        RecordKind::Charge => charges::show::reference(context, ChargeId(key)).await?,
        RecordKind::Transfer => transfers::show::reference(context, TransferId(key)).await?,
        RecordKind::Refund => refund(context, key).await?,
        _ => view.record_id(kind, key).into(),
    };
    Ok(render::transaction(&view, entry, origin))
}

async fn refund(context: &Context, key: i64) -> Result<Value, OmiseError> {
    match context.app.bank().refund(context.account.id, key).await {
        Ok(found) => charges::refunds::show::refund(&unexpanded(context), &found).await,
        Err(BankError::NotFound(_)) => Ok(View::of(context).id(Kind::Refund, key).into()),
        Err(error) => Err(Asked::about(context, &[]).refused(error)),
    }
}

/// What names a transaction elsewhere: its id, or itself where that was asked for.
pub(crate) async fn reference(context: &Context, key: Option<i64>) -> Result<Value, OmiseError> {
    let view = View::of(context);
    let named = view.id_or_null(Kind::Transaction, key);
    let Some(key) = key.filter(|_| context.expand) else { return Ok(named) };
    match context.app.bank().journal_entry(context.account.id, key).await {
        Ok(entry) => Ok(render::transaction_with_id(&view, &entry)),
        Err(BankError::NotFound(_)) => Ok(named),
        Err(error) => Err(Asked::about(context, &[]).refused(error)),
    }
}
