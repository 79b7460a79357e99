//! Charges and their refunds, described.

use serde_json::{Value, json};

use crate::omise::openapi::{
    Api, amount, currency, embedded, expandable, livemode, nothing, page, text_or_null,
};
use crate::omise::params::{ID_CHARACTERS_MAX, TEXT_CHARACTERS_MAX};
use crate::openapi::schema::{
    any_of_these, boolean, both, instant, integer, map, named, object, or_null, perhaps, said,
    short, text, word,
};

const TAG: &str = "charges";
const STATUSES: [&str; 5] = ["pending", "successful", "failed", "expired", "reversed"];
const AUTHORIZATIONS: [&str; 2] = ["pre_auth", "final_auth"];

pub(crate) fn describe(api: &mut Api) {
    api.it.tag(TAG, "Money taken from cards, and given back.");
    let all = Api::lists(TAG, "listCharges", "All charges.", &page(named("Charge")));
    api.it.operation("get", "/charges", all.expands());
    let made = Api::asking(TAG, "createCharge", "Charges a card.", &named("Charge"));
    api.it.operation("post", "/charges", made.told("NewCharge").once());
    let one = "/charges/{id}";
    let shown = Api::asking(TAG, "retrieveCharge", "Shows a charge.", &named("Charge"));
    api.it.operation("get", one, shown.expands().named_in_path());
    let changed =
        Api::asking(TAG, "updateCharge", "Changes what is said of a charge.", &named("Charge"));
    api.it.operation("patch", one, changed.perhaps_told("ChargeChange"));
    for (turn, id, summary, told) in [
        ("capture", "captureCharge", "Takes what was authorised.", Some("Capture")),
        ("reverse", "reverseCharge", "Lets go what was authorised.", None),
        ("expire", "expireCharge", "Has a pending charge expire.", None),
        ("mark_as_paid", "markChargeAsPaid", "Has a pending charge be paid.", None),
        ("mark_as_failed", "markChargeAsFailed", "Has a pending charge fail.", Some("Failure")),
    ] {
        let turned = Api::asking(TAG, id, summary, &named("Charge")).named_in_path().once();
        let turned = match told {
            Some(schema) => turned.perhaps_told(schema),
            None => turned,
        };
        api.it.operation("post", &format!("{one}/{turn}"), turned);
    }
    let events =
        Api::lists(TAG, "listEventsOfCharge", "What happened to a charge.", &page(named("Event")));
    api.it.operation("get", "/charges/{id}/events", events.named_in_path());
    refunds(api);
    for (name, schema) in [
        ("Charge", charge(api)),
        ("Refund", refund(api)),
        ("NewCharge", new()),
        (
            "ChargeChange",
            any_of_these([("description", short(TEXT_CHARACTERS_MAX)), ("metadata", map())]),
        ),
        ("Capture", any_of_these([("amount", amount()), ("capture_amount", amount())])),
        ("Failure", any_of_these([("failure_code", short(ID_CHARACTERS_MAX))])),
        (
            "NewRefund",
            perhaps(object([("amount", amount())]), [("metadata", map()), ("void", boolean())]),
        ),
    ] {
        api.it.schema(name, schema);
    }
}

fn refunds(api: &mut Api) {
    let path = "/charges/{id}/refunds";
    let listed = page(named("Refund"));
    let listed = Api::lists(TAG, "listRefundsOfCharge", "All refunds of a charge.", &listed);
    api.it.operation("get", path, listed.expands().named_in_path());
    let made = Api::asking(TAG, "createRefund", "Gives back what was charged.", &named("Refund"));
    api.it.operation("post", path, made.told("NewRefund").once());
    let shown = Api::asking(TAG, "retrieveRefund", "Shows a refund.", &named("Refund"));
    api.it.operation("get", &format!("{path}/{{part}}"), shown.expands().named_in_path());
}

