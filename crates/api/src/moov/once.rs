//! A key for what Moov has none for: a request that is sent again under it is done once,
//! and answered as it was.
//!
//! Where Moov has a key of its own it is answered with a conflict instead; that is
//! `accounts::transfers::idempotency`.

use std::panic::AssertUnwindSafe;

use futures::FutureExt as _;
use http::{Method, StatusCode};
use serde_json::{Map, Value, json};
use store::{RequestKey, RequestState, StoredResponse};

use super::answer::{Answer, Reply};
use super::context::Context;
use super::refusal::Refusal;
use super::request::Request;
use crate::idempotency::{self, KEY_CHARACTERS_MAX};

/// In which headers it may stand, the first that is there.
const HEADERS: [&str; 2] = ["idempotency-key", "x-idempotency-key"];

/// The key that a POST at a path was sent with, if it was. At another path it is another
/// key, so that nobody is shown what was made where they may not look.
pub(super) fn key(
    context: &Context,
    request: &Request,
    path: &str,
) -> Result<Option<RequestKey>, Refusal> {
    for header in HEADERS {
        let key = idempotency::key(request.headers(), header).map_err(|_| {
            let form = format!("would be 1 to {KEY_CHARACTERS_MAX} visible ASCII characters");
            Refusal::malformed(format!("the header {header} {form}"))
        })?;
        if let Some(key) = key {
            let key = format!("{path} {key}").into();
            return Ok(Some(RequestKey { account: context.account.id, key }));
        }
    }
    Ok(None)
}

/// Answers a POST at a path, once for each key.
pub(super) async fn answer(
    context: &Context,
    key: Option<RequestKey>,
    path: &str,
    sent: &Value,
    answer: impl Future<Output = Answer>,
) -> Answer {
    let Some(key) = key else { return answer.await };
    let (app, sent) = (&context.app, Map::from_iter([("body".to_owned(), sent.clone())]));
    let fingerprint = idempotency::fingerprint(&Method::POST, path, &sent);
    match idempotency::begin(app, &key, fingerprint, context.now).await? {
        RequestState::Started => {}
        RequestState::Answered(stored) => return Ok(Reply::replayed(stored.body)),
        RequestState::Running => {
            return Err(Refusal::conflict("a request with this key is under way; ask again later"));
        }
        RequestState::Mismatch => {
            return Err(Refusal::conflict("the key was used for a different request"));
        }
    }
    // A panic is our failure, and gives the key back like any other.
    let answered = AssertUnwindSafe(answer).catch_unwind().await.unwrap_or_else(|_| {
        tracing::error!("a request's handler panicked");
        Err(Refusal::failed())
    });
    match answered.as_ref().ok().and_then(Reply::as_json) {
        Some(body) => {
            let status = StatusCode::OK.as_u16();
            // What is made under a key is alike in every version.
            let stored = StoredResponse { status, body, version: Box::default() };
            idempotency::keep(app, &key, stored).await;
        }
        None => idempotency::give_back(app, &key).await,
    }
    answered
}

/// What was sent, as far as it says whether two requests are the same.
pub(super) fn sent(request: &Request) -> Value {
    request.json().unwrap_or_else(|_| json!(null))
}
