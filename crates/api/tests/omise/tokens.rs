use serde_json::{Value, json};

use crate::sandbox::{Sandbox, captured, id, keys, only};

#[tokio::test]
async fn a_token_looks_as_captured_until_it_is_used() {
    let sandbox = Sandbox::open().await;
    let shown = captured("2019-05-29/php/vault.omise.co/tokens-post.json");
    let token = sandbox.token("4242424242424242").await;
    let fresh = sandbox.ask_publicly().get(&format!("/tokens/{token}")).await.ok();
    assert_eq!(keys(&fresh), keys(&shown));
    assert_eq!(keys(&fresh["card"]), keys(&shown["card"]));
    assert_eq!((&fresh["used"], &fresh["card"]["location"]), (&json!(false), &Value::Null));
    assert_eq!(fresh["card"]["last_digits"], "4242");

    sandbox.post("/customers", json!({"card": token})).await;
    let used = sandbox.get(&format!("/tokens/{token}")).await;
    assert_eq!((&used["used"], &used["card"]), (&json!(true), &Value::Null));
}

#[tokio::test]
async fn a_token_is_used_once() {
    let sandbox = Sandbox::open().await;
    let token = sandbox.token("4242424242424242").await;
    sandbox.post("/charges", json!({"amount": 5_000, "card": token})).await;
    sandbox.ask().post("/charges", json!({"amount": 5_000, "card": token})).await.is_refused(
        400,
        "used_token",
        "token was already used",
    );
}

#[tokio::test]
async fn a_wrong_card_is_refused_with_what_is_wrong() {
    let sandbox = Sandbox::open().await;
    let card = |name: &str, number: &str, month: i64, year: i64| {
        json!({"card": {
            "name": name, "number": number, "expiration_month": month, "expiration_year": year
        }})
    };
    for (body, message) in [
        (card("Zin", "4242424242424241", 11, 2027), "number is invalid"),
        (card("Zin", "4242424242424242", 1, 2025), "expiration date cannot be in the past"),
        (card("Zin", "4242424242424242", 13, 2027), "expiration month is not between 1 and 12"),
        (card("", "", 11, 2027), "number can't be blank and name can't be blank"),
    ] {
        sandbox.ask_publicly().post("/tokens", body).await.is_refused(400, "invalid_card", message);
    }
    sandbox.ask_publicly().post("/tokens", json!({})).await.is_refused(
        400,
        "missing_card",
        "request contains no card parameters",
    );
}

#[tokio::test]
async fn a_card_may_come_with_numbers_for_texts_as_captured() {
    let sandbox = Sandbox::open().await;
    let body = json!({"card": {
        "security_code": 123, "number": 4_242_424_242_424_242_i64, "name": "John Doe",
        "expiration_year": 2027, "expiration_month": 10
    }});
    let token = sandbox.ask_2017().post("/tokens", body).await.ok();
    assert_eq!(keys(&token), keys(&captured("2017-11-02/elixir/token/create_token.json")));
    assert_eq!(id(&token).get(..10), Some("tokn_test_"));
}

#[tokio::test]
async fn a_card_may_come_as_a_form() {
    let sandbox = Sandbox::open().await;
    let form = "card[name]=Somchai+Prasert&card[number]=4242424242424242&card[city]=Bangkok\
        &card[expiration_month]=11&card[expiration_year]=2027&card[security_code]=123";
    let token = sandbox.ask_publicly().post_form("/tokens", form).await.ok();
    assert_eq!(
        only(&token["card"], &["name", "last_digits", "city", "expiration_month"]),
        json!({
            "name": "Somchai Prasert", "last_digits": "4242", "city": "Bangkok",
            "expiration_month": 11
        })
    );
}
