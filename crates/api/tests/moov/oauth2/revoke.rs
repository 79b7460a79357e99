use serde_json::{Value, json};

use super::tokens;
use crate::sandbox::{Sandbox, text};

async fn revoke(sandbox: &Sandbox, token: &Value) {
    sandbox.ask().post("/oauth2/revoke", json!({"token": token})).await.is_bare(204);
}

#[tokio::test]
async fn a_revoked_access_token_opens_nothing_and_can_be_replaced() {
    let sandbox = Sandbox::open().await;
    let given = tokens(&sandbox, "/ping.read").await;
    revoke(&sandbox, &given["access_token"]).await;
    let access = text(&given, "access_token");
    sandbox.ask_bearing(&access).get("/ping").await.is_bare(401);
    let asked = json!({"grant_type": "refresh_token", "refresh_token": given["refresh_token"]});
    let next = sandbox.ask().post("/oauth2/token", asked).await.ok();
    sandbox.ask_bearing(&text(&next, "access_token")).get("/ping").await.is_bare(200);
}

#[tokio::test]
async fn with_a_revoked_refresh_token_go_the_access_tokens_that_came_of_it() {
    let sandbox = Sandbox::open().await;
    let given = tokens(&sandbox, "/ping.read").await;
    let other = tokens(&sandbox, "/ping.read").await;
    revoke(&sandbox, &given["refresh_token"]).await;
    sandbox.ask_bearing(&text(&given, "access_token")).get("/ping").await.is_bare(401);
    sandbox.ask_bearing(&text(&other, "access_token")).get("/ping").await.is_bare(200);
}

#[tokio::test]
async fn a_token_that_is_unknown_or_anothers_is_left_alone_and_nobody_is_told() {
    let sandbox = Sandbox::open().await;
    sandbox.add_pair("other-public:other-secret", &[]).await;
    let given = tokens(&sandbox, "/ping.read").await;
    revoke(&sandbox, &json!("unknown")).await;
    let other = sandbox.ask_as("other-public:other-secret");
    other.post("/oauth2/revoke", json!({"token": given["access_token"]})).await.is_bare(204);
    sandbox.ask_bearing(&text(&given, "access_token")).get("/ping").await.is_bare(200);
}

#[tokio::test]
async fn what_is_wrong_is_told_under_its_key() {
    let sandbox = Sandbox::open().await;
    let wrong = json!({"token_type_hint": "id_token"});
    sandbox.ask().post("/oauth2/revoke", wrong).await.is(
        422,
        &json!({
            "token": "is missing",
            "token_type_hint": "is \"id_token\"; it would be access_token or refresh_token",
        }),
    );
    sandbox.ask_as("sandbox-public:wrong").post("/oauth2/revoke", json!({})).await.is_bare(401);
    let form = "token=unknown&client_id=sandbox-public&client_secret=sandbox-secret";
    let kind = "application/x-www-form-urlencoded";
    sandbox.ask_anonymously().send_as("POST", "/oauth2/revoke", kind, form).await.is_bare(204);
}
