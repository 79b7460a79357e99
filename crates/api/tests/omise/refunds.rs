use serde_json::{Value, json};

use crate::sandbox::{Sandbox, captured, id, keys, only};

async fn paid(sandbox: &Sandbox) -> Value {
    let card = sandbox.token("4242424242424242").await;
    sandbox.post("/charges", json!({"amount": 100_000, "card": card})).await
}

#[tokio::test]
async fn a_refund_looks_as_captured_and_shows_on_its_charge() {
    let sandbox = Sandbox::open().await;
    let charge = paid(&sandbox).await;
    let path = format!("/charges/{}/refunds", id(&charge));
    let refund = sandbox.post(&path, json!({"amount": 10_000, "metadata": {"why": "late"}})).await;
    let shown = captured(
        "2019-05-29/php/api.omise.co/charges/chrg_test_63444wyfsg4mtvvck1z/refunds-post.json",
    );
    assert_eq!(keys(&refund), keys(&shown));
    assert_eq!(sandbox.get(&format!("{path}/{}", id(&refund))).await, refund);
    assert_eq!(sandbox.get(&path).await["data"], json!([refund]));
    assert_eq!(sandbox.get("/refunds").await["data"], json!([refund]));

    let charge = sandbox.get(&format!("/charges/{}", id(&charge))).await;
    assert_eq!(
        only(&charge, &["refunded_amount", "refundable", "can_perform_void", "status"]),
        json!({
            "refunded_amount": 10_000, "refundable": true, "can_perform_void": false,
            "status": "successful"
        })
    );
    assert_eq!(charge["refunds"]["data"], json!([refund]));

    let then = sandbox.ask_2017().get(&format!("{path}/{}", id(&refund))).await.ok();
    assert_eq!(keys(&then), keys(&captured("2017-11-02/elixir/charge/refund_charge.json")));
}

#[tokio::test]
async fn no_more_goes_back_than_was_taken() {
    let sandbox = Sandbox::open().await;
    let path = format!("/charges/{}/refunds", id(&paid(&sandbox).await));
    sandbox.post(&path, json!({"amount": 60_000})).await;
    sandbox.ask().post(&path, json!({"amount": 60_000})).await.is_refused(
        400,
        "failed_refund",
        "amount must be between 1 and 40000",
    );
    sandbox.ask().post(&path, json!({})).await.is_refused(
        400,
        "failed_refund",
        "amount is not a number",
    );
    sandbox.post(&path, json!({"amount": 40_000})).await;
    sandbox.ask().post(&path, json!({"amount": 1})).await.is_refused(
        400,
        "failed_refund",
        "charge was already refunded",
    );
}

#[tokio::test]
async fn an_uncaptured_charge_is_not_refunded() {
    let sandbox = Sandbox::open().await;
    let card = sandbox.token("4242424242424242").await;
    let body = json!({"amount": 100_000, "card": card, "capture": false});
    let path = format!("/charges/{}/refunds", id(&sandbox.post("/charges", body).await));
    sandbox.ask().post(&path, json!({"amount": 10_000})).await.is_refused(
        400,
        "failed_refund",
        "only captured charges can be refunded",
    );
}

#[tokio::test]
async fn a_charge_that_was_voided_says_so() {
    let sandbox = Sandbox::open().await;
    let charge = id(&paid(&sandbox).await);
    let body = json!({"amount": 100_000, "void": true});
    let refund = sandbox.post(&format!("/charges/{charge}/refunds"), body).await;
    assert_eq!(refund["voided"], true);
    assert_eq!(
        only(&sandbox.get(&format!("/charges/{charge}")).await, &["voided", "refundable", "paid"]),
        json!({"voided": true, "refundable": false, "paid": true})
    );
}

#[tokio::test]
async fn a_refund_is_not_found_under_another_charge() {
    let sandbox = Sandbox::open().await;
    let (one, other) = (id(&paid(&sandbox).await), id(&paid(&sandbox).await));
    let refund = sandbox.post(&format!("/charges/{one}/refunds"), json!({"amount": 10_000})).await;
    let path = format!("/charges/{other}/refunds/{}", id(&refund));
    let message = format!("refund {} was not found", id(&refund));
    sandbox.ask().get(&path).await.is_refused(404, "not_found", &message);
    let path = format!("/charges/{other}/refunds/404");
    sandbox.ask().get(&path).await.is_refused(404, "not_found", "refund 404 was not found");
}
