//! `/charges/{id}/refunds`: money that goes back.

mod collection;
mod member;
pub(crate) mod render;
pub(crate) mod show;

use crate::omise::router::{Resource, Routes};

/// A charge's refunds.
pub(super) fn routes() -> Routes {
    Routes::new()
        .at("/charges/{id}/refunds", Resource::new().get(collection::list).post(collection::create))
        .at("/charges/{id}/refunds/{part}", Resource::new().get(member::retrieve))
}
