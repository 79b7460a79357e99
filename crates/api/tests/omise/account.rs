use serde_json::json;

use crate::sandbox::{Sandbox, captured, keys, only};

#[tokio::test]
async fn an_account_looks_as_captured_in_both_versions() {
    let sandbox = Sandbox::open().await;
    let shown = captured("2019-05-29/php/api.omise.co/account-get.json");
    let account = sandbox.get("/account").await;
    assert_eq!(keys(&account), keys(&shown));
    assert_eq!(keys(&account["transfer_config"]), keys(&shown["transfer_config"]));
    let shown = captured("2017-11-02/elixir/account/retrieve_account.json");
    let then = sandbox.ask_2017().get("/account").await.ok();
    assert_eq!(keys(&then), keys(&shown));
    assert_eq!(then["id"], account["team"]);
}

#[tokio::test]
async fn what_is_changed_of_an_account_stays_changed() {
    let sandbox = Sandbox::open().await;
    let change = json!({
        "chain_return_uri": "https://www.omise.co", "zero_interest_installments": true,
        "metadata_export_keys": {"charge": ["order"]}
    });
    let changed = sandbox.patch("/account", change).await;
    assert_eq!(sandbox.get("/account").await, changed);
    assert_eq!(
        only(&changed, &["chain_return_uri", "zero_interest_installments", "webhook_uri"]),
        json!({
            "chain_return_uri": "https://www.omise.co", "zero_interest_installments": true,
            "webhook_uri": null
        })
    );
    assert_eq!(
        changed["metadata_export_keys"],
        json!({"charge": ["order"], "transfer": [], "refund": [], "dispute": []})
    );
}

#[tokio::test]
async fn a_public_key_opens_no_account() {
    let sandbox = Sandbox::open().await;
    sandbox.ask_publicly().get("/account").await.is_refused(
        401,
        "authentication_failure",
        "authentication failed",
    );
}
