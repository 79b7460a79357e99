//! A transfer on the wire.

use bank::{JournalEntry, Recipient, Transfer, TransferFailure};
use serde_json::Value;

use crate::omise::ids::Kind;
use crate::omise::version::Version;
use crate::omise::view::{View, metadata, object};
use crate::omise::{recipients, transactions};

/// What a transfer is shown with.
pub(crate) struct Parts {
    /// Whom it pays, where that is still known.
    pub(crate) payee: Option<Recipient>,
    /// The recipient's id, or the recipient.
    pub(crate) recipient: Value,
    /// The schedule's id, or the schedule.
    pub(crate) schedule: Value,
    /// What it did to the account's money, in order.
    pub(crate) entries: Vec<JournalEntry>,
}

/// A transfer.
pub(crate) fn transfer(view: &View, transfer: &Transfer, parts: Parts) -> Value {
    match view.version {
        Version::V2017_11_02 => transfer_2017(view, transfer, parts),
        Version::V2019_05_29 => transfer_2019(view, transfer, parts),
    }
}

/// A transfer that was just called off.
pub(crate) fn deleted_transfer(view: &View, gone: &Transfer, parts: Parts) -> Value {
    match view.version {
        Version::V2017_11_02 => view.tombstone(Kind::Transfer, gone.id.0),
        Version::V2019_05_29 => transfer_2019(view, gone, parts),
    }
}

fn transfer_2019(view: &View, transfer: &Transfer, parts: Parts) -> Value {
    let id = view.id(Kind::Transfer, transfer.id.0);
    let location = format!("/transfers/{id}");
    let fee_in_all = transfer.fees.fee + transfer.fees.tax;
    let sendable =
        transfer.sent_at.is_none() && parts.payee.as_ref().is_some_and(Recipient::is_payable);
    let failure = transfer.failure.map(code_and_message);
    object([
        ("object", "transfer".into()),
        ("id", id.into()),
        ("livemode", view.livemode().into()),
        ("location", location.into()),
        ("deleted", transfer.deleted.into()),
        ("fail_fast", transfer.fail_fast.into()),
        ("paid", transfer.paid_at.is_some().into()),
        ("sent", transfer.sent_at.is_some().into()),
        ("sendable", sendable.into()),
        ("currency", view.currency(transfer.money.currency).into()),
        ("amount", transfer.money.amount_minor.into()),
        ("fee", transfer.fees.fee.into()),
        ("metadata", metadata(&transfer.metadata)),
        ("recipient", parts.recipient),
        ("bank_account", recipients::render::bank_account(view, &transfer.bank_account)),
        ("failure_code", failure.map(|(code, _)| code).into()),
        ("failure_message", failure.map(|(_, message)| message).into()),
        ("paid_at", view.time_or_null(transfer.paid_at)),
        ("sent_at", view.time_or_null(transfer.sent_at)),
        ("balance_hold_at", Value::Null),
        ("created_at", view.time(transfer.created_at)),
        ("transactions", transactions_of(view, &parts.entries)),
        ("schedule", parts.schedule),
        ("fee_vat", transfer.fees.tax.into()),
        ("net", (transfer.money.amount_minor - fee_in_all).into()),
        ("total_fee", fee_in_all.into()),
        ("split_transfer_group_id", Value::Null),
    ])
}

fn transfer_2017(view: &View, transfer: &Transfer, parts: Parts) -> Value {
    let id = view.id(Kind::Transfer, transfer.id.0);
    let location = format!("/transfers/{id}");
    let failure = transfer.failure.map(code_and_message);
    let transaction = moving(&parts.entries).next().map(|entry| entry.key);
    object([
        ("object", "transfer".into()),
        ("id", id.into()),
        ("livemode", view.livemode().into()),
        ("location", location.into()),
        ("recipient", parts.recipient),
        ("bank_account", recipients::render::bank_account(view, &transfer.bank_account)),
        ("sent", transfer.sent_at.is_some().into()),
        ("paid", transfer.paid_at.is_some().into()),
        ("amount", transfer.money.amount_minor.into()),
        ("currency", view.currency(transfer.money.currency).into()),
        ("fee", (transfer.fees.fee + transfer.fees.tax).into()),
        ("fail_fast", transfer.fail_fast.into()),
        ("failure_code", failure.map(|(code, _)| code).into()),
        ("failure_message", failure.map(|(_, message)| message).into()),
        ("transaction", view.id_or_null(Kind::Transaction, transaction)),
        ("created", view.time(transfer.created_at)),
        ("sent_at", view.time_or_null(transfer.sent_at)),
        ("paid_at", view.time_or_null(transfer.paid_at)),
    ])
}

