//! `GET /accounts/{accountID}/schedules/{scheduleID}`.

use engine::PartyId;

use super::view::View;
use super::{access, render};
use crate::moov::{Answer, Context, Reply, Request};

pub(super) async fn retrieve(
    context: Context,
    _request: Request,
    party: PartyId,
    schedule: String,
) -> Answer {
    let (schedule, kept) = access::seen(&context, party, &schedule).await?;
    let view = View::load(&context, schedule, kept).await?;
    Ok(Reply::json(render::schedule(&context, &view).await?))
}
