//! `GET /accounts/{accountID}/schedules/{scheduleID}/occurrences/{occurrenceFilter}`.

use engine::settlement::AwaitingKey;
use engine::{Instant, PartyId, Slot};
use store::SlotRecord;
use store::history::{Gone, find_moved};

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
    if let Some(gone) = moved(&context, &view, slot).await? {
        return Err(Refusal::moved(gone.in_words()));
    }
    Ok(Reply::json(render::occurrence(&context, &view, slot).await?))
}

/// Where what became of a slot is, if it was moved out of the data.
async fn moved(context: &Context, view: &View, slot: Slot) -> Result<Option<Gone>, Refusal> {
    if !view.was_moved(slot) {
        return Ok(None);
    }
    let schedule = view.schedule.id;
    let here = context.store().slot_records(vec![(schedule, slot)]).await?;
    if here.iter().any(|record| *record != SlotRecord::default()) {
        return Ok(None);
    }
    Ok(find_moved(context.store().as_ref(), AwaitingKey { schedule, slot, attempt: 0 }).await?)
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
