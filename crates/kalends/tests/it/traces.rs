//! What a collector is told of a payment, by the real binary.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::overlay::{World, monthly};
use crate::receiver::Receiver;

/// Spans by name, of each trace.
type ByTrace = BTreeMap<String, BTreeMap<String, Value>>;

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_is_one_trace_from_when_it_was_due_to_its_webhook() {
    let collector = Receiver::new().await;
    let shop = Receiver::new().await;
    let more = format!(
        "allow_card_numbers = true\n\n[traces]\ncollector = {:?}\n\n[webhooks]\n\
         allow_private_addresses = true\n",
        collector.url("/otlp")
    );
    let world = World::open(&more).await;
    let customer = world.customer().await;
    let endpoint = json!({ "url": shop.url("/"), "events": ["occurrence.succeeded"] });
    world.server.post("/kalends/v1/webhook-endpoints", &endpoint).await;
    world.server.post("/schedules", &monthly(&customer)).await;
    world.advance("2026-03-01T00:00:00Z").await;
    for _ in 0..2 {
        shop.next().await;
    }

    let mut traces = ByTrace::new();
    while traces.len() < 2 || traces.values().any(|spans| spans.len() < 4) {
        let received = collector.next().await;
        assert_eq!(received.path, "/otlp/v1/traces");
        let body: Value = serde_json::from_str(&received.body).unwrap();
        for span in body["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().unwrap() {
            let known = traces.entry(text(span, "traceId")).or_default();
            assert_eq!(known.insert(text(span, "name"), span.clone()), None, "{span}");
        }
    }
    for spans in traces.values() {
        let names: Vec<_> = spans.keys().map(String::as_str).collect();
        assert_eq!(names, ["ask the gateway", "payment", "record", "send the webhook"]);
        let root = &spans["payment"];
        assert_eq!(root.get("parentSpanId"), None);
        for part in ["ask the gateway", "record", "send the webhook"] {
            assert_eq!(spans[part]["parentSpanId"], root["spanId"], "{part}");
        }
        let when = |span: &str, end: &str| text(&spans[span], end).parse::<i64>().unwrap();
        assert!(when("ask the gateway", "endTimeUnixNano") <= when("record", "startTimeUnixNano"));
        assert!(when("record", "endTimeUnixNano") <= when("send the webhook", "endTimeUnixNano"));
        let attributes = root["attributes"].as_array().unwrap();
        let status = json!({ "key": "kalends.status", "value": { "stringValue": "successful" } });
        assert!(attributes.contains(&status), "{root}");
    }
}
