//! Keys and card numbers are written nowhere.

use serde_json::json;

use crate::sandbox_process::{PAIR, PUBLIC_KEY, SECRET_KEY, SandboxProcess};

const CARD_NUMBER: &str = "4242424242424242";
const SECURITY_CODE: &str = "918273";

#[tokio::test(flavor = "multi_thread")]
async fn neither_keys_nor_card_numbers_reach_the_data_or_the_logs() {
    let folder = tempfile::tempdir().unwrap();
    let (data, log) = (folder.path().join("kalends.db"), folder.path().join("log"));
    let sandbox = SandboxProcess::start(&data, &["--clock", "2026-01-01T00:00:00Z"], &log);
    let token = sandbox
        .post(
            "/tokens",
            &json!({ "card": {
                "name": "Somchai Prasert", "number": CARD_NUMBER, "security_code": SECURITY_CODE,
                "expiration_month": 12, "expiration_year": 2040,
            }}),
        )
        .await;
    let customer = sandbox.post("/customers", &json!({ "card": token["id"] })).await;
    sandbox
        .post(
            "/charges",
            &json!({ "customer": customer["id"], "amount": 10_000, "currency": "thb" }),
        )
        .await;
    let tokens = sandbox
        .client()
        .post(format!("{}/oauth2/token", sandbox.url))
        .basic_auth(PAIR.0, Some(PAIR.1))
        .json(&json!({ "grant_type": "client_credentials", "scope": "/ping.read" }))
        .send();
    let tokens: serde_json::Value = tokens.await.unwrap().json().await.unwrap();
    let token = |name: &str| tokens[name].as_str().unwrap().to_owned();
    let (access, refresh) = (token("access_token"), token("refresh_token"));
    sandbox.kill();

    let written: Vec<u8> = std::fs::read_dir(folder.path())
        .unwrap()
        .flat_map(|entry| std::fs::read(entry.unwrap().path()).unwrap())
        .collect();
    assert!(contains(&written, "Somchai Prasert"), "what was written is searched at all");
    assert!(contains(&written, "/ping.read"), "a token was written at all");
    for secret in [SECRET_KEY, PUBLIC_KEY, PAIR.1, CARD_NUMBER, SECURITY_CODE, &access, &refresh] {
        assert!(!contains(&written, secret), "{secret} was written");
    }
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}
