use serde_json::{Value, json};

use super::Capture;
use crate::sandbox::{Opening, Sandbox};

#[tokio::test]
async fn an_account_of_2017_with_todays_currencies() {
    let opening = Opening {
        now: "2016-08-31T05:22:15Z",
        balance: 393_336_607,
        email: "m.mantastyle@gmail.com",
        ..Opening::default()
    };
    let sandbox = Sandbox::open_as(opening, |_| ()).await;
    let today: Vec<_> = ["thb", "jpy", "usd", "eur", "gbp", "sgd", "aud", "chf", "cny", "dkk"]
        .into_iter()
        .chain(["hkd", "myr"])
        .collect();
    Capture::elixir("account/retrieve_account")
        .but("/supported_currencies", today, "Omise has added six since")
        .replayed(&sandbox)
        .await;
    Capture::elixir("balance/retrieve_balance").replayed(&sandbox).await;
}

#[tokio::test]
async fn an_account_of_2019_before_and_after_a_change() {
    let opening = Opening {
        now: "2025-01-13T02:42:11Z",
        balance: 1_644_800,
        email: "developer@opn.ooo",
        ..Opening::default()
    };
    let sandbox = Sandbox::open_as(opening, |_| ()).await;
    let whose = "whose payouts they are is not known here";
    Capture::php("api.omise.co/account-get")
        .but("/transfer_config/merchant_id", "", whose)
        .is(&sandbox.ask().get("/account").await);
    Capture::php("api.omise.co/balance-get").is(&sandbox.ask().get("/balance").await);
    let body = json!({"chain_return_uri": "https://www.omise.co"});
    Capture::php("api.omise.co/account-patch")
        .but("/transfer_config/merchant_id", "", whose)
        .is(&sandbox.ask().send("PATCH", "/account", Some(body)).await);
}

const CARDS_ALONE: &str = "only cards are built, with the brands and currencies of today";

/// The captured card payments, with what came since.
fn card_payments(captured: &Value) -> Value {
    let mut method = captured["payment_methods"][0].clone();
    for (field, more) in [
        ("currencies", vec!["MYR"]),
        ("card_brands", vec!["American Express", "UnionPay", "Discover", "Diners Club"]),
    ] {
        method[field].as_array_mut().unwrap().extend(more.into_iter().map(Value::from));
    }
    json!([method])
}

#[tokio::test]
async fn capabilities_with_cards_alone() {
    let sandbox = Sandbox::open().await;
    let capture = Capture::elixir("capability/retrieve_capability");
    let methods = card_payments(capture.shown());
    capture.but("/payment_methods", methods, CARDS_ALONE).replayed(&sandbox).await;
    let capture = Capture::swift("api.omise.co/capability-get");
    let methods = card_payments(capture.shown());
    capture
        .but("/payment_methods", methods, CARDS_ALONE)
        .is(&sandbox.ask_publicly().get("/capability").await);
}
