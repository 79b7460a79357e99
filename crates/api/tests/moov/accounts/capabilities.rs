//! `/accounts/{accountID}/capabilities`.

use serde_json::{Value, json};

use super::{account, cards, john};
use crate::sandbox::{NOW, Sandbox};

#[tokio::test]
async fn what_is_requested_is_enabled() {
    let sandbox = Sandbox::open().await;
    let john = account(&sandbox, john()).await;
    let path = format!("/accounts/{john}/capabilities");
    let asked =
        json!({"capabilities": ["1099", "collect-funds", "send-funds", "transfers", "wallet"]});
    let granted = sandbox.post(&path, asked).await;
    assert_eq!(granted.as_array().unwrap().len(), 5);
    let shown = json!({
        "capability": "1099", "accountID": john, "status": "enabled",
        "createdOn": NOW, "updatedOn": NOW,
    });
    assert_eq!(sandbox.get(&format!("{path}/1099")).await, shown);
    assert_eq!(sandbox.get(&path).await.as_array().unwrap().len(), 5);
    sandbox.ask().get(&format!("{path}/card-issuing")).await.is_bare(404);
}

#[tokio::test]
async fn a_wallet_closes_with_its_capability() {
    let sandbox = Sandbox::open().await;
    let john = account(&sandbox, john()).await;
    let path = format!("/accounts/{john}/capabilities/wallet");
    sandbox.delete(&path).await;
    let disabled = sandbox.get(&path).await;
    assert_eq!((&disabled["status"], &disabled["disabledOn"]), (&json!("disabled"), &json!(NOW)));
    assert_eq!(sandbox.get(&format!("/accounts/{john}/payment-methods")).await, json!([]));
    let wallets: Value = sandbox.get(&format!("/accounts/{john}/wallets")).await;
    assert_eq!((&wallets[0]["status"], &wallets[0]["closedOn"]), (&json!("closed"), &json!(NOW)));
}

#[tokio::test]
async fn a_wallet_that_was_closed_is_opened_again_with_its_capability() {
    let sandbox = Sandbox::open().await;
    let john = account(&sandbox, john()).await;
    let (wallets, methods) =
        (format!("/accounts/{john}/wallets"), format!("/accounts/{john}/payment-methods"));
    let before = (sandbox.get(&wallets).await, sandbox.get(&methods).await);
    sandbox.delete(&format!("/accounts/{john}/capabilities/wallet")).await;
    let path = format!("/accounts/{john}/capabilities");
    sandbox.post(&path, json!({"capabilities": ["wallet"]})).await;
    assert_eq!((sandbox.get(&wallets).await, sandbox.get(&methods).await), before);
}

#[tokio::test]
async fn a_wallet_with_money_in_it_keeps_its_capability() {
    let sandbox = Sandbox::open().await;
    let john = account(&sandbox, john()).await;
    sandbox.fill_wallet(&john, 1).await;
    let path = format!("/accounts/{john}/capabilities/wallet");
    let told = json!({"error": "the account's wallet holds money; pay it out first"});
    sandbox.ask().send("DELETE", &path, None).await.is(409, &told);
    assert_eq!(sandbox.get(&path).await["status"], "enabled");
    let wallets = sandbox.get(&format!("/accounts/{john}/wallets")).await;
    assert_eq!(wallets[0]["status"], "active");
}

#[tokio::test]
async fn what_was_on_its_way_to_a_wallet_that_was_closed_is_there_when_it_opens_again() {
    let sandbox = Sandbox::open().await;
    let john = account(&sandbox, john()).await;
    let linked = cards::link(&sandbox, &john, "4111111111111111").await;
    let wallet = format!("/accounts/{john}/payment-methods?paymentMethodType=moov-wallet");
    let wallet = sandbox.get(&wallet).await[0]["paymentMethodID"].clone();
    let purchase = json!({
        "source": {"paymentMethodID": linked["paymentMethods"][0]["paymentMethodID"]},
        "destination": {"paymentMethodID": wallet},
        "amount": {"currency": "USD", "value": 100},
    });
    let transfers = format!("/accounts/{}/transfers", sandbox.platform);
    sandbox.ask().header("x-idempotency-key", "1").post(&transfers, purchase).await.ok();
    sandbox.delete(&format!("/accounts/{john}/capabilities/wallet")).await;
    sandbox.advance("2026-01-20T00:00:00Z").await;
    let path = format!("/accounts/{john}/capabilities");
    sandbox.post(&path, json!({"capabilities": ["wallet"]})).await;
    let wallets = sandbox.get(&format!("/accounts/{john}/wallets")).await;
    let shown = (&wallets[0]["status"], &wallets[0]["availableBalance"]["value"]);
    assert_eq!(shown, (&json!("active"), &json!(100)));
}

#[tokio::test]
async fn what_is_no_capability_is_refused() {
    let sandbox = Sandbox::open().await;
    let path = format!("/accounts/{}/capabilities", account(&sandbox, john()).await);
    let told = json!({"capabilities": {"0": "is no capability"}});
    let refused = sandbox.ask().post(&path, json!({"capabilities": ["fly"]})).await;
    refused.is(422, &json!({ "error": told }));
    let newer = sandbox.ask().header("x-moov-version", "latest");
    newer.post(&path, json!({"capabilities": ["fly"]})).await.is(422, &told);
    sandbox.ask().send("DELETE", &format!("{path}/fly"), None).await.is_bare(404);
}
