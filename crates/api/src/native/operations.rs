//! What operators and their machines ask: health, readiness, metrics.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use runner::Counts;

use crate::App;
use crate::metrics::LaneReading;

pub(super) const METRICS_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The process answers.
pub(super) async fn health() -> &'static str {
    "ok\n"
}

/// Every lane's loop runs and its store answers.
pub(super) async fn readiness(State(app): State<App>) -> (StatusCode, &'static str) {
    for runner in app.runners.iter() {
        if !runner.is_ready().await {
            return (StatusCode::SERVICE_UNAVAILABLE, "not ready\n");
        }
    }
    (StatusCode::OK, "ready\n")
}

/// What Prometheus reads, of all lanes together.
pub(super) async fn metrics(State(app): State<App>) -> Response {
    let mut totals = Counts::default();
    let mut depth = Some(0);
    let mut lanes = Vec::with_capacity(app.runners.len());
    for runner in app.runners.iter() {
        totals.add(runner.totals());
        let of_lane = app.store().queue_depth(runner.lane()).await.ok();
        depth = depth.zip(of_lane).map(|(depth, of_lane)| depth + of_lane);
        let behind = runner.behind().await.ok();
        let pulse = app.store().pulse(runner.lane()).await.ok();
        let held = pulse.map(|pulse| pulse.held_since.is_some());
        lanes.push(LaneReading { runner: Arc::clone(runner), behind, held });
    }
    let webhooks = app.webhooks_standing().await;
    let webhooks = webhooks.map(|standing| (standing, app.runner.wall_now()));
    match app.metrics.text(totals, depth, webhooks.as_ref(), lanes) {
        Ok(text) => ([(CONTENT_TYPE, METRICS_TYPE)], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
