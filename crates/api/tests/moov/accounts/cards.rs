//! `/accounts/{accountID}/cards`.

use serde_json::{Value, json};

use super::{account, john};
use crate::sandbox::{Sandbox, only, text};

/// A card as moov-go's tests link it.
pub(crate) fn card(number: &str) -> Value {
    json!({
        "cardNumber": number,
        "cardCvv": "123",
        "expiration": {"month": "04", "year": "40"},
        "holderName": "john doe",
        "billingAddress": {
            "addressLine1": "123 Main Street", "city": "City", "stateOrProvince": "CO",
            "postalCode": "12345", "country": "US",
        },
    })
}

/// Links a card, and waits for its payment methods.
pub(crate) async fn link(sandbox: &Sandbox, account: &str, number: &str) -> Value {
    let asked = sandbox.ask().header("x-wait-for", "payment-method");
    asked.post(&format!("/accounts/{account}/cards"), card(number)).await.ok()
}

#[tokio::test]
async fn a_linked_card_shows_all_but_its_number() {
    let sandbox = Sandbox::open().await;
    let john = account(&sandbox, john()).await;
    let path = format!("/accounts/{john}/cards");
    let linked = sandbox.post(&path, card("4111111111111111")).await;
    let id = text(&linked, "cardID");
    assert_eq!(text(&linked, "fingerprint").len(), 64);
    let expected = json!({
        "cardID": id,
        "fingerprint": linked["fingerprint"],
        "brand": "Visa",
        "cardType": "debit",
        "lastFourCardNumber": "1111",
        "bin": "411111",
        "expiration": {"month": "04", "year": "40"},
        "holderName": "john doe",
        "billingAddress": {
            "addressLine1": "123 Main Street", "city": "City", "stateOrProvince": "CO",
            "postalCode": "12345", "country": "US",
        },
        "cardVerification": {"cvv": "match", "addressLine1": "match", "postalCode": "match"},
        "issuer": "TEST BANK",
        "issuerCountry": "US",
        "domesticPushToCard": "fast-funds",
        "domesticPullFromCard": "supported",
    });
    assert_eq!(linked, expected);
    assert_eq!(sandbox.get(&format!("{path}/{id}")).await, linked);
    assert_eq!(sandbox.get(&path).await, json!([linked]));
}

#[tokio::test]
async fn payment_methods_are_shown_to_those_who_wait_for_them() {
    let sandbox = Sandbox::open().await;
    let john = account(&sandbox, john()).await;
    let types = |linked: Value| -> Vec<String> {
        let methods = linked["paymentMethods"].as_array().unwrap().clone();
        methods.iter().map(|method| text(method, "paymentMethodType")).collect()
    };
    let debit = types(link(&sandbox, &john, "4111111111111111").await);
    assert_eq!(debit, ["card-payment", "push-to-card", "pull-from-card"]);
    let credit = types(link(&sandbox, &john, "371111111111114").await);
    assert_eq!(credit, ["card-payment"]);
}

#[tokio::test]
async fn what_is_wrong_with_a_card_is_told_and_its_number_is_not() {
    let sandbox = Sandbox::open().await;
    let path = format!("/accounts/{}/cards", account(&sandbox, john()).await);
    let refused = sandbox.ask().post(&path, json!({})).await;
    let told = json!({
        "cardNumber": "is no card number",
        "cardCvv": "is not three or four digits",
        "expiration": "is missing",
        "billingAddress": "is missing",
    });
    refused.is(422, &told);
    let mut wrong = card("4111111111111112");
    wrong["expiration"]["month"] = json!("13");
    wrong["billingAddress"] = json!({"city": "City"});
    let refused = sandbox.ask().post(&path, wrong).await;
    assert!(!refused.text.contains("4111"), "{}", refused.text);
    let told = json!({
        "cardNumber": "is no card number",
        "expiration": "month is not two digits from 01 to 12",
        "billingAddress": "postalCode is missing",
    });
    refused.is(422, &told);
}

#[tokio::test]
async fn a_card_is_verified_anew_with_its_code() {
    let sandbox = Sandbox::open().await;
    let john = account(&sandbox, john()).await;
    let id = text(&link(&sandbox, &john, "4111111111111111").await, "cardID");
    let path = format!("/accounts/{john}/cards/{id}");
    let change = json!({"billingAddress": {"postalCode": "22222"}, "expiration": {"month": "01", "year": "41"}});
    let changed = sandbox.patch(&path, change).await;
    assert_eq!(changed["expiration"], json!({"month": "01", "year": "41"}));
    assert_eq!(changed["billingAddress"]["city"], "City");
    assert_eq!(changed["cardVerification"]["postalCode"], "match");
    let change = json!({"cardCvv": "888", "holderName": "Alex Irwin", "verifyName": true, "cardOnFile": true});
    let changed = sandbox.patch(&path, change).await;
    let verification = json!({
        "cvv": "notChecked", "addressLine1": "noMatch", "postalCode": "noMatch",
        "accountName": {
            "firstName": "match", "lastName": "match", "middleName": "notChecked", "fullName": "match",
        },
    });
    assert_eq!(only(&changed, &["cardVerification"]), json!({"cardVerification": verification}));
    assert_eq!(changed["cardOnFile"], true);
    let refused = sandbox.ask().send("PATCH", &path, Some(json!({"cardCvv": "1"}))).await;
    refused.is(422, &json!({"cardCvv": "is not three or four digits"}));
}

#[tokio::test]
async fn a_disabled_card_is_gone() {
    let sandbox = Sandbox::open().await;
    let john = account(&sandbox, john()).await;
    let id = text(&link(&sandbox, &john, "4111111111111111").await, "cardID");
    let path = format!("/accounts/{john}/cards/{id}");
    sandbox.delete(&path).await;
    sandbox.ask().get(&path).await.is_bare(404);
    sandbox.ask().send("DELETE", &path, None).await.is_bare(404);
    assert_eq!(sandbox.get(&format!("/accounts/{john}/cards")).await, json!([]));
    let methods = sandbox.get(&format!("/accounts/{john}/payment-methods")).await;
    assert_eq!(methods.as_array().unwrap().len(), 1, "{methods}");
}

#[tokio::test]
async fn a_card_is_nobody_elses() {
    let sandbox = Sandbox::open().await;
    let [one, other] = [account(&sandbox, john()).await, account(&sandbox, john()).await];
    let id = text(&link(&sandbox, &one, "4111111111111111").await, "cardID");
    sandbox.ask().get(&format!("/accounts/{other}/cards/{id}")).await.is_bare(404);
}

#[tokio::test]
async fn what_is_said_beside_a_card_has_bounds_and_names_what_is_there() {
    let sandbox = Sandbox::open().await;
    let path = format!("/accounts/{}/cards", account(&sandbox, john()).await);
    let with = |field: &str, value: Value| {
        let mut card = card("4111111111111111");
        card[field] = value;
        card
    };
    let refused = sandbox.ask().post(&path, with("holderName", json!("x".repeat(101)))).await;
    refused.is(422, &json!({"holderName": "has more than 100 characters"}));
    let nobody = json!("c520f1b9-0ba7-42f5-b977-248cdbe41c69");
    let refused = sandbox.ask().post(&path, with("merchantAccountID", nobody)).await;
    refused.is(422, &json!({"merchantAccountID": "is no account"}));
    let encrypted = sandbox.ask().post(&path, with("e2ee", json!({"token": "x"}))).await;
    let told = "cannot be decrypted here; give the card itself";
    encrypted.is(422, &json!({"e2ee": {"token": told}}));
}
