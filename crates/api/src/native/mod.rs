//! Kalends' own API, under `/kalends/v1`, and what operators ask.

use axum::Router;

use crate::App;

/// Every endpoint that is Kalends' own.
pub(crate) fn routes() -> Router<App> {
    Router::new()
}
