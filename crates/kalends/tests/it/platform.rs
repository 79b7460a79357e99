//! The platform that a sandbox has, and what a seed makes of it.

use std::path::Path;

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::sandbox_process::{PAIR, SandboxProcess};

/// The partner of moov-go's own tests.
const PARTNER: &str = "5352b013-ae58-4a63-8a3f-97f316a917cf";
const SEED: &str = r#"
[moov]
id = "5352B013-ae58-4a63-8a3f-97f316a917cf"

[[moov.key]]
public = "shop-public"
secret = "shop-secret"
domains = ["Shop.example"]
"#;

fn start(folder: &Path) -> SandboxProcess {
    let seed = folder.join("seed.toml");
    std::fs::write(&seed, SEED).unwrap();
    let more = ["--clock", "2026-01-01T00:00:00Z", "--seed", seed.to_str().unwrap()];
    SandboxProcess::start(&folder.join("kalends.db"), &more, &folder.join("log"))
}

async fn token(sandbox: &SandboxProcess, (public, secret): (&str, &str)) -> (StatusCode, Value) {
    let scope = format!("/accounts/{PARTNER}/transfers.read");
    let asked = sandbox
        .client()
        .post(format!("{}/oauth2/token", sandbox.url))
        .basic_auth(public, Some(secret))
        .json(&json!({ "grant_type": "client_credentials", "scope": scope }))
        .send()
        .await
        .unwrap();
    (asked.status(), asked.json().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seed_chooses_the_platforms_id_and_its_further_keys_whenever_it_is_planted() {
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        let sandbox = start(folder.path());
        let (status, given) = token(&sandbox, PAIR).await;
        assert_eq!(status, 200, "{given}");
        assert_eq!(given["scope"], format!("/accounts/{PARTNER}/transfers.read"));
        let (status, refused) = token(&sandbox, ("shop-public", "shop-secret")).await;
        assert_eq!(status, 400);
        assert_eq!(refused, json!({ "error": "Origin and Referer name no domain of this client" }));
        sandbox.kill();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clock_is_moved_with_the_platforms_keys_too() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = start(folder.path());
    let clock = sandbox
        .client()
        .get(format!("{}/kalends/v1/clock", sandbox.url))
        .basic_auth(PAIR.0, Some(PAIR.1))
        .send();
    let clock: Value = clock.await.unwrap().json().await.unwrap();
    assert_eq!(clock["now"], "2026-01-01T00:00:00Z");
    sandbox.kill();
}
