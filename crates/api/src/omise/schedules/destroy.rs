//! `DELETE /schedules/{id}`: the schedule in full, and again where it was deleted before.

use store::Deletion;

use super::super::{Answer, Context, OmiseError, Params};
use super::{find, show};

pub(super) async fn destroy(context: Context, _params: Params, id: String) -> Answer {
    let schedule = find(&context, &id).await?;
    match context.app.store().delete_schedule(schedule.id, context.now).await? {
        Deletion::Deleted(schedule) | Deletion::Already(schedule) => {
            show::one(&context, schedule).await
        }
        Deletion::NotFound => Err(OmiseError::not_found("schedule", &id)),
    }
}
