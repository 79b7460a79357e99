//! `GET /accounts/{accountID}/schedules/{scheduleID}/occurrences/{occurrenceFilter}`.

use engine::Slot;
use serde_json::{Value, json};
use store::conformance::history as moving;
use store::history::MovableQuery;

use super::cast::{Cast, member, occurrence, recur, run_on};
use crate::sandbox::text;

/// A schedule of four days at noon, whose second occurrence is canceled, and one more.
async fn four_days(cast: &Cast) -> Value {
    let created = cast
        .schedule(json!({
            "recur": recur("FREQ=DAILY;COUNT=4", "2026-01-06T12:00:00Z", 100),
            "occurrences": [occurrence("2026-01-08T18:00:00.5Z", 200)],
        }))
        .await;
    let id = text(&created["occurrences"][1], "occurrenceID");
    cast.put(&member(&created), json!({"occurrences": [{"occurrenceID": id, "canceled": true}]}))
        .await
}

async fn found(cast: &Cast, schedule: &Value, filter: &str) -> Value {
    cast.get(&format!("{}/occurrences/{filter}", member(schedule))).await
}

async fn missing(cast: &Cast, schedule: &Value, filter: &str) {
    cast.ask().get(&format!("{}/occurrences/{filter}", member(schedule))).await.is_bare(404);
}

#[tokio::test]
async fn an_id_names_one_occurrence() {
    let cast = Cast::new().await;
    let schedule = four_days(&cast).await;
    for shown in schedule["occurrences"].as_array().unwrap() {
        let id = text(shown, "occurrenceID");
        assert_eq!(&found(&cast, &schedule, &id).await, shown);
        assert_eq!(&found(&cast, &schedule, &id.to_uppercase()).await, shown);
    }
    missing(&cast, &schedule, "74fabb88-d79e-4e9e-b63b-2ddc96054e61").await;
    missing(&cast, &schedule, &text(&schedule, "scheduleID")).await;
}

#[tokio::test]
async fn an_instant_names_the_last_occurrence_at_it_or_before_it_canceled_ones_too() {
    let cast = Cast::new().await;
    let schedule = four_days(&cast).await;
    for (instant, shown) in [
        ("2026-01-06T12:00:00Z", 0),
        ("2026-01-07T11:59:59.999Z", 0),
        ("2026-01-07T12:00:00Z", 1),
        ("2026-01-08T18:00:00Z", 2),
        ("2026-01-08T18:00:00.5Z", 3),
        ("2040-01-01T00:00:00Z", 4),
    ] {
        let wanted = &schedule["occurrences"][shown];
        assert_eq!(&found(&cast, &schedule, instant).await, wanted, "{instant}");
    }
    missing(&cast, &schedule, "2026-01-06T11:59:59Z").await;
}

#[tokio::test]
async fn an_instant_may_have_an_offset_raw_or_encoded() {
    let cast = Cast::new().await;
    let schedule = four_days(&cast).await;
    for filter in [
        "2026-01-06T14:00:00+02:00",
        "2026-01-06T14:00:00%2B02:00",
        "2026-01-06T14%3A00%3A00%2B02%3A00",
        "2026-01-06T12%3A00%3A00Z",
    ] {
        assert_eq!(found(&cast, &schedule, filter).await, schedule["occurrences"][0], "{filter}");
    }
    missing(&cast, &schedule, "2026-01-06T13:59:59+02:00").await;
}

#[tokio::test]
async fn latest_is_the_last_that_has_come() {
    let cast = Cast::new().await;
    let schedule = four_days(&cast).await;
    missing(&cast, &schedule, "latest").await;
    for (now, shown) in
        [("2026-01-06T12:00:00Z", 0), ("2026-01-07T12:00:00Z", 1), ("2026-01-09T11:00:00Z", 3)]
    {
        cast.advance(now).await;
        let latest = found(&cast, &schedule, "latest").await;
        assert_eq!(latest["occurrenceID"], schedule["occurrences"][shown]["occurrenceID"], "{now}");
    }
}

#[tokio::test]
async fn the_first_of_a_rule_without_an_end_is_found_however_late_it_comes() {
    let cast = Cast::new().await;
    let body = json!({"recur": recur("FREQ=MONTHLY", "2040-03-10T12:00:00Z", 100)});
    let schedule = cast.schedule(body).await;
    let first = found(&cast, &schedule, "2040-03-10T12:00:00Z").await;
    assert_eq!(first, schedule["occurrences"][0]);
    assert_eq!(first.get("status"), None);
    let later = found(&cast, &schedule, "2050-01-01T00:00:00Z").await;
    assert_eq!(later, first, "what is not shown yet is not there yet");
    assert_eq!(run_on(&schedule).len(), 1);
}

#[tokio::test]
async fn what_is_neither_id_nor_instant_nor_latest_is_not_there() {
    let cast = Cast::new().await;
    let schedule = four_days(&cast).await;
    for filter in ["earliest", "2026-01-06", "2026-01-06T12:00:00", "Latest", "%20", "1"] {
        missing(&cast, &schedule, filter).await;
    }
}

#[tokio::test]
async fn an_occurrence_that_was_moved_out_of_the_data_is_missing_and_said_where_it_is() {
    let cast = Cast::new().await;
    let created = cast
        .schedule(json!({"recur": recur("FREQ=DAILY;COUNT=4", "2026-01-06T12:00:00Z", 100)}))
        .await;
    cast.advance("2026-01-12T12:00:00Z").await;
    let before = cast.get(&member(&created)).await;
    let store = cast.runner.store();
    let query = MovableQuery { before: Slot::MAX, after: None, limit: 1_000 };
    let gone = moving::occurrences(store.movable(query).await.unwrap());
    assert!(!gone.is_empty());
    moving::move_away(store.as_ref(), &gone).await;
    let is_gone = |shown: &Value| {
        let run_on = text(shown, "runOn");
        gone.iter().any(|it| run_on.starts_with(&it.slot.date().to_string()))
    };
    let all = before["occurrences"].as_array().unwrap();
    for shown in all {
        let path = format!("{}/occurrences/{}", member(&created), text(shown, "occurrenceID"));
        if is_gone(shown) {
            let answer = cast.ask().get(&path).await;
            answer.is_bare(404);
            assert_eq!(
                answer.headers["x-kalends-moved"],
                "was moved on 2026-11-27 into the file history-1.jsonl"
            );
        } else {
            assert_eq!(&cast.get(&path).await, shown);
        }
    }
    // The list leaves it out.
    let left: Vec<&Value> = all.iter().filter(|shown| !is_gone(shown)).collect();
    assert_eq!(cast.get(&member(&created)).await["occurrences"], json!(left));
}
