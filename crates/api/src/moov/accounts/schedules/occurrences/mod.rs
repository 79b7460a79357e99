//! `/accounts/{accountID}/schedules/{scheduleID}/occurrences`.

mod retrieve;

use crate::moov::router::{Resource, Routes};
use crate::moov::scope::Family::Transfers;

pub(super) fn routes() -> Routes {
    Routes::new().at(
        "/accounts/{accountID}/schedules/{scheduleID}/occurrences/{occurrenceFilter}",
        Resource::new().get(Transfers.read(), retrieve::retrieve),
    )
}
