//! `/kalends/v1/lane` and `/kalends/v1/resume`: how the lane stands, what would run, and
//! letting it go where it was held; `/kalends/v1/audit`: what was done by hand.

use axum::extract::State;
use engine::Run;
use runner::Trouble;
use serde_json::{Value, json};
use store::{AuditEntry, Deed};

use super::endpoint::{Actor, Reply, Sent};
use super::names::schedule_id;
use super::problem::Problem;
use crate::App;

/// Runs that are shown one by one, at most.
const RUNS_SHOWN_MAX: u32 = 100;
/// Entries of the record that are shown, at most.
const ENTRIES_MAX: u32 = 100;

/// Everything that is written down of what is done by hand.
pub(super) const DEEDS: [Deed; 16] = [
    Deed::SaidPaid,
    Deed::SaidNotPaid,
    Deed::Asked,
    Deed::Resumed,
    Deed::MadeKey,
    Deed::RolledKey,
    Deed::RevokedKey,
    Deed::EndpointCreated,
    Deed::EndpointChanged,
    Deed::SecretRolled,
    Deed::EndpointDeleted,
    Deed::Redelivered,
    Deed::PausedSchedule,
    Deed::ResumedSchedule,
    Deed::UnsuspendedSchedule,
    Deed::ChangedPolicies,
];
/// Everything that keeps a gateway from being asked.
pub(super) const TROUBLES: [Trouble; 3] =
    [Trouble::Unauthorised, Trouble::Throttled, Trouble::Silent];

/// How the lane stands, and what of the caller's is due on it.
pub(super) async fn show(State(app): State<App>, actor: Actor) -> Result<Reply, Problem> {
    let (lane, now) = (app.runner.lane(), app.runner.now());
    let held_since = app.store().pulse(lane).await?.held_since;
    let due = app.store().queued(lane, now, RUNS_SHOWN_MAX).await?;
    let slots = app.store().count_slots(lane, now, u64::from(u32::MAX)).await?;
    let theirs = due.iter().filter(|run| run.account == actor.account.id);
    let gateway = app.runner.stopped().map(|(trouble, rest)| {
        json!({ "trouble": name_of(trouble), "tried_again_in_seconds": rest.as_secs() })
    });
    Ok(Reply(json!({
        "now": now.to_string(),
        "held_since": held_since.map(|since| since.to_string()),
        "gateway_stopped": gateway,
        "slots_due": slots,
        "due": theirs.map(|run| show_run(&app, &actor, run)).collect::<Vec<_>>(),
    })))
}

/// Lets the lane go.
pub(super) async fn resume(
    State(app): State<App>,
    actor: Actor,
    Sent(params): Sent,
) -> Result<Reply, Problem> {
    let mut read = params.reader();
    let reason = read.optional_text("reason");
    read.finish()?;
    let reason = reason.filter(|reason| !reason.trim().is_empty()).ok_or_else(|| {
        Problem::bad_request("reason is missing; it would say, for the record, why this is safe")
    })?;
    let was_held = app.runner.resume(&actor.name(), &reason).await?;
    Ok(Reply(json!({ "resumed": was_held })))
}

/// What was done to the caller's things by hand, newest first.
pub(super) async fn audit(State(app): State<App>, actor: Actor) -> Result<Reply, Problem> {
    let entries = app.store().audit_trail(actor.account.id, ENTRIES_MAX).await?;
    Ok(Reply(json!({ "audit": entries.iter().map(show_entry).collect::<Vec<_>>() })))
}

fn show_run(app: &App, actor: &Actor, run: &Run) -> Value {
    json!({
        "schedule": schedule_id(app, &actor.account, run),
        "slot": run.key.slot.moment().to_string(),
        "attempt": run.attempt,
        "due": run.key.due.to_string(),
    })
}

fn show_entry(entry: &AuditEntry) -> Value {
    json!({
        "at": entry.at.to_string(),
        "actor": entry.actor,
        "deed": deed_word(entry.deed),
        "subject": entry.subject,
        "reason": entry.reason,
    })
}

/// The word for what was done.
pub(super) const fn deed_word(deed: Deed) -> &'static str {
    match deed {
        Deed::SaidPaid => "said_paid",
        Deed::SaidNotPaid => "said_not_paid",
        Deed::Asked => "asked",
        Deed::Resumed => "resumed",
        Deed::MadeKey => "made_key",
        Deed::RolledKey => "rolled_key",
        Deed::RevokedKey => "revoked_key",
        Deed::EndpointCreated => "endpoint_created",
        Deed::EndpointChanged => "endpoint_changed",
        Deed::SecretRolled => "secret_rolled",
        Deed::EndpointDeleted => "endpoint_deleted",
        Deed::Redelivered => "redelivered",
        Deed::PausedSchedule => "paused_schedule",
        Deed::ResumedSchedule => "resumed_schedule",
        Deed::UnsuspendedSchedule => "unsuspended_schedule",
        Deed::ChangedPolicies => "changed_policies",
    }
}

/// The word for what keeps a gateway from being asked.
pub(super) const fn name_of(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::Unauthorised => "unauthorised",
        Trouble::Throttled => "throttled",
        Trouble::Silent => "silent",
    }
}
