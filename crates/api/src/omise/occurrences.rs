//! `GET /occurrences/{id}`, and how an occurrence is shown anywhere.

use super::openapi::{Api, livemode, nothing, text_or_null};
use crate::openapi::schema::{
    both, date, instant, integer, named, object as shape, or_null, text, word,
};
use engine::settlement::AwaitingKey;
use engine::{Occurrence, OccurrenceStatus};
use serde_json::{Value, json};
use store::RecordKey;

use super::refusal::no_occurrence;
use super::router::{Resource, Routes};
use super::view::{View, object};
use super::{Answer, Context, Kind, OmiseError, Params, Version};

pub(crate) fn routes() -> Routes {
    Routes::new().at("/occurrences/{id}", Resource::new().get(retrieve))
}

async fn retrieve(context: Context, _params: Params, id: String) -> Answer {
    let missing = || OmiseError::not_found("occurrence", &id);
    let key = context.ids().parse_occurrence(&id).ok_or_else(missing)?;
    let found = context.app.store().occurrence(key).await?;
    let Some(occurrence) = found.filter(|found| found.account == context.account.id) else {
        return Err(no_occurrence(&context, key, &id).await?);
    };
    let context = context.naming(occurrence.result.map(RecordKey::from)).await?;
    Ok(render(&View::of(&context), &occurrence))
}

/// An occurrence, in the captured order of its version.
pub(crate) fn render(view: &View, occurrence: &Occurrence) -> Value {
    let Occurrence { schedule, slot, attempt, .. } = *occurrence;
    let id = view.ids.render_occurrence(AwaitingKey { schedule, slot, attempt });
    let location = format!("/occurrences/{id}");
    let schedule = view.id(Kind::Schedule, schedule.0);
    let result = occurrence.result.map(|payment| view.ids.render_payment(payment));
    let (scheduled_on, retry_on) = (slot.date(), occurrence.retry_on);
    let (created_at, processed_at) =
        (view.time(occurrence.created_at), view.time(occurrence.processed_at));
    match view.version {
        Version::V2019_05_29 => object([
            ("object", json!("occurrence")),
            ("livemode", json!(view.livemode())),
            ("location", json!(location)),
            ("id", json!(id)),
            ("result", json!(result)),
            ("schedule", json!(schedule)),
            ("message", json!(occurrence.message)),
            ("status", json!(status(occurrence.status))),
            ("processed_at", processed_at),
            ("created_at", created_at),
            ("scheduled_on", json!(scheduled_on)),
            ("retry_on", json!(retry_on)),
            ("execute_time", Value::Null),
            ("split_metadata", Value::Null),
            ("transfer_amount", json!(0)),
        ]),
        Version::V2017_11_02 => object([
            ("object", json!("occurrence")),
            ("id", json!(id)),
            ("livemode", json!(view.livemode())),
            ("location", json!(location)),
            ("schedule", json!(schedule)),
            ("schedule_date", json!(scheduled_on)),
            ("retry_date", json!(retry_on)),
            ("processed_at", processed_at),
            ("status", json!(status(occurrence.status))),
            ("message", json!(occurrence.message)),
            ("result", json!(result)),
            ("created", created_at),
        ]),
    }
}

/// Omise knows nothing that is called off before it is attempted; to it, that is skipped.
const fn status(status: OccurrenceStatus) -> &'static str {
    match status {
        OccurrenceStatus::Successful => "successful",
        OccurrenceStatus::Failed => "failed",
        OccurrenceStatus::Skipped | OccurrenceStatus::Canceled => "skipped",
    }
}

/// Occurrences, described.
pub(crate) fn describe(api: &mut Api) {
    let shown = "Shows what came of one attempt at one date.";
    let shown = Api::asking("schedules", "retrieveOccurrence", shown, &named("Occurrence"));
    api.it.operation("get", "/occurrences/{id}", shown.expands().named_in_path());
    let shown = shape([
        ("object", json!({ "const": "occurrence" })),
        ("id", text()),
        livemode(),
        ("location", text()),
        ("schedule", text()),
        ("status", word(["successful", "failed", "skipped"])),
        ("message", text_or_null()),
        ("result", text_or_null()),
        ("processed_at", instant()),
        api.created(),
    ]);
    let more = if api.is_2017() {
        shape([("schedule_date", date()), ("retry_date", or_null(date()))])
    } else {
        shape([
            ("scheduled_on", date()),
            ("retry_on", or_null(date())),
            ("execute_time", nothing()),
            ("split_metadata", nothing()),
            ("transfer_amount", integer()),
        ])
    };
    api.it.schema("Occurrence", both(shown, more));
}
