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

[moov.wallet]
payment_method = "041fdc88-c93d-4cb4-80aa-b2dde9a4fe2e"
balance = 100000

[[moov.account]]
id = "ebbf46c6-122a-4367-bc45-7dd555e1d3b9"
name = "Lincoln National Corporation"
wallet = { payment_method = "67ebda6c-de48-474c-b49d-2cd3aa7d3f92", balance = 500000 }

[[moov.account.card]]
id = "ec7e1848-dc80-4ab0-8827-dd7fc0737b43"
number = "4111111111111111"
name = "Jules Jackson"
expiration_month = 12
expiration_year = 2040
payment_methods = { card-payment = "c520f1b9-0ba7-42f5-b977-248cdbe41c69" }

[[moov.account.bank_account]]
id = "0f0c0e2a-6f0c-4f0e-9d3b-0c6f4f3d2a10"
holder_name = "Lincoln National Corporation"
business = true
routing_number = "273976369"
account_number = "0004321567000"
verified = true
payment_methods = { ach-credit-standard = "7c1d2e3f-4a5b-4c6d-8e7f-90a1b2c3d4e5" }

[[moov.account.product]]
id = "11d58aa0-fb14-4aaf-ac04-8b7cfc282ca4"
title = "Cappuccino"
price = "4.00"
"#;

/// The merchant of moov-go's own tests, and the ways in which it pays and is paid.
const MERCHANT: &str = "ebbf46c6-122a-4367-bc45-7dd555e1d3b9";

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

/// What the platform is shown at a path.
async fn get(sandbox: &SandboxProcess, path: &str) -> Value {
    let asked = sandbox.client().get(format!("{}{path}", sandbox.url));
    let asked = asked.basic_auth(PAIR.0, Some(PAIR.1)).send().await.unwrap();
    assert_eq!(asked.status(), 200, "{path}");
    asked.json().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_of_a_seed_have_the_ids_it_chose_and_their_first_money_once() {
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        let sandbox = start(folder.path());
        let account = get(&sandbox, &format!("/accounts/{MERCHANT}")).await;
        assert_eq!(account["displayName"], "Lincoln National Corporation");
        let methods = get(&sandbox, &format!("/accounts/{MERCHANT}/payment-methods")).await;
        let id_of = |kind: &str| {
            let of_kind = |method: &&Value| method["paymentMethodType"] == kind;
            let method = methods.as_array().unwrap().iter().find(of_kind);
            method.unwrap()["paymentMethodID"].as_str().unwrap().to_owned()
        };
        assert_eq!(id_of("moov-wallet"), "67ebda6c-de48-474c-b49d-2cd3aa7d3f92");
        assert_eq!(id_of("card-payment"), "c520f1b9-0ba7-42f5-b977-248cdbe41c69");
        assert_eq!(id_of("ach-credit-standard"), "7c1d2e3f-4a5b-4c6d-8e7f-90a1b2c3d4e5");
        // It is verified, and can be debited.
        id_of("ach-debit-collect");
        for (account, cents) in [(MERCHANT, 500_000), (PARTNER, 100_000)] {
            let wallets = get(&sandbox, &format!("/accounts/{account}/wallets")).await;
            assert_eq!(wallets[0]["availableBalance"]["value"], cents);
        }
        let partner = "041fdc88-c93d-4cb4-80aa-b2dde9a4fe2e";
        get(&sandbox, &format!("/accounts/{PARTNER}/payment-methods/{partner}")).await;
        let product = "11d58aa0-fb14-4aaf-ac04-8b7cfc282ca4";
        let product = get(&sandbox, &format!("/accounts/{MERCHANT}/products/{product}")).await;
        assert_eq!(product["basePrice"], json!({"currency": "USD", "valueDecimal": "4.00"}));
        sandbox.kill();
    }
}
