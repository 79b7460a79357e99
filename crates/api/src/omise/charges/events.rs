//! `GET /charges/{id}/events`.

use bank::RecordKind;
use engine::{ChargeId, Instant};
use store::{Event, EventKind, Order, PageQuery};

use crate::omise::answer::Answer;
use crate::omise::context::Context;
use crate::omise::error::OmiseError;
use crate::omise::events;
use crate::omise::ids::Kind;
use crate::omise::list::{ListShape, page_query};
use crate::omise::params::Params;
use crate::omise::refusal::{Asked, find};

/// How many of the account's events since the charge was made are looked through:
/// there is no index of events by what they happened to.
const LOOKED_THROUGH_MAX: u32 = 10_000;

/// Lists what happened to a charge.
pub(super) async fn list(context: Context, params: Params, id: String) -> Answer {
    let key = ChargeId(find(&context, Kind::Charge, &id)?);
    let page = page_query(&params, context.now)?;
    let ids = [(Kind::Charge, id.as_str())];
    let asked = Asked::about(&context, &ids);
    let charge = context.app.bank().charge(context.account.id, key).await;
    let charge = charge.map_err(|error| asked.refused(error))?;

    let from = page.from.max(charge.created_at);
    let mut found = events_of(&context, key, from, page.to).await?;
    let total = u64::try_from(found.len()).unwrap_or(u64::MAX);
    if page.order == Order::ReverseChronological {
        found.reverse();
    }
    let skipped = usize::try_from(page.offset).unwrap_or(usize::MAX);
    let taken = usize::try_from(page.limit).unwrap_or(usize::MAX);
    let mut data = Vec::new();
    for event in found.iter().skip(skipped).take(taken) {
        data.push(events::render::event(&context, event).await?);
    }
    let location = format!("/charges/{id}/events");
    Ok(ListShape::top(&location, page, total, data).render(&context))
}

/// What happened to a charge, oldest first.
async fn events_of(
    context: &Context,
    charge: ChargeId,
    from: Instant,
    to: Instant,
) -> Result<Vec<Event>, OmiseError> {
    let mut found = Vec::new();
    let limit = PageQuery::LIMIT_MAX;
    let mut offset = 0;
    while offset < LOOKED_THROUGH_MAX {
        let page = PageQuery { from, to, offset, limit, order: Order::Chronological };
        let events = context.app.store().events(context.account.id, page).await?;
        offset += limit;
        let is_last = events.total <= u64::from(offset);
        found.extend(events.entries.into_iter().filter(|event| is_of(event, charge)));
        if is_last {
            break;
        }
    }
    Ok(found)
}

fn is_of(event: &Event, charge: ChargeId) -> bool {
    let is_charge = matches!(
        event.body.kind,
        EventKind::Bank(kind) if kind.subject() == RecordKind::Charge
    );
    is_charge && event.body.subject == charge.0
}
