//! What operators and their machines ask: health, readiness, metrics.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;

use crate::App;

const METRICS_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The process answers.
pub(super) async fn health() -> &'static str {
    "ok\n"
}

/// The loop runs and its store answers.
pub(super) async fn readiness(State(app): State<App>) -> (StatusCode, &'static str) {
    if app.runner.is_ready().await {
        (StatusCode::OK, "ready\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready\n")
    }
}

/// What Prometheus reads.
pub(super) async fn metrics(State(app): State<App>) -> Response {
    let depth = app.store().queue_depth(app.runner.lane()).await.ok();
    let webhooks = app.webhooks_standing().await;
    let webhooks = webhooks.map(|standing| (standing, app.runner.wall_now()));
    match app.metrics.text(app.runner.totals(), depth, webhooks.as_ref()) {
        Ok(text) => ([(CONTENT_TYPE, METRICS_TYPE)], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
