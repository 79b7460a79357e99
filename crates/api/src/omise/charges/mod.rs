//! `/charges`: money taken from cards.

mod collection;
mod create;
mod events;
pub(crate) mod failure;
mod lifecycle;
mod member;
pub(super) mod openapi;
pub(crate) mod refunds;
pub(crate) mod render;
pub(crate) mod show;

use super::router::{Resource, Routes};

/// Charges and their refunds.
pub(crate) fn routes() -> Routes {
    Routes::new()
        .at("/charges", Resource::new().get(collection::list).post(create::create))
        .at("/charges/{id}", Resource::new().get(member::retrieve).patch(member::update))
        .at("/charges/{id}/capture", Resource::new().post(lifecycle::capture))
        .at("/charges/{id}/reverse", Resource::new().post(lifecycle::reverse))
        .at("/charges/{id}/expire", Resource::new().post(lifecycle::expire))
        .at("/charges/{id}/mark_as_paid", Resource::new().post(lifecycle::mark_as_paid))
        .at("/charges/{id}/mark_as_failed", Resource::new().post(lifecycle::mark_as_failed))
        .at("/charges/{id}/events", Resource::new().get(events::list))
        .and(refunds::routes())
}
