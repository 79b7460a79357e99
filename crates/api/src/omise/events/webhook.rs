//! What webhooks say in Omise's words: the event, as `GET /events/{id}` has it.

use bank::RecordKind;
use engine::Account;
use serde_json::Value;
use store::{Event, EventKind};

use super::super::{Context, Version};
use super::render;
use crate::App;
use crate::foreign::ForeignNames;
use crate::omise::time::Times;
use crate::webhooks::Unwritten;

/// Omise's name of what happened, where it tells of such.
pub(crate) const fn webhook_key(kind: EventKind) -> Option<&'static str> {
    match kind {
        EventKind::Bank(event) if matches!(event.subject(), RecordKind::Remittance) => None,
        EventKind::Schedule(_) | EventKind::Bank(_) => Some(render::key(kind)),
        EventKind::Occurrence(_) | EventKind::EndpointDisabled => None,
    }
}

/// What is told of an event: in the account's own version, whatever clients ask in.
pub(crate) async fn webhook(
    app: &App,
    account: &Account,
    event: &Event,
) -> Result<Value, Unwritten> {
    let context = Context {
        account: account.clone(),
        version: Version::of(account),
        now: app.runner.now(),
        expand: false,
        request: None,
        times: Times::Utc,
        payment_key: None,
        app: app.clone(),
        foreign: ForeignNames::default(),
    };
    render::event(&context, event).await.map_err(|_| Unwritten)
}
