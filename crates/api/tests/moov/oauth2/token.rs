use serde_json::{Value, json};

use super::tokens;
use crate::sandbox::{Asking, Sandbox, only, text};

const FORM: &str = "application/x-www-form-urlencoded";
/// Somebody nobody here knows.
const STRANGER: &str = "5352b013-ae58-4a63-8a3f-97f316a917cf";

async fn refresh(sandbox: &Sandbox, token: &str) -> crate::sandbox::Answered {
    let asked = json!({"grant_type": "refresh_token", "refresh_token": token});
    sandbox.ask().post("/oauth2/token", asked).await
}

#[tokio::test]
async fn a_pair_of_keys_gets_tokens_for_the_scopes_it_names() {
    let sandbox = Sandbox::open().await;
    let given = tokens(&sandbox, "/ping.read /accounts.write").await;
    assert_eq!(
        only(&given, &["token_type", "expires_in", "scope"]),
        json!({"token_type": "Bearer", "expires_in": 3600, "scope": "/ping.read /accounts.write"})
    );
    let (access, refresh) = (text(&given, "access_token"), text(&given, "refresh_token"));
    assert_eq!((access.len(), refresh.len()), (43, 43));
    assert_ne!(access, refresh);
    sandbox.ask_bearing(&access).get("/ping").await.is_bare(200);
}

#[tokio::test]
async fn a_client_may_be_named_in_a_form_in_json_or_by_basic() {
    let sandbox = Sandbox::open().await;
    let keys = "client_id=sandbox-public&client_secret=sandbox-secret";
    let form = format!("grant_type=client_credentials&scope=%2Fping.read+%2Ffed.read&{keys}");
    let asked = sandbox.ask_anonymously().send_as("POST", "/oauth2/token", FORM, form).await;
    assert_eq!(asked.ok()["scope"], "/ping.read /fed.read");
    let asked = json!({
        "grant_type": "client_credentials", "scope": "/ping.read", "audience": "anything",
        "client_id": "sandbox-public", "client_secret": "sandbox-secret", "client_type": "s",
    });
    let asked = sandbox.ask_anonymously().post("/oauth2/token", asked).await;
    assert_eq!(asked.ok()["scope"], "/ping.read");
}

#[tokio::test]
async fn a_client_that_is_unknown_gets_nothing() {
    let sandbox = Sandbox::open().await;
    let asked = json!({"grant_type": "client_credentials", "scope": "/ping.read"});
    sandbox.ask_anonymously().post("/oauth2/token", asked.clone()).await.is(
        400,
        &json!({"error": "no client is given; send client_id and client_secret, or HTTP Basic"}),
    );
    sandbox.ask_as("sandbox-public:wrong").post("/oauth2/token", asked).await.is_bare(401);
    let wrong = json!({
        "grant_type": "client_credentials", "scope": "/ping.read",
        "client_id": "sandbox-public", "client_secret": "wrong",
    });
    sandbox
        .ask_anonymously()
        .post("/oauth2/token", wrong)
        .await
        .is(400, &json!({"error": "client_id and client_secret open nothing here"}));
}

#[tokio::test]
async fn what_cannot_be_decoded_is_refused_with_the_reason() {
    let sandbox = Sandbox::open().await;
    let refused = async |body: Value| sandbox.ask().post("/oauth2/token", body).await;
    refused(json!({})).await.is(
        400,
        &json!({"error": "grant_type is missing; it would be client_credentials or refresh_token"}),
    );
    refused(json!({"grant_type": "password"})).await.is(
        400,
        &json!({"error": "grant_type: unknown variant `password`, expected `client_credentials` or `refresh_token` (line 1, column 24)"}),
    );
    let twice = "grant_type=client_credentials&grant_type=refresh_token";
    sandbox
        .ask()
        .send_as("POST", "/oauth2/token", FORM, twice)
        .await
        .is(400, &json!({"error": "grant_type is given twice"}));
}

#[tokio::test]
async fn scopes_that_are_none_are_refused_under_their_key() {
    let sandbox = Sandbox::open().await;
    let refused = async |scope: Value| {
        let asked = json!({"grant_type": "client_credentials", "scope": scope});
        sandbox.ask().post("/oauth2/token", asked).await
    };
    refused(Value::Null).await.is(422, &json!({"scope": "is missing"}));
    refused(json!(""))
        .await
        .is(422, &json!({"scope": "names no scope; one would be /accounts.read"}));
    refused(json!("/ping.read /pong.read"))
        .await
        .is(422, &json!({"scope": "\"/pong.read\" is not a scope, such as /accounts.read"}));
    let scope = format!("/accounts/{STRANGER}/transfers.read");
    refused(json!(scope))
        .await
        .is(422, &json!({"scope": format!("{scope}: there is no such account")}));
}

#[tokio::test]
async fn a_token_opens_what_its_scopes_name_and_nothing_else() {
    let sandbox = Sandbox::open().await;
    let given = tokens(&sandbox, "/fed.read").await;
    let access = text(&given, "access_token");
    sandbox.ask_bearing(&access).get("/ping").await.is_bare(403);
    let refresh = text(&given, "refresh_token");
    sandbox.ask_bearing(&refresh).get("/ping").await.is_bare(401);
    sandbox.ask_bearing("").get("/ping").await.is_bare(401);
}

