//! `/kalends/v1/webhook-endpoints` and what is sent to them, in Omise's words and our own.

use serde_json::{Value, json};

use crate::receiver::{Received, Receiver, Reply};
use crate::sandbox::{Sandbox, id, keys, only};
use crate::schedules::monthly;
use crate::verification::verifies;

const ENDPOINTS: &str = "/kalends/v1/webhook-endpoints";

async fn endpoint(sandbox: &Sandbox, body: Value) -> Value {
    sandbox.post(ENDPOINTS, body).await
}

fn path(endpoint: &Value) -> String {
    format!("{ENDPOINTS}/{}", id(endpoint))
}

/// The types of what came, in our own words.
fn types(received: &[Received]) -> Vec<Value> {
    received.iter().map(|it| json_of(it)["type"].clone()).collect()
}

fn json_of(received: &Received) -> Value {
    serde_json::from_str(&received.body).unwrap()
}

#[tokio::test]
async fn an_endpoint_is_made_shown_changed_and_deleted() {
    let sandbox = Sandbox::open().await;
    let body = json!({
        "url": "https://example.com/hooks", "dialect": "omise",
        "events": ["charge.create", "charge.create"], "description": "ledger",
    });
    let made = endpoint(&sandbox, body).await;
    assert_eq!(
        keys(&made),
        [
            "id",
            "url",
            "dialect",
            "events",
            "description",
            "enabled",
            "disabled",
            "secrets",
            "created_at",
            "updated_at",
            "delivered_at",
            "secret"
        ]
    );
    let mut shown = made.clone();
    shown.as_object_mut().unwrap().remove("secret");
    let said = only(&made, &["url", "dialect", "events", "enabled", "disabled", "secrets"]);
    assert_eq!(
        said,
        json!({
            "url": "https://example.com/hooks", "dialect": "omise", "events": ["charge.create"],
            "enabled": true, "disabled": null, "secrets": [{"accepted_until": null}],
        })
    );
    assert_eq!(sandbox.get(&path(&made)).await, shown);
    assert_eq!(sandbox.get(ENDPOINTS).await, json!({ "webhook_endpoints": [shown] }));

    let change = json!({"url": "https://example.org", "events": null, "enabled": false});
    let changed = sandbox.patch(&path(&made), change).await;
    assert_eq!(
        only(&changed, &["url", "events", "description", "enabled"]),
        json!({
            "url": "https://example.org/", "events": null, "description": "ledger",
            "enabled": false,
        })
    );
    assert_eq!(changed["disabled"]["reason"], "asked");
    let enabled = sandbox.patch(&path(&made), json!({"enabled": true})).await;
    assert_eq!(enabled["disabled"], Value::Null);

    let gone = sandbox.delete(&path(&made)).await;
    assert_eq!(gone, json!({"id": id(&made), "deleted": true}));
    let missing = sandbox.ask().get(&path(&made)).await;
    let detail = format!("there is no webhook endpoint {}", id(&made));
    assert_eq!((missing.status, &missing.body["detail"]), (404, &json!(detail)));
}

#[tokio::test]
async fn what_cannot_be_an_endpoint_is_refused_and_says_why() {
    let sandbox = Sandbox::open().await;
    let ok = "https://example.com/";
    for (body, detail) in [
        (json!({}), "url is missing; it would be such as https://example.com/webhooks"),
        (
            json!({"url": "nowhere"}),
            "url: the URL cannot be read; it would be such as https://example.com/webhooks",
        ),
        (json!({"url": "ftp://example.com"}), "url: the URL must begin with https://"),
        (
            json!({"url": "https://a:b@example.com"}),
            "url: the URL must carry no user name and no password",
        ),
        (
            json!({"url": ok, "dialect": "stripe"}),
            "dialect must be omise, moov or native, and is \"stripe\"",
        ),
        (
            json!({"url": ok, "dialect": "moov", "events": ["charge.create"]}),
            "events has \"charge.create\", which is none of transfer.created, transfer.updated",
        ),
    ] {
        let refused = sandbox.ask().post(ENDPOINTS, body).await;
        assert_eq!((refused.status, &refused.body["detail"]), (400, &json!(detail)));
    }
    let anonymous = sandbox.ask_publicly().get(ENDPOINTS).await;
    assert_eq!(anonymous.status, 401);
    let made = endpoint(&sandbox, json!({"url": ok})).await;
    let refused =
        sandbox.ask().send("PATCH", &path(&made), Some(json!({"dialect": "omise"}))).await;
    assert_eq!(
        refused.body["detail"],
        "dialect cannot be changed; make another endpoint and delete this one"
    );
    let roll = format!("{}/roll", path(&made));
    let refused = sandbox.ask().post(&roll, json!({"overlap_seconds": 604_801})).await;
    assert_eq!(refused.body["detail"], "overlap_seconds must be a whole number from 0 to 604800");
    for wrong in ["limit=0", "limit=101", "status=lost", "cursor=abc"] {
        let listed = sandbox.ask().get(&format!("{}/deliveries?{wrong}", path(&made))).await;
        assert_eq!(listed.status, 400, "{wrong}");
    }
    let missing = sandbox.ask().post("/kalends/v1/deliveries/whd_1/redeliver", json!({})).await;
    assert_eq!(missing.status, 404);
}

