use serde_json::{Value, json};

use crate::sandbox::{Sandbox, id, keys, only};

fn of_schedules(events: &Value) -> Vec<&Value> {
    let about = |event: &&Value| event["key"].as_str().unwrap().starts_with("schedule.");
    events["data"].as_array().unwrap().iter().filter(about).collect()
}

#[tokio::test]
async fn a_creation_is_told_as_it_was_before_the_first_run() {
    let sandbox = Sandbox::open().await;
    let customer = sandbox.customer().await;
    let body = json!({
        "every": 1, "period": "day", "start_date": "2025-03-20", "end_date": "2025-03-22",
        "charge": {"customer": customer, "amount": 100_000},
    });
    let schedule = sandbox.post("/schedules", body).await;
    sandbox.advance("2025-03-25T00:00:00Z").await;
    let events = sandbox.get("/events?limit=100").await;
    let told = of_schedules(&events);
    let of = ["status", "next_occurrences_on", "created_at", "ended_at"];
    let shown: Vec<_> = told
        .iter()
        .map(|event| {
            let data = &event["data"];
            (event["key"].clone(), only(data, &of), data["occurrences"]["total"].clone())
        })
        .collect();
    let created = "2025-03-20T16:00:00+07:00";
    assert_eq!(
        shown,
        [
            (
                json!("schedule.create"),
                json!({
                    "status": "running",
                    "next_occurrences_on": ["2025-03-20", "2025-03-21", "2025-03-22"],
                    "created_at": created, "ended_at": null
                }),
                json!(0)
            ),
            (
                json!("schedule.expiring"),
                json!({
                    "status": "expiring", "next_occurrences_on": ["2025-03-22"],
                    "created_at": created, "ended_at": null
                }),
                json!(2)
            ),
            (
                json!("schedule.expire"),
                json!({
                    "status": "expired", "next_occurrences_on": [], "created_at": created,
                    "ended_at": "2025-03-22T08:30:00+07:00"
                }),
                json!(3)
            ),
        ]
    );
    let event = told[0];
    assert_eq!(
        keys(event),
        ["object", "id", "livemode", "location", "webhook_deliveries", "data", "key", "created_at"]
    );
    assert_eq!(event["created_at"], "2025-03-20T09:00:00Z");
    assert_eq!(event["data"]["id"], schedule["id"]);
    let path = event["location"].as_str().unwrap();
    assert_eq!(sandbox.get(path).await, *event);
    let then = sandbox.ask_2017().get(path).await.ok();
    assert_eq!(keys(&then), ["object", "id", "livemode", "location", "key", "created", "data"]);
}

#[tokio::test]
async fn what_happens_to_money_and_people_is_told_too() {
    let sandbox = Sandbox::open().await;
    let customer = sandbox.customer().await;
    let body = json!({"amount": 100_000, "currency": "thb", "customer": customer});
    let charge = sandbox.post("/charges", body).await;
    let events = sandbox.get("/events?order=reverse_chronological&limit=1").await;
    let event = &events["data"][0];
    assert_eq!(event["key"], "charge.create");
    assert_eq!(id(&event["data"]), id(&charge));
    assert_eq!(event["data"]["created_at"], "2025-03-20T16:00:00+07:00");
}

#[tokio::test]
async fn an_event_that_is_not_there_is_not_found() {
    let sandbox = Sandbox::open().await;
    sandbox.ask().get("/events/missing").await.is_refused(
        404,
        "not_found",
        "event missing was not found",
    );
}
