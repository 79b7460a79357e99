//! Transfers, described.

use serde_json::{Value, json};

use super::super::payment_methods::openapi::{instruments, reference};
use super::list::STATUSES;
use super::show::SINCE;
use crate::moov::openapi::{Api, amount, decimal, id, metadata, money, page, there_already, words};
use crate::moov::version::Version;
use crate::openapi::schema::{
    any_of_these, boolean, both, either, instant, integer, list, named, object, or_null, perhaps,
    said, text, word,
};
use crate::openapi::{Operation, query};

const TAG: &str = "transfers";
const JSON: [&str; 1] = ["application/json"];
const ONE: &str = "/accounts/{accountID}/transfers/{transferID}";

pub(crate) fn describe(api: &mut Api) {
    api.it.tag(TAG, "Money that goes from one payment method to another.");
    collections(api);
    members(api);
    refunds(api);
    for (name, schema) in [
        ("Transfer", transfer(api)),
        ("TransferReference", object([("transferID", id()), ("createdOn", instant())])),
        ("NewTransfer", new()),
        ("TransferChange", any_of_these([("metadata", or_null(metadata()))])),
        ("TransferOptions", options()),
        ("TransferOptionsRequest", options_request()),
        ("Refund", refund()),
        ("RefundReference", refund_reference()),
        ("RefundRequest", any_of_these([("amount", integer())])),
        ("Cancellation", cancellation()),
    ] {
        api.it.schema(name, schema);
    }
}

fn collections(api: &mut Api) {
    let path = "/accounts/{accountID}/transfers";
    let all = list(named("Transfer"));
    let all = Api::shows(TAG, "listTransfers", "Transfers, newest first.", &all);
    let all = page(all)
        .takes(query("accountIDs", &text()))
        .takes(query("status", &word(STATUSES.map(|(word, _)| word))))
        .takes(query("startDateTime", &instant()))
        .takes(query("endDateTime", &instant()))
        .takes(query("scheduleID", &text()))
        .takes(query("foreignID", &text()))
        .takes(query("refunded", &boolean()))
        .takes(query("disputed", &boolean()))
        .takes(query("groupID", &text()))
        .takes(query("paymentLinkID", &text()))
        .takes(query("paymentLinkCode", &text()));
    api.it.operation("get", path, all);
    let made = (TAG, "createTransfer", "Makes a transfer, once under its key.");
    let shown = either([named("Transfer"), named("TransferReference")]);
    let made = Api::changes(made, "NewTransfer", &shown).takes_shared("IdempotencyKey");
    let made = made.answers_as(409, there_already(&either([named("Transfer"), named("Error")])));
    api.it.operation("post", path, made.waits_for("rail-response"));
    for (path, id) in [
        ("/accounts/{accountID}/transfer-options", "createTransferOptions"),
        ("/transfer-options", "createTransferOptionsOfPlatform"),
    ] {
        let options = (TAG, id, "Shows between which payment methods a transfer can go.");
        let options = Api::changes(options, "TransferOptionsRequest", &named("TransferOptions"));
        api.it.operation("post", path, options);
    }
}

fn members(api: &mut Api) {
    let shown = Api::shows(TAG, "getTransfer", "Shows a transfer.", &named("Transfer"));
    api.it.operation("get", ONE, shown);
    let changed = (TAG, "updateTransfer", "Replaces the metadata of a transfer.");
    let changed = Api::changes(changed, "TransferChange", &named("Transfer"));
    api.it.operation("patch", ONE, changed);
    let canceled = "Cancels a transfer that has not left.";
    let canceled = Api::shows(TAG, "createCancellation", canceled, &named("Cancellation"));
    let path = format!("{ONE}/cancellations");
    api.it.operation("post", &path, canceled.refused("Refused", &[409]));
    let shown = Api::shows(TAG, "getCancellation", "Shows a cancellation.", &named("Cancellation"));
    api.it.operation("get", &format!("{path}/{{cancellationID}}"), shown);
}

fn refunds(api: &mut Api) {
    let path = format!("{ONE}/refunds");
    let all = list(named("Refund"));
    let all = Api::shows(TAG, "listRefunds", "All refunds of a transfer.", &all);
    api.it.operation("get", &path, all);
    let shown = either([named("Refund"), named("RefundReference")]);
    let made = Api::shows(TAG, "initiateRefund", "Gives back what a card has paid.", &shown);
    let made = refunding(made).waits_for("rail-response");
    let made = made.answers_as(409, there_already(&either([named("Refund"), named("Error")])));
    api.it.operation("post", &path, made);
    let shown = Api::shows(TAG, "getRefund", "Shows a refund.", &named("Refund"));
    api.it.operation("get", &format!("{path}/{{refundID}}"), shown);
    let done = either([
        object([("refund", named("Refund"))]),
        object([("cancellation", named("Cancellation"))]),
    ]);
    let done = Api::shows(TAG, "createReversal", "Cancels a transfer, or gives it back.", &done);
    api.it.operation("post", &format!("{ONE}/reversals"), refunding(done));
}

