use serde_json::json;

use crate::sandbox::{Sandbox, captured, id, keys};
use crate::schedules::monthly;

#[tokio::test]
async fn an_occurrence_looks_as_captured_in_both_versions() {
    let sandbox = Sandbox::open().await;
    let customer = sandbox.customer().await;
    let schedule = id(&sandbox.post("/schedules", monthly(&customer, &json!({}))).await);
    sandbox.advance("2025-04-01T00:00:00Z").await;
    let path = format!("/schedules/{schedule}/occurrences");
    let listed = sandbox.get(&path).await;
    assert_eq!((&listed["total"], &listed["location"]), (&json!(1), &json!(path)));
    let path = listed["data"][0]["location"].as_str().unwrap();
    let shown =
        captured("2019-05-29/php/api.omise.co/occurrences/occu_test_6344k76ztk6c26m7gmi-get.json");
    let occurrence = sandbox.get(path).await;
    assert_eq!(keys(&occurrence), keys(&shown));
    assert_eq!(occurrence, listed["data"][0]);
    assert_eq!(occurrence["created_at"], "2025-03-20T09:00:00Z");
    assert_eq!(occurrence["processed_at"], "2025-03-31T01:30:00Z");

    let then = sandbox.ask_2017().get(path).await.ok();
    let shown = captured("2017-11-02/elixir/occurrence/retrieve_occurrence.json");
    assert_eq!(keys(&then), keys(&shown));
    let nested = sandbox.ask_2017().get(&format!("/schedules/{schedule}/occurrences")).await.ok();
    let shown = captured("2017-11-02/elixir/schedule/list_occurrences.json");
    assert_eq!(keys(&nested), keys(&shown));
}

#[tokio::test]
async fn a_run_that_has_not_come_is_no_occurrence() {
    let sandbox = Sandbox::open().await;
    let customer = sandbox.customer().await;
    let schedule = sandbox.post("/schedules", monthly(&customer, &json!({}))).await;
    assert_eq!(schedule["occurrences"]["total"], 0);
    sandbox.ask().get("/occurrences/occu_test_missing").await.is_refused(
        404,
        "not_found",
        "occurrence occu_test_missing was not found",
    );
}
