//! `DELETE /accounts/{accountID}/schedules/{scheduleID}`.

use serde_json::{Value, json};

use super::cast::{Cast, each, member, occurrence, recur, run_on};
use crate::sandbox::only;

#[tokio::test]
async fn a_schedule_that_is_canceled_is_shown_as_disabled_with_all_that_had_not_run_canceled() {
    let cast = Cast::new().await;
    let created = cast
        .schedule(json!({
            "recur": recur("FREQ=DAILY;COUNT=4", "2026-01-06T00:00:00Z", 100),
            "occurrences": [occurrence("2040-03-01T00:00:00Z", 200)],
        }))
        .await;
    cast.advance("2026-01-07T12:00:00Z").await;
    let before = cast.get(&member(&created)).await;
    cast.delete(&member(&created)).await;
    let after = cast.get(&member(&created)).await;
    let at = "2026-01-07T12:00:00Z";
    assert_eq!(
        only(&after, &["disabledOn", "updatedOn", "createdOn"]),
        json!({"disabledOn": at, "updatedOn": at, "createdOn": created["createdOn"]})
    );
    assert_eq!(run_on(&after), run_on(&created));
    assert_eq!(
        each(&after, "canceledOn"),
        [Value::Null, Value::Null, json!(at), json!(at), json!(at)]
    );
    for ran in 0..2 {
        assert_eq!(after["occurrences"][ran], before["occurrences"][ran]);
    }
}

#[tokio::test]
async fn a_second_delete_changes_nothing() {
    let cast = Cast::new().await;
    let body = json!({"occurrences": [occurrence("2040-03-01T00:00:00Z", 200)]});
    let created = cast.schedule(body).await;
    cast.delete(&member(&created)).await;
    let after = cast.get(&member(&created)).await;
    cast.advance("2026-01-07T12:00:00Z").await;
    cast.delete(&member(&created)).await;
    assert_eq!(cast.get(&member(&created)).await, after);
}

#[tokio::test]
async fn what_is_canceled_never_runs_and_shows_the_same_for_ever() {
    let cast = Cast::new().await;
    let body = json!({"recur": recur("FREQ=DAILY", "2026-01-06T00:00:00Z", 100)});
    let created = cast.schedule(body).await;
    cast.delete(&member(&created)).await;
    let after = cast.get(&member(&created)).await;
    cast.advance("2026-02-07T12:00:00Z").await;
    assert_eq!(cast.get(&member(&created)).await, after);
}

#[tokio::test]
async fn a_canceled_schedule_cannot_be_changed() {
    let cast = Cast::new().await;
    let body = json!({"occurrences": [occurrence("2040-03-01T00:00:00Z", 200)]});
    let created = cast.schedule(body).await;
    cast.delete(&member(&created)).await;
    let refused =
        cast.ask().send("PUT", &member(&created), Some(json!({"description": "x"}))).await;
    refused.is(409, &json!({"error": "the schedule was canceled and cannot be changed"}));
}
