//! `/kalends/v1/schedules`, of schedules that were made by Moov's API.

use serde_json::json;

use crate::accounts::schedules::cast::{Cast, PARTNER, member, occurrence, recur};
use crate::sandbox::{only, text};

#[tokio::test]
async fn a_schedule_is_shown_whole() {
    let cast = Cast::new().await;
    let made = cast
        .schedule(json!({
            "recur": recur("FREQ=DAILY;COUNT=2", "2026-01-06T00:00:00Z", 100),
            "occurrences": [occurrence("2026-01-06T12:00:00Z", 200)],
        }))
        .await;
    let id = text(&made, "scheduleID");
    let shown = cast.get(&format!("/kalends/v1/schedules/{id}")).await;
    let transfer = &made["recur"]["runTransfer"];
    assert_eq!(
        only(&shown, &["id", "dialect", "status", "rule", "window", "instruction", "next"]),
        json!({
            "id": id,
            "dialect": "moov",
            "status": "running",
            "rule": {
                "rrule": "FREQ=DAILY;COUNT=2",
                "in_words": "Every day at 00:00, 2 times, from 6 January 2026",
            },
            "window": {"start": "2026-01-06T00:00:00Z", "end": "2026-01-07T00:00:00Z"},
            "instruction": {
                "kind": "remittance", "amount": 100, "currency": "USD",
                "partner": transfer["partnerAccountID"],
                "source": transfer["source"]["paymentMethodID"],
                "destination": transfer["destination"]["paymentMethodID"],
            },
            "next": [
                {"slot": "2026-01-06", "due": "2026-01-06T00:00:00Z", "attempt": 0},
                {"slot": "2026-01-06T12:00:00", "due": "2026-01-06T12:00:00Z", "attempt": 0},
                {"slot": "2026-01-07", "due": "2026-01-07T00:00:00Z", "attempt": 0},
            ],
        })
    );
    assert_eq!(transfer["partnerAccountID"], PARTNER);
}

#[tokio::test]
async fn a_paused_schedule_runs_and_is_edited_when_it_is_resumed() {
    let cast = Cast::new().await;
    let rule = recur("FREQ=DAILY;COUNT=4", "2026-01-06T00:00:00Z", 100);
    let made = cast.schedule(json!({"recur": rule})).await;
    let path = format!("/kalends/v1/schedules/{}", text(&made, "scheduleID"));
    let because = json!({"reason": "a holiday"});
    cast.post(&format!("{path}/pause"), because.clone()).await;
    let other = recur("FREQ=DAILY;INTERVAL=2", "2026-01-06T00:00:00Z", 100);
    let refused = cast.ask().send("PUT", &member(&made), Some(json!({"recur": other}))).await;
    assert_eq!(refused.status, 409);
    cast.advance("2026-01-07T12:00:00Z").await;
    cast.post(&format!("{path}/resume"), because).await;
    cast.advance("2026-01-08T12:00:00Z").await;
    let shown = cast.get(&member(&made)).await;
    let ran = shown["occurrences"].as_array().unwrap();
    let ran = ran.iter().filter(|it| !it["ranOn"].is_null()).count();
    assert_eq!(ran, 3, "{shown}");
}

#[tokio::test]
async fn what_runs_at_instants_has_no_zone_to_change() {
    let cast = Cast::new().await;
    let rule = recur("FREQ=DAILY", "2026-01-06T00:00:00Z", 100);
    let made = cast.schedule(json!({"recur": rule})).await;
    let path = format!("/kalends/v1/schedules/{}", text(&made, "scheduleID"));
    let body = json!({"zone": "Asia/Tokyo", "reason": "x"});
    let refused = cast.ask().send("PATCH", &path, Some(body)).await;
    assert_eq!(refused.status, 400);
    assert!(refused.text.contains("zone cannot be changed where a schedule runs at instants"));
}
