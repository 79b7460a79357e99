//! Transfers, described.

use serde_json::{Value, json};

use crate::omise::openapi::{
    Api, amount, currency, expandable, livemode, nothing, page, text_or_null,
};
use crate::omise::params::ID_CHARACTERS_MAX;
use crate::openapi::schema::{
    any_of_these, boolean, both, instant, integer, list, map, named, object, or_null, perhaps,
    short, text,
};

const TAG: &str = "transfers";

pub(crate) fn describe(api: &mut Api) {
    api.it.tag(TAG, "Money paid to recipients.");
    let known = api.or_deleted("Transfer");
    let all = Api::lists(TAG, "listTransfers", "All transfers.", &page(known.clone()));
    api.it.operation("get", "/transfers", all.expands());
    let made = Api::asking(TAG, "createTransfer", "Pays a recipient.", &named("Transfer"));
    api.it.operation("post", "/transfers", made.told("NewTransfer").once());
    let one = "/transfers/{id}";
    let shown = Api::asking(TAG, "retrieveTransfer", "Shows a transfer.", &known);
    api.it.operation("get", one, shown.expands().named_in_path());
    let changed = "Changes a transfer that was not sent.";
    let changed = Api::asking(TAG, "updateTransfer", changed, &known);
    api.it.operation("patch", one, changed.perhaps_told("TransferChange"));
    let gone = "Deletes a transfer that was not sent.";
    let gone = Api::asking(TAG, "deleteTransfer", gone, &known).named_in_path();
    api.it.operation("delete", one, gone);
    for (turn, id, summary) in [
        ("mark_as_sent", "markTransferAsSent", "Has a transfer be sent."),
        ("mark_as_paid", "markTransferAsPaid", "Has a transfer be paid."),
    ] {
        let turned = Api::asking(TAG, id, summary, &known).named_in_path().once();
        api.it.operation("post", &format!("{one}/{turn}"), turned);
    }
    let new = perhaps(
        object([("amount", amount())]),
        [("recipient", short(ID_CHARACTERS_MAX)), ("fail_fast", boolean()), ("metadata", map())],
    );
    for (name, schema) in [
        ("Transfer", transfer(api)),
        ("NewTransfer", new),
        ("TransferChange", any_of_these([("amount", amount()), ("metadata", map())])),
    ] {
        api.it.schema(name, schema);
    }
}

fn transfer(api: &Api) -> Value {
    let shown = object([
        ("object", json!({ "const": "transfer" })),
        ("id", text()),
        livemode(),
        ("location", text()),
        ("recipient", api.or_deleted_or_id("Recipient")),
        ("bank_account", named("BankAccount")),
        ("sent", boolean()),
        ("paid", boolean()),
        ("amount", amount()),
        ("currency", currency(api)),
        ("fee", amount()),
        ("fail_fast", boolean()),
        ("failure_code", text_or_null()),
        ("failure_message", text_or_null()),
        ("sent_at", or_null(instant())),
        ("paid_at", or_null(instant())),
        api.created(),
    ]);
    let more = if api.is_2017() {
        object([("transaction", text_or_null())])
    } else {
        object([
            ("deleted", boolean()),
            ("sendable", boolean()),
            ("metadata", map()),
            ("balance_hold_at", nothing()),
            ("transactions", list(named("Transaction"))),
            ("schedule", or_null(expandable("Schedule"))),
            ("fee_vat", amount()),
            ("net", integer()),
            ("total_fee", amount()),
            ("split_transfer_group_id", nothing()),
        ])
    };
    both(shown, more)
}
