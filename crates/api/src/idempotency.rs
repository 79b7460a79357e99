//! A client's own key for a request: the same request, asked again, is done once and
//! answered alike.
//!
//! Answers of 200 are kept. A refusal changed nothing, so it gives the key back: the
//! request may be corrected and sent again under it. So does a failure on our
//! side: what was done by then was done under the same key, and is not done twice.
//!
//! Which header the key stands in, and how a refusal reads, is each dialect's own.

use engine::Instant;
use http::header::HeaderName;
use http::{HeaderMap, Method};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use store::{RequestKey, RequestState, StoreError, StoredResponse};

use crate::App;

/// On an answer that was given before, to the same request.
pub(crate) const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// The most characters that a key may have.
pub(crate) const KEY_CHARACTERS_MAX: usize = 255;

/// What was sent as a key is none: it is empty, too long, or no visible ASCII.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct NoKey;

/// The key that stands in a header, if it is there.
pub(crate) fn key(headers: &HeaderMap, name: &str) -> Result<Option<Box<str>>, NoKey> {
    let Some(value) = headers.get(name) else { return Ok(None) };
    let key = value.to_str().unwrap_or_default().trim();
    if key.is_empty() || key.len() > KEY_CHARACTERS_MAX {
        return Err(NoKey);
    }
    Ok(Some(key.into()))
}

/// What makes a request the same: method, path and what was sent, in any order and encoding.
pub(crate) fn fingerprint(method: &Method, path: &str, fields: &Map<String, Value>) -> [u8; 32] {
    let mut hash = Sha256::new();
    for text in [method.as_str(), path.trim_end_matches('/')] {
        hash_text(&mut hash, text);
    }
    hash_fields(&mut hash, fields);
    hash.finalize().into()
}

fn hash_text(hash: &mut Sha256, text: &str) {
    hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
    hash.update(text);
}

fn hash_fields(hash: &mut Sha256, fields: &Map<String, Value>) {
    let mut names: Vec<_> = fields.iter().collect();
    names.sort_by_key(|(name, _)| name.as_str());
    hash.update(b"{");
    for (name, value) in names {
        hash_text(hash, name);
        hash_value(hash, value);
    }
    hash.update(b"}");
}

fn hash_value(hash: &mut Sha256, value: &Value) {
    match value {
        Value::Object(fields) => hash_fields(hash, fields),
        Value::Array(entries) => {
            hash.update(b"[");
            for entry in entries {
                hash_value(hash, entry);
            }
            hash.update(b"]");
        }
        Value::String(text) => {
            hash.update(b"\"");
            hash_text(hash, text);
        }
        scalar => {
            hash.update(b"=");
            hash_text(hash, &scalar.to_string());
        }
    }
}

/// Takes a key, or says what stands under it.
pub(crate) async fn begin(
    app: &App,
    key: &RequestKey,
    fingerprint: [u8; 32],
    now: Instant,
) -> Result<RequestState, StoreError> {
    app.store().begin_request(app.runner.term(), key.clone(), fingerprint, now).await
}

/// Keeps the answer for whoever asks again.
pub(crate) async fn keep(app: &App, key: &RequestKey, response: StoredResponse) {
    if let Err(error) = app.store().finish_request(app.runner.term(), key.clone(), response).await {
        tracing::error!(%error, "an answer could not be kept for its idempotency key");
    }
}

/// Gives the key back.
pub(crate) async fn give_back(app: &App, key: &RequestKey) {
    if let Err(error) = app.store().abandon_request(app.runner.term(), key.clone()).await {
        tracing::error!(%error, "an idempotency key could not be given back");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn print(method: &Method, path: &str, body: &Value) -> [u8; 32] {
        fingerprint(method, path, &body.as_object().cloned().unwrap_or_default())
    }

    #[test]
    fn the_same_request_in_another_order_is_the_same() {
        let one = json!({"every": 1, "on": {"a": [1], "b": 2}});
        let other = json!({"on": {"b": 2, "a": [1]}, "every": 1});
        assert_eq!(
            print(&Method::POST, "/schedules", &one),
            print(&Method::POST, "/schedules/", &other)
        );
        for changed in [json!({"every": "1"}), json!({"every": 1, "on": {"a": [], "b": 2}})] {
            assert_ne!(
                print(&Method::POST, "/schedules", &one),
                print(&Method::POST, "/schedules", &changed)
            );
        }
    }

    #[test]
    fn a_key_has_a_limit() {
        let mut headers = HeaderMap::new();
        assert_eq!(key(&headers, "idempotency-key"), Ok(None));
        headers.insert("idempotency-key", " order-7 ".parse().unwrap());
        assert_eq!(key(&headers, "Idempotency-Key"), Ok(Some("order-7".into())));
        for wrong in [String::new(), "k".repeat(256)] {
            headers.insert("idempotency-key", wrong.parse().unwrap());
            assert_eq!(key(&headers, "idempotency-key"), Err(NoKey));
        }
    }
}