fn charge(api: &Api) -> Value {
    let shown = object([
        ("object", json!({ "const": "charge" })),
        ("id", text()),
        livemode(),
        ("location", text()),
        ("amount", amount()),
        ("currency", currency(api)),
        ("description", text_or_null()),
        ("metadata", map()),
        ("status", word(STATUSES)),
        ("capture", boolean()),
        ("authorized", boolean()),
        ("reversed", boolean()),
        ("paid", boolean()),
        ("transaction", or_null(expandable("Transaction"))),
        ("refunds", embedded(api, named("Refund"))),
        ("return_uri", text_or_null()),
        ("authorize_uri", nothing()),
        ("failure_code", text_or_null()),
        ("failure_message", text_or_null()),
        ("card", or_null(named("Card"))),
        ("customer", or_null(api.or_deleted_or_id("Customer"))),
        ("ip", text_or_null()),
        ("dispute", nothing()),
        ("source", nothing()),
        api.created(),
    ]);
    let more = if api.is_2017() {
        object([("refunded", amount()), ("reference", nothing())])
    } else {
        both(money(api), turns())
    };
    let authorization = [
        ("authorization_type", or_null(word(AUTHORIZATIONS))),
        ("authorized_amount", amount()),
        ("captured_amount", amount()),
    ];
    perhaps(both(shown, more), authorization)
}

/// What 2019-05-29 says of a charge's money.
fn money(api: &Api) -> Value {
    let fees = object([("fee_flat", text()), ("fee_rate", text()), ("vat_rate", text())]);
    let platform = object([("fixed", nothing()), ("amount", nothing()), ("percentage", nothing())]);
    object([
        ("acquirer_reference_number", nothing()),
        ("net", integer()),
        ("fee", amount()),
        ("fee_vat", amount()),
        ("interest", amount()),
        ("interest_vat", amount()),
        ("funding_amount", amount()),
        ("refunded_amount", amount()),
        ("transaction_fees", fees),
        ("platform_fee", platform),
        ("funding_currency", currency(api)),
        ("link", nothing()),
        ("schedule", or_null(expandable("Schedule"))),
        ("linked_account", nothing()),
        ("merchant_advice", nothing()),
        ("merchant_advice_code", nothing()),
        ("approval_code", nothing()),
        ("branch", nothing()),
        ("terminal", nothing()),
        ("device", nothing()),
    ])
}

/// What 2019-05-29 says of what became of a charge, and of what still can.
fn turns() -> Value {
    let moments = object([
        ("paid_at", or_null(instant())),
        ("authorized_at", or_null(instant())),
        ("expires_at", instant()),
        ("expired_at", or_null(instant())),
        ("reversed_at", or_null(instant())),
    ]);
    let flags = [
        "multi_capture",
        "zero_interest_installments",
        "capturable",
        "disputable",
        "refundable",
        "partially_refundable",
        "reversible",
        "voided",
        "expired",
        "can_perform_void",
    ];
    both(moments, object(flags.map(|flag| (flag, boolean()))))
}

fn refund(api: &Api) -> Value {
    let shown = object([
        ("object", json!({ "const": "refund" })),
        ("id", text()),
        ("location", text()),
        ("amount", amount()),
        ("currency", currency(api)),
        ("voided", boolean()),
        ("charge", expandable("Charge")),
        ("transaction", expandable("Transaction")),
        api.created(),
    ]);
    if api.is_2017() {
        return shown;
    }
    let more = object([
        livemode(),
        ("metadata", map()),
        ("capture", nothing()),
        ("terminal", nothing()),
        ("status", json!({ "const": "closed" })),
        ("funding_amount", amount()),
        ("funding_currency", currency(api)),
        ("acquirer_reference_number", nothing()),
        ("approval_code", nothing()),
    ]);
    both(shown, more)
}

fn new() -> Value {
    let card = "A token; or, beside a customer, one of its cards.";
    perhaps(
        object([("amount", amount())]),
        [
            ("currency", short(ID_CHARACTERS_MAX)),
            ("customer", short(ID_CHARACTERS_MAX)),
            ("card", said(short(ID_CHARACTERS_MAX), card)),
            ("capture", boolean()),
            ("description", short(TEXT_CHARACTERS_MAX)),
            ("metadata", map()),
            ("expires_at", text()),
            ("ip", short(ID_CHARACTERS_MAX)),
            ("return_uri", short(TEXT_CHARACTERS_MAX)),
            ("authorization_type", word(AUTHORIZATIONS)),
        ],
    )
}
