//! `/events`: what happened, rendered from what it happened to.

pub(super) mod openapi;
pub(crate) mod render;
mod webhook;

pub(crate) use webhook::{webhook, webhook_key};

use serde_json::Value;
use store::{Event, EventId};

use super::list::{ListShape, page_query};
use super::router::{Resource, Routes};
use super::{Answer, Context, Kind, OmiseError, Params};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .at("/events", Resource::new().get(list))
        .at("/events/{id}", Resource::new().get(retrieve))
}

async fn list(context: Context, params: Params) -> Answer {
    let page = page_query(&params, context.now)?;
    let found = context.app.store().events(context.account.id, page).await?;
    let mut data: Vec<Value> = Vec::with_capacity(found.entries.len());
    for event in &found.entries {
        data.push(render::event(&context, event).await?);
    }
    Ok(ListShape::top("/events", page, found.total, data).render(&context))
}

async fn retrieve(context: Context, _params: Params, id: String) -> Answer {
    let missing = || OmiseError::not_found("event", &id);
    let key = context.ids().parse(Kind::Event, &id).ok_or_else(missing)?;
    let found = context.app.store().event(EventId(key)).await?;
    let event = found.filter(|event| is_shown(&context, event)).ok_or_else(missing)?;
    render::event(&context, &event).await
}

/// Whether an event is the account's, and one that Omise would tell of.
fn is_shown(context: &Context, event: &Event) -> bool {
    event.body.account == context.account.id && !event.body.kind.is_unlisted()
}
