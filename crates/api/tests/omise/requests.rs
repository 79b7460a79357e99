//! What is the same for every endpoint.

use axum::body::Body;
use http::Request;
use serde_json::json;

use crate::sandbox::Sandbox;

#[tokio::test]
async fn answers_carry_the_captured_headers_and_layout() {
    let sandbox = Sandbox::open().await;
    let answered = sandbox.ask().get("/charges/schedules").await;
    let header = |name: &str| answered.headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("cache-control"), "no-cache, no-store");
    assert_eq!(header("content-type"), "application/json; charset=utf-8");
    assert_eq!(header("omise-version"), "2019-05-29");
    assert_eq!(header("x-request-id").len(), 36);
    assert_eq!(
        answered.text,
        "{\n  \"object\": \"list\",\n  \"data\": [\n\n  ],\n  \"limit\": 20,\n  \"offset\": 0,\n  \"total\": 0,\n  \"location\": \"/charges/schedules\",\n  \"order\": \"chronological\",\n  \"from\": \"1970-01-01T00:00:00Z\",\n  \"to\": \"2025-03-20T09:00:00Z\"\n}\n"
    );
}

#[tokio::test]
async fn errors_have_no_version_but_a_request_id() {
    let sandbox = Sandbox::open().await;
    let answered = sandbox.ask().get("/schedules/missing").await;
    assert_eq!(answered.headers.get("omise-version"), None);
    assert!(answered.headers.contains_key("x-request-id"));
    answered.is_refused(404, "not_found", "schedule missing was not found");
}

#[tokio::test]
async fn no_key_a_wrong_key_and_a_public_key_open_nothing() {
    let sandbox = Sandbox::open().await;
    let with = |authorization: Option<&str>| {
        let mut request = Request::get("/schedules");
        if let Some(authorization) = authorization {
            request = request.header("Authorization", authorization);
        }
        request.body(Body::empty()).unwrap()
    };
    for refused in [
        sandbox.answer(with(None)).await,
        sandbox.answer(with(Some("Basic c2tleV90ZXN0X290aGVyOg=="))).await,
        sandbox.answer(with(Some("Bearer skey_test_sandbox"))).await,
        sandbox.ask_publicly().get("/schedules").await,
    ] {
        refused.is_refused(401, "authentication_failure", "authentication failed");
    }
}

#[tokio::test]
async fn the_version_is_the_newest_not_newer_than_the_one_asked_for() {
    let sandbox = Sandbox::open().await;
    let version =
        async |asked| sandbox.ask().header("Omise-Version", asked).get("/schedules").await.version;
    assert_eq!(version("2030-01-01").await.as_deref(), Some("2019-05-29"));
    assert_eq!(version("2018-01-01").await.as_deref(), Some("2017-11-02"));
    assert_eq!(version("2014-07-27").await.as_deref(), Some("2017-11-02"));
    sandbox.ask().header("Omise-Version", "latest").get("/schedules").await.is_refused(
        400,
        "bad_request",
        "Omise-Version must be a date in the form YYYY-MM-DD",
    );
    let old = Sandbox::open_with(|account| {
        account.attributes.insert("api_version".to_owned(), json!("2017-11-02"));
    });
    assert_eq!(old.await.ask().get("/schedules").await.version.as_deref(), Some("2017-11-02"));
}

#[tokio::test]
async fn paths_and_methods_that_are_not_there_are_refused_in_the_envelope() {
    let sandbox = Sandbox::open().await;
    sandbox.ask().get("/nothing/here").await.is_refused(
        404,
        "not_found",
        "path /nothing/here was not found",
    );
    sandbox.ask().send("PUT", "/schedules", None).await.is_refused(
        405,
        "bad_request",
        "PUT is not allowed on /schedules",
    );
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_refused_with_its_place() {
    let sandbox = Sandbox::open().await;
    let json = "application/json";
    sandbox.ask().send_as("POST", "/schedules", json, "{\"every\": }").await.is_refused(
        400,
        "bad_request",
        "the body is not JSON: expected value (line 1, column 11)",
    );
    let large = "x".repeat(1_024 * 1_024 + 1);
    sandbox.ask().send_as("POST", "/schedules", json, large).await.is_refused(
        413,
        "bad_request",
        "the body is larger than 1048576 bytes",
    );
}

#[tokio::test]
async fn the_root_tells_the_versions() {
    let sandbox = Sandbox::open().await;
    let info = sandbox.ask_publicly().get("/").await.ok();
    assert_eq!(info["versions"], json!(["2017-11-02", "2019-05-29"]));
}
