use serde_json::json;

use super::{Capture, PAID};
use crate::sandbox::{Sandbox, id};

#[tokio::test]
async fn a_token_of_2017_is_made_and_read() {
    let sandbox = Sandbox::open_at("2017-11-04T14:11:32Z").await;
    let token = Capture::elixir("token/create_token").replayed(&sandbox).await;
    Capture::elixir("token/retrieve_token")
        .naming("tokn_test_59uvguluact4trbfjbq", &id(&token))
        .replayed(&sandbox)
        .await;
}

const STAGING: &str = "it was captured on a host for staging";

#[tokio::test]
async fn a_token_of_2019_is_made_and_read_once_used() {
    let sandbox = Sandbox::open_at("2025-03-20T09:12:01Z").await;
    let card = json!({
        "name": "Zin Kyaw Kyaw", "number": PAID, "security_code": "123", "expiration_month": 11,
        "expiration_year": 2027, "city": "Bangkok", "postal_code": "10320",
    });
    let answered = sandbox.ask_publicly().post("/tokens", json!({"card": card})).await;
    let location = "https://vault.omise.co/tokens/tokn_test_63440m1z407jm6hgxtu";
    let token = Capture::php("vault.omise.co/tokens-post")
        .but("/location", location, STAGING)
        .is(&answered);
    sandbox.post("/customers", json!({"card": id(&token)})).await;
    Capture::php("vault.omise.co/tokens/tokn_test_63440m1z407jm6hgxtu-get")
        .but("/location", location, STAGING)
        .is(&sandbox.ask_publicly().get(&format!("/tokens/{}", id(&token))).await);
}
