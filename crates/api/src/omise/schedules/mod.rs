//! `/schedules`, and the lists of schedules below charges, transfers, customers and recipients.

mod create;
mod destroy;
pub(crate) mod draft;
mod list;
mod occurrences;
pub(crate) mod on;
pub(super) mod openapi;
pub(crate) mod render;
mod retrieve;
pub(crate) mod show;
mod upload;
pub(crate) mod window;

use engine::Schedule;

use super::context::Context;
use super::error::OmiseError;
use super::ids::Kind;
use super::router::{Resource, Routes};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .at("/schedules", Resource::new().get(list::all).post(create::create))
        .at("/schedules/upload", Resource::new().post(upload::upload))
        .at("/schedules/{id}", Resource::new().get(retrieve::retrieve).delete(destroy::destroy))
        .at("/schedules/{id}/occurrences", Resource::new().get(occurrences::list))
        // Posting to these two is in no official source, and harmless.
        .at("/charges/schedules", Resource::new().get(list::charges).post(create::create))
        .at("/transfers/schedules", Resource::new().get(list::transfers).post(create::create))
        .at("/customers/{id}/schedules", Resource::new().get(list::of_customer))
        .at("/recipients/{id}/schedules", Resource::new().get(list::of_recipient))
}

/// The account's schedule with this id.
pub(crate) async fn find(context: &Context, id: &str) -> Result<Schedule, OmiseError> {
    let missing = || OmiseError::not_found("schedule", id);
    let key = context.ids().parse(Kind::Schedule, id).ok_or_else(missing)?;
    let found = context.app.store().schedule(engine::ScheduleId(key)).await?;
    found.filter(|schedule| schedule.account == context.account.id).ok_or_else(missing)
}
