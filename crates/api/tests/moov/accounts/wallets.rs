//! `/accounts/{accountID}/wallets`.

use serde_json::{Value, json};

use super::{account, john};
use crate::sandbox::{NOW, Sandbox, only, text};

#[tokio::test]
async fn every_account_has_a_wallet_with_nothing_in_it() {
    let sandbox = Sandbox::open().await;
    let john = account(&sandbox, john()).await;
    let wallets = sandbox.get(&format!("/accounts/{john}/wallets")).await;
    let id = text(&wallets[0], "walletID");
    let expected = json!([{
        "walletID": id,
        "partnerAccountID": sandbox.platform,
        "walletType": "default",
        "availableBalance": {"currency": "USD", "value": 0, "valueDecimal": "0.00"},
        "name": "Default",
        "status": "active",
        "description": "Default wallet",
        "createdOn": NOW,
    }]);
    assert_eq!(wallets, expected);
    assert_eq!(sandbox.get(&format!("/accounts/{john}/wallets/{id}")).await, wallets[0]);
    let platform = &sandbox.platform;
    sandbox.ask().get(&format!("/accounts/{platform}/wallets/{id}")).await.is_bare(404);
}

/// A customer who has paid the platform by card, and been paid back in part.
async fn after_a_purchase(sandbox: &Sandbox) -> (String, Value) {
    let john = account(sandbox, john()).await;
    let card = json!({
        "cardNumber": "4111111111111111", "cardCvv": "123",
        "expiration": {"month": "04", "year": "40"},
        "holderName": "john doe", "billingAddress": {"postalCode": "12345"},
    });
    let asking = sandbox.ask().header("x-wait-for", "payment-method");
    let linked = asking.post(&format!("/accounts/{john}/cards"), card).await.ok();
    let wallet_of = async |account: &str| {
        let path = format!("/accounts/{account}/payment-methods?paymentMethodType=moov-wallet");
        text(&sandbox.get(&path).await[0], "paymentMethodID")
    };
    let (platform, own) = (wallet_of(&sandbox.platform).await, wallet_of(&john).await);
    let card = text(&linked["paymentMethods"][0], "paymentMethodID");
    let pay = async |key: &str, from: &str, to: &str, value: i64| {
        let body = json!({
            "source": {"paymentMethodID": from}, "destination": {"paymentMethodID": to},
            "amount": {"currency": "USD", "value": value},
        });
        let path = format!("/accounts/{}/transfers", sandbox.platform);
        sandbox.ask().header("x-idempotency-key", key).post(&path, body).await.ok()
    };
    let purchase = pay("1", &card, &platform, 1_000).await;
    sandbox.advance("2026-01-06T18:00:00Z").await;
    pay("2", &platform, &own, 250).await;
    (john, purchase)
}

#[tokio::test]
async fn what_has_moved_a_wallet_is_listed_newest_first() {
    let sandbox = Sandbox::open().await;
    let (john, purchase) = after_a_purchase(&sandbox).await;
    let wallet_of = async |account: &str| {
        text(&sandbox.get(&format!("/accounts/{account}/wallets")).await[0], "walletID")
    };
    let wallet = wallet_of(&sandbox.platform).await;
    let path = format!("/accounts/{}/wallets/{wallet}/transactions", sandbox.platform);
    let listed = sandbox.get(&path).await;
    let credited = "2026-01-06T18:00:00Z";
    let expected = json!({
        "walletID": wallet,
        "transactionID": listed[1]["transactionID"],
        "transactionType": "card-payment",
        "sourceType": "transfer",
        "sourceID": purchase["transferID"],
        "status": "completed",
        "memo": "card payment",
        "createdOn": credited,
        "completedOn": credited,
        "currency": "USD",
        "grossAmount": 1_000,
        "grossAmountDecimal": "10.00",
        "fee": 0,
        "feeDecimal": "0.00",
        "netAmount": 1_000,
        "netAmountDecimal": "10.00",
        "availableBalance": 1_000,
        "availableBalanceDecimal": "10.00",
    });
    assert_eq!(listed[1], expected);
    let sent = ["transactionType", "netAmount", "netAmountDecimal", "availableBalance"];
    let shown = json!({
        "transactionType": "wallet-transfer", "netAmount": -250, "netAmountDecimal": "2.50",
        "availableBalance": 750,
    });
    assert_eq!(only(&listed[0], &sent), shown);
    assert_eq!(listed.as_array().unwrap().len(), 2);
    let one = format!("{path}/{}", text(&listed[0], "transactionID"));
    assert_eq!(sandbox.get(&one).await, listed[0]);
    // It is this wallet's alone.
    let other = format!("/accounts/{john}/wallets/{}", wallet_of(&john).await);
    let id = text(&listed[1], "transactionID");
    sandbox.ask().get(&format!("{other}/transactions/{id}")).await.is_bare(404);
    let of_john = sandbox.get(&format!("{other}/transactions")).await;
    assert_eq!(of_john[0]["netAmount"], 250);
}

