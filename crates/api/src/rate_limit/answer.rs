//! What a limit adds to an answer, and what it answers itself.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::header::{HeaderName, HeaderValue, RETRY_AFTER};
use http::{StatusCode, Uri};

use super::{Asker, PeerAddress, Standing};
use crate::App;
use crate::moov;
use crate::native::Problem;
use crate::omise::OmiseError;

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// What operators' machines ask, at any rate.
const EXEMPT: [&str; 3] = ["/healthz", "/readyz", "/metrics"];
/// What is said to whoever asks too much.
const TOO_MANY: &str = "too many requests; ask again after as many seconds as Retry-After says";

/// Answers a request if its asker has something left.
pub(crate) async fn answer(State(app): State<App>, request: Request, next: Next) -> Response {
    if app.rate_limiter.is_idle() || EXEMPT.contains(&request.uri().path()) {
        return next.run(request).await;
    }
    let peer = request.extensions().get::<PeerAddress>().copied();
    // Where the store cannot say who asks, whatever answers the request says so.
    let asker = Asker::of(&app, request.headers(), peer).await.unwrap_or(Asker::Nobody);
    let Some(standing) = app.rate_limiter.ask(asker, app.runner.elapsed()) else {
        return next.run(request).await;
    };
    let mut response = match standing.retry_after {
        Some(_) => refusal(request.uri()),
        None => next.run(request).await,
    };
    tell(&mut response, &standing);
    response
}

fn refusal(uri: &Uri) -> Response {
    let path = uri.path();
    if path.starts_with("/kalends/") || path.starts_with("/openapi/") {
        return Problem::new(StatusCode::TOO_MANY_REQUESTS, TOO_MANY).into_response();
    }
    if moov::router::owns(path) {
        return moov::router::too_many_requests();
    }
    let error = OmiseError::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", TOO_MANY);
    crate::omise::refusal(&error)
}

fn tell(response: &mut Response, standing: &Standing) {
    let Standing { policy, quota, remaining, full_after, retry_after } = *standing;
    let stated = format!("\"{policy}\";q={};w={}", quota.requests, quota.window_seconds);
    let left = format!("\"{policy}\";r={remaining};t={}", seconds(full_after));
    let retry_after = retry_after.map(|wait| seconds(wait).to_string());
    let told =
        [(RATE_LIMIT_POLICY, Some(stated)), (RATE_LIMIT, Some(left)), (RETRY_AFTER, retry_after)];
    for (name, value) in told {
        if let Some(Ok(value)) = value.map(HeaderValue::try_from) {
            response.headers_mut().insert(name, value);
        }
    }
}

/// In whole seconds, none of them too few.
const fn seconds(wait: Duration) -> u64 {
    wait.as_secs() + if wait.subsec_nanos() > 0 { 1 } else { 0 }
}
