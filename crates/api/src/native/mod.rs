//! Kalends' own API, under `/kalends/v1`, and what operators ask.
//!
//! Answers are plain JSON; refusals are problem details (RFC 9457).

mod clock;
mod endpoint;
mod lane;
mod names;
mod once;
mod operations;
pub mod preview;
mod problem;
mod schedules;
mod unknowns;

use axum::Router;
use axum::routing::{get, post};

pub(crate) use self::problem::Problem;
use crate::App;

/// Every endpoint that is Kalends' own.
pub(crate) fn routes(app: &App) -> Router<App> {
    let once = axum::middleware::from_fn_with_state(app.clone(), once::answer);
    Router::new()
        .merge(schedules::routes())
        .route("/kalends/v1/clock", get(clock::read).put(clock::set).delete(clock::release))
        .route("/kalends/v1/clock/advance", post(clock::advance))
        .route("/kalends/v1/preview", post(preview::preview))
        .route("/kalends/v1/unknowns", get(unknowns::list))
        .route("/kalends/v1/unknowns/{id}/settle", post(unknowns::settle))
        .route("/kalends/v1/lane", get(lane::show))
        .route("/kalends/v1/resume", post(lane::resume))
        .route("/kalends/v1/audit", get(lane::audit))
        .route_layer(once)
        .route("/healthz", get(operations::health))
        .route("/readyz", get(operations::readiness))
        .route("/metrics", get(operations::metrics))
}
