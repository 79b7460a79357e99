//! Kalends' own API, under `/kalends/v1`, and what operators ask.
//!
//! Answers are plain JSON; refusals are problem details (RFC 9457).

mod clock;
mod deliveries;
mod endpoint;
pub(crate) mod event;
mod keys;
mod lane;
mod names;
mod once;
mod operations;
pub mod preview;
pub(crate) mod problem;
mod schedules;
mod unknowns;
mod webhook_endpoints;

use axum::Router;
use axum::routing::{delete, get, post};

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
        .route("/kalends/v1/webhook-endpoints/{id}/deliveries", get(deliveries::list))
        .route("/kalends/v1/deliveries/{id}/redeliver", post(deliveries::redeliver))
        .route_layer(once)
        // Answers that show a secret are not kept for whoever asks again: it is shown once.
        .route("/kalends/v1/keys", get(keys::list).post(keys::create))
        .route("/kalends/v1/keys/{id}", delete(keys::revoke))
        .route("/kalends/v1/keys/{id}/roll", post(keys::roll))
        .route(
            "/kalends/v1/webhook-endpoints",
            get(webhook_endpoints::list).post(webhook_endpoints::create),
        )
        .route(
            "/kalends/v1/webhook-endpoints/{id}",
            get(webhook_endpoints::retrieve)
                .patch(webhook_endpoints::change)
                .delete(webhook_endpoints::delete),
        )
        .route("/kalends/v1/webhook-endpoints/{id}/roll", post(webhook_endpoints::roll))
        .route("/healthz", get(operations::health))
        .route("/readyz", get(operations::readiness))
        .route("/metrics", get(operations::metrics))
}
