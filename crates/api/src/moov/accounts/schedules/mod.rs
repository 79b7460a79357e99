//! `/accounts/{accountID}/schedules`: schedules and their occurrences.
//!
//! On the wire an occurrence is what the engine calls a slot: an obligation, with what
//! became of it. Those that a rule generates cost no row until they run or are edited:
//! they are computed whenever they are shown ([`view`]), and their ids with them.
//!
//! What is sent is read into a [`wish`] first; a POST makes a schedule of it, a PUT
//! composes from it how each slot is to stand ([`update`]).

mod access;
mod body;
mod cancel;
mod create;
mod kept;
mod list;
mod moment;
mod occurrences;
pub(in crate::moov) mod openapi;
mod recurrence_rule;
mod recurring;
mod render;
mod retrieve;
mod update;
mod view;
mod wish;

pub(crate) use self::recurring::Recurring;
use crate::moov::router::{Resource, Routes};
use crate::moov::scope::Family::Transfers;

pub(in crate::moov) fn routes() -> Routes {
    Routes::new()
        .at(
            "/accounts/{accountID}/schedules",
            Resource::new()
                .get(Transfers.read(), list::list)
                .post(Transfers.write(), create::create),
        )
        .at(
            "/accounts/{accountID}/schedules/{scheduleID}",
            Resource::new()
                .get(Transfers.read(), retrieve::retrieve)
                .put(Transfers.write(), update::update)
                .delete(Transfers.write(), cancel::cancel),
        )
        .and(occurrences::routes())
}
