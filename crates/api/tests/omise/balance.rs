use crate::sandbox::{Sandbox, captured, keys};

#[tokio::test]
async fn the_balance_looks_as_captured_in_both_versions() {
    let sandbox = Sandbox::open().await;
    let shown = captured("2019-05-29/php/api.omise.co/balance-get.json");
    assert_eq!(keys(&sandbox.get("/balance").await), keys(&shown));
    let shown = captured("2017-11-02/elixir/balance/retrieve_balance.json");
    assert_eq!(keys(&sandbox.ask_2017().get("/balance").await.ok()), keys(&shown));
}
