//! One request, from its first byte to its answer's last.

use std::panic::AssertUnwindSafe;

use axum::body::Body;
use engine::{Account, IdempotencyKey};
use futures::FutureExt as _;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use http::{Method, Response, StatusCode};
use serde_json::Value;
use store::{CredentialKind, RequestKey, StoredResponse};
use tracing::Instrument as _;

use super::{Access, BoxedAnswer};
use crate::App;
use crate::body::{self, BodyError};
use crate::foreign::ForeignNames;
use crate::idempotency::IDEMPOTENT_REPLAYED;
use crate::omise::answer::{Answer, OMISE_VERSION, json_response, pretty, refusal};
use crate::omise::context::Context;
use crate::omise::error::OmiseError;
use crate::omise::params::{Params, boolean};
use crate::omise::time::Times;
use crate::omise::version::Version;
use crate::scope;

mod idempotency;

use idempotency::Turn;

/// Serves a request with whatever answers it.
///
/// The work goes on in a task of its own: a client that hangs up changes nothing
/// about what is done, and a panic is an answer like any other.
pub(super) async fn serve(
    app: App,
    access: Access,
    request: http::Request<Body>,
    answer: impl FnOnce(Context, Params) -> BoxedAnswer + Send + 'static,
) -> Response<Body> {
    let task = tokio::spawn(respond(app, access, request, answer).in_current_span());
    task.await.unwrap_or_else(|error| {
        tracing::error!(%error, "a request's task ended early");
        refusal(&OmiseError::backend_error())
    })
}

async fn respond(
    app: App,
    access: Access,
    request: http::Request<Body>,
    answer: impl FnOnce(Context, Params) -> BoxedAnswer + Send,
) -> Response<Body> {
    match prepare(app, access, request).await {
        Ok(prepared) => in_turn(prepared, answer).await,
        Err(error) => refusal(&error),
    }
}

/// A request that was read and may be answered.
struct Prepared {
    context: Context,
    params: Params,
    fingerprint: [u8; 32],
}

async fn prepare(
    app: App,
    access: Access,
    request: http::Request<Body>,
) -> Result<Prepared, OmiseError> {
    app.runner.follow_clock().await?;
    let now = app.runner.now();
    let (head, body) = request.into_parts();
    let account = authenticate(&app, access, &head).await?;
    let version = version(&head.headers, &account)?;
    let params = read(&head, body).await?;
    let key = idempotency::key(&head.method, &head.headers)?;
    let context = Context {
        version,
        now,
        expand: params.0.get("expand").and_then(boolean).unwrap_or(false),
        payment_key: key.as_deref().map(|key| IdempotencyKey::of_request(account.id, key)),
        request: key.map(|key| RequestKey { account: account.id, key }),
        times: Times::Utc,
        account,
        app,
        foreign: ForeignNames::default(),
    };
    let fingerprint = crate::idempotency::fingerprint(&head.method, head.uri.path(), &params.0);
    Ok(Prepared { context, params, fingerprint })
}

async fn authenticate(
    app: &App,
    access: Access,
    head: &http::request::Parts,
) -> Result<Account, OmiseError> {
    let store = app.store().as_ref();
    let credential = app.credentials.of(&head.headers, store, app.runner.wall_now()).await?;
    let opens = |kind| kind != CredentialKind::Public || access == Access::Any;
    let credential = credential
        .filter(|credential| opens(credential.kind))
        .ok_or_else(OmiseError::authentication_failure)?;
    scope::admit(credential.kind, scope::wanted(&head.method, &head.uri))
        .map_err(OmiseError::insufficient_scope)?;
    store.account(credential.account).await?.ok_or_else(OmiseError::authentication_failure)
}

/// The header's version, or else the account's own, or else the newest.
fn version(headers: &HeaderMap, account: &Account) -> Result<Version, OmiseError> {
    let Some(asked) = headers.get(OMISE_VERSION) else { return Ok(Version::of(account)) };
    asked.to_str().ok().and_then(Version::resolve).ok_or_else(|| {
        OmiseError::bad_request("Omise-Version must be a date in the form YYYY-MM-DD")
    })
}

async fn read(head: &http::request::Parts, body: Body) -> Result<Params, OmiseError> {
    let bytes = body::receive(body).await.map_err(|error| unreadable(&error))?;
    let query = head.uri.query();
    let content_type = head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let decoded = match content_type {
        Some(content_type) if body::multipart::is_multipart(Some(content_type)) => {
            body::multipart::decode(content_type, bytes).await
        }
        _ => body::decode(content_type, &bytes, query),
    };
    decoded.map(Params).map_err(|error| unreadable(&error))
}

fn unreadable(error: &BodyError) -> OmiseError {
    OmiseError::new(error.status(), "bad_request", error.to_string())
}

/// Answers, once for each `Idempotency-Key`.
async fn in_turn(
    prepared: Prepared,
    answer: impl FnOnce(Context, Params) -> BoxedAnswer + Send,
) -> Response<Body> {
    let Prepared { context, params, fingerprint } = prepared;
    match idempotency::begin(&context, fingerprint).await {
        Ok(Turn::Answer) => {}
        Ok(Turn::Replay(stored)) => return replay(stored),
        Err(error) => return refusal(&error),
    }
    let version = context.version;
    let asked = context.clone();
    match caught(async move { answer(asked, params).await }).await {
        Ok(value) => {
            let response = success(&value, version);
            idempotency::keep(&context, &response).await;
            sent(response)
        }
        Err(error) => {
            idempotency::give_back(&context).await;
            refusal(&error)
        }
    }
}

/// A panic is our failure, and an answer like any other.
async fn caught(answer: impl Future<Output = Answer>) -> Answer {
    AssertUnwindSafe(answer).catch_unwind().await.unwrap_or_else(|_| {
        // The panic hook has told what and where.
        tracing::error!("a request's handler panicked");
        Err(OmiseError::backend_error())
    })
}

fn success(value: &Value, version: Version) -> StoredResponse {
    StoredResponse { status: 200, body: pretty(value), version: version.as_str().into() }
}

fn sent(stored: StoredResponse) -> Response<Body> {
    let status = StatusCode::from_u16(stored.status).unwrap_or(StatusCode::OK);
    let mut response = json_response(status, stored.body);
    if let Ok(version) = HeaderValue::from_str(&stored.version) {
        response.headers_mut().insert(OMISE_VERSION, version);
    }
    response
}

fn replay(stored: StoredResponse) -> Response<Body> {
    let mut response = sent(stored);
    response.headers_mut().insert(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
    response
}

/// Methods that an `Idempotency-Key` means something for.
const fn is_post(method: &Method) -> bool {
    matches!(*method, Method::POST)
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;

    #[tokio::test]
    async fn a_handler_that_panics_is_answered_as_our_failure_in_omises_envelope() {
        let refused = caught(async { panic!("a test's own panic") }).await.unwrap_err();
        let response = refusal(&refused);
        assert_eq!(response.status(), 500);
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(
            body,
            serde_json::json!({
                "object": "error", "location": "https://www.omise.co/api-errors#backend-error",
                "code": "backend_error",
                "message": "something went wrong on our side; the request may be sent again",
            })
        );
    }
}
