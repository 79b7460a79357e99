use serde_json::{Value, json};

use super::monthly;
use crate::sandbox::{Sandbox, captured, id, keys, only};

async fn furnished() -> (Sandbox, String, [String; 3]) {
    let sandbox = Sandbox::open().await;
    let customer = sandbox.customer().await;
    let one = id(&sandbox.post("/schedules", monthly(&customer, &json!({}))).await);
    let other = sandbox.customer().await;
    let two = id(&sandbox.post("/schedules", monthly(&other, &json!({}))).await);
    let transfer = json!({"charge": null, "transfer": {"amount": 50_000}});
    let three = id(&sandbox.post("/schedules", monthly("", &transfer)).await);
    (sandbox, customer, [one, two, three])
}

fn ids(list: &Value) -> Vec<String> {
    list["data"].as_array().unwrap().iter().map(id).collect()
}

#[tokio::test]
async fn schedules_are_listed_by_kind_and_party() {
    let (sandbox, customer, [one, two, three]) = furnished().await;
    let all = sandbox.get("/schedules").await;
    assert_eq!(ids(&all), [one.clone(), two.clone(), three.clone()]);
    assert_eq!(ids(&sandbox.get("/charges/schedules").await), [one.clone(), two.clone()]);
    assert_eq!(ids(&sandbox.get("/transfers/schedules/").await), std::slice::from_ref(&three));
    let path = format!("/customers/{customer}/schedules");
    let of_customer = sandbox.get(&path).await;
    assert_eq!((ids(&of_customer), &of_customer["location"]), (vec![one], &json!(path)));
    let recipient = id(&sandbox.get("/recipients").await["data"][0]);
    let path = format!("/recipients/{recipient}/schedules");
    assert_eq!(ids(&sandbox.get(&path).await), [three]);
    sandbox.ask().get("/customers/cust_test_x/schedules").await.is_refused(
        404,
        "not_found",
        "customer cust_test_x was not found",
    );
}

#[tokio::test]
async fn a_page_can_be_asked_for_in_a_query_a_form_or_json() {
    let (sandbox, _, [_, two, three]) = furnished().await;
    let query = "/schedules?limit=2&order=reverse_chronological";
    let expected = sandbox.get(query).await;
    assert_eq!(ids(&expected), [three, two]);
    assert_eq!(expected["total"], 3);
    for (content_type, body) in [
        ("application/x-www-form-urlencoded", "limit=2&order=reverse_chronological"),
        (
            "application/json",
            r#"{"limit":2,"order":"reverse_chronological","from":null,"to":null,"offset":0}"#,
        ),
    ] {
        let list = sandbox.ask().send_as("GET", "/schedules", content_type, body).await.ok();
        assert_eq!(list, expected);
    }
}

#[tokio::test]
async fn envelopes_look_as_captured_in_both_versions() {
    let (sandbox, ..) = furnished().await;
    let then = sandbox.ask_2017().get("/schedules?from=2025-03-01&limit=1").await.ok();
    let shown = captured("2017-11-02/elixir/schedule/list_schedules.json");
    assert_eq!(keys(&then), keys(&shown));
    assert_eq!(
        only(&then, &["from", "to", "limit", "offset", "total", "order", "location"]),
        json!({
            "from": "2025-03-01T00:00:00Z", "to": "2025-03-20T09:00:00Z", "limit": 1,
            "offset": 0, "total": 3, "order": "chronological", "location": "/schedules"
        })
    );
    sandbox.ask().get("/schedules?limit=many").await.is_refused(
        400,
        "bad_request",
        "limit is not a number",
    );
}
