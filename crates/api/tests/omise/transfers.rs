use serde_json::{Value, json};

use crate::sandbox::{OPENING, Sandbox, captured, keys, only};

#[tokio::test]
async fn a_transfer_to_the_default_recipient_looks_as_captured() {
    let sandbox = Sandbox::open().await;
    let transfer = sandbox.post("/transfers", json!({"amount": 100_000})).await;
    let mut shown = captured("2019-05-29/php/api.omise.co/transfers-post.json");
    for field in ["id", "location", "created_at", "recipient"] {
        shown[field] = transfer[field].clone();
    }
    shown["bank_account"]["created_at"] = transfer["created_at"].clone();
    assert_eq!(transfer.to_string(), shown.to_string());
    assert_eq!(
        only(&sandbox.get("/balance").await, &["total", "transferable", "on_hold"]),
        json!({"total": OPENING, "transferable": OPENING - 100_000, "on_hold": 100_000})
    );

    let path = transfer["location"].as_str().unwrap();
    let then = sandbox.ask_2017().get(path).await.ok();
    let shown = captured("2017-11-02/elixir/transfer/create_transfer_to_default_recipient.json");
    assert_eq!(keys(&then), keys(&shown));
    assert_eq!((&then["fee"], &then["transaction"]), (&json!(3_000), &Value::Null));
}

#[tokio::test]
async fn a_transfer_is_sent_and_paid_by_hand() {
    let sandbox = Sandbox::open().await;
    let transfer = sandbox.post("/transfers", json!({"amount": 100_000})).await;
    let path = transfer["location"].as_str().unwrap().to_owned();
    sandbox.ask().post(&format!("{path}/mark_as_paid"), json!({})).await.is_refused(
        400,
        "bad_request",
        "only sent transfers can be marked as paid",
    );
    let sent = sandbox.post(&format!("{path}/mark_as_sent"), json!({})).await;
    assert_eq!(
        only(&sent, &["sent", "paid", "sendable"]),
        json!({"sent": true, "paid": false, "sendable": false})
    );
    let transactions = sent["transactions"].as_array().unwrap();
    assert_eq!(transactions.len(), 1);
    assert_eq!(
        only(&transactions[0], &["direction", "key", "origin", "amount"]),
        json!({
            "direction": "debit", "key": "transfer.sent.debit", "origin": transfer["id"],
            "amount": 100_000
        })
    );
    let paid = sandbox.post(&format!("{path}/mark_as_paid"), json!({})).await;
    assert_eq!((&paid["paid"], &paid["paid_at"]), (&json!(true), &json!("2025-03-20T09:00:00Z")));
    assert_eq!(sandbox.get("/balance").await["total"], OPENING - 100_000);
    sandbox.ask().send("DELETE", &path, None).await.is_refused(
        400,
        "bad_request",
        "only transfers that were not sent can be changed",
    );
}

#[tokio::test]
async fn a_transfer_that_has_not_left_is_changed_and_called_off() {
    let sandbox = Sandbox::open().await;
    let transfer = sandbox.post("/transfers", json!({"amount": 100_000})).await;
    let path = transfer["location"].as_str().unwrap().to_owned();
    let changed = sandbox.patch(&path, json!({"amount": 50_000, "metadata": {"a": 1}})).await;
    assert_eq!(
        only(&changed, &["amount", "net", "metadata"]),
        json!({"amount": 50_000, "net": 47_000, "metadata": {"a": 1}})
    );
    let gone = sandbox.delete(&path).await;
    assert_eq!((&gone["deleted"], &gone["transactions"]), (&json!(true), &json!([])));
    assert_eq!(
        only(&sandbox.get("/balance").await, &["total", "transferable", "on_hold"]),
        json!({"total": OPENING, "transferable": OPENING, "on_hold": 0})
    );
    assert_eq!(sandbox.get("/transfers").await["total"], 0);
}

#[tokio::test]
async fn wrong_transfers_are_refused_with_what_is_wrong() {
    let sandbox = Sandbox::open().await;
    let greater = "amount is greater than the transferable balance";
    for (body, status, code, message) in [
        (json!({}), 400, "invalid_amount", "amount is not a number"),
        (json!({"amount": OPENING + 1}), 400, "invalid_amount", greater),
        (
            json!({"amount": 100_000, "recipient": "recp_x"}),
            404,
            "not_found",
            "recipient recp_x was not found",
        ),
    ] {
        sandbox.ask().post("/transfers", body).await.is_refused(status, code, message);
    }
    let few = sandbox.ask().post("/transfers", json!({"amount": 1})).await.refused();
    assert_eq!((few.0, few.1.as_str()), (400, "invalid_amount"));
}

#[tokio::test]
async fn expanding_shows_the_recipient() {
    let sandbox = Sandbox::open().await;
    let transfer = sandbox.post("/transfers", json!({"amount": 100_000})).await;
    let path = transfer["location"].as_str().unwrap();
    let shown = sandbox.get(&format!("{path}?expand=true")).await;
    let recipient = transfer["recipient"].as_str().unwrap();
    assert_eq!(shown["recipient"], sandbox.get(&format!("/recipients/{recipient}")).await);
}
