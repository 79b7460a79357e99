//! Webhooks of the real binary, over a kill in the middle of a delivery.

use serde_json::{Value, json};

use crate::receiver::{Receiver, Reply};
use crate::sandbox_process::SandboxProcess;
use crate::world::{START, later, write_seed};

#[tokio::test]
async fn a_sandbox_that_is_killed_while_it_sends_a_webhook_sends_it_again() {
    let folder = tempfile::tempdir().unwrap();
    let (data, log) = (folder.path().join("data.db"), folder.path().join("log"));
    let seed = write_seed(folder.path());
    let more = ["--clock", START, "--seed", &seed];
    let receiver = Receiver::answering([Reply::Silence]).await;
    let sandbox = SandboxProcess::start(&data, &more, &log);
    let events = ["schedule.created", "occurrence.succeeded"];
    let endpoint = json!({ "url": receiver.url("/"), "events": events });
    sandbox.post("/kalends/v1/webhook-endpoints", &endpoint).await;
    let schedule = json!({
        "every": 1, "period": "day", "start_date": "2026-01-02", "end_date": "2026-02-01",
        "charge": { "customer": "cust_test_pays", "amount": 100_000 },
    });
    sandbox.post("/schedules", &schedule).await;
    let first = receiver.next().await;
    sandbox.advance(&later(START, 3)).await;
    sandbox.kill();

    let sandbox = SandboxProcess::start(&data, &more[..2], &log);
    let mut told = Vec::new();
    for _ in 0..3 {
        let received = receiver.next().await;
        let body: Value = serde_json::from_str(&received.body).unwrap();
        told.push((received.header("webhook-id").to_owned(), body["type"].clone()));
    }
    let id = first.header("webhook-id").to_owned();
    assert_eq!(told[0], (id, json!("schedule.created")));
    let types: Vec<_> = told.iter().map(|(_, kind)| kind.as_str().unwrap()).collect();
    assert_eq!(types, ["schedule.created", "occurrence.succeeded", "occurrence.succeeded"]);
    drop(sandbox);
}
