//! The bank's records as events and searches show them.

use bank::{Card, RecordKind};
use engine::{CardId, ChargeId, CustomerId, RecipientId, TransferId};
use gateway::bank::BankError;
use serde::de::DeserializeOwned;

use super::charges::{refunds, render::Place};
use super::view::View;
use super::{
    Answer, Context, OmiseError, charges, customers, recipients, tokens, transactions, transfers,
};

/// A record by its key; as `snapshot` has it, where it was kept as it was.
pub(crate) async fn shown(
    context: &Context,
    kind: RecordKind,
    key: i64,
    snapshot: Option<&str>,
) -> Answer {
    let (bank, account) = (context.app.bank(), context.account.id);
    match kind {
        RecordKind::Charge => {
            let it = kept_or(snapshot, bank.charge(account, ChargeId(key))).await?;
            charges::show::charge(context, &it, Place::Listed).await
        }
        RecordKind::Transfer => {
            let it = kept_or(snapshot, bank.transfer(account, TransferId(key))).await?;
            transfers::show::transfer(context, &it).await
        }
        RecordKind::Customer => {
            let it = kept_or(snapshot, bank.customer(account, CustomerId(key))).await?;
            customers::show::customer(context, &it).await
        }
        RecordKind::Recipient => {
            let it = kept_or(snapshot, bank.recipient(account, RecipientId(key))).await?;
            Ok(recipients::show::recipient(&View::of(context), &it))
        }
        RecordKind::Refund => {
            let it = kept_or(snapshot, bank.refund(account, key)).await?;
            refunds::show::refund(context, &it).await
        }
        RecordKind::Card => {
            let it: Card = kept_or(snapshot, bank.card(account, CardId(key))).await?;
            Ok(customers::cards::render::card(&View::of(context), &it))
        }
        RecordKind::JournalEntry => {
            let entry = bank.journal_entry(account, key).await;
            let entry = entry.map_err(|error| failure(&error))?;
            transactions::show::transaction(context, &entry).await
        }
        RecordKind::Token => {
            let (token, card) = bank.token(account, key).await.map_err(|error| failure(&error))?;
            Ok(tokens::render::token(&View::of(context), &token, &card))
        }
    }
}

/// What the snapshot says, or else what the bank does.
async fn kept_or<T: DeserializeOwned>(
    snapshot: Option<&str>,
    read: impl Future<Output = Result<T, BankError>>,
) -> Result<T, OmiseError> {
    match snapshot {
        Some(snapshot) => serde_json::from_str(snapshot).map_err(|error| {
            tracing::error!(%error, "an event's snapshot cannot be read");
            OmiseError::backend_error()
        }),
        None => read.await.map_err(|error| failure(&error)),
    }
}

/// A reading of the bank's that fails is our failure.
pub(crate) fn failure(error: &BankError) -> OmiseError {
    tracing::error!(%error, "the bank failed");
    OmiseError::backend_error()
}
