//! `/transactions`: what moved an account's balance.

mod endpoints;
pub(crate) mod render;
pub(crate) mod show;

use super::router::{Resource, Routes};

/// Transactions.
pub(crate) fn routes() -> Routes {
    Routes::new()
        .at("/transactions", Resource::new().get(endpoints::list))
        .at("/transactions/{id}", Resource::new().get(endpoints::retrieve))
}