#[tokio::test]
async fn an_account_has_sixteen_endpoints_at_most() {
    let sandbox = Sandbox::open().await;
    for _ in 0..16 {
        endpoint(&sandbox, json!({"url": "https://example.com/"})).await;
    }
    let refused = sandbox.ask().post(ENDPOINTS, json!({"url": "https://example.com/"})).await;
    let detail = "an account has 16 endpoints at most; delete one, or change one";
    assert_eq!((refused.status, &refused.body["detail"]), (409, &json!(detail)));
}

#[tokio::test]
async fn omises_form_is_the_event_as_the_account_reads_it() {
    let sandbox = Sandbox::open().await;
    let receiver = Receiver::new().await;
    let before = sandbox.get("/events").await["total"].as_u64().unwrap();
    let body = json!({"url": receiver.url("/omise"), "dialect": "omise"});
    let made = endpoint(&sandbox, body).await;
    let customer = sandbox.customer().await;
    sandbox.post("/schedules", monthly(&customer, &json!({}))).await;
    sandbox.advance("2025-04-01T09:00:00Z").await;
    sandbox.deliver().await;
    let received = receiver.rest().await;
    let sent: Vec<Value> = received.iter().map(json_of).collect();
    let events = sandbox.get(&format!("/events?limit=100&offset={before}")).await;
    assert_eq!(json!(sent), events["data"]);
    let told: Vec<_> = sent.iter().map(|event| event["key"].as_str().unwrap()).collect();
    assert!(told.contains(&"schedule.create") && told.contains(&"charge.create"), "{told:?}");
    let secret = made["secret"].as_str().unwrap();
    for it in &received {
        assert_eq!(it.path, "/omise");
        assert!(verifies("is_omise", secret, it));
        let forged = Received { body: it.body.replace('1', "2"), ..it.clone() };
        assert!(!verifies("is_omise", secret, &forged));
    }
}

#[tokio::test]
async fn our_own_form_tells_of_occurrences_and_no_list_does() {
    let sandbox = Sandbox::open().await;
    let receiver = Receiver::new().await;
    let events = ["schedule.created", "occurrence.succeeded", "schedule.expired"];
    let body = json!({"url": receiver.url("/"), "events": events});
    let made = endpoint(&sandbox, body).await;
    let customer = sandbox.customer().await;
    let schedule = sandbox.post("/schedules", monthly(&customer, &json!({}))).await;
    sandbox.advance("2025-04-01T09:00:00Z").await;
    sandbox.deliver().await;
    let received = receiver.rest().await;
    assert_eq!(types(&received), ["schedule.created", "occurrence.succeeded"]);
    let told = json_of(&received[1]);
    let charge = &sandbox.get("/charges").await["data"][0];
    assert_eq!(
        told["data"],
        json!({
            "schedule": id(&schedule), "kind": "charge", "slot": "2025-03-31T00:00:00",
            "attempt": 0, "message": null, "payment": id(charge),
            "queued_at": "2025-03-20T09:00:00Z", "processed_at": told["timestamp"],
        })
    );
    let secret = made["secret"].as_str().unwrap();
    assert!(received.iter().all(|it| verifies("is_native", secret, it)));
    let listed = sandbox.get("/events?limit=100").await;
    let mut keys = listed["data"].as_array().unwrap().iter().map(|it| it["key"].as_str().unwrap());
    assert!(!keys.any(|key| key.starts_with("occurrence")), "{listed}");
}

#[tokio::test]
async fn an_old_secret_is_accepted_beside_the_new_one_for_a_while() {
    let sandbox = Sandbox::open().await;
    let receiver = Receiver::new().await;
    let made = endpoint(&sandbox, json!({"url": receiver.url("/")})).await;
    let roll = format!("{}/roll", path(&made));
    let rolled = sandbox.post(&roll, json!({"reason": "yearly"})).await;
    assert_ne!(rolled["secret"], made["secret"]);
    let accepted = &rolled["secrets"];
    assert_eq!(
        (accepted.as_array().unwrap().len(), &accepted[0]["accepted_until"]),
        (2, &Value::Null)
    );
    sandbox.customer().await;
    sandbox.deliver().await;
    let received = receiver.rest().await;
    let secret = |of: &Value| of["secret"].as_str().unwrap().to_owned();
    assert!(!received.is_empty());
    for it in &received {
        assert!(verifies("is_native", &secret(&made), it));
        assert!(verifies("is_native", &secret(&rolled), it));
    }
    let at_once = sandbox.post(&roll, json!({"overlap_seconds": 0})).await;
    assert_eq!(at_once["secrets"], json!([{"accepted_until": null}]));
    sandbox.customer().await;
    sandbox.deliver().await;
    for it in receiver.rest().await {
        assert!(!verifies("is_native", &secret(&rolled), &it));
        assert!(verifies("is_native", &secret(&at_once), &it));
    }
}

