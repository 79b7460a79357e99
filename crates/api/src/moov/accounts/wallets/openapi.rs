//! Wallets, described.

use serde_json::Value;

use crate::moov::openapi::{Api, id, page};
use crate::openapi::query;
use crate::openapi::schema::{both, instant, integer, list, named, object, perhaps, text, word};

const TAG: &str = "wallets";
const STATUSES: [&str; 4] = ["pending", "completed", "canceled", "failed"];

pub(crate) fn describe(api: &mut Api) {
    api.it.tag(TAG, "Money that an account holds here.");
    let listed = Api::shows(TAG, "listWallets", "All wallets.", &list(named("Wallet")));
    api.it.operation("get", "/accounts/{accountID}/wallets", listed);
    let one = "/accounts/{accountID}/wallets/{walletID}";
    let shown = Api::shows(TAG, "getWallet", "Shows a wallet.", &named("Wallet"));
    api.it.operation("get", one, shown);
    let moved = "What moved a wallet's money, newest first.";
    let all = list(named("WalletTransaction"));
    let moved = Api::shows(TAG, "listWalletTransactions", moved, &all);
    let moved = page(moved)
        .takes(query("transactionTypes", &text()))
        .takes(query("transactionType", &text()))
        .takes(query("sourceType", &text()))
        .takes(query("sourceID", &text()))
        .takes(query("sweepID", &text()))
        .takes(query("status", &word(STATUSES)))
        .takes(query("createdStartDateTime", &instant()))
        .takes(query("createdEndDateTime", &instant()))
        .takes(query("completedStartDateTime", &instant()))
        .takes(query("completedEndDateTime", &instant()));
    api.it.operation("get", &format!("{one}/transactions"), moved);
    let shown = "Shows what moved a wallet's money.";
    let shown = Api::shows(TAG, "getWalletTransaction", shown, &named("WalletTransaction"));
    api.it.operation("get", &format!("{one}/transactions/{{transactionID}}"), shown);
    api.it.schema("Wallet", wallet());
    api.it.schema("WalletTransaction", transaction());
}

/// A wallet, as it stands in a payment method.
pub(in crate::moov::accounts) fn of_payment_method() -> Value {
    let wallet = object([("walletID", id()), ("walletType", word(["default"]))]);
    perhaps(wallet, [("partnerAccountID", id())])
}

fn wallet() -> Value {
    let balance = object([("currency", text()), ("value", integer()), ("valueDecimal", text())]);
    let more = object([
        ("availableBalance", balance),
        ("name", text()),
        ("status", word(["active", "closed"])),
        ("description", text()),
        ("createdOn", instant()),
    ]);
    perhaps(both(of_payment_method(), more), [("closedOn", instant())])
}

fn transaction() -> Value {
    let shown = object([
        ("walletID", id()),
        ("transactionID", id()),
        ("transactionType", text()),
        ("sourceType", word(["transfer", "adjustment"])),
        ("sourceID", id()),
        ("status", word(["completed"])),
        ("memo", text()),
        ("createdOn", instant()),
        ("completedOn", instant()),
        ("currency", text()),
    ]);
    let amounts = object([
        ("grossAmount", integer()),
        ("grossAmountDecimal", text()),
        ("fee", integer()),
        ("feeDecimal", text()),
        ("netAmount", integer()),
        ("netAmountDecimal", text()),
        ("availableBalance", integer()),
        ("availableBalanceDecimal", text()),
    ]);
    both(shown, amounts)
}
