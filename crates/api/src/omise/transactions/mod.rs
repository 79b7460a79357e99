//! `/transactions`: what moved an account's balance.

mod collection;
mod member;
pub(super) mod openapi;
pub(crate) mod render;
pub(crate) mod show;

use super::router::{Resource, Routes};

/// Transactions.
pub(crate) fn routes() -> Routes {
    Routes::new()
        .at("/transactions", Resource::new().get(collection::list))
        .at("/transactions/{id}", Resource::new().get(member::retrieve))
}
