//! What is sent and answered, field by field.

use serde_json::{Value, json};

use store::Scope;

use super::super::schedules::bounds;
use super::super::{keys, lane, preview, webhook_endpoints};
use crate::omise::{ID_CHARACTERS_MAX, TEXT_CHARACTERS_MAX};
use crate::openapi::Description;
use crate::openapi::schema::{
    any_of_these, boolean, either, instant, integer, list, map, named, number, object, only,
    or_null, perhaps, said, short, text, with, within, word,
};
use crate::webhooks::Dialect;

/// What a key may be.
const KEY_KINDS: [&str; 3] = ["secret", "public", "restricted"];

/// Every schema.
pub(super) fn describe(it: &mut Description) {
    for schemas in [
        schedules().as_slice(),
        changes().as_slice(),
        policies().as_slice(),
        clock().as_slice(),
        previews().as_slice(),
        decisions().as_slice(),
        keys().as_slice(),
        webhook_endpoints().as_slice(),
        deliveries().as_slice(),
    ] {
        for (name, schema) in schemas {
            it.schema(name, schema.clone());
        }
    }
}

fn schedules() -> [(&'static str, Value); 8] {
    let schedule = object([
        ("id", text()),
        ("dialect", word(["omise", "moov"])),
        ("status", word(bounds::statuses())),
        ("paused", or_null(object([("since", instant()), ("reason", text())]))),
        ("rule", or_null(object([("rrule", text()), ("in_words", text())]))),
        ("window", or_null(object([("start", text()), ("end", or_null(text()))]))),
        ("instruction", named("Instruction")),
        ("policies", named("Policies")),
        ("next", list(named("Run"))),
        ("created_at", instant()),
        ("updated_at", instant()),
        ("ended_at", or_null(instant())),
    ]);
    let missed = object([("policy", word(bounds::missed())), ("in_words", text())]);
    let kind = |kind: &str| json!({ "type": "string", "const": kind });
    [
        ("ScheduleTurned", with_field(&schedule, "missed_meanwhile", missed)),
        ("Schedule", schedule),
        ("SchedulePage", object([("data", list(named("Schedule"))), ("next", or_null(text()))])),
        ("Instruction", either([named("Charge"), named("Transfer"), named("Remittance")])),
        (
            "Charge",
            object([
                ("kind", kind("charge")),
                ("amount", integer()),
                ("currency", text()),
                ("customer", text()),
                ("card", or_null(text())),
                ("description", or_null(text())),
            ]),
        ),
        (
            "Transfer",
            object([
                ("kind", kind("transfer")),
                ("amount", or_null(integer())),
                ("percentage_of_balance", or_null(number())),
                ("currency", text()),
                ("recipient", text()),
            ]),
        ),
        (
            "Remittance",
            object([
                ("kind", kind("remittance")),
                ("amount", integer()),
                ("currency", text()),
                ("partner", text()),
                ("source", text()),
                ("destination", text()),
            ]),
        ),
        ("Run", object([("slot", text()), ("due", instant()), ("attempt", integer())])),
    ]
}

fn changes() -> [(&'static str, Value); 3] {
    let zone = said(short(ID_CHARACTERS_MAX), "An IANA name. Of schedules on dates only.");
    let change = perhaps(
        object([("reason", reason())]),
        [
            ("retry", named("RetryWish")),
            ("catch_up", named("CatchUpWish")),
            ("zone", zone),
            ("hour", said(short(ID_CHARACTERS_MAX), "hh:mm:ss")),
            ("calendar", said(word(bounds::calendars()), "With roll following, and not without.")),
            ("roll", said(word(bounds::rolls()), "What becomes of a date on a closed day.")),
        ],
    );
    let perhaps_reason = said(short(TEXT_CHARACTERS_MAX), "Why, for the record.");
    [
        ("Reason", only(object([("reason", reason())]))),
        ("PerhapsReason", any_of_these([("reason", perhaps_reason)])),
        ("ScheduleChange", with(only(change), "minProperties", json!(2))),
    ]
}

fn policies() -> [(&'static str, Value); 3] {
    let ends = || [("retried", word(bounds::retried())), ("exhausted", word(bounds::exhausted()))];
    let [retried, exhausted] = ends();
    let waits = object([("days", list(integer())), ("counted_in", word(bounds::counted()))]);
    let spacings = || bounds::spacings().into_iter().chain(["ladder"]);
    let retry = object([
        ("retries_max", integer()),
        ("spacing", word(spacings())),
        ("waits", or_null(waits)),
        retried,
        exhausted,
    ]);
    let catch_up =
        object([("missed", word(bounds::missed())), ("lateness_max_seconds", integer())]);
    let policies = object([
        ("retry", retry),
        ("catch_up", catch_up),
        ("zone", text()),
        ("hour", text()),
        ("calendar", or_null(word(bounds::calendars()))),
        ("roll", word(bounds::rolls())),
        ("run_at_start", boolean()),
    ]);
    let lateness = within(0, bounds::LATENESS_MAX_SECONDS);
    let catch_up_wish =
        perhaps(object([("missed", word(bounds::missed()))]), [("lateness_max_seconds", lateness)]);
    [
        ("Policies", policies),
        ("RetryWish", either([plain(ends()), ladder(ends())])),
        ("CatchUpWish", only(catch_up_wish)),
    ]
}

/// Retries at one spacing.
fn plain([retried, exhausted]: [(&'static str, Value); 2]) -> Value {
    let most = format!("At most {} for a charge.", bounds::CHARGE_RETRIES_MAX);
    let retries_max = said(within(0, bounds::OTHER_RETRIES_MAX), &most);
    let spacing = word(bounds::spacings());
    only(object([("retries_max", retries_max), ("spacing", spacing), retried, exhausted]))
}

/// Retries after waits that are told one by one.
fn ladder([retried, exhausted]: [(&'static str, Value); 2]) -> Value {
    let day = within(1, i64::from(engine::policy::LADDER_DAYS_MAX));
    let days = with(list(day), "maxItems", json!(engine::policy::LADDER_RETRIES_MAX));
    let waits = perhaps(object([("days", days)]), [("counted_in", word(bounds::counted()))]);
    only(object([("waits", only(waits)), retried, exhausted]))
}

fn clock() -> [(&'static str, Value); 3] {
    let counts = object([("successful", integer()), ("failed", integer()), ("skipped", integer())]);
    let clock = object([
        ("now", instant()),
        ("mode", word(["wall", "standing"])),
        ("advancing_to", or_null(instant())),
    ]);
    let advanced = [("occurrences", counts), ("awaiting", integer()), ("bank_actions", integer())];
    let wanted = || said(text(), "A date, or a date and time.");
    [
        ("Clock", perhaps(clock, advanced)),
        ("ClockSetting", object([("now", wanted())])),
        ("ClockAdvance", object([("to", wanted())])),
    ]
}

fn previews() -> [(&'static str, Value); 2] {
    let count = with(within(1, preview::COUNT_MAX), "default", json!(preview::COUNT_DEFAULT));
    let request = any_of_these([
        ("count", count),
        ("rrule", said(short(preview::RRULE_CHARACTERS_MAX), "As RFC 5545 has it.")),
        ("start", text()),
        ("end", text()),
        ("every", within(1, i64::from(recurrence::Rule::EVERY_MAX))),
        ("period", word(["day", "week", "month"])),
        ("on", map()),
        ("zone", short(ID_CHARACTERS_MAX)),
        ("gap", word(preview::GAPS)),
        ("fold", word(preview::FOLDS)),
        ("calendar", said(either([text(), map()]), "A calendar's name, or holidays of one's own.")),
        ("roll", word(preview::ROLLS)),
    ]);
    let request = said(
        request,
        "The fields of Omise's `POST /schedules` with `start`, `end` and `count`; or `rrule`, \
         `start` and `count`. Beside either `zone`, `gap` and `fold`, and `calendar` and `roll`.",
    );
    let moved = object([("from", text()), ("to", text())]);
    let preview = perhaps(
        object([("dates", list(text())), ("in_words", text())]),
        [
            ("local", list(text())),
            ("moved", list(moved)),
            ("unknown", list(text())),
            ("in_plain_english", text()),
            ("note", text()),
        ],
    );
    [("PreviewRequest", request), ("Preview", preview)]
}

fn decisions() -> [(&'static str, Value); 8] {
    let unknown = object([
        ("id", text()),
        ("why", word(["late", "unknown"])),
        ("schedule", text()),
        ("slot", text()),
        ("attempt", integer()),
        ("due", instant()),
        ("since", instant()),
        ("kind", word(bounds::kinds())),
        ("amount", or_null(integer())),
        ("currency", text()),
        ("idempotency_key", text()),
    ]);
    let found = either([word(["paid", "unknown"]), object([("declined", text())])]);
    let settled = object([("id", text()), ("settled", word(["as_said", "as_found"]))]);
    let gateway = object([
        ("trouble", word(lane::TROUBLES.map(lane::name_of))),
        ("tried_again_in_seconds", integer()),
    ]);
    let due = object([
        ("schedule", text()),
        ("slot", text()),
        ("attempt", integer()),
        ("due", instant()),
    ]);
    let lane_shown = object([
        ("now", instant()),
        ("held_since", or_null(instant())),
        ("gateway_stopped", or_null(gateway)),
        ("slots_due", integer()),
        ("due", list(due)),
    ]);
    let done = object([
        ("at", instant()),
        ("actor", text()),
        ("deed", word(lane::DEEDS.map(lane::deed_word))),
        ("subject", text()),
        ("reason", text()),
    ]);
    [
        (
            "Problem",
            object([
                ("type", text()),
                ("title", text()),
                ("status", integer()),
                ("detail", text()),
            ]),
        ),
        ("Unknowns", object([("unknowns", list(named("Unknown"))), ("complete", boolean())])),
        ("Unknown", unknown),
        ("Verdict", object([("verdict", word(["paid", "not_paid", "ask"])), ("reason", reason())])),
        ("UnknownSettled", perhaps(settled, [("found", found)])),
        ("Lane", lane_shown),
        ("LaneResumed", object([("resumed", boolean())])),
        ("Audit", object([("audit", list(done))])),
    ]
}

fn keys() -> [(&'static str, Value); 6] {
    let key = object([
        ("id", text()),
        ("name", text()),
        ("kind", word(KEY_KINDS)),
        ("scopes", or_null(list(word(Scope::ALL.map(Scope::name))))),
        ("origin", word(["made", "configured"])),
        ("ending", text()),
        ("created_at", instant()),
        ("expires_at", or_null(instant())),
        ("open", boolean()),
    ]);
    let name = with(short(keys::NAME_CHARACTERS_MAX), "minLength", json!(1));
    let name = said(with(name, "pattern", json!("\\S")), "Who uses it.");
    let scopes = with(list(word(Scope::ALL.map(Scope::name))), "minItems", json!(1));
    let reach = [
        ("kind", word(KEY_KINDS)),
        ("scopes", said(scopes, "What a restricted key opens; no other has any.")),
    ];
    let shown = with_field(&key, "key", text());
    [
        ("KeyRolled", with_field(&shown, "replaces", named("Key"))),
        ("KeyShown", shown),
        ("Key", key),
        ("Keys", object([("keys", list(named("Key")))])),
        ("NewKey", perhaps(object([("name", name)]), reach)),
        ("KeyOverlap", overlap(keys::OVERLAP_SECONDS, keys::OVERLAP_SECONDS_MAX)),
    ]
}

fn overlap(default: i64, most: i64) -> Value {
    let seconds = with(within(0, most), "default", json!(default));
    any_of_these([("overlap_seconds", seconds)])
}

fn webhook_endpoints() -> [(&'static str, Value); 7] {
    let disabled = object([("reason", word(["asked", "gone", "failing"])), ("since", instant())]);
    let secret = object([("accepted_until", or_null(instant()))]);
    let dialects = || word(Dialect::ALL.map(Dialect::word));
    let endpoint = object([
        ("id", text()),
        ("url", text()),
        ("dialect", dialects()),
        ("events", or_null(list(text()))),
        ("description", text()),
        ("enabled", boolean()),
        ("disabled", or_null(disabled)),
        ("secrets", list(secret)),
        ("created_at", instant()),
        ("updated_at", instant()),
        ("delivered_at", or_null(instant())),
    ]);
    let wish = || {
        let events = said(or_null(list(text())), "Names of events; null, or none, for all.");
        [
            ("events", events),
            ("description", short(webhook_endpoints::DESCRIPTION_MAX)),
            ("enabled", boolean()),
            ("reason", said(short(TEXT_CHARACTERS_MAX), "Why, for the record.")),
        ]
    };
    let url = || short(TEXT_CHARACTERS_MAX);
    let overlap =
        overlap(webhook_endpoints::OVERLAP_SECONDS_DEFAULT, webhook_endpoints::OVERLAP_SECONDS_MAX);
    let reason = ("reason", said(short(TEXT_CHARACTERS_MAX), "Why, for the record."));
    let new = perhaps(perhaps(object([("url", url())]), wish()), [("dialect", dialects())]);
    [
        ("WebhookEndpointWithSecret", with_field(&endpoint, "secret", text())),
        ("WebhookEndpoint", endpoint),
        ("WebhookEndpoints", object([("webhook_endpoints", list(named("WebhookEndpoint")))])),
        ("WebhookEndpointDeleted", object([("id", text()), ("deleted", boolean())])),
        ("NewWebhookEndpoint", new),
        ("WebhookEndpointChange", perhaps(any_of_these(wish()), [("url", url())])),
        ("SecretOverlap", perhaps(overlap, [reason])),
    ]
}

fn deliveries() -> [(&'static str, Value); 2] {
    let attempt = object([
        ("at", instant()),
        ("milliseconds", integer()),
        ("status", or_null(integer())),
        ("error", or_null(text())),
    ]);
    let delivery = object([
        ("id", text()),
        ("webhook_endpoint", text()),
        ("message", text()),
        ("event", or_null(text())),
        ("status", word(["pending", "delivered", "failed"])),
        ("attempts", integer()),
        ("created_at", instant()),
        ("next_attempt_at", or_null(instant())),
        ("ended_at", or_null(instant())),
        ("latest_attempt", or_null(attempt)),
    ]);
    [
        (
            "Deliveries",
            object([("deliveries", list(named("Delivery"))), ("next_cursor", or_null(text()))]),
        ),
        ("Delivery", delivery),
    ]
}

/// The same object with one field more, which it always has.
fn with_field(object: &Value, name: &str, schema: Value) -> Value {
    let mut object = perhaps(object.clone(), [(name, schema)]);
    if let Some(required) = object.get_mut("required").and_then(Value::as_array_mut) {
        required.push(json!(name));
    }
    object
}

fn reason() -> Value {
    let text = with(short(TEXT_CHARACTERS_MAX), "minLength", json!(1));
    said(with(text, "pattern", json!("\\S")), "Why, for the record.")
}
