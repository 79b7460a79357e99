//! `/transfers`: money paid out.

mod collection;
mod marks;
mod member;
pub(super) mod openapi;
pub(crate) mod render;
pub(crate) mod show;

use super::router::{Resource, Routes};

/// Transfers.
pub(crate) fn routes() -> Routes {
    let collection = Resource::new().get(collection::list).post(collection::create);
    let member =
        Resource::new().get(member::retrieve).patch(member::update).delete(member::destroy);
    Routes::new()
        .at("/transfers", collection)
        .at("/transfers/{id}", member)
        .at("/transfers/{id}/mark_as_sent", Resource::new().post(marks::mark_as_sent))
        .at("/transfers/{id}/mark_as_paid", Resource::new().post(marks::mark_as_paid))
}
