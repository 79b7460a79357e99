use serde_json::{Value, json};

use crate::sandbox::{Sandbox, captured, id, keys, only};

const CARD: &str = "4242424242424242";

#[tokio::test]
async fn a_customer_looks_as_captured_in_both_versions() {
    let sandbox = Sandbox::open().await;
    let customer = sandbox.customer().await;
    let path = format!("/customers/{customer}");
    let shown = captured("2019-05-29/php/api.omise.co/customers-post.json");
    let today = sandbox.get(&path).await;
    assert_eq!(keys(&today), keys(&shown));
    assert_eq!(keys(&today["cards"]), keys(&shown["cards"]));
    assert_eq!(today["default_card"], today["cards"]["data"][0]["id"]);
    assert_eq!(today["cards"]["data"][0]["location"].as_str().unwrap(), {
        format!("{path}/cards/{}", today["default_card"].as_str().unwrap())
    });

    let shown = captured("2017-11-02/elixir/customer/create_customer_with_card.json");
    let then = sandbox.ask_2017().get(&path).await;
    assert_eq!(then.version.as_deref(), Some("2017-11-02"));
    assert_eq!(keys(&then.body), keys(&shown));
    assert_eq!(then.body["cards"]["order"], Value::Null);
}

#[tokio::test]
async fn the_first_card_becomes_the_default_and_a_second_does_not() {
    let sandbox = Sandbox::open().await;
    let customer = sandbox.post("/customers", json!({"description": "no card yet"})).await;
    assert_eq!(customer["default_card"], Value::Null);
    let path = format!("/customers/{}", id(&customer));
    let first = sandbox.patch(&path, json!({"card": sandbox.token(CARD).await})).await;
    let second = sandbox.patch(&path, json!({"card": sandbox.token(CARD).await})).await;
    assert_eq!(second["cards"]["total"], 2);
    assert_eq!(second["default_card"], first["default_card"]);

    let other = &second["cards"]["data"][1]["id"];
    let switched = sandbox.patch(&path, json!({"default_card": other})).await;
    assert_eq!(&switched["default_card"], other);
}

#[tokio::test]
async fn metadata_is_replaced_as_a_whole_and_what_is_not_sent_stays() {
    let sandbox = Sandbox::open().await;
    let metadata = json!({"answer": 42, "nested": {"a": [1, 2]}});
    let body = json!({"email": "a@example.com", "description": "one", "metadata": metadata});
    let customer = sandbox.post("/customers", body).await;
    let path = format!("/customers/{}", id(&customer));
    let changed = sandbox.patch(&path, json!({"metadata": {"b": 1}, "email": null})).await;
    assert_eq!(
        only(&changed, &["email", "description", "metadata"]),
        json!({"email": "a@example.com", "description": "one", "metadata": {"b": 1}})
    );
}

#[tokio::test]
async fn a_deleted_customer_is_told_in_full_in_2019_and_in_short_in_2017() {
    let sandbox = Sandbox::open().await;
    let customer = sandbox.customer().await;
    let gone = sandbox.delete(&format!("/customers/{customer}")).await;
    assert_eq!(
        only(&gone, &["id", "deleted", "default_card"]),
        json!({"id": customer, "deleted": true, "default_card": null})
    );
    assert_eq!(gone["cards"]["total"], 0);
    assert_eq!(sandbox.get("/customers").await["total"], 0);

    let path = format!("/customers/{}", sandbox.customer().await);
    let gone = sandbox.ask_2017().send("DELETE", &path, None).await.ok();
    let shown = captured("2017-11-02/elixir/customer/destroy_customer.json");
    assert_eq!(keys(&gone), keys(&shown));
}

#[tokio::test]
async fn what_is_not_there_is_not_found_by_its_own_word() {
    let sandbox = Sandbox::open().await;
    let customer = sandbox.customer().await;
    let cases = [
        ("/customers/missing".to_owned(), "customer missing was not found"),
        (format!("/customers/{customer}/cards/404"), "card 404 was not found"),
        ("/customers/missing/cards".to_owned(), "customer missing was not found"),
    ];
    for (path, message) in cases {
        sandbox.ask().get(&path).await.is_refused(404, "not_found", message);
    }
    sandbox.ask().post("/customers", json!({"card": "tokn_x"})).await.is_refused(
        404,
        "not_found",
        "token tokn_x was not found",
    );
}

#[tokio::test]
async fn a_customers_card_is_changed_and_deleted() {
    let sandbox = Sandbox::open().await;
    let customer = sandbox.customer().await;
    let cards = sandbox.get(&format!("/customers/{customer}/cards")).await;
    let path = cards["data"][0]["location"].as_str().unwrap().to_owned();
    let change = json!({"name": "Somchai", "postal_code": "10310", "expiration_month": 12});
    let changed = sandbox.patch(&path, change).await;
    assert_eq!(
        only(&changed, &["name", "city", "postal_code", "expiration_month"]),
        json!({
            "name": "Somchai", "city": "Bangkok", "postal_code": "10310", "expiration_month": 12
        })
    );
    let gone = sandbox.ask_2017().send("DELETE", &path, None).await.ok();
    assert_eq!(keys(&gone), ["object", "id", "livemode", "deleted"]);
    let customer = sandbox.get(&format!("/customers/{customer}")).await;
    assert_eq!(customer["default_card"], Value::Null);
}

#[tokio::test]
async fn another_customers_card_is_not_found() {
    let sandbox = Sandbox::open().await;
    let (one, other) = (sandbox.customer().await, sandbox.customer().await);
    let cards = sandbox.get(&format!("/customers/{other}/cards")).await;
    let card = id(&cards["data"][0]);
    sandbox.ask().get(&format!("/customers/{one}/cards/{card}")).await.is_refused(
        404,
        "not_found",
        &format!("card {card} was not found"),
    );
}

#[tokio::test]
async fn the_cards_of_2017_are_listed_without_their_location() {
    let sandbox = Sandbox::open().await;
    let customer = sandbox.customer().await;
    let list = sandbox.ask_2017().get(&format!("/customers/{customer}/cards")).await.ok();
    assert_eq!(keys(&list), keys(&captured("2017-11-02/elixir/customer/list_cards.json")));
}

#[tokio::test]
async fn expanding_shows_the_default_card() {
    let sandbox = Sandbox::open().await;
    let customer = sandbox.customer().await;
    let shown = sandbox.get(&format!("/customers/{customer}?expand=true")).await;
    assert_eq!(shown["default_card"], shown["cards"]["data"][0]);
}
