//! `/accounts/{accountID}/payment-methods`.

use serde_json::{Value, json};

use super::cards::link;
use super::{account, john};
use crate::sandbox::{Sandbox, text};

#[tokio::test]
async fn a_payment_method_shows_what_it_stands_on() {
    let sandbox = Sandbox::open().await;
    let john = account(&sandbox, john()).await;
    let path = format!("/accounts/{john}/payment-methods");
    let mut card = link(&sandbox, &john, "371111111111114").await;
    let methods = card.as_object_mut().unwrap().remove("paymentMethods").unwrap();
    let id = text(&methods[0], "paymentMethodID");
    let expected =
        json!({"paymentMethodID": id, "paymentMethodType": "card-payment", "card": card});
    assert_eq!(sandbox.get(&format!("{path}/{id}")).await, expected);
    let source = text(&card, "cardID");
    assert_eq!(sandbox.get(&format!("{path}?sourceID={source}")).await, json!([expected]));
    assert_eq!(
        sandbox.get(&format!("{path}?paymentMethodType=card-payment")).await,
        json!([expected])
    );
    let wallets = sandbox.get(&format!("{path}?paymentMethodType=moov-wallet")).await;
    let keys: Vec<_> = wallets[0]["wallet"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["walletID", "partnerAccountID", "walletType"]);
    assert_eq!(sandbox.get(&format!("{path}?paymentMethodType=apple-pay")).await, json!([]));
    let other = "c520f1b9-0ba7-42f5-b977-248cdbe41c69";
    assert_eq!(sandbox.get(&format!("{path}?sourceID={other}")).await, json!([]));
    assert_eq!(sandbox.ask().get(&format!("{path}?paymentMethodType=cash")).await.status, 400);
}

#[tokio::test]
async fn a_disabled_payment_method_is_still_shown_to_those_who_know_it() {
    let sandbox = Sandbox::open().await;
    let john = account(&sandbox, john()).await;
    let card = link(&sandbox, &john, "4111111111111111").await;
    let id = text(&card["paymentMethods"][0], "paymentMethodID");
    sandbox.delete(&format!("/accounts/{john}/cards/{}", text(&card, "cardID"))).await;
    let path = format!("/accounts/{john}/payment-methods");
    assert_eq!(sandbox.get(&path).await.as_array().unwrap().len(), 1);
    assert_eq!(sandbox.get(&format!("{path}/{id}")).await["paymentMethodID"], id);
}

#[tokio::test]
async fn what_was_one_network_is_any_of_two_since_2026() {
    let sandbox = Sandbox::open().await;
    let john = account(&sandbox, john()).await;
    let body = json!({"account": {
        "holderName": "John Doe", "holderType": "individual", "bankAccountType": "checking",
        "accountNumber": "123456789", "routingNumber": "322271627",
    }});
    sandbox.post(&format!("/accounts/{john}/bank-accounts"), body).await;
    let types = async |version: &str, asked: &str| -> Vec<String> {
        let path = format!("/accounts/{john}/payment-methods?paymentMethodType={asked}");
        let methods: Value = sandbox.ask().header("x-moov-version", version).get(&path).await.ok();
        methods.as_array().unwrap().iter().map(|it| text(it, "paymentMethodType")).collect()
    };
    for asked in ["rtp-credit", "instant-bank-credit"] {
        assert_eq!(types("v2025.07.00", asked).await, ["rtp-credit"]);
        assert_eq!(types("v2026.01.00", asked).await, ["instant-bank-credit"]);
    }
}
