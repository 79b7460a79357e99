//! What a person decides: of payments whose outcome nobody knows, and of a lane that is
//! held; and the record of it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use engine::{ChargeId, Money, Outcome, PaymentId, PaymentRequest};
use gateway::{Character, Gateway, Inquiry, Lookup, Permit, Quote};
use http::Request;
use serde_json::{Value, json};

use crate::sandbox::{Opening, Sandbox, only};
use crate::schedules::monthly;

const PAID: Outcome = Outcome::Succeeded(PaymentId::Charge(ChargeId(1)));

/// A gateway that answers as it was told, and finds nothing for certain.
#[derive(Debug)]
struct Told {
    outcomes: Mutex<VecDeque<Outcome>>,
    lookup: Mutex<Lookup>,
}

impl Told {
    fn to(outcomes: impl IntoIterator<Item = Outcome>) -> Arc<Told> {
        let outcomes = Mutex::new(outcomes.into_iter().collect());
        Arc::new(Told { outcomes, lookup: Mutex::new(Lookup::Absent) })
    }
}

#[async_trait::async_trait]
impl Gateway for Told {
    async fn pay(&self, requests: Vec<PaymentRequest>, _permit: Permit) -> Vec<Outcome> {
        let mut outcomes = self.outcomes.lock().unwrap();
        requests.iter().map(|_| outcomes.pop_front().unwrap_or(Outcome::Unknown)).collect()
    }

    async fn look_up(&self, inquiries: Vec<Inquiry>) -> Vec<Lookup> {
        let lookup = self.lookup.lock().unwrap().clone();
        inquiries.iter().map(|_| lookup.clone()).collect()
    }

    async fn quote(&self, _quotes: Vec<Quote>) -> Vec<Result<Money, Outcome>> {
        panic!("nothing here pays a share")
    }

    fn character(&self) -> Character {
        Character {
            batch_max: 10,
            key_window: Some(Duration::ZERO),
            absence_conclusive_after: None,
            timeout: Duration::from_secs(1),
        }
    }
}

/// A charge that was sent on the last of March, and of which nothing is known.
async fn unknown(gateway: &Arc<Told>) -> (Sandbox, String) {
    let gateway = Arc::clone(gateway) as Arc<dyn Gateway>;
    let opening = Opening { gateway: Some(gateway), ..Opening::default() };
    let sandbox = Sandbox::open_as(opening, |_| ()).await;
    let customer = sandbox.customer().await;
    let schedule = sandbox.post("/schedules", monthly(&customer, &json!({}))).await;
    sandbox.advance("2025-04-02T00:00:00Z").await;
    let id = schedule["id"].as_str().unwrap().to_owned();
    (sandbox, id)
}

async fn unknowns(sandbox: &Sandbox) -> Vec<Value> {
    sandbox.get("/kalends/v1/unknowns").await["unknowns"].as_array().unwrap().clone()
}

async fn settle(sandbox: &Sandbox, id: &str, said: Value) -> Value {
    sandbox.ask().post(&format!("/kalends/v1/unknowns/{id}/settle"), said).await.body
}

