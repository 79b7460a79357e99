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
/// nothing, such as a token of Moov's, goes to the first in front of whom its path is of,
/// which refuses it, or passes it on.
pub fn switchboard(apps: Vec<App>) -> Router {
    let line = |app: App| Line { lane: app.runner.lane(), router: crate::router(app.clone()), app };
    let board = Switchboard { lines: apps.into_iter().map(line).collect() };
    Router::new().fallback(async move |request: Request| board.answer(request).await)
}

impl Switchboard {
    async fn answer(&self, request: Request) -> Response {
        let lane = self.lane_of(request.headers()).await;
        let asked = self.lines.iter().find(|line| Some(line.lane) == lane);
        let path = request.uri().path();
        match asked.or_else(|| self.first_for(path)).or_else(|| self.lines.first()) {
            Some(line) => match line.router.clone().oneshot(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            },
            None => Response::default(),
        }
    }

    /// The first account that speaks the language of a path.
    fn first_for(&self, path: &str) -> Option<&Line> {
        let is_moovs = crate::moov::router::owns(path);
        self.lines.iter().find(|line| line.app.moov_overlay().is_some() == is_moovs)
    }

    /// The lane of the account that a request's key opens, or its pair of keys.
    async fn lane_of(&self, headers: &HeaderMap) -> Option<LaneId> {
        let app = &self.lines.first()?.app;
        let store = app.store().as_ref();
        // A store that fails says so to whoever answers.
        let now = app.runner.wall_now();
        let credential = match app.credentials.of(headers, store, now).await.ok()? {
            None => app.credentials.of_pair(headers, store, now).await.ok()?,
            some => some,
        }?;
        Some(store.account(credential.account).await.ok()??.lane)
    }
}
