//! `/kalends/v1`, health and metrics.

mod schedules;

use axum::body::Body;
use http::Request;
use serde_json::{Value, json};

use crate::sandbox::{Sandbox, only};
use crate::schedules::monthly;

#[tokio::test]
async fn the_clock_is_read_and_advanced_and_counts_what_ran() {
    let sandbox = Sandbox::open().await;
    let customer = sandbox.customer().await;
    sandbox.post("/schedules", monthly(&customer, &json!({}))).await;
    assert_eq!(
        sandbox.get("/kalends/v1/clock").await,
        json!({"now": "2025-03-20T09:00:00Z", "mode": "standing", "advancing_to": null})
    );
    let advanced = sandbox.post("/kalends/v1/clock/advance", json!({"to": "2025-05-01"})).await;
    assert_eq!(
        only(&advanced, &["now", "occurrences"]),
        json!({
            "now": "2025-05-01T00:00:00Z",
            "occurrences": {"successful": 2, "failed": 0, "skipped": 0}
        })
    );
}

#[tokio::test]
async fn a_clock_goes_backwards_only_while_there_are_no_schedules() {
    let sandbox = Sandbox::open().await;
    let set = |to: &str| json!({"now": to});
    let put = async |to| sandbox.ask().send("PUT", "/kalends/v1/clock", Some(set(to))).await;
    assert_eq!(put("2025-03-01T00:00:00Z").await.ok()["now"], "2025-03-01T00:00:00Z");
    let customer = sandbox.customer().await;
    sandbox.post("/schedules", monthly(&customer, &json!({}))).await;
    let refused = put("2025-02-01T00:00:00Z").await;
    assert_eq!(refused.status, 409);
    assert_eq!(refused.headers["content-type"], "application/problem+json");
    assert_eq!(
        refused.body,
        json!({
            "type": "about:blank", "title": "Conflict", "status": 409,
            "detail": "the clock says 2025-03-01T00:00:00Z and schedules exist, so it can only go forward; 2025-02-01T00:00:00Z is earlier"
        })
    );
    let missing = sandbox.ask().post("/kalends/v1/clock/advance", json!({})).await;
    assert_eq!(
        missing.body["detail"],
        "to is missing; it would be a date and time in the form YYYY-MM-DDThh:mm:ssZ"
    );
}

#[tokio::test]
async fn a_preview_tells_dates_and_words_and_makes_nothing() {
    let sandbox = Sandbox::open().await;
    let body = json!({
        "every": 1, "period": "month", "on": {"days_of_month": [31]}, "start": "2028-01-31",
        "count": 3,
    });
    assert_eq!(
        sandbox.post("/kalends/v1/preview", body).await,
        json!({
            "dates": ["2028-01-31", "2028-02-29", "2028-03-31"],
            "in_words": "Every 1 month(s) on the 31st",
            "in_plain_english": "Every month on the last day, from 31 January 2028",
        })
    );
    assert_eq!(sandbox.get("/schedules").await["total"], 0);
    let refused = async |body: Value| {
        let answered = sandbox.ask().post("/kalends/v1/preview", body).await;
        (answered.status, answered.body["detail"].as_str().unwrap().to_owned())
    };
    assert_eq!(
        refused(json!({"rrule": "FREQ=DAILY"})).await,
        (400, "start is required where rrule has no DTSTART".to_owned())
    );
    assert_eq!(
        refused(json!({"rrule": "FREQ=DAILY", "start": "2026-01-01T00:00:00Z", "every": 1})).await,
        (
            400,
            "every does not go with rrule; only start, count, zone, gap, fold, calendar, roll do"
                .to_owned()
        )
    );
    assert_eq!(
        refused(json!({"every": 1, "period": "day", "count": 0})).await,
        (400, "count must be an integer from 1 to 1000".to_owned())
    );
}

#[tokio::test]
async fn a_preview_of_an_rrule_tells_instants() {
    let sandbox = Sandbox::open().await;
    let body = json!({
        "rrule": "RRULE:FREQ=MONTHLY;BYMONTHDAY=31", "start": "2026-01-30T15:04:05Z", "count": 3,
    });
    assert_eq!(
        sandbox.post("/kalends/v1/preview", body).await["dates"],
        json!(["2026-01-31T15:04:05Z", "2026-03-31T15:04:05Z", "2026-05-31T15:04:05Z"])
    );
    let inside = json!({ "rrule": "FREQ=DAILY;DTSTART=20460101T150405Z;COUNT=2" });
    assert_eq!(
        sandbox.post("/kalends/v1/preview", inside).await,
        json!({
            "dates": ["2046-01-01T15:04:05Z", "2046-01-02T15:04:05Z"],
            "in_words": "Every day at 15:04:05 in UTC, 2 times, from 1 January 2046",
        })
    );
    let never = json!({
        "rrule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "start": "2026-01-01T00:00:00Z",
    });
    assert_eq!(sandbox.post("/kalends/v1/preview", never).await["note"], "the rule never matches");
}

#[tokio::test]
async fn a_rule_without_dates_is_answered_with_a_note() {
    let sandbox = Sandbox::open().await;
    let body = json!({
        "every": 1, "period": "week", "on": {"weekdays": ["monday"]},
        "start_date": "2025-04-01", "end_date": "2025-04-02",
    });
    assert_eq!(
        sandbox.post("/kalends/v1/preview", body).await,
        json!({
            "dates": [], "in_words": "Every 1 week(s) on Monday",
            "in_plain_english":
                "Every week on Monday, from 1 April 2025 until 2 April 2025",
            "note": "the rule has no date between 2025-04-01 and 2025-04-02"
        })
    );
}

