//! `/customers`: people who pay.

pub(crate) mod cards;
mod collection;
mod member;
pub(super) mod openapi;
pub(crate) mod render;
pub(crate) mod show;

use super::router::{Resource, Routes};

/// Customers and their cards.
pub(crate) fn routes() -> Routes {
    let collection = Resource::new().get(collection::list).post(collection::create);
    let member =
        Resource::new().get(member::retrieve).patch(member::update).delete(member::destroy);
    Routes::new().at("/customers", collection).at("/customers/{id}", member).and(cards::routes())
}
