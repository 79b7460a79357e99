//! `DELETE /accounts/{accountID}/schedules/{scheduleID}`.

use engine::PartyId;
use store::Deletion;

use super::access;
use crate::moov::{Answer, Context, Refusal, Reply, Request};

/// Calls off all that has not run. One that was called off before stays as it is.
pub(super) async fn cancel(
    context: Context,
    _request: Request,
    party: PartyId,
    schedule: String,
) -> Answer {
    let (schedule, _) = access::owned(&context, party, &schedule).await?;
    match context.store().delete_schedule(schedule.id, context.now).await? {
        Deletion::Deleted(_) | Deletion::Already(_) => Ok(Reply::none()),
        Deletion::NotFound => Err(Refusal::not_found()),
    }
}
