//! `/accounts/{accountID}/bank-accounts`.

use serde_json::{Value, json};

use super::{account, john};
use crate::sandbox::{NOW, Sandbox, text};

pub(super) fn bank_account() -> Value {
    json!({"account": {
        "holderName": "Sir Test ALot",
        "holderType": "individual",
        "bankAccountType": "checking",
        "accountNumber": "0004321567000",
        "routingNumber": "273976369",
    }})
}

#[tokio::test]
async fn a_linked_bank_account_can_be_paid_at_once() {
    let sandbox = Sandbox::open().await;
    let path = format!("/accounts/{}/bank-accounts", account(&sandbox, john()).await);
    let asked = sandbox.ask().header("x-wait-for", "payment-method");
    let mut linked = asked.post(&path, bank_account()).await.ok();
    let methods = linked.as_object_mut().unwrap().remove("paymentMethods").unwrap();
    let types: Vec<_> = methods.as_array().unwrap().iter().collect();
    assert_eq!(types[0]["paymentMethodType"], "ach-credit-standard");
    let id = text(&linked, "bankAccountID");
    let expected = json!({
        "bankAccountID": id,
        "fingerprint": linked["fingerprint"],
        "status": "new",
        "holderName": "Sir Test ALot",
        "holderType": "individual",
        "bankName": "VERIDIAN CREDIT UNION",
        "bankAccountType": "checking",
        "routingNumber": "273976369",
        "lastFourAccountNumber": "7000",
        "updatedOn": NOW,
        "statusReason": "bank-account-created",
    });
    assert_eq!(linked, expected);
    assert_eq!(sandbox.get(&format!("{path}/{id}")).await, linked);
    assert_eq!(sandbox.get(&path).await, json!([linked]));
    sandbox.delete(&format!("{path}/{id}")).await;
    sandbox.ask().get(&format!("{path}/{id}")).await.is_bare(404);
    assert_eq!(sandbox.get(&path).await, json!([]));
}

#[tokio::test]
async fn micro_deposits_of_nothing_prove_whose_it_is() {
    let sandbox = Sandbox::open().await;
    let john = account(&sandbox, john()).await;
    let path = format!("/accounts/{john}/bank-accounts");
    let id = text(&sandbox.post(&path, bank_account()).await, "bankAccountID");
    let deposits = format!("{path}/{id}/micro-deposits");
    let told =
        |amounts: Value| sandbox.ask().send("PUT", &deposits, Some(json!({ "amounts": amounts })));
    told(json!([0, 0])).await.is(409, &json!({"error": "no micro-deposits were initiated"}));
    for _ in 0..2 {
        sandbox.ask().send("POST", &deposits, None).await.is_bare(204);
    }
    let wrong = json!({"amounts": "are not those that were paid in"});
    told(json!([1, 2])).await.is(422, &wrong);
    told(json!([0])).await.is(422, &json!({"amounts": "are not two"}));
    told(json!([0, 0])).await.is(200, &json!({"status": "verified"}));
    assert_eq!(sandbox.get(&format!("{path}/{id}")).await["status"], "verified");
    let methods = sandbox.get(&format!("/accounts/{john}/payment-methods?sourceID={id}")).await;
    let types: Vec<_> =
        methods.as_array().unwrap().iter().map(|it| text(it, "paymentMethodType")).collect();
    let all = [
        "ach-credit-standard",
        "ach-credit-same-day",
        "rtp-credit",
        "ach-debit-fund",
        "ach-debit-collect",
    ];
    assert_eq!(types, all);
}

#[tokio::test]
async fn what_is_wrong_with_a_bank_account_is_told_under_its_form() {
    let sandbox = Sandbox::open().await;
    let path = format!("/accounts/{}/bank-accounts", account(&sandbox, john()).await);
    let refused = async |body: Value| sandbox.ask().post(&path, body).await;
    refused(json!({})).await.is(422, &json!({"account": "is missing"}));
    let told = "cannot be reached from here; give the account's numbers";
    refused(json!({"plaid": {"token": "x"}})).await.is(422, &json!({ "plaid": told }));
    refused(json!({"mx": {"authorizationCode": "x"}})).await.is(422, &json!({ "mx": told }));
    let mut wrong = bank_account();
    wrong["account"]["routingNumber"] = json!("273976368");
    wrong["account"]["holderType"] = json!("cat");
    let told = "holderType is neither individual nor business; \
                routingNumber is not nine digits of which the last checks the others";
    refused(wrong).await.is(422, &json!({ "account": told }));
}

#[tokio::test]
async fn one_bank_account_is_linked_once() {
    let sandbox = Sandbox::open().await;
    let path = format!("/accounts/{}/bank-accounts", account(&sandbox, john()).await);
    sandbox.post(&path, bank_account()).await;
    let again = sandbox.ask().post(&path, bank_account()).await;
    again.is(409, &json!({"error": "the bank account is already linked to this account"}));
}
