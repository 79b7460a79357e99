//! `/customers/{id}/cards`: the cards of a customer.

mod collection;
pub(crate) mod expiration;
mod member;
pub(crate) mod render;

use crate::omise::router::{Resource, Routes};

/// A customer's cards.
pub(super) fn routes() -> Routes {
    let member =
        Resource::new().get(member::retrieve).patch(member::update).delete(member::destroy);
    Routes::new()
        .at("/customers/{id}/cards", Resource::new().get(collection::list))
        .at("/customers/{id}/cards/{part}", member)
}
