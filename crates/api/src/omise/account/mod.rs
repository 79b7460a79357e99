//! `/account`: the tenant itself.

pub(super) mod openapi;
pub(crate) mod render;
mod retrieve;
mod update;

use super::router::{Resource, Routes};

/// The account.
pub(crate) fn routes() -> Routes {
    Routes::new().at("/account", Resource::new().get(retrieve::retrieve).patch(update::update))
}
