//! `/tokens`: cards, read once.

mod create;
pub(super) mod openapi;
pub(crate) mod render;
mod retrieve;

use super::router::{Resource, Routes};

/// What clients call the vault.
pub(crate) fn routes() -> Routes {
    Routes::new()
        .at("/tokens", Resource::new().public_post(create::create))
        .at("/tokens/{id}", Resource::new().public_get(retrieve::retrieve))
}