#[tokio::test]
async fn the_clock_needs_a_secret_key() {
    let sandbox = Sandbox::open().await;
    let refused = sandbox.ask_publicly().get("/kalends/v1/clock").await;
    assert_eq!((refused.status, &refused.body["title"]), (401, &json!("Unauthorized")));
}

#[tokio::test]
async fn a_path_that_is_no_text_names_nothing() {
    let sandbox = Sandbox::open().await;
    for path in ["/kalends/v1/schedules/%ff", "/kalends/v1/keys/%c3%28/roll"] {
        let method = if path.ends_with("roll") { "POST" } else { "GET" };
        let answered = sandbox.ask().send(method, path, None).await;
        assert_eq!(
            (answered.status, &answered.body["title"]),
            (404, &json!("Not Found")),
            "{path}"
        );
        assert_eq!(answered.headers["content-type"], "application/problem+json", "{path}");
    }
}

#[tokio::test]
async fn health_and_metrics_need_no_key() {
    let sandbox = Sandbox::open().await;
    sandbox.get("/schedules").await;
    let text = async |path: &str| {
        let request = Request::get(path).body(Body::empty()).unwrap();
        sandbox.text(request).await
    };
    assert_eq!(text("/healthz").await, (200, "ok\n".to_owned()));
    let (status, metrics) = text("/metrics").await;
    assert_eq!(status, 200);
    let line = "kalends_http_requests_total{method=\"GET\",route=\"/schedules\",status=\"200\"} 1";
    assert!(metrics.contains(line), "{metrics}");
    assert!(metrics.contains("kalends_queue_depth 0"), "{metrics}");
}

#[tokio::test]
async fn metrics_tell_how_late_payments_are_and_what_the_gateway_answers() {
    let sandbox = Sandbox::open_at("2026-01-01T00:00:00Z").await;
    let customer = sandbox.customer().await;
    let schedule = json!({
        "every": 1, "period": "day", "start_date": "2026-01-02", "end_date": "2026-01-10",
        "charge": { "customer": customer, "amount": 100_000 },
    });
    sandbox.post("/schedules", schedule).await;
    sandbox.advance("2026-01-04T00:00:00Z").await;
    let request = Request::get("/metrics").body(Body::empty()).unwrap();
    let (_, metrics) = sandbox.text(request).await;
    let of_lanes: Vec<&str> = metrics
        .lines()
        .filter(|line| line.contains("lane=\"1\"") && !line.contains("gateway_call_seconds_"))
        .filter(|line| !line.contains("_bucket") || line.contains("le=\"0.001\""))
        .collect();
    assert_eq!(
        of_lanes,
        [
            r#"kalends_lateness_seconds_sum{lane="1"} 0.0"#,
            r#"kalends_lateness_seconds_count{lane="1"} 2"#,
            r#"kalends_lateness_seconds_bucket{le="0.001",lane="1"} 2"#,
            r#"kalends_gateway_outcomes_total{lane="1",outcome="succeeded"} 2"#,
            r#"kalends_gateway_outcomes_total{lane="1",outcome="declined"} 0"#,
            r#"kalends_gateway_outcomes_total{lane="1",outcome="accepted"} 0"#,
            r#"kalends_gateway_outcomes_total{lane="1",outcome="not_sent"} 0"#,
            r#"kalends_gateway_outcomes_total{lane="1",outcome="unknown"} 0"#,
            r#"kalends_waiting{lane="1",state="accepted"} 0"#,
            r#"kalends_waiting{lane="1",state="unknown"} 0"#,
            r#"kalends_waiting{lane="1",state="late"} 0"#,
            r#"kalends_behind_seconds{lane="1"} 0"#,
            r#"kalends_held{lane="1"} 0"#,
            r#"kalends_gateway_stopped{lane="1"} 0"#,
        ]
    );
    let calls = r#"kalends_gateway_call_seconds_count{lane="1",call="pay"} 2"#;
    assert!(metrics.contains(calls), "{metrics}");
    assert!(metrics.ends_with("# EOF\n"), "{metrics}");
}

#[tokio::test]
async fn whatever_answers_a_request_names_and_counts_it() {
    let sandbox = Sandbox::open().await;
    for path in ["/kalends/v1/clock", "/kalends/v1/nothing", "/a/path/of/nobody"] {
        let answered = sandbox.ask().get(path).await;
        assert_eq!(answered.headers["x-request-id"].len(), 36, "{path}");
    }
    let answered = sandbox.ask().send("BREW", "/schedules", None).await;
    assert_eq!((answered.status, answered.headers["x-request-id"].len()), (405, 36));
    let request = Request::get("/metrics").body(Body::empty()).unwrap();
    let (_, metrics) = sandbox.text(request).await;
    for line in [
        r#"{method="GET",route="/kalends/v1/clock",status="200"} 1"#,
        r#"{method="GET",route="none",status="404"} 2"#,
        r#"{method="other",route="/schedules",status="405"} 1"#,
    ] {
        assert!(metrics.contains(line), "{line} in {metrics}");
    }
}
