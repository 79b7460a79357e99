//! Events, described.

use serde_json::{Value, json};

use super::webhook_key;
use crate::omise::openapi::{Api, livemode, page};
use crate::openapi::schema::{either, list, map, named, object, text, word};
use crate::webhooks::dialect::KINDS;

const TAG: &str = "events";

pub(crate) fn describe(api: &mut Api) {
    api.it.tag(TAG, "What happened.");
    let all = Api::lists(TAG, "listEvents", "All events.", &page(named("Event")));
    api.it.operation("get", "/events", all);
    let shown = Api::asking(TAG, "retrieveEvent", "Shows an event.", &named("Event"));
    api.it.operation("get", "/events/{id}", shown.named_in_path());
    let event = event(api);
    api.it.schema("Event", event);
    let subject = subject(api);
    api.it.schema("Subject", subject);
}

fn event(api: &Api) -> Value {
    let shown = object([
        ("object", json!({ "const": "event" })),
        ("id", text()),
        livemode(),
        ("location", text()),
        ("key", word(KINDS.into_iter().filter_map(webhook_key))),
        ("data", named("Subject")),
        api.created(),
    ]);
    if api.is_2017() {
        return shown;
    }
    crate::openapi::schema::both(shown, object([("webhook_deliveries", list(map()))]))
}

/// What an event is about, as it was then.
fn subject(api: &Api) -> Value {
    let known = ["Schedule", "Charge", "Refund", "Transfer", "Customer", "Card", "Recipient"];
    let known = known.map(named);
    if api.is_2017() {
        let [one, two, three, four, five, six, seven] = known;
        return either([one, two, three, four, five, six, seven, named("Deleted")]);
    }
    either(known)
}
