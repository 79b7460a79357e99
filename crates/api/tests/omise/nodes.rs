//! Two nodes over one PostgreSQL: whichever is asked, it is one server.

use std::sync::Arc;
use std::time::Duration;

use engine::{ClockId, Instant, Term};
use serde_json::{Value, json};
use store::{ClockMode, ClockMove, ClockMoved, ClockState, Data};

use crate::kept;
use crate::sandbox::{Opening, Sandbox, id, only};

/// Two nodes, and the data as a third would have it open.
async fn two() -> (Sandbox, Sandbox, Arc<dyn Data>) {
    let database = cluster::database().await;
    let first = kept::node_of(&database).await;
    let first = Sandbox::open_over(first, Opening::default(), |_| ()).await;
    let second = Sandbox::beside(kept::node_of(&database).await).await;
    (first, second, kept::node_of(&database).await)
}

async fn daily(sandbox: &Sandbox, start: &str, end: &str) -> Value {
    let customer = sandbox.customer().await;
    let body = json!({
        "every": 1, "period": "day", "start_date": start, "end_date": end,
        "charge": {"customer": customer, "amount": 100_000},
    });
    sandbox.post("/schedules", body).await
}

async fn paid(sandbox: &Sandbox, schedule: &Value) -> Vec<String> {
    let path = format!("/schedules/{}/occurrences?limit=100", id(schedule));
    let shown = sandbox.get(&path).await;
    let occurrences = shown["data"].as_array().unwrap();
    occurrences
        .iter()
        .map(|it| {
            assert_eq!(it["status"], "successful", "{it}");
            it["scheduled_on"].as_str().unwrap().to_owned()
        })
        .collect()
}

async fn clock(sandbox: &Sandbox) -> Value {
    sandbox.get("/kalends/v1/clock").await
}

fn at(text: &str) -> Instant {
    Instant::from_timestamp(text.parse().unwrap()).unwrap()
}

#[tokio::test]
async fn a_clock_moves_for_all_whichever_node_is_asked() {
    let (first, second, _) = two().await;
    let schedule = daily(&first, "2025-03-21", "2025-03-24").await;
    let moved =
        second.post("/kalends/v1/clock/advance", json!({ "to": "2025-03-22T09:00:00Z" })).await;
    assert_eq!(moved["occurrences"]["successful"], 2, "{moved}");
    assert_eq!(clock(&first).await["now"], "2025-03-22T09:00:00Z");
    assert_eq!(paid(&first, &schedule).await, ["2025-03-21", "2025-03-22"]);
    let moved =
        first.post("/kalends/v1/clock/advance", json!({ "to": "2025-03-30T09:00:00Z" })).await;
    assert_eq!(moved["occurrences"]["successful"], 2, "{moved}");
    assert_eq!(clock(&second).await["now"], "2025-03-30T09:00:00Z");
    assert_eq!(paid(&second, &schedule).await.len(), 4);
    let created = daily(&second, "2025-03-31", "2025-03-31").await;
    assert_eq!(created["created_at"], "2025-03-30T09:00:00Z");
}

#[tokio::test]
async fn of_two_who_move_a_clock_at_once_nobody_pays_a_day_twice() {
    let (first, second, _) = two().await;
    let schedule = daily(&first, "2025-03-21", "2025-04-09").await;
    let to = json!({ "to": "2025-04-10T09:00:00Z" });
    let (one, other) = tokio::join!(
        first.ask().post("/kalends/v1/clock/advance", to.clone()),
        second.ask().post("/kalends/v1/clock/advance", to.clone()),
    );
    let statuses = [one.status, other.status];
    assert!(statuses.contains(&200), "{statuses:?}: {} {}", one.text, other.text);
    assert!(statuses.iter().all(|it| [200, 409].contains(it)), "{} {}", one.text, other.text);
    let expected =
        json!({ "now": "2025-04-10T09:00:00Z", "mode": "standing", "advancing_to": null });
    assert_eq!(clock(&first).await, expected);
    assert_eq!(clock(&second).await, expected);
    assert_eq!(paid(&first, &schedule).await.len(), 20);
}

#[tokio::test]
async fn while_one_node_moves_the_clock_another_does_not_and_one_that_is_gone_is_followed() {
    let (first, second, data) = two().await;
    let schedule = daily(&first, "2025-03-21", "2025-03-22").await;
    // Somebody who began to move the clock, and does nothing more.
    let gone = data.begin_term().await.unwrap();
    let standing = ClockMode::Standing(at("2025-03-20T09:00:00Z"));
    let target = Some(at("2025-03-22T09:00:00Z"));
    let wanted = |from: Option<Instant>, term: Term, held_for: Duration| ClockMove {
        from: ClockState { mode: standing, target: from },
        to: ClockState { mode: standing, target },
        term,
        held_for,
        wall_now: first.wall_now(),
    };
    let peers = data.peers().unwrap();
    let begun = wanted(None, gone, Duration::from_mins(2));
    assert_eq!(peers.move_clock(ClockId(1), begun).await.unwrap(), ClockMoved::Moved);
    let told = "an advance to 2025-03-22T09:00:00Z is under way; wait for it";
    let refused = second
        .ask()
        .post("/kalends/v1/clock/advance", json!({ "to": "2025-03-22T09:00:00Z" }))
        .await;
    assert_eq!((refused.status, &refused.body["detail"]), (409, &json!(told)));
    assert_eq!(paid(&second, &schedule).await, [""; 0]);
    let other = wanted(target, gone.next(), Duration::ZERO);
    let found = ClockMoved::Otherwise(ClockState { mode: standing, target });
    assert_eq!(peers.move_clock(ClockId(1), other).await.unwrap(), found);

    // Its hold has passed: whoever looks next goes on, one that starts or one that is there.
    let lapsed = wanted(target, gone, Duration::ZERO);
    assert_eq!(peers.move_clock(ClockId(1), lapsed).await.unwrap(), ClockMoved::Moved);
    let third = Sandbox::beside(data).await;
    third.begun().await;
    while clock(&second).await["advancing_to"] != Value::Null {
        tokio::task::yield_now().await;
    }
    assert_eq!(paid(&second, &schedule).await, ["2025-03-21", "2025-03-22"]);
    assert_eq!(
        only(&clock(&second).await, &["now", "advancing_to"]),
        json!({ "now": "2025-03-22T09:00:00Z", "advancing_to": null })
    );
}

#[tokio::test]
async fn a_key_that_is_ended_at_one_node_opens_nothing_at_another() {
    let (first, second, _) = two().await;
    let made = first.post("/kalends/v1/keys", json!({ "name": "Till" })).await;
    let key = made["key"].as_str().unwrap();
    for node in [&first, &second] {
        assert_eq!(node.ask_with(key).get("/schedules").await.status, 200);
    }
    second.delete(&format!("/kalends/v1/keys/{}", id(&made))).await;
    for node in [&first, &second] {
        assert_eq!(node.ask_with(key).get("/schedules").await.status, 401);
    }
}

#[tokio::test]
async fn a_schedule_that_starts_today_has_run_when_the_answer_comes_whoever_ran_it() {
    let (first, second, _) = two().await;
    for _ in 0..3 {
        for node in [&first, &second] {
            let schedule = daily(node, "2025-03-20", "2025-03-22").await;
            let shown = &schedule["occurrences"]["data"][0];
            assert_eq!(
                only(shown, &["status", "scheduled_on"]),
                json!({ "status": "successful", "scheduled_on": "2025-03-20" })
            );
        }
    }
}
