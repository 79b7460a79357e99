//! `/recipients`: those who are paid.

pub(crate) mod banks;
mod collection;
mod member;
pub(super) mod openapi;
mod particulars;
pub(crate) mod render;
pub(crate) mod show;
mod verify;

use super::router::{Resource, Routes};

/// Recipients.
pub(crate) fn routes() -> Routes {
    let collection = Resource::new().get(collection::list).post(collection::create);
    let member =
        Resource::new().get(member::retrieve).patch(member::update).delete(member::destroy);
    // SDKs PATCH it; POST is what an action is elsewhere.
    let verify = Resource::new().patch(verify::verify).post(verify::verify);
    Routes::new()
        .at("/recipients", collection)
        .at("/recipients/{id}", member)
        .at("/recipients/{id}/verify", verify)
}
