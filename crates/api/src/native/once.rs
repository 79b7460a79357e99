//! `Idempotency-Key`, which every POST and PATCH of Kalends' own may have: a request that
//! is sent again under it is done once, and answered as it was.

use std::panic::AssertUnwindSafe;

use axum::body::Body;
use axum::extract::{FromRequestParts as _, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::FutureExt as _;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, StatusCode};
use store::{RequestKey, RequestState, StoredResponse};
use tracing::Instrument as _;

use super::endpoint::Actor;
use super::problem::Problem;
use crate::App;
use crate::body;
use crate::idempotency::{self, IDEMPOTENT_REPLAYED, KEY_CHARACTERS_MAX};

/// What is answered is JSON, and never long.
const ANSWER_BYTES_MAX: usize = 4 * 1_024 * 1_024;

/// Answers a request, once for each key.
pub(super) async fn answer(State(app): State<App>, request: Request, next: Next) -> Response {
    if ![Method::POST, Method::PATCH].contains(request.method()) {
        return next.run(request).await;
    }
    // In a task of its own: a client that hangs up leaves no key behind that is held for ever.
    let answer = async move { answered_once(&app, request, next).await };
    match tokio::spawn(answer.in_current_span()).await {
        Ok(Ok(response)) => response,
        Ok(Err(problem)) => problem.into_response(),
        Err(error) => {
            tracing::error!(%error, "a request's task ended early");
            failed().into_response()
        }
    }
}

fn failed() -> Problem {
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "this failed on our side; the log says how")
}

async fn answered_once(app: &App, request: Request, next: Next) -> Result<Response, Problem> {
    let key = idempotency::key(request.headers(), "idempotency-key").map_err(|_| {
        let form = format!("must be 1 to {KEY_CHARACTERS_MAX} visible ASCII characters");
        Problem::bad_request(format!("Idempotency-Key {form}"))
    })?;
    let Some(key) = key else { return Ok(next.run(request).await) };
    let (mut head, sent) = request.into_parts();
    let actor = Actor::from_request_parts(&mut head, app).await?;
    let bytes = body::receive(sent).await?;
    let content_type = head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let fields = body::decode(content_type, &bytes, head.uri.query())?;
    let fingerprint = idempotency::fingerprint(&head.method, head.uri.path(), &fields);
    // A key space of its own: what the dialects answered under a key is none of these answers.
    let key = RequestKey { account: actor.account.id, key: format!("kalends {key}").into() };
    match idempotency::begin(app, &key, fingerprint, app.runner.now()).await? {
        RequestState::Started => {}
        RequestState::Answered(stored) => return Ok(replayed(stored)),
        RequestState::Running => {
            let detail = "a request with this Idempotency-Key is under way; ask again later";
            return Err(Problem::new(StatusCode::CONFLICT, detail));
        }
        RequestState::Mismatch => {
            let detail = "the Idempotency-Key was used for a different request";
            return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail));
        }
    }
    let request = Request::from_parts(head, Body::from(bytes));
    // A panic is our failure, and gives the key back like any other.
    let answered = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    let Ok(response) = answered else {
        tracing::error!("a request's handler panicked");
        idempotency::give_back(app, &key).await;
        return Err(failed());
    };
    if response.status() != StatusCode::OK {
        idempotency::give_back(app, &key).await;
        return Ok(response);
    }
    let (head, answer) = response.into_parts();
    let Ok(bytes) = axum::body::to_bytes(answer, ANSWER_BYTES_MAX).await else {
        idempotency::give_back(app, &key).await;
        return Err(failed());
    };
    let status = StatusCode::OK.as_u16();
    let stored = StoredResponse { status, body: bytes.to_vec(), version: Box::default() };
    idempotency::keep(app, &key, stored).await;
    Ok(Response::from_parts(head, Body::from(bytes)))
}

fn replayed(stored: StoredResponse) -> Response {
    let mut response = Response::new(Body::from(stored.body));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
    response
}
