use serde_json::json;

use crate::sandbox::{OPENING, Sandbox, captured, id, keys, only};

#[tokio::test]
async fn what_moved_the_balance_is_listed_as_captured() {
    let sandbox = Sandbox::open().await;
    let card = sandbox.token("4242424242424242").await;
    let charge = sandbox.post("/charges", json!({"amount": 100_000, "card": card})).await;
    let refunds = format!("/charges/{}/refunds", id(&charge));
    let refund = sandbox.post(&refunds, json!({"amount": 10_000})).await;
    let transfer = sandbox.post("/transfers", json!({"amount": 30_000})).await;
    let list = sandbox.get("/transactions").await;
    let shown = captured("2019-05-29/php/api.omise.co/transactions-get.json");
    assert_eq!(keys(&list), keys(&shown));
    assert_eq!(keys(&list["data"][1]), keys(&shown["data"][0]));
    let moved =
        |place: usize| only(&list["data"][place], &["direction", "key", "origin", "amount"]);
    assert_eq!(
        moved(1),
        json!({
            "direction": "credit", "key": "charge.captured.net", "origin": charge["id"],
            "amount": 96_094
        })
    );
    assert_eq!(
        moved(2),
        json!({
            "direction": "debit", "key": "refund.created.debit", "origin": refund["id"],
            "amount": 10_000
        })
    );
    assert_eq!(
        (&list["data"][0]["amount"], list["data"].as_array().unwrap().len()),
        (&json!(OPENING), 3)
    );

    let path = format!("/transfers/{}/mark_as_sent", id(&transfer));
    sandbox.post(&path, json!({})).await;
    let list = sandbox.get("/transactions").await;
    assert_eq!(list["data"][3]["key"], "transfer.sent.debit");
    let signed = list["data"].as_array().unwrap().iter().map(|it| {
        let amount = it["amount"].as_i64().unwrap();
        if it["direction"] == "credit" { amount } else { -amount }
    });
    assert_eq!(sandbox.get("/balance").await["total"], signed.sum::<i64>());
}

#[tokio::test]
async fn a_transaction_is_found_by_its_id_in_both_versions() {
    let sandbox = Sandbox::open().await;
    let card = sandbox.token("4242424242424242").await;
    let charge = sandbox.post("/charges", json!({"amount": 100_000, "card": card})).await;
    let path = format!("/transactions/{}", charge["transaction"].as_str().unwrap());
    assert_eq!(sandbox.get(&path).await["origin"], charge["id"]);
    let then = sandbox.ask_2017().get(&path).await.ok();
    assert_eq!(
        then.to_string(),
        json!({
            "object": "transaction", "id": charge["transaction"], "location": path,
            "type": "credit", "amount": 96_094, "currency": "thb",
            "transferable": "2025-03-20T09:00:00Z", "source": charge["id"],
            "created": "2025-03-20T09:00:00Z"
        })
        .to_string()
    );
    let expanded = sandbox.get(&format!("{path}?expand=true")).await;
    assert_eq!(expanded["origin"]["object"], "charge");
}
