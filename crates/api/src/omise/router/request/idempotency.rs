//! `Idempotency-Key`, which every POST may have.

use http::{HeaderMap, Method, StatusCode};
use store::{RequestState, StoredResponse};

use super::is_post;
use crate::idempotency::{self, KEY_CHARACTERS_MAX};
use crate::omise::context::Context;
use crate::omise::error::OmiseError;

/// What is to be done with a request.
pub(super) enum Turn {
    /// It is answered now.
    Answer,
    /// It was answered before.
    Replay(StoredResponse),
}

/// The key of a POST, if it has one.
pub(super) fn key(method: &Method, headers: &HeaderMap) -> Result<Option<Box<str>>, OmiseError> {
    if !is_post(method) {
        return Ok(None);
    }
    idempotency::key(headers, "idempotency-key").map_err(|_| {
        let message =
            format!("Idempotency-Key must be 1 to {KEY_CHARACTERS_MAX} visible ASCII characters");
        OmiseError::bad_request(message)
    })
}

/// Takes the key, where there is one.
pub(super) async fn begin(context: &Context, fingerprint: [u8; 32]) -> Result<Turn, OmiseError> {
    let Some(key) = &context.request else { return Ok(Turn::Answer) };
    match idempotency::begin(&context.app, key, fingerprint, context.now).await? {
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
    if let Some(key) = &context.request {
        idempotency::keep(&context.app, key, response.clone()).await;
    }
}

/// Gives the key back.
pub(super) async fn give_back(context: &Context) {
    if let Some(key) = &context.request {
        idempotency::give_back(&context.app, key).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
