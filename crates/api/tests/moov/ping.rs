use crate::sandbox::Sandbox;

#[tokio::test]
async fn a_ping_answers_a_pair_of_keys_and_says_nothing() {
    let sandbox = Sandbox::open().await;
    sandbox.ask().get("/ping").await.is_bare(200);
    sandbox.ask().get("/ping/").await.is_bare(200);
    sandbox.ask().send("HEAD", "/ping", None).await.is_bare(200);
}
