//! Leave for web pages to ask, as browsers want it.
//!
//! A preflight carries no key, so which pages a token may be used from is not told here:
//! [`super::origin`] decides it when the request itself comes. Nothing is kept in cookies,
//! so to let every page ask gives nothing away.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD,
    HeaderValue, ORIGIN,
};
use http::{Method, StatusCode};

use super::answer::response;
use super::router::owns;

/// What a page may ask by.
const METHODS: HeaderValue = HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE");
/// What a page may send beside what every page may.
const SENT: HeaderValue = HeaderValue::from_static(
    "authorization, content-type, idempotency-key, x-idempotency-key, x-moov-version, x-wait-for",
);
/// What a page may read beside what every page may.
const READ: HeaderValue = HeaderValue::from_static(
    "idempotent-replayed, ratelimit, ratelimit-policy, retry-after, x-request-id",
);
/// For how many seconds a browser need not ask again.
const SECONDS: HeaderValue = HeaderValue::from_static("7200");

/// Answers preflights of Moov's paths, and lets pages read all other answers.
pub(crate) async fn answer(request: Request, next: Next) -> Response {
    let is_of_page = request.headers().contains_key(ORIGIN) && owns(request.uri().path());
    if !is_of_page {
        return next.run(request).await;
    }
    let asks_first = request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let mut answered = if request.method() == Method::OPTIONS && asks_first {
        let mut preflight = response(StatusCode::NO_CONTENT, None, axum::body::Body::empty());
        let headers = preflight.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, SENT);
        headers.insert(ACCESS_CONTROL_MAX_AGE, SECONDS);
        preflight
    } else {
        next.run(request).await
    };
    let headers = answered.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, READ);
    answered
}
