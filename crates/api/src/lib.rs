//! HTTP: translation between wire and engine, and nothing else.
//!
//! - [`body`] reads what clients send, whatever they encode it in.
//! - [`omise`] speaks Omise's schedule API, and enough of the rest of it.
//! - [`moov`] speaks Moov's, and what that stands on.
//! - [`overlay`] passes on what is not about schedules, in front of a real account.
//! - [`switchboard`] sends each request to the account whose key it shows.
//! - [`native`] is Kalends' own: clock, preview, webhook endpoints, health, metrics.
//! - [`webhooks`] writes and signs what endpoints are told.

mod app;
mod authentication;
pub mod body;
mod foreign;
pub mod history;
mod idempotency;
mod metrics;
pub mod moov;
pub mod native;
mod observation;
pub mod omise;
pub mod openapi;
pub mod overlay;
mod rate_limit;
mod request_id;
mod scope;
mod switchboard;
pub mod webhooks;

pub use app::App;
pub use rate_limit::{PeerAddress, Quota, RateLimits};
pub use switchboard::switchboard;

use axum::Router;
use axum::body::Body;
use http::{Method, Response, Uri};
use tower::ServiceExt as _;

/// Everything that is served: Omise's and Moov's APIs at the root, where their paths do
/// not collide, Kalends' own under `/kalends/v1`, and `/healthz`, `/readyz`, `/metrics`.
pub fn router(app: App) -> Router {
    let routes = match app.overlay() {
        None => omise::router::routes()
            .merge(moov::router::routes())
            .merge(native::routes(&app))
            .fallback(unknown_path)
            .method_not_allowed_fallback(unknown_method)
            .layer(axum::middleware::from_fn_with_state(app.clone(), rate_limit::answer))
            .layer(axum::middleware::from_fn(moov::cors::answer)),
        Some(overlay::Overlay::Moov(_)) => moov::router::routes_of_schedules()
            .layer(axum::middleware::from_fn(moov::cors::answer))
            .merge(native::routes(&app))
            .fallback(overlay::moov::pass)
            .method_not_allowed_fallback(unknown_method)
            .layer(axum::middleware::from_fn_with_state(app.clone(), rate_limit::answer)),
        Some(overlay::Overlay::Omise(_)) => omise::router::routes_of_schedules()
            .layer(axum::middleware::from_fn_with_state(app.clone(), overlay::elsewhere))
            .merge(native::routes(&app))
            .fallback(overlay::pass)
            .method_not_allowed_fallback(unknown_method)
            .layer(axum::middleware::from_fn_with_state(app.clone(), rate_limit::answer)),
    };
    let routes: Router = routes
        .layer(axum::middleware::from_fn_with_state(app.clone(), observation::observe))
        .with_state(app);
    // Clients of Omise's write paths with and without a slash at the end.
    Router::new().fallback_service(routes.map_request(without_trailing_slash))
}

/// Answers where there is no endpoint, as the API does whose path it would be.
async fn unknown_path(uri: Uri) -> Response<Body> {
    if moov::router::owns(uri.path()) {
        return moov::router::unknown_path();
    }
    omise::router::unknown_path(&uri)
}

/// Answers where there is an endpoint, but not for this method.
async fn unknown_method(method: Method, uri: Uri) -> Response<Body> {
    if moov::router::owns(uri.path()) {
        return moov::router::unknown_method();
    }
    omise::router::unknown_method(&method, &uri)
}

fn without_trailing_slash<B>(mut request: http::Request<B>) -> http::Request<B> {
    let path = request.uri().path();
    let trimmed = path.trim_end_matches('/');
    if trimmed.len() == path.len() || trimmed.is_empty() {
        return request;
    }
    let with_query = match request.uri().query() {
        Some(query) => format!("{trimmed}?{query}"),
        None => trimmed.to_owned(),
    };
    let mut parts = request.uri().clone().into_parts();
    parts.path_and_query = with_query.parse().ok();
    if let Ok(uri) = http::Uri::from_parts(parts) {
        *request.uri_mut() = uri;
    }
    request
}
