//! A transaction on the wire: what a journal entry did to the account's own money.

use bank::{EntryKind, JournalEntry, LedgerRole};
use serde_json::Value;

use crate::omise::ids::Kind;
use crate::omise::version::Version;
use crate::omise::view::{View, object};

/// What an entry did to the account's own money, held or not: above zero came in.
/// Nothing where money was only set aside, which is no transaction to Omise.
pub(crate) fn net(entry: &JournalEntry) -> i64 {
    entry.net(LedgerRole::Available) + entry.net(LedgerRole::Held)
}

/// A transaction; `origin` is an id, or the whole object where that was asked for.
pub(crate) fn transaction(view: &View, entry: &JournalEntry, origin: Value) -> Value {
    let id = view.id(Kind::Transaction, entry.key);
    let location = format!("/transactions/{id}");
    let net = net(entry);
    let direction = if net < 0 { "debit" } else { "credit" };
    let currency = view.currency(entry.currency);
    let at = view.time(entry.at);
    match view.version {
        Version::V2017_11_02 => object([
            ("object", "transaction".into()),
            ("id", id.into()),
            ("location", location.into()),
            ("type", direction.into()),
            ("amount", net.abs().into()),
            ("currency", currency.into()),
            ("transferable", at.clone()),
            ("source", origin),
            ("created", at.clone()),
        ]),
        Version::V2019_05_29 => object([
            ("object", "transaction".into()),
            ("id", id.into()),
            ("livemode", view.livemode().into()),
            ("currency", currency.into()),
            ("amount", net.abs().into()),
            ("location", location.into()),
            ("direction", direction.into()),
            ("key", key(entry.kind).into()),
            ("origin", origin),
            ("transferable_at", at.clone()),
            ("created_at", at.clone()),
        ]),
    }
}

/// A transaction that names where it came from.
pub(crate) fn transaction_with_id(view: &View, entry: &JournalEntry) -> Value {
    let (kind, key) = entry.origin;
    transaction(view, entry, view.record_id(kind, key).into())
}

/// Why money moved.
const fn key(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::ChargeCaptured => "charge.captured.net",
        EntryKind::RefundCreated => "refund.created.debit",
        EntryKind::TransferHeld => "transfer.held.debit",
        EntryKind::TransferSent => "transfer.sent.debit",
        EntryKind::TransferReturned => "transfer.failed.credit",
        EntryKind::Opening => "balance.opened.credit",
        // Omise has no such transfers, so none of its accounts has one of these.
        EntryKind::RemittanceTaken => "remittance.taken.debit",
        EntryKind::RemittanceCompleted => "remittance.completed.credit",
        EntryKind::RemittanceReturned => "remittance.returned.credit",
        EntryKind::RemittanceRefunded => "remittance.refunded.debit",
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
        transaction_with_id(&view, &captures::transaction(&names, shown))
    }

    #[test]
    fn transactions_of_2019_are_the_captured_ones() {
        let list = captures::php("api.omise.co/transactions-get.json");
        let mut captured = list["data"].as_array().unwrap().clone();
        captured.push(captures::php(
            "api.omise.co/transactions/trxn_test_62f1itsgwfln0dwo9md-get.json",
        ));
        for shown in captured {
            let again = rendered(Version::V2019_05_29, &shown, &shown["created_at"]);
            assert_eq!(again.to_string(), shown.to_string());
        }
    }

    #[test]
    fn transactions_of_2017_are_the_captured_ones() {
        let list = captures::elixir("transaction/list_transactions.json");
        let mut captured = list["data"].as_array().unwrap().clone();
        captured.push(captures::elixir("transaction/retrieve_transaction.json"));
        for shown in captured {
            let again = rendered(Version::V2017_11_02, &shown, &shown["created"]);
            assert_eq!(again.to_string(), shown.to_string());
        }
    }
}