async fn statuses(sandbox: &Sandbox, schedule: &str) -> Vec<String> {
    let occurrences = sandbox.get(&format!("/schedules/{schedule}/occurrences")).await;
    let all = occurrences["data"].as_array().unwrap().iter();
    all.map(|it| it["status"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_payment_that_is_lost_is_shown_and_settled_by_a_person_on_record() {
    let gateway = Told::to([]);
    let (sandbox, schedule) = unknown(&gateway).await;
    let shown = unknowns(&sandbox).await;
    let [lost] = &shown[..] else { panic!("{shown:?}") };
    let id = lost["id"].as_str().unwrap();
    assert_eq!(
        *lost,
        json!({
            "id": id, "why": "unknown", "schedule": schedule, "slot": "2025-03-31T00:00:00",
            "attempt": 0, "due": "2025-03-31T01:30:00Z", "since": "2025-03-31T01:30:00Z",
            "kind": "charge", "amount": 100_000, "currency": "THB",
            "idempotency_key": lost["idempotency_key"],
        })
    );
    let refusals = [
        (
            json!({}),
            "verdict must be paid (the money moved), not_paid (it did not, and is not to), or ask (it did not, and is to be asked for now, under the same key)",
        ),
        (
            json!({"verdict": "paid"}),
            "reason is missing; it would say, for the record, how this is known",
        ),
        (
            json!({"verdict": "paid", "reason": " "}),
            "reason is missing; it would say, for the record, how this is known",
        ),
    ];
    for (said, detail) in refusals {
        assert_eq!(settle(&sandbox, id, said).await["detail"], detail);
    }
    let said = json!({"verdict": "paid", "reason": "the bank's statement of 2 April"});
    assert_eq!(settle(&sandbox, id, said.clone()).await, json!({"id": id, "settled": "as_said"}));
    assert_eq!(unknowns(&sandbox).await, [] as [Value; 0]);
    assert_eq!(statuses(&sandbox, &schedule).await, ["successful"]);
    assert_eq!(
        settle(&sandbox, id, said).await["detail"],
        "no attempt waits there; it has settled meanwhile, or there never was one"
    );
    let audit = sandbox.get("/kalends/v1/audit").await;
    let [entry] = &audit["audit"].as_array().unwrap()[..] else { panic!("{audit}") };
    assert_eq!(
        only(entry, &["deed", "subject", "reason"]),
        json!({"deed": "said_paid", "subject": id, "reason": "the bank's statement of 2 April"})
    );
    assert!(entry["actor"].as_str().unwrap().starts_with("key "), "{entry}");
}

#[tokio::test]
async fn a_payment_that_was_not_made_fails_and_its_schedule_goes_on() {
    let gateway = Told::to([]);
    let (sandbox, schedule) = unknown(&gateway).await;
    let id = unknowns(&sandbox).await[0]["id"].as_str().unwrap().to_owned();
    let said = json!({"verdict": "not_paid", "reason": "nothing on the statement"});
    assert_eq!(settle(&sandbox, &id, said).await["settled"], "as_said");
    assert_eq!(statuses(&sandbox, &schedule).await, ["failed"]);
    *gateway.outcomes.lock().unwrap() = [PAID].into();
    sandbox.advance("2025-05-02T00:00:00Z").await;
    assert_eq!(statuses(&sandbox, &schedule).await, ["failed", "successful"]);
}

#[tokio::test]
async fn a_payment_is_asked_for_again_only_where_its_gateway_does_not_know_it_after_all() {
    let gateway = Told::to([Outcome::Unknown, PAID]);
    let (sandbox, schedule) = unknown(&gateway).await;
    let id = unknowns(&sandbox).await[0]["id"].as_str().unwrap().to_owned();
    let said = json!({"verdict": "ask", "reason": "the provider says it never came"});
    *gateway.lookup.lock().unwrap() = Lookup::Unreachable;
    assert_eq!(
        settle(&sandbox, &id, said.clone()).await,
        json!({
            "type": "about:blank", "title": "Service Unavailable", "status": 503,
            "detail": "the gateway cannot be asked now whether this was paid after all; try again later"
        })
    );
    *gateway.lookup.lock().unwrap() = Lookup::Absent;
    assert_eq!(settle(&sandbox, &id, said).await["settled"], "as_said");
    sandbox.advance("2025-04-03T00:00:00Z").await;
    assert_eq!(statuses(&sandbox, &schedule).await, ["successful"]);
    assert_eq!(gateway.outcomes.lock().unwrap().len(), 0);

    let gateway = Told::to([]);
    let (sandbox, schedule) = unknown(&gateway).await;
    let id = unknowns(&sandbox).await[0]["id"].as_str().unwrap().to_owned();
    *gateway.lookup.lock().unwrap() = Lookup::Found(PAID);
    let said = json!({"verdict": "ask", "reason": "the provider says it never came"});
    assert_eq!(
        settle(&sandbox, &id, said).await,
        json!({"id": id, "settled": "as_found", "found": "paid"})
    );
    assert_eq!(statuses(&sandbox, &schedule).await, ["successful"]);
}

#[tokio::test]
async fn a_name_under_which_nothing_waits_is_not_found() {
    let sandbox = Sandbox::open().await;
    for id in ["1_2_3", "nothing", "9999999999999999999_0_0"] {
        let said = json!({"verdict": "paid", "reason": "it was"});
        let refused = sandbox.ask().post(&format!("/kalends/v1/unknowns/{id}/settle"), said).await;
        assert_eq!(
            (refused.status, &refused.body["detail"]),
            (404, &json!(format!("nothing waits as {id}")))
        );
    }
}

async fn held_by_metrics(sandbox: &Sandbox) -> Vec<String> {
    let request = Request::get("/metrics").body(Body::empty()).unwrap();
    let (_, metrics) = sandbox.text(request).await;
    metrics.lines().filter(|line| line.starts_with("kalends_held{")).map(str::to_owned).collect()
}

#[tokio::test]
async fn a_held_lane_shows_what_it_would_run_and_runs_it_once_it_is_resumed() {
    let held_since = Some("2025-03-20T08:00:00Z");
    let sandbox = Sandbox::open_as(Opening { held_since, ..Opening::default() }, |_| ()).await;
    let customer = sandbox.customer().await;
    let schedule = sandbox.post("/schedules", monthly(&customer, &json!({}))).await;
    assert_eq!(
        sandbox.get("/kalends/v1/lane").await,
        json!({
            "now": "2025-03-20T09:00:00Z", "held_since": "2025-03-20T08:00:00Z",
            "gateway_stopped": null, "slots_due": 0, "due": []
        })
    );
    let to = json!({"to": "2025-04-02"});
    let refused = sandbox.ask().post("/kalends/v1/clock/advance", to.clone()).await;
    assert_eq!(
        (refused.status, &refused.body["detail"]),
        (
            409,
            &json!(
                "nothing runs since 2025-03-20T08:00:00Z, because the data was restored from a backup: resume it first"
            )
        )
    );
    let refused = sandbox.ask().post("/kalends/v1/resume", json!({})).await;
    assert_eq!(
        (refused.status, &refused.body["detail"]),
        (400, &json!("reason is missing; it would say, for the record, why this is safe"))
    );
    assert_eq!(held_by_metrics(&sandbox).await, [r#"kalends_held{lane="1"} 1"#]);
    let why = json!({"reason": "the original is switched off"});
    for resumed in [true, false] {
        assert_eq!(
            sandbox.post("/kalends/v1/resume", why.clone()).await,
            json!({"resumed": resumed})
        );
    }
    assert_eq!(held_by_metrics(&sandbox).await, [r#"kalends_held{lane="1"} 0"#]);
    sandbox.post("/kalends/v1/clock/advance", to).await;
    assert_eq!(statuses(&sandbox, schedule["id"].as_str().unwrap()).await, ["successful"]);
    let audit = sandbox.get("/kalends/v1/audit").await;
    let [entry] = &audit["audit"].as_array().unwrap()[..] else { panic!("{audit}") };
    assert_eq!(
        only(entry, &["deed", "subject", "reason"]),
        json!({"deed": "resumed", "subject": "lane 1", "reason": "the original is switched off"})
    );
}
