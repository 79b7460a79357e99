use serde_json::json;

use super::{Capture, PAID, YEARS_OF_HISTORY, john_doe, token};
use crate::sandbox::Sandbox;

#[tokio::test]
async fn the_newest_event_of_2017() {
    let sandbox = Sandbox::open_at("2017-11-04T12:24:34Z").await;
    let card = john_doe(&sandbox).await;
    sandbox.post("/charges", json!({"amount": 49_900, "card": card})).await;
    let total = sandbox.get("/events").await["total"].clone();
    Capture::elixir("event/list_events")
        .naming("limit=2", "limit=1")
        .but("/limit", 1, "the second is of a dispute")
        .without("/data/1", "disputes are not built")
        .but("/total", total, YEARS_OF_HISTORY)
        .replayed(&sandbox)
        .await;
}

#[tokio::test]
async fn an_event_of_2019_is_listed_and_read() {
    let sandbox = Sandbox::open_at("2019-12-31T12:59:59Z").await;
    let card = json!({
        "name": "Somchai Prasert", "number": PAID, "security_code": "123",
        "expiration_month": 12, "expiration_year": 2024, "country": "th",
        "street1": "1448/4 Praditmanutham Road", "city": "Bangkok", "postal_code": "10320",
        "phone_number": "0123456789",
    });
    let body = json!({
        "amount": 12_345, "card": token(&sandbox, card).await, "ip": "203.0.113.1",
        "return_uri": "https://www.example.com/orders/54321/complete",
        "metadata": {"order_id": "P26042018-01", "color": "pink"},
    });
    sandbox.post("/charges", body).await;
    let asked = "/events?order=reverse_chronological&limit=1";
    let list = sandbox.get(asked).await;
    let without = |capture: Capture| {
        capture
            .but("/webhook_deliveries", json!([]), "webhooks are not built")
            .but("/data/card/financing", "", "what a number is issued as is not known here")
            .but("/data/card/bank", "", "nor is who issued it")
            .but("/data/authorize_uri", json!(null), "there is no page for 3-D Secure")
            .but("/data/zero_interest_installments", false, "installments are not built")
    };
    without(Capture::php("api.omise.co/events-get").entry(0).older()).is_shown_by(&list["data"][0]);
    let path = list["data"][0]["location"].as_str().unwrap();
    let read = sandbox.ask().get(path).await;
    without(Capture::php("api.omise.co/events/evnt_test_no1t4tnemucod0e51mo-get").older())
        .is(&read);
}
