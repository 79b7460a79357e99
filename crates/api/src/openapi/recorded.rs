//! A router that knows its paths.

use axum::Router;
use axum::routing::MethodRouter;

use crate::App;

/// Paths, what answers on them, and their names.
pub(crate) struct Recorded {
    router: Router<App>,
    paths: Vec<String>,
}

impl Recorded {
    /// None yet.
    pub(crate) fn new() -> Recorded {
        Recorded { router: Router::new(), paths: Vec::new() }
    }

    /// One path more.
    pub(crate) fn route(mut self, path: &str, methods: MethodRouter<App>) -> Recorded {
        self.paths.push(path.to_owned());
        Recorded { router: self.router.route(path, methods), paths: self.paths }
    }

    /// Those of another group too.
    pub(crate) fn merge(mut self, others: Recorded) -> Recorded {
        self.paths.extend(others.paths);
        Recorded { router: self.router.merge(others.router), paths: self.paths }
    }

    /// What the paths are called.
    pub(crate) fn into_paths(self) -> Vec<String> {
        self.paths
    }
}

impl From<Recorded> for Router<App> {
    fn from(recorded: Recorded) -> Router<App> {
        recorded.router
    }
}
