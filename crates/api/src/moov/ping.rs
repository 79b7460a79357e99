//! `GET /ping`: whether the server answers, and the caller's key or token opens it.

use super::router::{Resource, Routes};
use super::scope::Family::Ping;
use super::{Answer, Context, Reply, Request};

pub(super) fn routes() -> Routes {
    Routes::new().at("/ping", Resource::new().get(Ping.read(), retrieve))
}

async fn retrieve(_context: Context, _request: Request) -> Answer {
    Ok(Reply::bare())
}
