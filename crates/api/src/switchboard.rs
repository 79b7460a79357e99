//! Several accounts behind one address: a request goes to the account whose key it shows.
//!
//! Each account has an [`App`] and a router of its own, so that what one is asked can reach
//! nothing of another, and test data never meet live ones.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use engine::LaneId;
use http::HeaderMap;
use tower::ServiceExt as _;

use crate::App;

/// The routers of several accounts.
#[derive(Clone)]
struct Switchboard {
    lines: Arc<[Line]>,
}

/// An account that can be asked.
struct Line {
    lane: LaneId,
    app: App,
    router: Router,
}

/// Everything that is served for these accounts. What shows no key, or one that opens
/// nothing, goes to the first, which refuses it, or passes it on where all stand in front of
/// one place.
pub fn switchboard(apps: Vec<App>) -> Router {
    let line = |app: App| Line { lane: app.runner.lane(), router: crate::router(app.clone()), app };
    let board = Switchboard { lines: apps.into_iter().map(line).collect() };
    Router::new().fallback(async move |request: Request| board.answer(request).await)
}

impl Switchboard {
    async fn answer(&self, request: Request) -> Response {
        let lane = self.lane_of(request.headers()).await;
        let asked = self.lines.iter().find(|line| Some(line.lane) == lane);
        match asked.or_else(|| self.lines.first()) {
            Some(line) => match line.router.clone().oneshot(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            },
            None => Response::default(),
        }
    }

    /// The lane of the account that a request's key opens.
    async fn lane_of(&self, headers: &HeaderMap) -> Option<LaneId> {
        let app = &self.lines.first()?.app;
        let store = app.store().as_ref();
        // A store that fails says so to whoever answers.
        let credential = app.credentials.of(headers, store, app.runner.wall_now()).await.ok()??;
        Some(store.account(credential.account).await.ok()??.lane)
    }
}
