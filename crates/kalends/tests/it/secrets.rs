//! Keys and card numbers are written nowhere.

use serde_json::json;

use crate::sandbox_process::{PUBLIC_KEY, SECRET_KEY, SandboxProcess};

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
    sandbox.kill();

    let written: Vec<u8> = std::fs::read_dir(folder.path())
        .unwrap()
        .flat_map(|entry| std::fs::read(entry.unwrap().path()).unwrap())
        .collect();
    assert!(contains(&written, "Somchai Prasert"), "what was written is searched at all");
    for secret in [SECRET_KEY, PUBLIC_KEY, CARD_NUMBER, SECURITY_CODE] {
        assert!(!contains(&written, secret), "{secret} was written");
    }
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}
