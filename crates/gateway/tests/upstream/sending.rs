//! What leaves and what does not, and what is known of it afterwards.

use std::net::TcpListener;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use engine::{NotSent, Outcome};
use gateway::upstream::{Limits, Url};
use gateway::{Gateway as _, Permit};
use serde_json::json;

use crate::script::{Reply, Script};
use crate::world::{LIMITS, SHORT, World, pay};

fn paid() -> Reply {
    Reply::Json(200, json!({"status": "succeeded", "payment": "pay_1"}))
}

async fn outcome_of(reply: Reply, limits: Limits) -> Outcome {
    let world = World::new();
    let script = Script::always(reply);
    let gateway = world.endpoint(&script.url, limits);
    let outcome = pay(&gateway, world.charge(1).await).await;
    assert_eq!(script.seen().len(), 1, "asked once, whatever came of it");
    outcome
}

#[tokio::test]
async fn a_refused_connection_provably_sent_nothing() {
    let world = World::new();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = Url::parse(&format!("http://{closed}")).unwrap();
    let outcome = pay(&world.endpoint(&url, LIMITS), world.charge(1).await).await;
    assert_eq!(outcome, Outcome::NotSent(NotSent::Unreachable));
}

#[tokio::test]
async fn a_handshake_that_fails_provably_sent_nothing() {
    let world = World::new();
    let script = Script::always(paid());
    let url = Url::parse(&script.url.as_str().replace("http://", "https://")).unwrap();
    let outcome = pay(&world.endpoint(&url, LIMITS), world.charge(1).await).await;
    assert_eq!(outcome, Outcome::NotSent(NotSent::Unreachable));
}

#[tokio::test]
async fn a_name_that_nobody_has_provably_sent_nothing() {
    let world = World::new();
    let url = Url::parse("http://nobody.invalid").unwrap();
    let outcome = pay(&world.endpoint(&url, LIMITS), world.charge(1).await).await;
    assert_eq!(outcome, Outcome::NotSent(NotSent::Unreachable));
}

#[tokio::test]
async fn of_a_request_that_was_not_answered_nothing_is_known() {
    assert_eq!(outcome_of(Reply::HangUp, LIMITS).await, Outcome::Unknown);
    assert_eq!(outcome_of(Reply::BreakOff, LIMITS).await, Outcome::Unknown);
    assert_eq!(outcome_of(Reply::Silence, SHORT).await, Outcome::Unknown);
}

#[tokio::test]
async fn of_an_answer_that_cannot_be_read_nothing_is_known() {
    assert_eq!(outcome_of(Reply::Text(200, "<html>"), LIMITS).await, Outcome::Unknown);
    assert_eq!(outcome_of(Reply::Text(200, ""), LIMITS).await, Outcome::Unknown);
    assert_eq!(outcome_of(Reply::Text(500, "oops"), LIMITS).await, Outcome::Unknown);
    assert_eq!(outcome_of(Reply::Text(503, ""), LIMITS).await, Outcome::Unknown);
}

#[tokio::test]
async fn whoever_refuses_the_credentials_was_not_asked_for_money() {
    for status in [401, 403] {
        let outcome = outcome_of(Reply::Text(status, "no"), LIMITS).await;
        assert_eq!(outcome, Outcome::NotSent(NotSent::Unauthorised), "{status}");
    }
}

#[tokio::test]
async fn whoever_asks_to_come_back_later_says_when() {
    let throttled =
        |retry_after_seconds| Outcome::NotSent(NotSent::Throttled { retry_after_seconds });
    let later = |after| Reply::With(429, ("Retry-After", after), json!({}));
    assert_eq!(outcome_of(later("7"), LIMITS).await, throttled(Some(7)));
    assert_eq!(outcome_of(Reply::Text(429, ""), LIMITS).await, throttled(None));
    let date = outcome_of(later("Wed, 21 Oct 2026 07:28:00 GMT"), LIMITS).await;
    assert_eq!(date, throttled(None));
}