#[tokio::test]
async fn what_a_partner_keeps_of_a_payment_is_told_to_both_wallets() {
    let sandbox = Sandbox::open().await;
    let (john, _) = after_a_purchase(&sandbox).await;
    let method_of = async |account: &str, kind: &str| {
        let path = format!("/accounts/{account}/payment-methods?paymentMethodType={kind}");
        text(&sandbox.get(&path).await[0], "paymentMethodID")
    };
    let body = json!({
        "source": {"paymentMethodID": method_of(&john, "pull-from-card").await},
        "destination": {"paymentMethodID": method_of(&john, "moov-wallet").await},
        "amount": {"currency": "USD", "value": 100},
        "facilitatorFee": {"total": 10},
    });
    let path = format!("/accounts/{}/transfers", sandbox.platform);
    sandbox.ask().header("x-idempotency-key", "3").post(&path, body).await.ok();
    let newest = async |account: &str| {
        let wallets = format!("/accounts/{account}/wallets");
        let wallet = text(&sandbox.get(&wallets).await[0], "walletID");
        let listed = sandbox.get(&format!("{wallets}/{wallet}/transactions?count=1")).await;
        only(&listed[0], &["transactionType", "grossAmount", "fee", "netAmount"])
    };
    let shown = |kind: &str, gross: i64, fee: i64, net: i64| json!({"transactionType": kind, "grossAmount": gross, "fee": fee, "netAmount": net});
    assert_eq!(newest(&john).await, shown("account-funding", 100, 10, 90));
    assert_eq!(newest(&sandbox.platform).await, shown("facilitator-fee", 10, 0, 10));
}

#[tokio::test]
async fn transactions_are_listed_by_what_is_asked() {
    let sandbox = Sandbox::open().await;
    let (_, purchase) = after_a_purchase(&sandbox).await;
    let wallets = format!("/accounts/{}/wallets", sandbox.platform);
    let wallet = text(&sandbox.get(&wallets).await[0], "walletID");
    let kinds = async |query: &str| -> Vec<String> {
        let found = sandbox.get(&format!("{wallets}/{wallet}/transactions{query}")).await;
        found.as_array().unwrap().iter().map(|it| text(it, "transactionType")).collect()
    };
    let (sent, paid) = ("wallet-transfer", "card-payment");
    assert_eq!(kinds("").await, [sent, paid]);
    assert_eq!(kinds("?count=1").await, [sent]);
    assert_eq!(kinds("?skip=1").await, [paid]);
    assert_eq!(kinds("?transactionType=card-payment").await, [paid]);
    assert_eq!(kinds("?transactionTypes=card-payment,wallet-transfer").await, [sent, paid]);
    assert_eq!(kinds("?status=completed&sourceType=transfer").await, [sent, paid]);
    let source = format!("?sourceID={}", text(&purchase, "transferID"));
    assert_eq!(kinds(&source).await, [paid]);
    assert_eq!(kinds("?createdStartDateTime=2026-01-06T18:00:00Z").await, [sent, paid]);
    for nothing in [
        "?status=pending",
        "?sourceType=dispute",
        "?completedEndDateTime=2026-01-06T18:00:00Z",
        "?sweepID=c520f1b9-0ba7-42f5-b977-248cdbe41c69",
    ] {
        assert_eq!(kinds(nothing).await, [""; 0], "{nothing}");
    }
    for malformed in ["?status=lost", "?skip=abc", "?createdStartDateTime=today"] {
        let path = format!("{wallets}/{wallet}/transactions{malformed}");
        assert_eq!(sandbox.ask().get(&path).await.status, 400, "{malformed}");
    }
}
