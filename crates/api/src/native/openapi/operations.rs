//! What can be asked, with what, and what is answered.

use serde_json::{Value, json};

use super::super::schedules::bounds;
use super::super::{deliveries, operations as operators_asked};
use crate::omise::{ID_CHARACTERS_MAX, TEXT_CHARACTERS_MAX};
use crate::openapi::schema::{boolean, named, said, short, text, with, within, word};
use crate::openapi::{Description, Operation, query};

const JSON: &str = "application/json";
/// What any operation may be refused with.
const ANY: [u16; 4] = [401, 403, 429, 500];
/// What one that reads a body, or a query by the same rules, may be.
const READING: [u16; 3] = [400, 408, 413];
/// What one that can be sent again under a key may be.
const ONCE: [u16; 2] = [409, 422];

/// Every path.
pub(super) fn describe(it: &mut Description) {
    schedules(it);
    clock(it);
    decisions(it);
    keys(it);
    webhook_endpoints(it);
    deliveries(it);
    operators(it);
}

fn asking(tag: &str, id: &str, summary: &str, answer: &str, refused: &[u16]) -> Operation {
    Operation::new(tag, id, summary)
        .answers(200, JSON, &named(answer))
        .refused("Refused", &ANY)
        .refused("Refused", refused)
}

/// With a body.
fn telling(operation: Operation, body: &str) -> Operation {
    operation.sent([JSON], &named(body)).refused("Refused", &READING)
}

/// With a body that is all optional.
fn perhaps_telling(operation: Operation, body: &str) -> Operation {
    operation.may_be_sent([JSON], &named(body)).refused("Refused", &READING)
}

/// And done once under a key.
fn once(operation: Operation) -> Operation {
    operation.takes_shared("IdempotencyKey").refused("Refused", &ONCE)
}

fn schedules(it: &mut Description) {
    let asking = |id, summary, answer, refused| asking("schedules", id, summary, answer, refused);
    let found =
        asking("findSchedules", "Finds schedules, a page at a time.", "SchedulePage", &[400]);
    it.operation(
        "get",
        "/kalends/v1/schedules",
        filters().into_iter().fold(found, Operation::takes),
    );
    let one = "/kalends/v1/schedules/{id}";
    let shown = asking("retrieveSchedule", "Shows a schedule.", "Schedule", &[404]);
    it.operation("get", one, shown);
    let changed = asking("changeSchedule", "Changes how a schedule behaves.", "Schedule", &[404]);
    it.operation("patch", one, once(telling(changed, "ScheduleChange")));
    for (turn, id, summary, answer) in [
        ("pause", "pauseSchedule", "Nothing of the schedule runs from now on.", "ScheduleTurned"),
        (
            "resume",
            "resumeSchedule",
            "The schedule goes on. What came due meanwhile was missed, and its catch-up policy decides.",
            "ScheduleTurned",
        ),
        (
            "unsuspend",
            "unsuspendSchedule",
            "A schedule that was suspended after failures goes on with its next slot.",
            "Schedule",
        ),
    ] {
        let turned = once(telling(asking(id, summary, answer, &[404]), "Reason"));
        it.operation("post", &format!("{one}/{turn}"), turned);
    }
    let dates = "The dates that a rule falls on, and the rule in words.";
    let previewed = self::asking("preview", "previewRule", dates, "Preview", &[]);
    it.operation("post", "/kalends/v1/preview", once(telling(previewed, "PreviewRequest")));
}

fn filters() -> [Value; 8] {
    let limit = with(within(1, bounds::LIMIT_MAX), "default", json!(bounds::LIMIT_DEFAULT));
    let instant = || said(short(TEXT_CHARACTERS_MAX), "A date or an instant.");
    [
        query("limit", &limit),
        query("after", &said(short(ID_CHARACTERS_MAX), "The `next` of an answer.")),
        query("order", &word(bounds::orders())),
        query("status", &word(bounds::statuses())),
        query("kind", &word(bounds::kinds())),
        query("paused", &boolean()),
        query("created_from", &instant()),
        query("created_to", &instant()),
    ]
}

fn clock(it: &mut Description) {
    let path = "/kalends/v1/clock";
    let asking = |id, summary, refused| asking("clock", id, summary, "Clock", refused);
    let moved = [400, 403, 409, 422, 503];
    it.operation("get", path, asking("readClock", "What the clock says.", &[]));
    let set = asking("setClock", "Has the clock stand at an instant.", &moved);
    it.operation("put", path, telling(set, "ClockSetting"));
    let released = "Has the clock go with the world again.";
    it.operation("delete", path, asking("releaseClock", released, &moved));
    let advanced = asking(
        "advanceClock",
        "Runs all that is due up to an instant, in order, and answers when it has settled.",
        &moved,
    );
    let path = "/kalends/v1/clock/advance";
    it.operation("post", path, once(telling(advanced, "ClockAdvance")));
}

