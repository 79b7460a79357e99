use crate::sandbox::{Sandbox, captured, keys};

#[tokio::test]
async fn a_public_key_reads_capabilities_as_captured() {
    let sandbox = Sandbox::open().await;
    let shown = captured("2019-05-29/swift/api.omise.co/capability-get.json");
    let capability = sandbox.ask_publicly().get("/capability").await.ok();
    assert_eq!(keys(&capability), keys(&shown));
    assert_eq!(keys(&capability["payment_methods"][0]), keys(&shown["payment_methods"][0]));
    assert_eq!(capability["banks"], shown["banks"]);
}
