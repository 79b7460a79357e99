use serde_json::{Value, json};

use crate::sandbox::{Sandbox, captured, id, keys, only};
use crate::schedules::monthly;

async fn found(sandbox: &Sandbox, path: &str) -> (Value, Vec<String>) {
    let answer = sandbox.get(path).await;
    (answer["total"].clone(), answer["data"].as_array().unwrap().iter().map(id).collect())
}

#[tokio::test]
async fn schedules_are_found_by_filters_and_words() {
    let sandbox = Sandbox::open().await;
    let customer = sandbox.customer().await;
    let one = id(&sandbox.post("/schedules", monthly(&customer, &json!({}))).await);
    let more = json!({"charge": {"customer": customer, "amount": 19_950, "description": "Coffee"}});
    let two = id(&sandbox.post("/schedules", monthly(&customer, &more)).await);
    sandbox.delete(&format!("/schedules/{one}")).await;
    for (query, expected) in [
        ("", vec![two.clone(), one.clone()]),
        ("&filters[status]=deleted", vec![one.clone()]),
        ("&filters[active]=true", vec![two.clone()]),
        ("&filters[amount]=199.50", vec![two.clone()]),
        ("&filters[amount]=100..1000", vec![two.clone(), one.clone()]),
        ("&filters[created]=2017-01-01..2025-03-19", vec![]),
        ("&query=coffee", vec![two.clone()]),
        ("&order=chronological&per_page=1&page=2", vec![two.clone()]),
    ] {
        let path = format!("/search?scope=charge_schedule{query}");
        assert_eq!(found(&sandbox, &path).await.1, expected, "{query}");
    }
    assert_eq!(found(&sandbox, "/charges/schedules/search?query=coffee").await.1, [two]);
    assert_eq!(found(&sandbox, "/transfers/schedules/search/").await.0, 0);
}

#[tokio::test]
async fn every_scope_answers_in_the_captured_envelope() {
    let sandbox = Sandbox::open().await;
    let customer = sandbox.customer().await;
    sandbox.post("/charges", json!({"amount": 100_000, "customer": customer})).await;
    for (scope, total) in [
        ("charge", 1),
        ("charge_schedule", 0),
        ("customer", 1),
        ("recipient", 1),
        ("refund", 0),
        ("transfer", 0),
        ("transfer_schedule", 0),
    ] {
        let answer = sandbox.get(&format!("/search?scope={scope}")).await;
        assert_eq!(
            only(&answer, &["total", "page", "per_page", "filters", "query", "scope"]),
            json!({
                "total": total, "page": 1, "per_page": 30, "filters": {}, "query": "",
                "scope": scope
            })
        );
    }
    for scope in ["event", "transaction"] {
        assert_ne!(sandbox.get(&format!("/search?scope={scope}")).await["total"], 0);
    }
    let then = sandbox.ask_2017().get("/search?scope=charge&query=adele").await.ok();
    assert_eq!(keys(&then), keys(&captured("2017-11-02/elixir/charge/search_charges.json")));
}

#[tokio::test]
async fn what_cannot_be_searched_is_refused() {
    let sandbox = Sandbox::open().await;
    sandbox.ask().get("/search?scope=weather").await.is_refused(
        400,
        "invalid_scope",
        "scope must be one of these: charge, charge_schedule, customer, event, recipient, refund, transfer, transfer_schedule, transaction, dispute, fund_account, link, log_entry, receipt, sub_merchant",
    );
    sandbox.ask().get("/search?scope=customer&filters[colour]=red").await.is_refused(
        400,
        "invalid_filters",
        "filters [colour] is not supported; customer can be filtered by: created, email",
    );
    sandbox.ask().get("/search?scope=customer&page=0").await.is_refused(
        400,
        "invalid_page",
        "page and per_page must be greater than or equal to 1",
    );
}