#[tokio::test]
async fn deliveries_are_listed_and_made_again_under_the_same_id() {
    let sandbox = Sandbox::open().await;
    let receiver = Receiver::answering([Reply::Status(500, "")]).await;
    let body = json!({"url": receiver.url("/"), "events": ["customer.created"]});
    let made = endpoint(&sandbox, body).await;
    for _ in 0..3 {
        sandbox.customer().await;
    }
    sandbox.deliver().await;
    let sent = receiver.rest().await;
    assert_eq!(sent.len(), 3);
    let list = format!("{}/deliveries", path(&made));
    let first = sandbox.get(&format!("{list}?limit=2")).await;
    let next = first["next_cursor"].as_str().unwrap();
    let second = sandbox.get(&format!("{list}?limit=2&cursor={next}")).await;
    assert_eq!(second["next_cursor"], Value::Null);
    let refused = &second["deliveries"][0];
    assert_eq!(
        only(refused, &["webhook_endpoint", "message", "event", "status", "attempts", "ended_at"]),
        json!({
            "webhook_endpoint": id(&made), "message": sent[0].header("webhook-id"),
            "event": "customer.created", "status": "pending", "attempts": 1, "ended_at": null,
        })
    );
    assert_eq!(refused["latest_attempt"]["status"], 500);
    let pending = sandbox.get(&format!("{list}?status=pending")).await;
    assert_eq!(pending["deliveries"], json!([refused]));
    let again = format!("/kalends/v1/deliveries/{}/redeliver", id(refused));
    let due = sandbox.post(&again, json!({"reason": "mended"})).await;
    assert_eq!(only(&due, &["status", "attempts"]), json!({"status": "pending", "attempts": 0}));
    sandbox.deliver().await;
    let sent_again = receiver.rest().await;
    assert_eq!(sent_again.len(), 1);
    assert_eq!(sent_again[0].header("webhook-id"), sent[0].header("webhook-id"));
    assert_eq!(sent_again[0].body, sent[0].body);
    let delivered = sandbox.get(&format!("{list}?status=delivered")).await;
    assert_eq!(delivered["deliveries"].as_array().unwrap().len(), 3);

    sandbox.patch(&path(&made), json!({"enabled": false})).await;
    let refused = sandbox.ask().post(&again, json!({})).await;
    assert_eq!(refused.body["detail"], "the endpoint is disabled; enable it first");
    let audit = sandbox.get("/kalends/v1/audit").await;
    let deeds: Vec<_> = audit["audit"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (entry["deed"].as_str().unwrap(), entry["reason"].as_str().unwrap()))
        .collect();
    assert_eq!(
        deeds,
        [("endpoint_changed", ""), ("redelivered", "mended"), ("endpoint_created", "")]
    );
}

#[tokio::test]
async fn what_an_endpoint_that_is_gone_has_missed_comes_when_it_is_enabled_and_others_hear() {
    let sandbox = Sandbox::open().await;
    let (gone, other) =
        (Receiver::answering([Reply::Status(410, "")]).await, Receiver::new().await);
    let made =
        endpoint(&sandbox, json!({"url": gone.url("/"), "events": ["customer.created"]})).await;
    let hears = json!({"url": other.url("/"), "events": ["endpoint.disabled"]});
    endpoint(&sandbox, hears).await;
    sandbox.customer().await;
    sandbox.deliver().await;
    sandbox.customer().await;
    sandbox.deliver().await;
    assert_eq!(gone.rest().await.len(), 1);
    let told = json_of(&other.next().await);
    let data = json!({"endpoint": id(&made), "url": gone.url("/"), "reason": "gone"});
    assert_eq!((&told["type"], &told["data"]), (&json!("endpoint.disabled"), &data));
    sandbox.patch(&path(&made), json!({"enabled": true})).await;
    sandbox.deliver().await;
    assert_eq!(types(&gone.rest().await), ["customer.created", "customer.created"]);
}

#[tokio::test]
async fn metrics_tell_how_deliveries_went_and_how_old_the_oldest_is() {
    let sandbox = Sandbox::open().await;
    let receiver = Receiver::answering([Reply::Status(500, "")]).await;
    endpoint(&sandbox, json!({"url": receiver.url("/"), "events": ["customer.created"]})).await;
    sandbox.customer().await;
    sandbox.customer().await;
    sandbox.deliver().await;
    let request = http::Request::get("/metrics").body(axum::body::Body::empty()).unwrap();
    let (_, metrics) = sandbox.text(request).await;
    for line in [
        r#"kalends_webhook_attempts_total{outcome="delivered"} 1"#,
        r#"kalends_webhook_attempts_total{outcome="failed"} 1"#,
        r#"kalends_webhook_attempts_total{outcome="given_up"} 0"#,
        "kalends_webhook_endpoints_disabled_total 0",
        "kalends_webhook_oldest_undelivered_seconds ",
    ] {
        assert!(metrics.contains(line), "{line} in {metrics}");
    }
}
