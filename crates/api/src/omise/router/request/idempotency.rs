//! `Idempotency-Key`: the same request, asked again, is done once and answered alike.
//!
//! Answers of 200 are kept. A refusal changed nothing, so it gives the key back: the
//! request may be corrected and sent again under it. So does a failure on our
//! side: what was done by then was done under the same key, and is not done twice.

use http::{HeaderMap, Method, StatusCode};
use serde_json::Value;
use sha2::{Digest, Sha256};
use store::{RequestState, StoredResponse};

use super::is_post;
use crate::omise::context::Context;
use crate::omise::error::OmiseError;
use crate::omise::params::Params;

/// The most characters that a key may have.
const KEY_CHARACTERS_MAX: usize = 255;

/// What is to be done with a request.
pub(super) enum Turn {
    /// It is answered now.
    Answer,
    /// It was answered before.
    Replay(StoredResponse),
}

/// The key of a POST, if it has one.
pub(super) fn key(method: &Method, headers: &HeaderMap) -> Result<Option<Box<str>>, OmiseError> {
    let Some(value) = headers.get("idempotency-key").filter(|_| is_post(method)) else {
        return Ok(None);
    };
    let key = value.to_str().unwrap_or_default().trim();
    if key.is_empty() || key.len() > KEY_CHARACTERS_MAX {
        let message =
            format!("Idempotency-Key must be 1 to {KEY_CHARACTERS_MAX} visible ASCII characters");
        return Err(OmiseError::bad_request(message));
    }
    Ok(Some(key.into()))
}

/// What makes a request the same: method, path and what was sent, in any order and encoding.
pub(super) fn fingerprint(method: &Method, path: &str, params: &Params) -> [u8; 32] {
    let mut hash = Sha256::new();
    for text in [method.as_str(), path.trim_end_matches('/')] {
        hash_text(&mut hash, text);
    }
    hash_fields(&mut hash, &params.0);
    hash.finalize().into()
}

fn hash_text(hash: &mut Sha256, text: &str) {
    hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
    hash.update(text);
}

fn hash_fields(hash: &mut Sha256, fields: &serde_json::Map<String, Value>) {
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

/// Takes the key, where there is one.
pub(super) async fn begin(context: &Context, fingerprint: [u8; 32]) -> Result<Turn, OmiseError> {
    let Some(key) = context.request.clone() else { return Ok(Turn::Answer) };
    let (store, term) = (context.app.store(), context.app.runner.term());
    match store.begin_request(term, key, fingerprint, context.now).await? {
        RequestState::Started => Ok(Turn::Answer),
        RequestState::Answered(stored) => Ok(Turn::Replay(stored)),
        RequestState::Running => Err(OmiseError::new(
            StatusCode::CONFLICT,
            "bad_request",
            "a request with this Idempotency-Key is being processed; ask again later",
        )),
        RequestState::Mismatch => Err(OmiseError::key_used()),
    }
}

/// Keeps the answer for whoever asks again.
pub(super) async fn keep(context: &Context, response: &StoredResponse) {
    let Some(key) = context.request.clone() else { return };
    if let Err(error) = context.app.store().finish_request(key, response.clone()).await {
        tracing::error!(%error, "an answer could not be kept for its Idempotency-Key");
    }
}

/// Gives the key back.
pub(super) async fn give_back(context: &Context) {
    let Some(key) = context.request.clone() else { return };
    if let Err(error) = context.app.store().abandon_request(key).await {
        tracing::error!(%error, "an Idempotency-Key could not be given back");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn print(method: &Method, path: &str, body: &Value) -> [u8; 32] {
        fingerprint(method, path, &Params(body.as_object().cloned().unwrap_or_default()))
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
    fn a_key_is_read_on_posts_alone_and_has_a_limit() {
        let mut headers = HeaderMap::new();
        assert_eq!(key(&Method::POST, &headers), Ok(None));
        headers.insert("idempotency-key", "order-7".parse().unwrap());
        assert_eq!(key(&Method::POST, &headers), Ok(Some("order-7".into())));
        assert_eq!(key(&Method::GET, &headers), Ok(None));
        headers.insert("idempotency-key", "k".repeat(256).parse().unwrap());
        assert_eq!(
            key(&Method::POST, &headers).unwrap_err().message,
            "Idempotency-Key must be 1 to 255 visible ASCII characters"
        );
    }
}
