//! Every request is named, logged and counted, whatever answers it.

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::Method;
use http::header::{HeaderName, HeaderValue};
use tracing::Instrument as _;

use crate::App;
use crate::request_id::request_id;

/// The request's name.
const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// What is counted as one route: paths that nothing is on.
const NO_ROUTE: &str = "none";

/// Answers a request within a span of its own, and puts its name on the answer.
pub(crate) async fn observe(State(app): State<App>, request: Request, next: Next) -> Response {
    let id = request_id(app.runner.now()).to_string();
    let method = method_label(request.method());
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let route = route.unwrap_or(NO_ROUTE).to_owned();
    let span = tracing::info_span!("request", id, method, route);
    let mut response = next.run(request).instrument(span).await;
    app.metrics.count_request(method, &route, response.status().as_u16());
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(X_REQUEST_ID, id);
    }
    response
}

/// One of a few words, whatever a client calls its method: each is a series of its own.
fn method_label(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        _ => "other",
    }
}
