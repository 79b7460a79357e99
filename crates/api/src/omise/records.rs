//! The bank's records as events and searches show them: with ids, never expanded.

use bank::{
    Card, Charge, Customer, JournalEntry, Recipient, RecordKind, Refund, Transfer,
};
use engine::{CardId, ChargeId, CustomerId, RecipientId, TransferId};
use gateway::bank::BankError;
use serde::de::DeserializeOwned;
use serde_json::Value;
use store::PageQuery;

use super::charges::{refunds, render::Place};
use super::list::LIMIT_DEFAULT;
use super::view::View;
use super::{
    Answer, Context, Kind, OmiseError, charges, customers, recipients, tokens, transactions,
    transfers,
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
            charge(context, &kept_or(snapshot, bank.charge(account, ChargeId(key))).await?).await
        }
        RecordKind::Transfer => {
            let it = kept_or(snapshot, bank.transfer(account, TransferId(key))).await?;
            transfer(context, &it).await
        }
        RecordKind::Customer => {
            let it = kept_or(snapshot, bank.customer(account, CustomerId(key))).await?;
            customer(context, &it).await
        }
        RecordKind::Recipient => {
            let it = kept_or(snapshot, bank.recipient(account, RecipientId(key))).await?;
            Ok(recipient(context, &it))
        }
        RecordKind::Refund => {
            Ok(refund(context, &kept_or(snapshot, bank.refund(account, key)).await?))
        }
        RecordKind::Card => {
            let it: Card = kept_or(snapshot, bank.card(account, CardId(key))).await?;
            Ok(customers::cards::render::card(&View::of(context), &it))
        }
        RecordKind::JournalEntry => {
            let entry = bank.journal_entry(account, key).await;
            Ok(transaction(context, &entry.map_err(|error| failure(&error))?))
        }
        RecordKind::Token => {
            let (token, card) =
                bank.token(account, key).await.map_err(|error| failure(&error))?;
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

/// A charge among others.
pub(crate) async fn charge(context: &Context, it: &Charge) -> Answer {
    let (bank, account) = (context.app.bank(), context.account.id);
    let view = View::of(context);
    let card = match it.card {
        Some(card) => found(bank.card(account, card).await)?,
        None => None,
    };
    let refunds = bank.refunds(account, Some(it.id), PageQuery::first(LIMIT_DEFAULT)).await;
    let parts = charges::render::Parts {
        card,
        refunds: refunds.map_err(|error| failure(&error))?,
        customer: view.id_or_null(Kind::Customer, it.customer.map(|id| id.0)),
        schedule: view.id_or_null(Kind::Schedule, it.schedule.map(|id| id.0)),
        transaction: view.id_or_null(Kind::Transaction, it.journal_entry),
    };
    Ok(charges::render::charge(&view, it, parts, Place::Listed))
}

/// A transfer.
pub(crate) async fn transfer(context: &Context, it: &Transfer) -> Answer {
    let (bank, account) = (context.app.bank(), context.account.id);
    let view = View::of(context);
    let mut entries = Vec::with_capacity(it.journal_entries.len());
    for key in &it.journal_entries {
        let entry = bank.journal_entry(account, *key).await;
        entries.push(entry.map_err(|error| failure(&error))?);
    }
    let parts = transfers::render::Parts {
        payee: found(bank.recipient(account, it.recipient).await)?,
        recipient: view.id(Kind::Recipient, it.recipient.0).into(),
        schedule: view.id_or_null(Kind::Schedule, it.schedule.map(|id| id.0)),
        entries,
    };
    Ok(transfers::render::transfer(&view, it, parts))
}

/// A customer with its first cards.
pub(crate) async fn customer(context: &Context, it: &Customer) -> Answer {
    let page = PageQuery::first(LIMIT_DEFAULT);
    let cards = context.app.bank().cards(context.account.id, it.id, page).await;
    let cards = cards.map_err(|error| failure(&error))?;
    Ok(customers::render::customer(&View::of(context), it, &cards))
}

/// A recipient.
pub(crate) fn recipient(context: &Context, it: &Recipient) -> Value {
    recipients::render::recipient(&View::of(context), it)
}

/// A refund.
pub(crate) fn refund(context: &Context, it: &Refund) -> Value {
    refunds::render::refund_with_ids(&View::of(context), it)
}

/// A transaction.
pub(crate) fn transaction(context: &Context, it: &JournalEntry) -> Value {
    transactions::render::transaction_with_id(&View::of(context), it)
}

fn found<T>(read: Result<T, BankError>) -> Result<Option<T>, OmiseError> {
    match read {
        Ok(it) => Ok(Some(it)),
        Err(BankError::NotFound(_)) => Ok(None),
        Err(error) => Err(failure(&error)),
    }
}

/// A reading of the bank's that fails is our failure.
pub(crate) fn failure(error: &BankError) -> OmiseError {
    tracing::error!(%error, "the bank failed");
    OmiseError::backend_error()
}
