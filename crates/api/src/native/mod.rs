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
pub(crate) mod openapi;
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
use crate::openapi::Recorded;

/// Every endpoint that is Kalends' own, and the descriptions of all that is served.
pub(crate) fn routes(app: &App) -> Router<App> {
    let once = axum::middleware::from_fn_with_state(app.clone(), once::answer);
    Router::from(answered_once())
        .route_layer(once)
        .merge(Router::from(showing_secrets()))
        .merge(Router::from(for_operators()))
        .merge(crate::openapi::routes())
}

/// The paths of every endpoint that is Kalends' own.
fn paths() -> Vec<String> {
    answered_once().merge(showing_secrets()).merge(for_operators()).into_paths()
}

/// What may have an `Idempotency-Key`.
fn answered_once() -> Recorded {
    Recorded::new()
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
}

/// Answers that show a secret are not kept for whoever asks again: it is shown once.
fn showing_secrets() -> Recorded {
    Recorded::new()
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
}

/// What operators and their machines ask.
fn for_operators() -> Recorded {
    Recorded::new()
        .route("/healthz", get(operations::health))
        .route("/readyz", get(operations::readiness))
        .route("/metrics", get(operations::metrics))
}
