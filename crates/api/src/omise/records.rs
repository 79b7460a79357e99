//! The bank's records as events and searches show them.

use bank::{Card, Charge, Customer, JournalEntry, Recipient, RecordKind, Refund, Transfer};
use engine::{CardId, ChargeId, CustomerId, RecipientId, TransferId};
use gateway::bank::BankError;
use serde::de::DeserializeOwned;

use super::charges::{refunds, render::Place};
use super::view::View;
use super::{
    Answer, Context, OmiseError, charges, customers, recipients, tokens, transactions, transfers,
};

/// A record of the bank's that is shown among others: in searches and events.
pub(crate) trait Shown {
    /// As it is shown there.
    fn shown(&self, context: &Context) -> impl Future<Output = Answer> + Send;
}

impl Shown for Charge {
    async fn shown(&self, context: &Context) -> Answer {
        charges::show::charge(context, self, Place::Listed).await
    }
}

impl Shown for Transfer {
    async fn shown(&self, context: &Context) -> Answer {
        transfers::show::transfer(context, self).await
    }
}

impl Shown for Customer {
    async fn shown(&self, context: &Context) -> Answer {
        customers::show::customer(context, self).await
    }
}

impl Shown for Recipient {
    async fn shown(&self, context: &Context) -> Answer {
        Ok(recipients::show::recipient(&View::of(context), self))
    }
}

impl Shown for Refund {
    async fn shown(&self, context: &Context) -> Answer {
        refunds::show::refund(context, self).await
    }
}

impl Shown for Card {
    async fn shown(&self, context: &Context) -> Answer {
        Ok(customers::cards::render::card(&View::of(context), self))
    }
}

impl Shown for JournalEntry {
    async fn shown(&self, context: &Context) -> Answer {
        transactions::show::transaction(context, self).await
    }
}

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
            kept_or(snapshot, bank.charge(account, ChargeId(key))).await?.shown(context).await
        }
        RecordKind::Transfer => {
            kept_or(snapshot, bank.transfer(account, TransferId(key))).await?.shown(context).await
        }
        RecordKind::Customer => {
            kept_or(snapshot, bank.customer(account, CustomerId(key))).await?.shown(context).await
        }
        RecordKind::Recipient => {
            kept_or(snapshot, bank.recipient(account, RecipientId(key))).await?.shown(context).await
        }
        RecordKind::Refund => {
            kept_or(snapshot, bank.refund(account, key)).await?.shown(context).await
        }
        RecordKind::Card => {
            kept_or(snapshot, bank.card(account, CardId(key))).await?.shown(context).await
        }
        RecordKind::JournalEntry => {
            let entry = bank.journal_entry(account, key).await;
            entry.map_err(|error| failure(&error))?.shown(context).await
        }
        RecordKind::Token => {
            let (token, card) = bank.token(account, key).await.map_err(|error| failure(&error))?;
            Ok(tokens::render::token(&View::of(context), &token, &card))
        }
        // Not of this dialect: it tells of none of them.
        RecordKind::Party
        | RecordKind::LinkedAccount
        | RecordKind::Wallet
        | RecordKind::PaymentMethod
        | RecordKind::Remittance
        | RecordKind::Image
        | RecordKind::Product => Ok(serde_json::Value::Null),
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
