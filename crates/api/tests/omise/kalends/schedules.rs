//! `/kalends/v1/schedules`, of schedules that were made by Omise's API.

use serde_json::{Value, json};

use crate::sandbox::{Sandbox, id, only};
use crate::schedules::{customer_with_card, monthly};

const PATH: &str = "/kalends/v1/schedules";

async fn made(sandbox: &Sandbox) -> String {
    let customer = sandbox.customer().await;
    id(&sandbox.post("/schedules", monthly(&customer, &json!({}))).await)
}

fn because() -> Value {
    json!({"reason": "the customer is away"})
}

async fn refused(sandbox: &Sandbox, method: &str, path: &str, body: Value) -> (u16, String) {
    let answered = sandbox.ask().send(method, path, Some(body)).await;
    assert_eq!(answered.headers["content-type"], "application/problem+json");
    (answered.status, answered.body["detail"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_schedule_is_shown_whole() {
    let sandbox = Sandbox::open().await;
    let customer = sandbox.customer().await;
    let made = sandbox.post("/schedules", monthly(&customer, &json!({}))).await;
    let id = id(&made);
    assert_eq!(
        sandbox.get(&format!("{PATH}/{id}")).await,
        json!({
            "id": id,
            "dialect": "omise",
            "status": "running",
            "paused": null,
            "rule": {
                "rrule": "RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=31;SKIP=BACKWARD",
                "in_words": "Every month on the last day, from 21 March 2025 until 30 June 2025",
            },
            "window": {"start": "2025-03-21", "end": "2025-06-30"},
            "instruction": {
                "kind": "charge", "amount": 100_000, "currency": "THB", "customer": customer,
                "card": null, "description": "Membership fee",
            },
            "policies": {
                "retry": {
                    "retries_max": 2, "spacing": "next_day", "waits": null, "retried": "every",
                    "exhausted": "suspend_schedule",
                },
                "catch_up": {"missed": "all", "lateness_max_seconds": 259_200},
                "zone": "Asia/Bangkok", "hour": "08:30:00", "calendar": null, "roll": "none",
                "run_at_start": true,
            },
            "next": [
                {"slot": "2025-03-31", "due": "2025-03-31T01:30:00Z", "attempt": 0},
                {"slot": "2025-04-30", "due": "2025-04-30T01:30:00Z", "attempt": 0},
                {"slot": "2025-05-31", "due": "2025-05-31T01:30:00Z", "attempt": 0},
                {"slot": "2025-06-30", "due": "2025-06-30T01:30:00Z", "attempt": 0},
            ],
            "created_at": "2025-03-20T09:00:00Z",
            "updated_at": "2025-03-20T09:00:00Z",
            "ended_at": null,
        })
    );
    for unknown in ["schd_test_missing", "0000", "%20"] {
        let answered = sandbox.ask().get(&format!("{PATH}/{unknown}")).await;
        assert_eq!(answered.status, 404, "{unknown}");
    }
    assert_eq!(sandbox.ask_publicly().get(&format!("{PATH}/{id}")).await.status, 401);
}

#[tokio::test]
async fn schedules_are_found_page_by_page_newest_first() {
    let sandbox = Sandbox::open().await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(made(&sandbox).await);
    }
    sandbox.post(&format!("{PATH}/{}/pause", ids[1]), because()).await;
    let found = async |query: &str| {
        let answer = sandbox.get(&format!("{PATH}?{query}")).await;
        let ids = answer["data"].as_array().unwrap().iter().map(id).collect::<Vec<_>>();
        (ids, answer["next"].as_str().map(str::to_owned))
    };
    let (first, next) = found("limit=2").await;
    assert_eq!(first, [ids[2].clone(), ids[1].clone()]);
    assert_eq!(
        found(&format!("limit=2&after={}", next.unwrap())).await,
        (vec![ids[0].clone()], None)
    );
    assert_eq!(found("order=oldest_first").await, (ids.clone(), None));
    assert_eq!(found("paused=true").await, (vec![ids[1].clone()], None));
    assert_eq!(found("status=expired").await, (vec![], None));
    assert_eq!(found("kind=transfer").await, (vec![], None));
    assert_eq!(found("created_from=2025-03-21").await, (vec![], None));
    assert_eq!(found("created_to=2025-03-21&status=running&kind=charge").await.0.len(), 3);
    for (query, detail) in [
        ("limit=101", "limit must be 1 to 100"),
        ("after=x", "after must be the next of an answer"),
        ("order=up", "order must be one of these: newest_first, oldest_first"),
        (
            "offset=1",
            "offset is no filter; these are: limit, after, order, status, kind, paused, created_from, created_to",
        ),
    ] {
        let answered = sandbox.ask().get(&format!("{PATH}?{query}")).await;
        assert_eq!((answered.status, &answered.body["detail"]), (400, &json!(detail)));
    }
}

#[tokio::test]
async fn a_paused_schedule_runs_nothing_until_it_is_resumed() {
    let sandbox = Sandbox::open().await;
    let id = made(&sandbox).await;
    let path = format!("{PATH}/{id}");
    let paused = sandbox.post(&format!("{path}/pause"), because()).await;
    let all = json!({
        "policy": "all",
        "in_words": "what comes due while the schedule is paused runs when it is resumed, oldest first; what is more than 3 days late by then waits for a person",
    });
    assert_eq!(
        only(&paused, &["status", "paused", "next", "missed_meanwhile"]),
        json!({
            "status": "running",
            "paused": {"since": "2025-03-20T09:00:00Z", "reason": "the customer is away"},
            "next": [],
            "missed_meanwhile": all,
        })
    );
    sandbox.advance("2025-04-01T00:00:00Z").await;
    assert_eq!(sandbox.get(&format!("/schedules/{id}/occurrences")).await["total"], 0);
    assert_eq!(
        refused(&sandbox, "POST", &format!("{path}/pause"), because()).await,
        (409, "the schedule is paused".to_owned())
    );
    let resumed = sandbox.post(&format!("{path}/resume"), because()).await;
    assert_eq!(
        only(&resumed, &["paused", "missed_meanwhile"]),
        json!({"paused": null, "missed_meanwhile": all})
    );
    sandbox.advance("2025-04-01T01:00:00Z").await;
    let occurrences = sandbox.get(&format!("/schedules/{id}/occurrences")).await;
    assert_eq!(occurrences["total"], 1, "{occurrences}");
    assert_eq!(
        refused(&sandbox, "POST", &format!("{path}/resume"), because()).await,
        (409, "the schedule is not paused".to_owned())
    );
    let record = sandbox.get("/kalends/v1/audit").await;
    let entries = record["audit"].as_array().unwrap();
    let told: Vec<Value> =
        entries.iter().map(|entry| only(entry, &["deed", "subject", "reason"])).collect();
    let entry = |deed: &str| json!({"deed": deed, "subject": id, "reason": because()["reason"]});
    assert_eq!(told, [entry("resumed_schedule"), entry("paused_schedule")]);
    assert!(entries[0]["actor"].as_str().unwrap().starts_with("key "));
}

#[tokio::test]
async fn what_is_done_to_a_schedule_needs_a_reason() {
    let sandbox = Sandbox::open().await;
    let id = made(&sandbox).await;
    let missing = "reason is missing; it would say, for the record, why";
    for (method, path, body) in [
        ("POST", format!("{PATH}/{id}/pause"), json!({})),
        ("POST", format!("{PATH}/{id}/resume"), json!({"reason": " "})),
        ("POST", format!("{PATH}/{id}/unsuspend"), json!({})),
        ("PATCH", format!("{PATH}/{id}"), json!({"hour": "09:00"})),
    ] {
        let answer = refused(&sandbox, method, &path, body).await;
        assert_eq!(answer, (400, missing.to_owned()), "{path}");
    }
    assert_eq!(
        refused(&sandbox, "POST", &format!("{PATH}/{id}/pause"), json!({"until": "2026"})).await,
        (400, "until is not known here; only reason is".to_owned())
    );
}

#[tokio::test]
async fn a_suspended_schedule_is_let_go_on_from_its_next_slot() {
    let sandbox = Sandbox::open().await;
    let customer = customer_with_card(&sandbox, "4111111111140011").await;
    let id = id(&sandbox.post("/schedules", monthly(&customer, &json!({}))).await);
    let path = format!("{PATH}/{id}");
    assert_eq!(
        refused(&sandbox, "POST", &format!("{path}/unsuspend"), because()).await,
        (409, "the schedule is not suspended".to_owned())
    );
    sandbox.advance("2025-04-10T00:00:00Z").await;
    assert_eq!(sandbox.get(&path).await["status"], "suspended");
    let going = sandbox.post(&format!("{path}/unsuspend"), because()).await;
    assert_eq!(
        only(&going, &["status", "ended_at", "next"]),
        json!({
            "status": "running",
            "ended_at": null,
            "next": [
                {"slot": "2025-04-30", "due": "2025-04-30T01:30:00Z", "attempt": 0},
                {"slot": "2025-05-31", "due": "2025-05-31T01:30:00Z", "attempt": 0},
                {"slot": "2025-06-30", "due": "2025-06-30T01:30:00Z", "attempt": 0},
            ],
        })
    );
}

#[tokio::test]
async fn policies_are_changed_for_what_is_to_come() {
    let sandbox = Sandbox::open().await;
    let id = made(&sandbox).await;
    sandbox.advance("2025-04-01T00:00:00Z").await;
    let retry = json!({
        "retries_max": 3, "spacing": "ladder", "retried": "where_it_may_help",
        "exhausted": "go_on", "waits": {"days": [1, 3, 5], "counted_in": "business_days"},
    });
    let catch_up = json!({"missed": "skip", "lateness_max_seconds": 86_400});
    let wish = json!({
        "retry": retry, "catch_up": catch_up, "zone": "America/New_York", "hour": "21:15:00",
        "reason": "they moved",
    });
    let changed = sandbox.patch(&format!("{PATH}/{id}"), wish).await;
    assert_eq!(
        only(&changed, &["policies", "next"]),
        json!({
            "policies": {
                "retry": retry, "catch_up": catch_up, "zone": "America/New_York",
                "hour": "21:15:00", "calendar": null, "roll": "none", "run_at_start": true,
            },
            "next": [
                {"slot": "2025-04-30", "due": "2025-05-01T01:15:00Z", "attempt": 0},
                {"slot": "2025-05-31", "due": "2025-06-01T01:15:00Z", "attempt": 0},
                {"slot": "2025-06-30", "due": "2025-07-01T01:15:00Z", "attempt": 0},
            ],
        })
    );
    sandbox.advance("2025-07-10T00:00:00Z").await;
    let total = &sandbox.get(&format!("/schedules/{id}/occurrences")).await["total"];
    assert_eq!(total, 4, "each of the four dates has run, and none twice");
}

#[tokio::test]
async fn dates_on_closed_days_run_on_the_next_that_is_open() {
    let sandbox = Sandbox::open().await;
    let id = made(&sandbox).await;
    sandbox.advance("2025-04-01T00:00:00Z").await;
    let path = format!("{PATH}/{id}");
    let wish =
        json!({"calendar": "bank_of_thailand", "roll": "following", "reason": "banks are closed"});
    let changed = sandbox.patch(&path, wish).await;
    assert_eq!(changed["policies"]["calendar"], "bank_of_thailand");
    assert_eq!(changed["policies"]["roll"], "following");
    // 31 May is a Saturday, 2 June a day that was given for the queen's birthday on the 3rd.
    let next = json!([
        {"slot": "2025-04-30", "due": "2025-04-30T01:30:00Z", "attempt": 0},
        {"slot": "2025-05-31", "due": "2025-06-04T01:30:00Z", "attempt": 0},
        {"slot": "2025-06-30", "due": "2025-06-30T01:30:00Z", "attempt": 0},
    ]);
    assert_eq!(changed["next"], next);
    let occurrences = async || {
        let listed = sandbox.get(&format!("/schedules/{id}/occurrences")).await;
        let shown = |it: &Value| only(it, &["scheduled_on", "status", "processed_at"]);
        let of_may = listed["data"].as_array().unwrap().iter().skip(2).map(shown);
        (listed["total"].clone(), of_may.collect::<Vec<_>>())
    };
    sandbox.advance("2025-06-04T01:29:59Z").await;
    assert_eq!(occurrences().await, (json!(2), vec![]), "nothing ran meanwhile");
    sandbox.advance("2025-06-05T00:00:00Z").await;
    let paid = json!({
        "scheduled_on": "2025-05-31", "status": "successful", "processed_at": "2025-06-04T01:30:00Z",
    });
    assert_eq!(occurrences().await, (json!(3), vec![paid]));
    let open_again = sandbox.patch(&path, json!({"roll": "none", "reason": "no longer"})).await;
    assert_eq!(
        only(&open_again["policies"], &["calendar", "roll"]),
        json!({"calendar": null, "roll": "none"})
    );
}

#[tokio::test]
async fn policies_that_cannot_be_are_refused_with_all_that_is_wrong() {
    let sandbox = Sandbox::open().await;
    let path = format!("{PATH}/{}", made(&sandbox).await);
    for (body, detail) in [
        (
            json!({"reason": "x"}),
            "nothing is to be changed; retry, catch_up, zone, hour, and calendar with roll can be",
        ),
        (
            json!({"colour": "red"}),
            "colour cannot be changed here; these can: retry, catch_up, zone, hour, calendar, \
             roll, reason",
        ),
        (
            json!({"roll": "following"}),
            "roll needs calendar, one of these: weekends, bank_of_thailand, federal_reserve, \
             target2, japan, singapore, malaysia, england_and_wales",
        ),
        (json!({"calendar": "japan"}), "calendar needs roll, which is following or none"),
        (
            json!({"calendar": "japan", "roll": "preceding"}),
            "roll must be one of these: none, following",
        ),
        (
            json!({"calendar": "japan", "roll": "none"}),
            "calendar is of no use where roll is none; leave it out",
        ),
        (
            json!({"zone": "Asia/Atlantis"}),
            "zone: \"Asia/Atlantis\" is not a time zone; it would be an IANA name, such as Asia/Bangkok",
        ),
        (json!({"hour": "25:00"}), "hour must be a time of day in the form hh:mm:ss"),
    ] {
        assert_eq!(refused(&sandbox, "PATCH", &path, body).await, (400, detail.to_owned()));
    }
    for wrong in [
        json!({"retry": {"retries_max": 16, "spacing": "next_day", "retried": "every", "exhausted": "go_on"}}),
        json!({"retry": {"waits": {"days": [40]}, "retried": "every", "exhausted": "go_on"}}),
        json!({"retry": {"waits": {"days": ["x"]}, "retried": "every", "exhausted": "go_on"}}),
        json!({"retry": {"spacing": "next_day", "retries_max": 1}}),
        json!({"retry": 1}),
        json!({"catch_up": {"missed": "some"}}),
        json!({"catch_up": {"missed": "all", "lateness_max_seconds": -1}}),
        json!({"catch_up": {}}),
    ] {
        let (status, detail) = refused(&sandbox, "PATCH", &path, wrong.clone()).await;
        assert_eq!(status, 400, "{wrong}");
        assert!(detail.starts_with("retry") || detail.starts_with("catch_up"), "{detail}");
    }
}

#[tokio::test]
async fn a_request_that_is_sent_again_under_its_key_is_done_once() {
    let sandbox = Sandbox::open().await;
    let path = format!("{PATH}/{}", made(&sandbox).await);
    let pause = async |reason: &str| {
        let asking = sandbox.ask().header("Idempotency-Key", "pause-7");
        asking.post(&format!("{path}/pause"), json!({"reason": reason})).await
    };
    let first = pause("away").await;
    let again = pause("away").await;
    assert_eq!((first.status, &again.text), (200, &first.text));
    assert_eq!(again.headers["idempotent-replayed"], "true");
    let other = pause("elsewhere").await;
    assert_eq!(
        (other.status, &other.body["detail"]),
        (422, &json!("the Idempotency-Key was used for a different request"))
    );
    // What is refused gives its key back.
    let retime = async |hour: &str| {
        let asking = sandbox.ask().header("Idempotency-Key", "retime-7");
        asking.send("PATCH", &path, Some(json!({"hour": hour, "reason": "x"}))).await.status
    };
    assert_eq!((retime("x").await, retime("9:00").await, retime("09:00").await), (400, 400, 200));
    let asking = sandbox.ask().header("Idempotency-Key", "");
    assert_eq!(asking.post(&format!("{path}/resume"), because()).await.status, 400);
}