fn refunding(operation: Operation) -> Operation {
    operation
        .takes_shared("IdempotencyKey")
        .may_be_sent(JSON, &named("RefundRequest"))
        .refused("Refused", &[409, 422])
}

fn marks() -> Value {
    any_of_these(SINCE.map(|since| (since, instant())))
}

fn transfer(api: &Api) -> Value {
    let shown = object([
        ("transferID", id()),
        ("createdOn", instant()),
        ("source", side(api)),
        ("destination", side(api)),
        ("status", word(["pending", "completed", "failed", "reversed", "canceled"])),
        ("amount", amount()),
    ]);
    let shown = perhaps(
        shown,
        [
            ("completedOn", instant()),
            ("failureReason", text()),
            ("description", text()),
            ("metadata", metadata()),
            ("facilitatorFee", fee()),
            ("cancellations", list(named("Cancellation"))),
            ("refundedAmount", amount()),
            ("refunds", list(named("Refund"))),
            ("scheduleID", id()),
            ("occurrenceID", id()),
            ("foreignID", text()),
            ("lineItems", named("LineItems")),
        ],
    );
    let shown = if api.version < Version::V2026_07_00 {
        perhaps(shown, [("salesTaxAmount", amount())])
    } else {
        shown
    };
    if api.version < Version::V2026_04_00 {
        return shown;
    }
    let details = ["tip", "tax", "surcharge"].map(|part| (part, decimal()));
    perhaps(shown, [("amountDetails", any_of_these(details))])
}

/// Who pays or is paid, and how far that has come.
fn side(api: &Api) -> Value {
    let account = object([("accountID", id()), ("email", text()), ("displayName", text())]);
    let state = || ("status", text());
    let returned = object([("code", text()), ("reason", text()), ("description", text())]);
    let ach = perhaps(
        both(marks(), object([("traceNumber", text())])),
        [
            state(),
            ("return", returned),
            ("companyEntryDescription", text()),
            ("originatingCompanyName", text()),
            ("secCode", text()),
            ("debitHoldPeriod", text()),
        ],
    );
    let card = perhaps(
        marks(),
        [
            state(),
            ("failureCode", text()),
            ("dynamicDescriptor", text()),
            ("transactionSource", text()),
        ],
    );
    let instant = if api.version < Version::V2026_01_00 {
        ("rtpDetails", perhaps(marks(), [state()]))
    } else {
        ("instantBankDetails", perhaps(both(marks(), object([("network", text())])), [state()]))
    };
    let side = both(reference(api), object([("account", account)]));
    perhaps(perhaps(side, instruments()), [("achDetails", ach), ("cardDetails", card), instant])
}

fn fee() -> Value {
    let whole = any_of_these([("total", integer()), ("markup", integer())]);
    perhaps(whole, [("totalDecimal", text()), ("markupDecimal", text())])
}

fn new() -> Value {
    let ach = words(["companyEntryDescription", "originatingCompanyName"]);
    let pays = perhaps(
        ach.clone(),
        [
            ("secCode", word(["WEB", "PPD", "CCD", "TEL"])),
            ("debitHoldPeriod", word(["no-hold", "1-day", "2-days"])),
        ],
    );
    let sources = word(["first-recurring", "recurring", "unscheduled"]);
    let card = perhaps(words(["dynamicDescriptor"]), [("transactionSource", sources)]);
    let method = |ach, card| {
        perhaps(object([("paymentMethodID", text())]), [("achDetails", ach), ("cardDetails", card)])
    };
    let source = method(pays, card);
    let destination = method(ach, words(["dynamicDescriptor"]));
    let new = object([("source", source), ("destination", destination), ("amount", money())]);
    let new = perhaps(
        new,
        [
            ("description", text()),
            ("metadata", metadata()),
            ("facilitatorFee", fee()),
            ("foreignID", text()),
            ("salesTaxAmount", money()),
            ("lineItems", named("NewLineItems")),
        ],
    );
    let details = ["tip", "tax", "surcharge"].map(|part| (part, decimal()));
    let details = said(any_of_these(details), "Shown from v2026.04.00 on.");
    perhaps(new, [("amountDetails", details)])
}

fn options() -> Value {
    let methods = || list(named("PaymentMethod"));
    any_of_these([("sourceOptions", methods()), ("destinationOptions", methods())])
}

fn options_request() -> Value {
    let side = || words(["accountID", "paymentMethodID"]);
    let sides = [("source", side()), ("destination", side())];
    perhaps(object([("amount", money())]), sides)
}

fn refund_reference() -> Value {
    object([("refundID", id()), ("createdOn", instant()), ("amount", amount())])
}

fn refund() -> Value {
    let status = word(["pending", "completed", "failed"]);
    let card = both(marks(), object([("status", text())]));
    let more = object([("updatedOn", instant()), ("status", status), ("cardDetails", card)]);
    both(refund_reference(), more)
}

fn cancellation() -> Value {
    object([
        ("cancellationID", id()),
        ("status", json!({ "const": "completed" })),
        ("createdOn", instant()),
    ])
}