fn transactions_of(view: &View, entries: &[JournalEntry]) -> Value {
    moving(entries).map(|entry| transactions::render::transaction_with_id(view, entry)).collect()
}

/// The entries that changed what the account has; setting money aside does not.
fn moving(entries: &[JournalEntry]) -> impl Iterator<Item = &JournalEntry> {
    entries.iter().filter(|entry| transactions::render::net(entry) != 0)
}

/// Why a transfer failed.
const fn code_and_message(failure: TransferFailure) -> (&'static str, &'static str) {
    match failure {
        TransferFailure::InsufficientBalance => {
            ("insufficient_balance", "the balance is insufficient for the transfer")
        }
        TransferFailure::InvalidRecipient => {
            ("invalid_recipient", "the recipient cannot receive transfers")
        }
        TransferFailure::Failed => ("transfer_failed", "the transfer was returned by the bank"),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::omise::captures::{self, Names};

    fn rendered(version: Version, shown: &Value, created: &Value) -> Value {
        let names = Arc::new(Names::default());
        let view = captures::view(version, &names, created);
        let (entity, parts) = captures::transfer(&names, shown);
        transfer(&view, &entity, parts)
    }

    #[test]
    fn transfers_of_2019_are_the_captured_ones() {
        let list = captures::php("api.omise.co/transfers-get.json");
        let mut captured = list["data"].as_array().unwrap().clone();
        for suffix in ["-post", "/trsf_test_6344mzlz6y6nbeiaoxv-get"] {
            captured.push(captures::php(&format!("api.omise.co/transfers{suffix}.json")));
        }
        for suffix in ["patch", "delete"] {
            let path =
                format!("api.omise.co/transfers/trsf_test_6344mzlz6y6nbeiaoxv-{suffix}.json");
            let mut shown = captures::php(&path);
            // Recorded after the amount became 5,000 with the net of 100,000.
            shown["net"] = 2_000.into();
            captured.push(shown);
        }
        for shown in captured {
            let again = rendered(Version::V2019_05_29, &shown, &shown["created_at"]);
            assert_eq!(again.to_string(), shown.to_string());
        }
    }

    #[test]
    fn a_paid_transfer_shows_the_captured_transaction_and_not_the_hold_before_it() {
        let shown = captures::file(
            "2019-05-29/swift/api.omise.co/transfers/trsf_test_5fzcod53tdr6vqdph0r-get.json",
        );
        let again = rendered(Version::V2019_05_29, &shown, &shown["created_at"]);
        for field in
            ["sent", "sent_at", "paid", "paid_at", "net", "total_fee", "sendable", "transactions"]
        {
            assert_eq!(again[field], shown[field], "{field}");
        }
    }

    #[test]
    fn transfers_of_2017_are_the_captured_ones() {
        let list = captures::elixir("transfer/list_transfers.json");
        let mut captured = list["data"].as_array().unwrap().clone();
        for path in [
            "create_transfer_to_default_recipient",
            "create_transfer_to_third_party_recipient",
            "retrieve_transfer",
            "update_transfer",
        ] {
            captured.push(captures::elixir(&format!("transfer/{path}.json")));
        }
        for shown in captured {
            let again = rendered(Version::V2017_11_02, &shown, &shown["created"]);
            assert_eq!(again.to_string(), shown.to_string());
        }
    }

    #[test]
    fn a_deleted_transfer_of_2017_is_the_captured_tombstone() {
        let shown = captures::elixir("transfer/destroy_transfer.json");
        let before = captures::elixir("transfer/update_transfer.json");
        let names = Arc::new(Names::default());
        let view = captures::view(Version::V2017_11_02, &names, &before["created"]);
        let (gone, parts) = captures::transfer(&names, &before);
        assert_eq!(deleted_transfer(&view, &gone, parts).to_string(), shown.to_string());
    }
}
