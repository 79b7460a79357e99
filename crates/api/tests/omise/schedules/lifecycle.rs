use serde_json::{Value, json};

use super::{customer_with_card, monthly};
use crate::sandbox::{Sandbox, captured, id, keys, only};

const SHORT_OF_FUNDS: &str = "4111111111140011";

async fn rows(sandbox: &Sandbox, schedule: &str) -> Vec<Value> {
    let list = sandbox.get(&format!("/schedules/{schedule}/occurrences")).await;
    let fields = ["scheduled_on", "retry_on", "status"];
    list["data"].as_array().unwrap().iter().map(|row| only(row, &fields)).collect()
}

#[tokio::test]
async fn a_monthly_schedule_runs_to_its_end_and_expires() {
    let sandbox = Sandbox::open().await;
    let customer = sandbox.customer().await;
    let schedule = id(&sandbox.post("/schedules", monthly(&customer, &json!({}))).await);
    let path = format!("/schedules/{schedule}");
    sandbox.advance("2025-05-31T01:29:59Z").await;
    let fields = ["status", "active", "next_occurrences_on", "ended_at"];
    assert_eq!(
        only(&sandbox.get(&path).await, &fields),
        json!({
            "status": "running", "active": true,
            "next_occurrences_on": ["2025-05-31", "2025-06-30"], "ended_at": null
        })
    );
    sandbox.advance("2025-05-31T01:30:00Z").await;
    assert_eq!(
        only(&sandbox.get(&path).await, &fields),
        json!({
            "status": "expiring", "active": true, "next_occurrences_on": ["2025-06-30"],
            "ended_at": null
        })
    );
    sandbox.advance("2025-07-01T00:00:00Z").await;
    assert_eq!(
        only(&sandbox.get(&path).await, &fields),
        json!({
            "status": "expired", "active": false, "next_occurrences_on": [],
            "ended_at": "2025-06-30T01:30:00Z"
        })
    );
    let row = |on: &str| json!({"scheduled_on": on, "retry_on": null, "status": "successful"});
    let dates = ["2025-03-31", "2025-04-30", "2025-05-31", "2025-06-30"];
    assert_eq!(rows(&sandbox, &schedule).await, dates.map(row));
}

#[tokio::test]
async fn three_failures_in_a_row_suspend_a_schedule() {
    let sandbox = Sandbox::open().await;
    let customer = customer_with_card(&sandbox, SHORT_OF_FUNDS).await;
    let schedule = id(&sandbox.post("/schedules", monthly(&customer, &json!({}))).await);
    let path = format!("/schedules/{schedule}");
    sandbox.advance("2025-03-31T02:00:00Z").await;
    let failed_once = sandbox.get(&path).await;
    assert_eq!(
        only(&failed_once, &["status", "next_occurrences_on"]),
        json!({
            "status": "running",
            "next_occurrences_on": ["2025-03-31", "2025-04-30", "2025-05-31", "2025-06-30"]
        })
    );
    sandbox.advance("2025-04-03T00:00:00Z").await;
    assert_eq!(
        only(&sandbox.get(&path).await, &["status", "active", "next_occurrences_on", "ended_at"]),
        json!({
            "status": "suspended", "active": false, "next_occurrences_on": [],
            "ended_at": "2025-04-02T01:30:00Z"
        })
    );
    let row = |retry_on: Option<&str>| json!({"scheduled_on": "2025-03-31", "retry_on": retry_on, "status": "failed"});
    assert_eq!(
        rows(&sandbox, &schedule).await,
        [row(None), row(Some("2025-04-01")), row(Some("2025-04-02"))]
    );
}

#[tokio::test]
async fn a_deleted_schedule_is_shown_in_full_and_a_second_delete_changes_nothing() {
    let sandbox = Sandbox::open().await;
    let customer = sandbox.customer().await;
    let schedule = sandbox.post("/schedules", monthly(&customer, &json!({}))).await;
    let path = format!("/schedules/{}", id(&schedule));
    let deleted = sandbox.delete(&path).await;
    assert_eq!(keys(&deleted), keys(&schedule));
    assert_eq!(
        only(&deleted, &["status", "deleted", "active", "next_occurrences_on", "ended_at"]),
        json!({
            "status": "deleted", "deleted": true, "active": false, "next_occurrences_on": [],
            "ended_at": "2025-03-20T09:00:00Z"
        })
    );
    sandbox.advance("2025-04-01T00:00:00Z").await;
    assert_eq!(sandbox.delete(&path).await["ended_at"], "2025-03-20T09:00:00Z");
    assert_eq!(sandbox.get(&path).await["occurrences"]["total"], 0);
    let then = sandbox.ask_2017().get(&path).await.ok();
    let shown = captured("2017-11-02/elixir/schedule/destroy_schedule.json");
    assert_eq!(then["status"], shown["status"]);
}

#[tokio::test]
async fn what_was_deleted_fails_with_a_message_and_is_tried_again_as_any_failure() {
    let sandbox = Sandbox::open().await;
    let daily = |pays: Value| {
        let mut body = json!({
            "every": 10, "period": "day", "start_date": "2025-03-21", "end_date": "2025-06-30"
        });
        body.as_object_mut().unwrap().extend(pays.as_object().unwrap().clone());
        body
    };
    let charged = async |customer: &str| {
        let body = daily(json!({"charge": {"customer": customer, "amount": 100_000}}));
        id(&sandbox.post("/schedules", body).await)
    };
    let (gone, cardless) = (sandbox.customer().await, sandbox.customer().await);
    let body = json!({
        "type": "individual", "name": "Nuttanon T",
        "bank_account": {"brand": "scb", "number": "1234567890", "name": "Nuttanon T"},
    });
    let payee = id(&sandbox.post("/recipients", body).await);
    let paid = daily(json!({"transfer": {"recipient": payee, "amount": 100_000}}));
    let schedules = [
        charged(&gone).await,
        charged(&cardless).await,
        id(&sandbox.post("/schedules", paid).await),
    ];
    sandbox.delete(&format!("/customers/{gone}")).await;
    let customer = sandbox.get(&format!("/customers/{cardless}")).await;
    sandbox.delete(customer["cards"]["data"][0]["location"].as_str().unwrap()).await;
    sandbox.delete(&format!("/recipients/{payee}")).await;
    sandbox.advance("2025-03-25T00:00:00Z").await;
    let mut told = Vec::new();
    for schedule in &schedules {
        let shown = sandbox.get(&format!("/schedules/{schedule}")).await;
        let last = shown["occurrences"]["data"].as_array().unwrap().last().unwrap().clone();
        told.push(json!([
            shown["status"],
            shown["occurrences"]["total"],
            last["status"],
            last["message"]
        ]));
    }
    assert_eq!(
        told,
        [
            json!(["suspended", 3, "failed", "customer was deleted"]),
            json!(["suspended", 3, "failed", "customer has no card"]),
            json!(["running", 1, "failed", "recipient was deleted"]),
        ]
    );
}
