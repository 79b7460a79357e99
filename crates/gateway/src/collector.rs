//! Sends traces to a collector, by OTLP over HTTP with JSON
//! (<https://opentelemetry.io/docs/specs/otlp/#otlphttp>).
//!
//! The spans of a payment are made long apart, by whichever process has to do with it, and
//! find together by ids that are computed from what is paid. OpenTelemetry's own kit draws
//! ids by chance and carries them along in one process; so what is sent is written here.

use std::time::Duration;

use engine::Instant;
use reqwest::{Client, Url, redirect, retry};
use serde_json::{Value, json};

use crate::upstream::{SetupError, base_url, client_builder};

/// How long a collector may take: what it does not take in time is not sent again.
const TIMEOUT: Duration = Duration::from_secs(5);
/// A status of a span: what it tells of has failed (`STATUS_CODE_ERROR`).
const STATUS_ERROR: u8 = 2;

/// Something that took its time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Span {
    /// What it is a part of.
    pub trace: [u8; 16],
    /// Which part.
    pub id: [u8; 8],
    /// The part that it is a part of.
    pub parent: Option<[u8; 8]>,
    /// What was done.
    pub name: &'static str,
    /// From whose side.
    pub kind: SpanKind,
    /// When it began, by the wall clock.
    pub begun: Instant,
    /// When it ended, by the wall clock.
    pub ended: Instant,
    /// What else there is to know of it. No names of people, and nothing that opens anything.
    pub attributes: Vec<(&'static str, String)>,
    /// Whether it failed.
    pub failed: bool,
}

/// From whose side a span tells.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SpanKind {
    /// Nobody else had to do with it.
    Internal,
    /// Somebody else was asked.
    Client,
}

/// Where traces are sent.
#[derive(Clone, Debug)]
pub struct Collector {
    client: Client,
    url: Url,
}

/// Why spans were not taken.
#[derive(Debug, thiserror::Error)]
pub enum NotCollected {
    /// The collector could not be asked.
    #[error("the collector of traces did not answer: {0}")]
    Unanswered(reqwest::Error),
    /// It refused them.
    #[error("the collector of traces answered {0}")]
    Refused(u16),
}

impl Collector {
    /// The collector under `base`, which takes traces at `v1/traces`.
    pub fn new(base: &Url) -> Result<Collector, SetupError> {
        let mut url = base_url(base)?;
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(["v1", "traces"]);
        }
        let client = client_builder()?
            .timeout(TIMEOUT)
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .no_proxy()
            .build()?;
        Ok(Collector { client, url })
    }

    /// Sends spans.
    ///
    /// # Errors
    ///
    /// Where they were not taken. They are of use to nobody a second time.
    pub async fn send(&self, spans: &[Span]) -> Result<(), NotCollected> {
        let asked = self.client.post(self.url.clone()).json(&written(spans)).send().await;
        let answered = asked.map_err(|error| NotCollected::Unanswered(error.without_url()))?;
        if answered.status().is_success() {
            return Ok(());
        }
        Err(NotCollected::Refused(answered.status().as_u16()))
    }
}

fn written(spans: &[Span]) -> Value {
    let service = [("service.name", "kalends"), ("service.version", env!("CARGO_PKG_VERSION"))];
    json!({ "resourceSpans": [{
        "resource": { "attributes": service.map(|(key, value)| attribute(key, value)) },
        "scopeSpans": [{
            "scope": { "name": "kalends" },
            "spans": spans.iter().map(span).collect::<Vec<_>>(),
        }],
    }] })
}

fn span(span: &Span) -> Value {
    let attributes = span.attributes.iter().map(|(key, value)| attribute(key, value));
    let mut written = json!({
        "traceId": hex(&span.trace),
        "spanId": hex(&span.id),
        "name": span.name,
        "kind": match span.kind {
            SpanKind::Internal => 1,
            SpanKind::Client => 3,
        },
        "startTimeUnixNano": span.begun.nanoseconds().to_string(),
        "endTimeUnixNano": span.ended.nanoseconds().to_string(),
        "attributes": attributes.collect::<Vec<_>>(),
    });
    if let Value::Object(fields) = &mut written {
        fields.extend(span.parent.map(|parent| ("parentSpanId".to_owned(), hex(&parent).into())));
        if span.failed {
            fields.insert("status".to_owned(), json!({ "code": STATUS_ERROR }));
        }
    }
    written
}

fn attribute(key: &str, value: &str) -> Value {
    json!({ "key": key, "value": { "stringValue": value } })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_written_as_otlp_has_them() {
        let at = Instant::from_nanoseconds;
        let pay = Span {
            trace: [0xab; 16],
            id: [1; 8],
            parent: Some([2; 8]),
            name: "pay",
            kind: SpanKind::Client,
            begun: at(1_767_225_600_000_000_000),
            ended: at(1_767_225_600_250_000_000),
            attributes: vec![("kalends.outcome", "unknown".to_owned())],
            failed: true,
        };
        assert_eq!(
            written(&[pay])["resourceSpans"][0]["scopeSpans"][0]["spans"],
            json!([{
                "traceId": "abababababababababababababababab",
                "spanId": "0101010101010101",
                "parentSpanId": "0202020202020202",
                "name": "pay",
                "kind": 3,
                "startTimeUnixNano": "1767225600000000000",
                "endTimeUnixNano": "1767225600250000000",
                "attributes": [
                    { "key": "kalends.outcome", "value": { "stringValue": "unknown" } },
                ],
                "status": { "code": 2 },
            }])
        );
    }
}
