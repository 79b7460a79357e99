//! `POST /accounts/{accountID}/schedules` with a key, which Moov itself has none for.

use serde_json::{Value, json};

use super::cast::{CUSTOMER, Cast, PARTNER, collection, occurrence};
use crate::sandbox::{Answered, text};

const KEY: &str = "order-7";
const LATER: &str = "2040-03-01T00:00:00Z";

impl Cast {
    async fn under(&self, header: &str, key: &str, body: Value) -> Answered {
        self.ask().header(header, key).post(&collection(PARTNER), body).await
    }

    async fn schedules_made(&self) -> usize {
        self.get(&collection(PARTNER)).await.as_array().unwrap().len()
    }
}

fn body(cents: i64) -> Value {
    json!({"occurrences": [occurrence(LATER, cents)]})
}

#[tokio::test]
async fn a_schedule_that_is_asked_for_again_under_its_key_is_made_once() {
    let cast = Cast::new().await;
    let made = cast.under("idempotency-key", KEY, body(100)).await;
    assert_eq!(made.headers.get("idempotent-replayed"), None);
    for header in ["Idempotency-Key", "X-Idempotency-Key"] {
        let again = cast.under(header, KEY, body(100)).await;
        assert_eq!(again.headers["idempotent-replayed"], "true");
        assert_eq!((again.status, &again.text), (200, &made.text));
    }
    assert_eq!(cast.schedules_made().await, 1);
    assert_eq!(cast.get(&collection(PARTNER)).await[0], made.ok());
}

#[tokio::test]
async fn without_a_key_a_schedule_that_is_asked_for_again_is_another() {
    let cast = Cast::new().await;
    let (first, second) = (cast.schedule(body(100)).await, cast.schedule(body(100)).await);
    assert_ne!(text(&first, "scheduleID"), text(&second, "scheduleID"));
}

#[tokio::test]
async fn a_key_is_worth_one_request() {
    let cast = Cast::new().await;
    cast.under("idempotency-key", KEY, body(100)).await.ok();
    let told = json!({"error": "the key was used for a different request"});
    cast.under("idempotency-key", KEY, body(200)).await.is(409, &told);
    assert_eq!(cast.schedules_made().await, 1);
}

#[tokio::test]
async fn a_key_at_another_account_is_another() {
    let cast = Cast::new().await;
    let made = cast.under("idempotency-key", KEY, body(100)).await.ok();
    cast.advance("2026-01-08T00:00:00Z").await;
    let elsewhere = cast.ask().header("idempotency-key", KEY);
    let other = elsewhere.post(&collection(CUSTOMER), body(100)).await.ok();
    assert_ne!(text(&other, "scheduleID"), text(&made, "scheduleID"));
    assert_eq!(other["ownerAccountID"], CUSTOMER);
}

#[tokio::test]
async fn a_refusal_gives_the_key_back() {
    let cast = Cast::new().await;
    let refused = cast.under("x-idempotency-key", KEY, body(0)).await;
    assert_eq!(refused.status, 422);
    cast.under("x-idempotency-key", KEY, body(100)).await.ok();
    assert_eq!(cast.schedules_made().await, 1);
}

#[tokio::test]
async fn a_key_without_a_character_or_with_too_many_is_none() {
    let cast = Cast::new().await;
    for key in [" ", &"k".repeat(256)] {
        let told = "the header idempotency-key would be 1 to 255 visible ASCII characters";
        let refused = cast.under("idempotency-key", key, body(100)).await;
        refused.is(400, &json!({ "error": told }));
    }
}

#[tokio::test]
async fn a_key_makes_one_schedule_for_ever() {
    let cast = Cast::new().await;
    let made = cast.under("idempotency-key", KEY, body(100)).await.ok();
    cast.advance("2026-01-08T00:00:00Z").await;
    let later = cast.under("idempotency-key", KEY, body(200)).await;
    assert_eq!(later.headers.get("idempotent-replayed"), None);
    assert_eq!(later.ok(), made);
    assert_eq!(cast.schedules_made().await, 1);
}