#[tokio::test]
async fn an_access_token_lasts_an_hour_of_the_wall_clock_whatever_the_sandboxes_says() {
    let sandbox = Sandbox::open().await;
    let access = text(&tokens(&sandbox, "/ping.read").await, "access_token");
    sandbox.advance("2027-01-05T15:00:00Z").await;
    sandbox.wait_seconds(3_599);
    sandbox.ask_bearing(&access).get("/ping").await.is_bare(200);
    sandbox.wait_seconds(1);
    sandbox.ask_bearing(&access).get("/ping").await.is_bare(401);
}

#[tokio::test]
async fn a_refresh_token_is_worth_one_refresh() {
    let sandbox = Sandbox::open().await;
    let first = tokens(&sandbox, "/ping.read /accounts.write").await;
    sandbox.wait_seconds(3_600);
    let second = refresh(&sandbox, &text(&first, "refresh_token")).await.ok();
    assert_eq!(second["scope"], "/ping.read /accounts.write");
    sandbox.ask_bearing(&text(&second, "access_token")).get("/ping").await.is_bare(200);
    let used = json!({"refresh_token": "is unknown, was used, was revoked or has expired"});
    refresh(&sandbox, &text(&first, "refresh_token")).await.is(422, &used);
    refresh(&sandbox, &text(&second, "access_token")).await.is(422, &used);
    sandbox.wait_seconds(30 * 86_400);
    refresh(&sandbox, &text(&second, "refresh_token")).await.is(422, &used);
    let none = json!({"grant_type": "refresh_token"});
    let refused = sandbox.ask().post("/oauth2/token", none).await;
    refused.is(422, &json!({"refresh_token": "is missing"}));
}

#[tokio::test]
async fn a_refresh_may_ask_for_less_and_not_for_more() {
    let sandbox = Sandbox::open().await;
    let given = tokens(&sandbox, "/ping.read /accounts.write").await;
    let ask = async |scope: &str| {
        let refresh = &given["refresh_token"];
        let asked =
            json!({"grant_type": "refresh_token", "refresh_token": refresh, "scope": scope});
        sandbox.ask().post("/oauth2/token", asked).await
    };
    ask("/ping.read /fed.read")
        .await
        .is(422, &json!({"scope": "/fed.read was not granted before"}));
    assert_eq!(ask("/ping.read").await.ok()["scope"], "/ping.read");
}

#[tokio::test]
async fn a_refresh_token_is_worth_nothing_to_another_client() {
    let sandbox = Sandbox::open().await;
    sandbox.add_pair("other-public:other-secret", &[]).await;
    let given = tokens(&sandbox, "/ping.read").await;
    let asked = json!({"grant_type": "refresh_token", "refresh_token": given["refresh_token"]});
    let refused = sandbox.ask_as("other-public:other-secret").post("/oauth2/token", asked).await;
    refused.is(422, &json!({"refresh_token": "is unknown, was used, was revoked or has expired"}));
    assert_eq!(refresh(&sandbox, &text(&given, "refresh_token")).await.status, 200);
}

#[tokio::test]
async fn a_clients_domains_bind_its_tokens_to_web_pages_and_nothing_else() {
    let sandbox = Sandbox::open().await;
    let keys = "shop-public:shop-secret";
    sandbox.add_pair(keys, &["shop.example"]).await;
    let ask = async |asking: Asking<'_>, client_type: &str| {
        let asked = json!({
            "grant_type": "client_credentials", "scope": "/ping.read", "client_type": client_type,
        });
        asking.post("/oauth2/token", asked).await
    };
    let shop = "https://shop.example";
    ask(sandbox.ask_as(keys), "web")
        .await
        .is(400, &json!({"error": "Origin and Referer name no domain of this client"}));
    ask(sandbox.ask_as(keys).header("Origin", "http://localhost:3000"), "web")
        .await
        .is(400, &json!({"error": "Origin and Referer name no domain of this client"}));
    let bound = ask(sandbox.ask_as(keys).header("Origin", shop), "web").await.ok();
    let bound = text(&bound, "access_token");
    sandbox.ask_bearing(&bound).get("/ping").await.is_bare(403);
    sandbox.ask_bearing(&bound).header("Origin", shop).get("/ping").await.is_bare(200);
    let page = "https://shop.example/cart";
    sandbox.ask_bearing(&bound).header("Referer", page).get("/ping").await.is_bare(200);
    let mixed = sandbox.ask_bearing(&bound).header("Referer", page);
    mixed.header("Origin", "https://other.example").get("/ping").await.is_bare(403);
    for client_type in ["device", "service", "d", "s"] {
        let free = ask(sandbox.ask_as(keys), client_type).await.ok();
        let free = text(&free, "access_token");
        sandbox.ask_bearing(&free).get("/ping").await.is_bare(200);
    }
    sandbox.ask_as(keys).get("/ping").await.is_bare(200);
}

#[tokio::test]
async fn the_version_is_looked_at_here_too() {
    let sandbox = Sandbox::open().await;
    let asked = json!({"grant_type": "client_credentials", "scope": "/ping.read"});
    sandbox.ask().header("X-Moov-Version", "2022").post("/oauth2/token", asked).await.is_bare(404);
    sandbox.ask().get("/oauth2/token").await.is_bare(405);
}
