use serde_json::json;

use super::{Capture, PAID, YEARS_OF_HISTORY, john_doe, token};
use crate::sandbox::Sandbox;

#[tokio::test]
async fn transactions_of_2017_are_listed_and_read() {
    let sandbox = Sandbox::open_at("2017-10-31T00:00:00Z").await;
    for (at, amount) in [
        ("2017-11-01T01:30:01Z", 100_000),
        ("2017-11-01T01:30:02Z", 19_900),
        ("2017-11-02T01:30:03Z", 19_900),
    ] {
        sandbox.advance(at).await;
        let card = john_doe(&sandbox).await;
        sandbox.post("/charges", json!({"amount": amount, "card": card})).await;
    }
    sandbox.advance("2017-11-04T14:40:00Z").await;
    let list = Capture::elixir("transaction/list_transactions").replayed(&sandbox).await;
    Capture::elixir("transaction/retrieve_transaction")
        .naming("trxn_test_59tvuzadrid9tlf3pnd", list["data"][2]["id"].as_str().unwrap())
        .replayed(&sandbox)
        .await;
}

#[tokio::test]
async fn transactions_of_2019_are_listed_and_read() {
    let capture = Capture::php("api.omise.co/transactions-get");
    let sandbox = Sandbox::open_at("2025-01-15T00:00:00Z").await;
    let entries = capture.shown()["data"].as_array().unwrap().clone();
    for entry in &entries {
        sandbox.advance(entry["created_at"].as_str().unwrap()).await;
        let card = json!({
            "name": "Ros", "number": PAID, "expiration_month": 9, "expiration_year": 2029
        });
        let amount = charged(entry["amount"].as_i64().unwrap());
        let card = token(&sandbox, card).await;
        sandbox.post("/charges", json!({"amount": amount, "card": card})).await;
    }
    let list = sandbox.ask().get("/transactions?from=2025-01-15T00:00:01Z").await;
    let list = capture.but("/total", entries.len(), YEARS_OF_HISTORY).is(&list);
    let path = list["data"][0]["location"].as_str().unwrap();
    Capture::php("api.omise.co/transactions/trxn_test_62f1itsgwfln0dwo9md-get")
        .is(&sandbox.ask().get(path).await);
}

/// What was charged where this is left after fees.
fn charged(net: i64) -> i64 {
    let fee = |amount: i64| (amount * 365 + 5_000) / 10_000;
    let tax = |fee: i64| (fee * 7 + 50) / 100;
    let left = |amount: i64| amount - fee(amount) - tax(fee(amount));
    (net..2 * net).find(|amount| left(*amount) == net).unwrap()
}