fn decisions(it: &mut Description) {
    let asking = |id, summary, answer, refused| asking("decisions", id, summary, answer, refused);
    let waiting = "Payments of which nobody knows what came of them, or that came too late.";
    it.operation("get", "/kalends/v1/unknowns", asking("listUnknowns", waiting, "Unknowns", &[]));
    let settled = asking(
        "settleUnknown",
        "Settles one as a person says.",
        "UnknownSettled",
        &[404, 410, 503],
    );
    it.operation("post", "/kalends/v1/unknowns/{id}/settle", once(telling(settled, "Verdict")));
    let lane = "How the lane stands, and what is due on it.";
    it.operation("get", "/kalends/v1/lane", asking("showLane", lane, "Lane", &[]));
    let resumed = asking("resumeLane", "Lets a lane go that was held.", "LaneResumed", &[]);
    it.operation("post", "/kalends/v1/resume", once(telling(resumed, "Reason")));
    let audit = "What was done by hand, newest first.";
    it.operation("get", "/kalends/v1/audit", asking("readAudit", audit, "Audit", &[]));
}

fn keys(it: &mut Description) {
    let asking = |id, summary, answer, refused| asking("keys", id, summary, answer, refused);
    it.operation(
        "get",
        "/kalends/v1/keys",
        asking("listKeys", "All keys, oldest first.", "Keys", &[]),
    );
    let made = asking("createKey", "Makes a key. The answer alone shows it.", "KeyShown", &[422]);
    it.operation("post", "/kalends/v1/keys", telling(made, "NewKey"));
    let one = "/kalends/v1/keys/{id}";
    let revoked = asking("revokeKey", "Ends a key at once.", "Key", &[404, 409]);
    it.operation("delete", one, revoked);
    let rolled = "Makes another key in the place of one, which opens beside it for a while.";
    let rolled = asking("rollKey", rolled, "KeyRolled", &[404, 409]);
    it.operation("post", &format!("{one}/roll"), perhaps_telling(rolled, "KeyOverlap"));
}

fn webhook_endpoints(it: &mut Description) {
    let asking = |id, summary, answer, refused| asking("webhooks", id, summary, answer, refused);
    let all = "/kalends/v1/webhook-endpoints";
    let listed = asking("listWebhookEndpoints", "All, oldest first.", "WebhookEndpoints", &[404]);
    it.operation("get", all, listed);
    let made = "Makes an endpoint. Its secret is shown this once.";
    let made = asking("createWebhookEndpoint", made, "WebhookEndpointWithSecret", &[404, 409]);
    it.operation("post", all, telling(made, "NewWebhookEndpoint"));
    let one = "/kalends/v1/webhook-endpoints/{id}";
    let shown = asking("retrieveWebhookEndpoint", "Shows an endpoint.", "WebhookEndpoint", &[404]);
    it.operation("get", one, shown);
    let changed = "Changes what is named, and leaves the rest.";
    let changed = asking("changeWebhookEndpoint", changed, "WebhookEndpoint", &[404, 409]);
    it.operation("patch", one, perhaps_telling(changed, "WebhookEndpointChange"));
    let deleted = "Deletes an endpoint, with all that was to be sent there.";
    let deleted = asking("deleteWebhookEndpoint", deleted, "WebhookEndpointDeleted", &[404]);
    let reason = query("reason", &short(TEXT_CHARACTERS_MAX));
    it.operation("delete", one, deleted.takes(reason).refused("Refused", &READING));
    let rolled =
        "Gives an endpoint another secret; the one before is accepted beside it for a while.";
    let rolled = asking("rollWebhookEndpoint", rolled, "WebhookEndpointWithSecret", &[404, 409]);
    it.operation("post", &format!("{one}/roll"), perhaps_telling(rolled, "SecretOverlap"));
}

fn deliveries(it: &mut Description) {
    let asking = |id, summary, answer, refused| asking("webhooks", id, summary, answer, refused);
    let listed = "What was sent to an endpoint, and what is to be; newest first.";
    let limit = with(within(1, deliveries::LIMIT_MAX), "default", json!(deliveries::LIMIT_DEFAULT));
    let listed = asking("listDeliveries", listed, "Deliveries", &[404])
        .takes(query("limit", &limit))
        .takes(query("status", &word(["pending", "delivered", "failed"])))
        .takes(query("cursor", &said(text(), "The `next_cursor` of the page before.")))
        .refused("Refused", &READING);
    it.operation("get", "/kalends/v1/webhook-endpoints/{id}/deliveries", listed);
    let again = asking("redeliver", "Has a delivery made again at once.", "Delivery", &[404]);
    let again = once(perhaps_telling(again, "PerhapsReason"));
    it.operation("post", "/kalends/v1/deliveries/{id}/redeliver", again);
}

fn operators(it: &mut Description) {
    let plain = "text/plain; charset=utf-8";
    let asking = |id, summary| Operation::new("operations", id, summary).openly();
    let health = asking("health", "The process answers.").answers(200, plain, &text());
    it.operation("get", "/healthz", health);
    let readiness = asking("readiness", "Whether every lane's loop runs and its store answers.")
        .answers(200, plain, &text())
        .answers(503, plain, &text());
    it.operation("get", "/readyz", readiness);
    let metrics = asking("metrics", "What Prometheus reads.")
        .answers(200, operators_asked::METRICS_TYPE, &text())
        .answers_bare(500);
    it.operation("get", "/metrics", metrics);
}
