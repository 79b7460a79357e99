//! Pausing, resuming, and letting go on what was suspended.

use axum::extract::State;
use engine::edit::{Edit, Turn};
use serde_json::Value;
use store::Deed;

use super::super::endpoint::{Actor, Named, Reply, Sent};
use super::super::problem::Problem;
use super::{catch_up, of_id, show};
use crate::App;
use crate::omise::Params;

/// Nothing of it runs until it is resumed.
pub(super) async fn pause(
    State(app): State<App>,
    Named(id): Named,
    actor: Actor,
    Sent(params): Sent,
) -> Result<Reply, Problem> {
    let turn = |reason: &str| Turn::Pause { reason: reason.into() };
    let shown = turned(&app, &actor, &id, &params, Deed::PausedSchedule, turn).await?;
    Ok(Reply(shown))
}

/// What was paused goes on.
pub(super) async fn resume(
    State(app): State<App>,
    Named(id): Named,
    actor: Actor,
    Sent(params): Sent,
) -> Result<Reply, Problem> {
    let turn = |_: &str| Turn::Resume;
    let shown = turned(&app, &actor, &id, &params, Deed::ResumedSchedule, turn).await?;
    Ok(Reply(shown))
}

/// What was suspended goes on with its next slot.
pub(super) async fn unsuspend(
    State(app): State<App>,
    Named(id): Named,
    actor: Actor,
    Sent(params): Sent,
) -> Result<Reply, Problem> {
    let turn = |_: &str| Turn::Unsuspend;
    turned(&app, &actor, &id, &params, Deed::UnsuspendedSchedule, turn).await.map(Reply)
}

async fn turned(
    app: &App,
    actor: &Actor,
    id: &str,
    params: &Params,
    deed: Deed,
    turn: impl Fn(&str) -> Turn,
) -> Result<Value, Problem> {
    let schedule = of_id(app, actor, id).await?;
    if let Some(name) = params.0.keys().find(|name| *name != "reason") {
        return Err(Problem::bad_request(format!("{name} is not known here; only reason is")));
    }
    let reason = reason(params)?;
    let turn = turn(&reason);
    let entry = actor.entry(app, deed, id, &reason);
    let wish = |_: &engine::edit::Standing| {
        Ok::<_, Problem>(Edit { turn: Some(turn.clone()), ..Edit::default() })
    };
    let edited = app.runner.edit_schedule_by_hand(schedule.id, entry, wish).await?;
    let missed = catch_up::missed_meanwhile(edited.plan.policies.catch_up);
    let mut shown = show::one(app, actor, edited).await?;
    if let (Deed::PausedSchedule | Deed::ResumedSchedule, Value::Object(fields)) =
        (deed, &mut shown)
    {
        fields.insert("missed_meanwhile".to_owned(), missed);
    }
    Ok(shown)
}

/// Why, for the record.
pub(super) fn reason(params: &Params) -> Result<String, Problem> {
    let mut read = params.reader();
    let reason = read.optional_text("reason");
    read.finish()?;
    reason
        .filter(|reason| !reason.trim().is_empty())
        .ok_or_else(|| Problem::bad_request("reason is missing; it would say, for the record, why"))
}
