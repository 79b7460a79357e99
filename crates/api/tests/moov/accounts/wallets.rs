//! `/accounts/{accountID}/wallets`.

use serde_json::json;

use super::{account, john};
use crate::sandbox::{NOW, Sandbox, text};

#[tokio::test]
async fn every_account_has_a_wallet_with_nothing_in_it() {
    let sandbox = Sandbox::open().await;
    let john = account(&sandbox, john()).await;
    let wallets = sandbox.get(&format!("/accounts/{john}/wallets")).await;
    let id = text(&wallets[0], "walletID");
    let expected = json!([{
        "walletID": id,
        "partnerAccountID": sandbox.platform,
        "walletType": "default",
        "availableBalance": {"currency": "USD", "value": 0, "valueDecimal": "0.00"},
        "name": "Default",
        "status": "active",
        "description": "Default wallet",
        "createdOn": NOW,
    }]);
    assert_eq!(wallets, expected);
    assert_eq!(sandbox.get(&format!("/accounts/{john}/wallets/{id}")).await, wallets[0]);
    let platform = &sandbox.platform;
    sandbox.ask().get(&format!("/accounts/{platform}/wallets/{id}")).await.is_bare(404);
}
