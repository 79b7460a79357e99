//! Reads what a transfer is shown with, and shows it.

use bank::{JournalEntry, Recipient, Transfer};
use engine::TransferId;
use gateway::bank::BankError;
use serde_json::Value;

use super::render::{self, Parts};
use crate::omise::answer::Answer;
use crate::omise::context::Context;
use crate::omise::error::OmiseError;
use crate::omise::ids::Kind;
use crate::omise::refusal::Asked;
use crate::omise::view::{View, unexpanded};
use crate::omise::{recipients, schedules};

/// A transfer, or what is left of one that was called off.
pub(crate) async fn transfer(context: &Context, transfer: &Transfer) -> Answer {
    let view = View::of(context);
    let payee = payee(context, transfer).await?;
    let parts = Parts {
        recipient: recipients::show::reference(context, transfer.recipient, payee.as_ref()),
        payee,
        schedule: schedules::show::reference(context, transfer.schedule).await?,
        entries: entries(context, transfer).await?,
    };
    Ok(if transfer.deleted {
        render::deleted_transfer(&view, transfer, parts)
    } else {
        render::transfer(&view, transfer, parts)
    })
}

async fn payee(context: &Context, transfer: &Transfer) -> Result<Option<Recipient>, OmiseError> {
    match context.app.bank().recipient(context.account.id, transfer.recipient).await {
        Ok(found) => Ok(Some(found)),
        Err(BankError::NotFound(_)) => Ok(None),
        Err(error) => Err(Asked::about(context, &[]).refused(error)),
    }
}

/// A transfer's journal entries. Before it has left, they only set its money
/// aside, which is not shown and so not read.
async fn entries(context: &Context, transfer: &Transfer) -> Result<Vec<JournalEntry>, OmiseError> {
    let mut entries = Vec::new();
    if transfer.sent_at.is_none() {
        return Ok(entries);
    }
    for key in &transfer.journal_entries {
        let found = context.app.bank().journal_entry(context.account.id, *key).await;
        entries.push(found.map_err(|error| Asked::about(context, &[]).refused(error))?);
    }
    Ok(entries)
}

/// What names a transfer elsewhere: its id, or itself where that was asked for.
pub(crate) async fn reference(context: &Context, id: TransferId) -> Result<Value, OmiseError> {
    let named = View::of(context).id(Kind::Transfer, id.0).into();
    if !context.expand {
        return Ok(named);
    }
    match context.app.bank().transfer(context.account.id, id).await {
        Ok(found) => transfer(&unexpanded(context), &found).await,
        Err(_) => Ok(named),
    }
}