#[tokio::test]
async fn a_redirection_is_not_followed() {
    let elsewhere = Script::always(paid());
    let world = World::new();
    let to: &'static str = elsewhere.url.as_str().to_owned().leak();
    let script = Script::always(Reply::With(307, ("Location", to), json!({})));
    let outcome = pay(&world.endpoint(&script.url, LIMITS), world.charge(1).await).await;
    assert_eq!((outcome, elsewhere.seen().len()), (Outcome::Unknown, 0));
}

#[tokio::test]
async fn a_long_answer_is_not_read_to_its_end() {
    let long = "x".repeat(9 * 1024 * 1024).leak();
    assert_eq!(outcome_of(Reply::Text(200, long), LIMITS).await, Outcome::Unknown);
}

#[tokio::test]
async fn what_the_permit_does_not_cover_is_kept_back() {
    let world = World::new();
    let script = Script::always(paid());
    let one_at_a_time = Limits { concurrency: NonZeroU32::MIN, ..LIMITS };
    let gateway = world.endpoint(&script.url, one_at_a_time);
    let left = Arc::new(AtomicU32::new(2));
    let permit = Permit::new(move || {
        left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
    });
    let mut requests = Vec::new();
    for schedule in 1..=4 {
        requests.push(world.charge(schedule).await);
    }
    let outcomes = gateway.pay(requests, permit).await;
    let kept_back = Outcome::NotSent(NotSent::KeptBack);
    assert!(outcomes[..2].iter().all(|outcome| matches!(outcome, Outcome::Succeeded(_))));
    assert_eq!(outcomes[2..], [kept_back.clone(), kept_back]);
    assert_eq!(script.seen().len(), 2);
}

#[tokio::test]
async fn what_one_of_a_batch_was_told_the_rest_need_not_be() {
    let world = World::new();
    let script = Script::always(Reply::With(429, ("Retry-After", "60"), json!({})));
    let gateway = world.endpoint(&script.url, Limits { concurrency: NonZeroU32::MIN, ..LIMITS });
    let requests = vec![world.charge(1).await, world.charge(2).await, world.charge(3).await];
    let outcomes = gateway.pay(requests.clone(), Permit::unlimited()).await;
    let throttled = Outcome::NotSent(NotSent::Throttled { retry_after_seconds: Some(60) });
    assert_eq!(outcomes, vec![throttled; 3]);
    assert_eq!(script.seen().len(), 1);
    // The next batch asks again: when, is for whoever sends it to decide.
    gateway.pay(requests, Permit::unlimited()).await;
    assert_eq!(script.seen().len(), 2);
}

#[tokio::test]
async fn no_more_is_under_way_at_once_than_may_be() {
    let world = World::new();
    let (now, most) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let meeting = Arc::new(std::sync::Barrier::new(2));
    let peak = Arc::clone(&most);
    let script = Script::of(move |_| {
        peak.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        // Two must be there at once, or neither is answered.
        meeting.wait();
        now.fetch_sub(1, Ordering::SeqCst);
        paid()
    });
    let limits = Limits { concurrency: NonZeroU32::new(2).unwrap(), ..LIMITS };
    let gateway = world.endpoint(&script.url, limits);
    let mut batches = [Vec::new(), Vec::new()];
    for schedule in 0..8 {
        batches[usize::from(schedule % 2 == 1)].push(world.charge(schedule).await);
    }
    let [one, other] = batches;
    let paid = |outcome: &Outcome| matches!(outcome, Outcome::Succeeded(_));
    let (one, other) = tokio::join!(
        gateway.pay(one, Permit::unlimited()),
        gateway.pay(other, Permit::unlimited())
    );
    assert!(one.iter().chain(&other).all(paid));
    assert_eq!(most.load(Ordering::SeqCst), 2);
}

#[test]
fn a_batch_can_be_sent_in_half_a_lease() {
    let limits = |concurrency, per_second, seconds| Limits {
        concurrency: NonZeroU32::new(concurrency).unwrap(),
        per_second: NonZeroU32::new(per_second),
        timeout: Duration::from_secs(seconds),
    };
    assert_eq!(limits(8, 0, 30).batch_max(), 16);
    assert_eq!(limits(8, 0, 90).batch_max(), 8);
    assert_eq!(limits(100, 1, 10).batch_max(), 60);
    assert_eq!(limits(1_000, 0, 1).batch_max(), 1_000);
}
