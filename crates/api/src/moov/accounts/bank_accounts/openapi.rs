//! Bank accounts, described.

use serde_json::Value;

use crate::moov::openapi::{Api, any_object, id};
use crate::moov::version::Version;
use crate::openapi::schema::{
    any_of_these, instant, integer, list, named, object, perhaps, text, with, word,
};

const TAG: &str = "bank accounts";
const STATUSES: [&str; 5] = ["new", "pending", "verified", "verificationFailed", "errored"];
const HOLDERS: [&str; 2] = ["individual", "business"];
const KINDS: [&str; 4] = ["checking", "savings", "general-ledger", "loan"];

pub(crate) fn describe(api: &mut Api) {
    api.it.tag(TAG, "Bank accounts that an account has linked.");
    let path = "/accounts/{accountID}/bank-accounts";
    let listed = list(named("BankAccount"));
    let listed = Api::shows(TAG, "listBankAccounts", "All bank accounts.", &listed);
    api.it.operation("get", path, listed);
    let linked = (TAG, "linkBankAccount", "Links a bank account.");
    let linked = Api::changes(linked, "NewBankAccount", &named("BankAccountLinked"));
    api.it.operation("post", path, linked.waits_for("payment-method"));
    let one = "/accounts/{accountID}/bank-accounts/{bankAccountID}";
    let shown = Api::shows(TAG, "getBankAccount", "Shows a bank account.", &named("BankAccount"));
    api.it.operation("get", one, shown);
    let gone = Api::ends(TAG, "disableBankAccount", "Unlinks a bank account.");
    api.it.operation("delete", one, gone);
    let deposits = format!("{one}/micro-deposits");
    let begun = Api::ends(TAG, "initiateMicroDeposits", "Pays in two small amounts.");
    api.it.operation("post", &deposits, begun);
    let proved = (TAG, "completeMicroDeposits", "Proves an account by what was paid in.");
    let status = object([("status", word(["verified"]))]);
    let proved = Api::changes(proved, "MicroDeposits", &status);
    api.it.operation("put", &deposits, proved);
    let methods = ("paymentMethods", list(named("PaymentMethodReference")));
    let amounts = with(list(integer()), "minItems", serde_json::json!(2));
    let amounts = with(amounts, "maxItems", serde_json::json!(2));
    for (name, schema) in [
        ("BankAccount", bank_account(api.version)),
        ("BankAccountLinked", perhaps(bank_account(api.version), [methods])),
        ("NewBankAccount", new()),
        ("MicroDeposits", object([("amounts", amounts)])),
    ] {
        api.it.schema(name, schema);
    }
}

/// A bank account, as it stands in a payment method.
pub(in crate::moov::accounts) fn of_payment_method() -> Value {
    object([
        ("bankAccountID", id()),
        ("fingerprint", text()),
        ("status", word(STATUSES)),
        ("holderName", text()),
        ("holderType", word(HOLDERS)),
        ("bankName", text()),
        ("bankAccountType", word(KINDS)),
        ("routingNumber", text()),
        ("lastFourAccountNumber", text()),
        ("updatedOn", instant()),
    ])
}

fn bank_account(version: Version) -> Value {
    let reason = object([("statusReason", text())]);
    let shown = crate::openapi::schema::both(of_payment_method(), reason);
    if version < Version::V2026_01_00 {
        return shown;
    }
    let exception = object([("achReturnCode", text()), ("description", text())]);
    perhaps(shown, [("exceptionDetails", exception)])
}

fn new() -> Value {
    let account = object([
        ("holderName", text()),
        ("holderType", word(HOLDERS)),
        ("accountNumber", text()),
        ("bankAccountType", word(KINDS)),
        ("routingNumber", text()),
    ]);
    let others = ["plaid", "plaidLink", "mx"];
    let others =
        others.map(|name| (name, any_object("Cannot be reached from here, and is refused.")));
    perhaps(any_of_these([("account", account)]), others)
}
