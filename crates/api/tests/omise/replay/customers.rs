use serde_json::json;

use super::{Capture, PAID, adele, john_doe, token};
use crate::sandbox::{Sandbox, id};

const MIKE: &str = "cust_test_59utuigfksnvsed9mi4";
const MIKES_CARD: &str = "card_test_59utu4qnjvldpwg434g";
const ELEVEN: &str = "cust_test_59uttqwkl62x5wf9qys";

#[tokio::test]
async fn a_customer_of_2017_and_its_card() {
    let sandbox = Sandbox::open_at("2017-11-04T11:25:48Z").await;
    let made = Capture::elixir("customer/create_customer_with_card")
        .naming("tokn_test_59utu4qomj72d0d1ta3", &john_doe(&sandbox).await)
        .replayed(&sandbox)
        .await;
    Capture::elixir("customer/search_customers").replayed(&sandbox).await;
    let (customer, card) = (id(&made), made["default_card"].as_str().unwrap());
    for name in ["list_cards", "retrieve_card", "update_card", "destroy_card"] {
        Capture::elixir(&format!("customer/{name}"))
            .naming(MIKE, &customer)
            .naming(MIKES_CARD, card)
            .replayed(&sandbox)
            .await;
    }
}

#[tokio::test]
async fn a_customer_of_2017_gets_a_card_and_goes() {
    let sandbox = Sandbox::open_at("2017-11-04T11:23:38Z").await;
    let made = Capture::elixir("customer/create_customer_without_card").replayed(&sandbox).await;
    Capture::elixir("customer/update_customer")
        .naming(ELEVEN, &id(&made))
        .naming("tokn_test_59utvh4wxa7c2p4u8c6", &john_doe(&sandbox).await)
        .replayed(&sandbox)
        .await;
    let gone = Capture::elixir("customer/destroy_customer").naming(ELEVEN, &id(&made));
    gone.replayed(&sandbox).await;
}

#[tokio::test]
async fn customers_of_2017_are_listed_newest_first() {
    let sandbox = Sandbox::open_at("2017-03-03T20:52:00Z").await;
    for _ in 0..3 {
        let body = json!({"email": "john.smith@example.com", "description": "Another description"});
        sandbox.post("/customers", body).await;
    }
    sandbox.advance("2017-11-04T06:42:11Z").await;
    let customer = adele(&sandbox).await;
    Capture::elixir("customer/list_customers").replayed(&sandbox).await;
    Capture::elixir("customer/retrieve_customer")
        .naming("cust_test_59ur2ob5ltcsl9vjwb4", &id(&customer))
        .replayed(&sandbox)
        .await;
}

async fn zin(sandbox: &Sandbox) -> crate::sandbox::Answered {
    let card = json!({
        "name": "Zin Kyaw Kyaw", "number": PAID, "security_code": "123", "expiration_month": 11,
        "expiration_year": 2027, "city": "Bangkok", "postal_code": "10320",
    });
    let card = token(sandbox, card).await;
    let body = json!({
        "email": "zinkyawkyaw@example.com", "description": "Zin Kyaw Kyaw", "card": card
    });
    sandbox.ask().post("/customers", body).await
}

#[tokio::test]
async fn a_customer_of_2019_from_first_to_last() {
    let sandbox = Sandbox::open_at("2025-03-20T02:54:22Z").await;
    zin(&sandbox).await;
    zin(&sandbox).await;
    let customer = Capture::php("api.omise.co/customers-post").is(&zin(&sandbox).await);
    zin(&sandbox).await;
    let path = format!("/customers/{}", id(&customer));
    let captured = "api.omise.co/customers/cust_test_63440m5rxrwz1lcwno0";
    Capture::php(&format!("{captured}-get")).is(&sandbox.ask().get(&path).await);

    let card = customer["cards"]["data"][0]["location"].as_str().unwrap();
    let captured_card = format!("{captured}/cards/card_test_63440m1wwjc3ipgm9w4");
    Capture::php(&format!("{captured_card}-get")).is(&sandbox.ask().get(card).await);
    let change = json!({"name": "Somchai Praset", "postal_code": "10310"});
    let changed = sandbox.ask().send("PATCH", card, Some(change)).await;
    Capture::php(&format!("{captured_card}-patch")).is(&changed);
    let gone = sandbox.ask().send("DELETE", card, None).await;
    Capture::php(&format!("{captured_card}-delete")).is(&gone);

    Capture::php("api.omise.co/customers-get").is(&sandbox.ask().get("/customers").await);
    let change = json!({"email": "john.smith@example.com", "description": "Another description"});
    let changed = sandbox.ask().send("PATCH", &path, Some(change)).await;
    Capture::php(&format!("{captured}-patch")).is(&changed);
    let gone = sandbox.ask().send("DELETE", &path, None).await;
    Capture::php(&format!("{captured}-delete")).is(&gone);
}
