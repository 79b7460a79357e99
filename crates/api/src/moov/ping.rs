//! `GET /ping`: whether the server answers, and the caller's key or token opens it.

use super::openapi::Api;
use super::router::{Resource, Routes};
use super::scope::Family::Ping;
use super::{Answer, Context, Reply, Request};

pub(super) fn routes() -> Routes {
    Routes::new().at("/ping", Resource::new().get(Ping.read(), retrieve))
}

async fn retrieve(_context: Context, _request: Request) -> Answer {
    Ok(Reply::bare())
}

/// Whether keys or a token open anything, described.
pub(crate) fn describe(api: &mut Api) {
    api.it.tag("ping", "Whether keys or a token open anything.");
    let pinged = Api::plain("ping", "ping", "Says nothing to whoever may ask.").answers_bare(200);
    api.it.operation("get", "/ping", pinged);
}
