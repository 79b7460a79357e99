//! What is the same for every endpoint.

use axum::body::Body;
use http::Request;

use crate::sandbox::Sandbox;

#[tokio::test]
async fn who_shows_no_pair_of_keys_or_a_wrong_one_is_refused_without_a_word() {
    let sandbox = Sandbox::open().await;
    sandbox.ask_anonymously().get("/ping").await.is_bare(401);
    for pair in [
        "sandbox-public:sandbox-other",
        "sandbox-other:sandbox-secret",
        "sandbox-public:",
        "sandbox-public",
        ":sandbox-secret",
        "",
    ] {
        sandbox.ask_as(pair).get("/ping").await.is_bare(401);
    }
    sandbox.ask_bearing("sandbox-secret").get("/ping").await.is_bare(401);
}

#[tokio::test]
async fn a_pair_of_keys_opens_nothing_of_omises() {
    let sandbox = Sandbox::open().await;
    assert_eq!(sandbox.ask().get("/schedules").await.status, 401);
}

#[tokio::test]
async fn the_version_is_optional_and_must_be_in_the_form_of_one() {
    let sandbox = Sandbox::open().await;
    let ping = async |version| sandbox.ask().header("X-Moov-Version", version).get("/ping").await;
    for version in
        ["v2024.01.00", "v2026.07.00", "v2025.10.00", "latest", "v0001.00.00", "v9000.00.00"]
    {
        ping(version).await.is_bare(200);
    }
    for malformed in ["2022", "", "v2024", "v2026.7.0", "newest"] {
        ping(malformed).await.is_bare(404);
    }
}

#[tokio::test]
async fn paths_and_methods_that_are_not_there_are_refused_without_a_word() {
    let sandbox = Sandbox::open().await;
    for path in ["/ping/nothing", "/accounts/nothing/here", "/oauth2"] {
        sandbox.ask().get(path).await.is_bare(404);
        sandbox.ask_anonymously().get(path).await.is_bare(404);
    }
    for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
        let refused = sandbox.ask().send(method, "/ping", None).await;
        refused.is_bare(405);
        assert_eq!(refused.headers["allow"], "GET,HEAD", "{method}");
    }
}

#[tokio::test]
async fn a_page_may_ask_and_read_whatever_its_origin() {
    let sandbox = Sandbox::open().await;
    let page = "https://shop.example";
    let asking = sandbox.ask_anonymously().header("Origin", page);
    let asking = asking.header("Access-Control-Request-Method", "PUT");
    let leave = asking.send("OPTIONS", "/accounts/x/schedules/y", None).await;
    leave.is_bare(204);
    let told = |name: &str| leave.headers[name].to_str().unwrap().to_owned();
    assert_eq!(told("access-control-allow-origin"), "*");
    assert_eq!(told("access-control-allow-methods"), "GET, POST, PUT, PATCH, DELETE");
    let sent = "authorization, content-type, idempotency-key, x-idempotency-key, \
                x-moov-version, x-wait-for";
    assert_eq!(told("access-control-allow-headers"), sent);
    assert_eq!(told("access-control-max-age"), "7200");
    // What follows is answered as to anybody, and the page may read it.
    let read = "idempotent-replayed, ratelimit, ratelimit-policy, retry-after, x-request-id";
    for (answered, status) in [
        (sandbox.ask().header("Origin", page).get("/ping").await, 200),
        (sandbox.ask_anonymously().header("Origin", page).get("/ping").await, 401),
        (sandbox.ask().header("Origin", page).send("OPTIONS", "/ping", None).await, 405),
    ] {
        answered.is_bare(status);
        assert_eq!(answered.headers["access-control-allow-origin"], "*");
        assert_eq!(answered.headers["access-control-expose-headers"], read);
    }
    let elsewhere = sandbox.ask().header("Origin", page).get("/schedules").await;
    assert_eq!(elsewhere.headers.get("access-control-allow-origin"), None);
}

#[tokio::test]
async fn a_query_that_cannot_be_decoded_is_refused_with_the_reason() {
    let sandbox = Sandbox::open().await;
    let refused = sandbox.ask().get("/ping?a=%FF").await;
    refused.is(400, &serde_json::json!({"error": "the query is not UTF-8"}));
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let sandbox = Sandbox::open().await;
    let large = vec![b' '; 1_024 * 1_024 + 1];
    let refused = sandbox.ask().send_as("GET", "/ping", "application/json", large).await;
    refused.is(413, &serde_json::json!({"error": "the body is larger than 1048576 bytes"}));
}

#[tokio::test]
async fn an_authorization_that_is_no_text_is_none() {
    let sandbox = Sandbox::open().await;
    let request = Request::get("/ping").header("Authorization", b"Basic \xFF".as_slice());
    sandbox.answer(request.body(Body::empty()).unwrap()).await.is_bare(401);
}
