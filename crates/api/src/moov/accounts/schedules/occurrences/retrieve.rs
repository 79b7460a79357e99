//! `GET /accounts/{accountID}/schedules/{scheduleID}/occurrences/{occurrenceFilter}`.

use engine::{Instant, PartyId, Slot};

use super::super::view::View;
use super::super::{access, render};
use crate::moov::{Answer, Context, Refusal, Reply, Request, ids};

/// One occurrence: that of an id, or the last that runs at an instant or before it, or
/// (`latest`) now or before. Canceled ones count too.
pub(super) async fn retrieve(
    context: Context,
    _request: Request,
    party: PartyId,
    schedule: String,
    filter: String,
) -> Answer {
    let (schedule, kept) = access::seen(&context, party, &schedule).await?;
    let view = View::load(&context, schedule, kept).await?;
    let slot = found(&context, &view, &filter).ok_or_else(Refusal::not_found)?;
    Ok(Reply::json(render::occurrence(&context, &view, slot).await?))
}

fn found(context: &Context, view: &View, filter: &str) -> Option<Slot> {
    if let Some(id) = ids::canonical(filter) {
        return view.slot(&context.ids(), &id, context.now);
    }
    let until = if filter == "latest" {
        context.now
    } else {
        Instant::from_timestamp(filter.parse().ok()?)?
    };
    view.at_or_before(until, context.now)
}
