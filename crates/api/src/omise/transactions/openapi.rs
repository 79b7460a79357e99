//! Transactions, described.

use serde_json::{Value, json};

use crate::omise::openapi::{Api, amount, currency, livemode, page};
use crate::openapi::schema::{both, either, instant, named, object, text, word};

const TAG: &str = "transactions";

pub(crate) fn describe(api: &mut Api) {
    api.it.tag(TAG, "What moved the account's money.");
    let all = page(named("Transaction"));
    let all = Api::lists(TAG, "listTransactions", "All transactions.", &all).expands();
    api.it.operation("get", "/transactions", all);
    let shown =
        Api::asking(TAG, "retrieveTransaction", "Shows a transaction.", &named("Transaction"));
    api.it.operation("get", "/transactions/{id}", shown.expands().named_in_path());
    let transaction = transaction(api);
    api.it.schema("Transaction", transaction);
}

fn transaction(api: &Api) -> Value {
    let origin = either([text(), named("Charge"), named("Refund"), api.or_deleted("Transfer")]);
    let direction = word(["debit", "credit"]);
    let shown = object([
        ("object", json!({ "const": "transaction" })),
        ("id", text()),
        ("location", text()),
        ("amount", amount()),
        ("currency", currency(api)),
        api.created(),
    ]);
    let more = if api.is_2017() {
        object([("type", direction), ("transferable", instant()), ("source", origin)])
    } else {
        let key = text();
        object([
            livemode(),
            ("direction", direction),
            ("key", key),
            ("origin", origin),
            ("transferable_at", instant()),
        ])
    };
    both(shown, more)
}
