//! HTTP: translation between wire and engine, and nothing else.
//!
//! - [`body`] reads what clients send, whatever they encode it in.
//! - [`omise`] speaks Omise's schedule API, and enough of the rest of it.
//! - [`native`] is Kalends' own: clock, preview, health, metrics.

mod app;
mod authentication;
pub mod body;
mod metrics;
pub mod native;
mod observation;
pub mod omise;
mod request_id;

pub use app::App;

use axum::Router;
use tower::ServiceExt as _;

/// Everything that is served: Omise's API at the root, Kalends' own under
/// `/kalends/v1`, and `/healthz`, `/readyz`, `/metrics`.
pub fn router(app: App) -> Router {
    let routes: Router = omise::router::routes()
        .merge(native::routes())
        .fallback(omise::router::unknown_path)
        .method_not_allowed_fallback(omise::router::unknown_method)
        .layer(axum::middleware::from_fn_with_state(app.clone(), observation::observe))
        .with_state(app);
    // Clients of Omise's write paths with and without a slash at the end.
    Router::new().fallback_service(routes.map_request(without_trailing_slash))
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
