//! Payment methods, described.

use serde_json::Value;

use super::super::{bank_accounts, cards, wallets};
use super::TYPES;
use super::show::kind;
use crate::moov::openapi::{Api, id};
use crate::openapi::query;
use crate::openapi::schema::{list, named, object, perhaps, text, word};

const TAG: &str = "payment methods";

pub(crate) fn describe(api: &mut Api) {
    api.it.tag(TAG, "Ways to pay an account, or to be paid by it.");
    let path = "/accounts/{accountID}/payment-methods";
    let listed = list(named("PaymentMethod"));
    let listed = Api::shows(TAG, "listPaymentMethods", "All payment methods.", &listed)
        .takes(query("paymentMethodType", &word(TYPES.map(|(word, _)| word))))
        .takes(query("sourceID", &text()));
    api.it.operation("get", path, listed);
    let shown = "Shows a payment method.";
    let shown = Api::shows(TAG, "getPaymentMethod", shown, &named("PaymentMethod"));
    api.it.operation("get", &format!("{path}/{{paymentMethodID}}"), shown);
    let method = perhaps(reference(api), instruments());
    api.it.schema("PaymentMethod", method);
    let reference = reference(api);
    api.it.schema("PaymentMethodReference", reference);
}

/// What names a payment method.
pub(in crate::moov::accounts) fn reference(api: &Api) -> Value {
    let rails = TYPES.into_iter().filter_map(|(_, rail)| rail);
    let mut words: Vec<&str> = rails.map(|rail| kind(rail, api.version)).collect();
    words.dedup();
    object([("paymentMethodID", id()), ("paymentMethodType", word(words))])
}

/// What a payment method stands on; one of these.
pub(in crate::moov::accounts) fn instruments() -> [(&'static str, Value); 3] {
    [
        ("card", cards::openapi::card()),
        ("bankAccount", bank_accounts::openapi::of_payment_method()),
        ("wallet", wallets::openapi::of_payment_method()),
    ]
}
