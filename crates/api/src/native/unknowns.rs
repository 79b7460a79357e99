//! `/kalends/v1/unknowns`: payments of which nobody knows what came of them, or that came
//! too late to be made unseen; and what a person decides of them.

use axum::extract::State;
use engine::settlement::AwaitingKey;
use engine::{Awaiting, Decline, InstructionKind, Outcome, ScheduleId, Slot, Verdict, Wait};
use http::StatusCode;
use runner::{Decided, DecisionError, deed_of};
use serde_json::{Value, json};
use store::AuditEntry;
use store::history::find_moved;

use super::endpoint::{Actor, Named, Reply, Sent};
use super::names::schedule_id;
use super::problem::Problem;
use crate::App;

/// Entries in one answer, at most.
const ENTRIES_MAX: usize = 100;
/// Attempts that are read in one look, to find those of one account among them.
const READ_AT_ONCE: u32 = 256;
/// Looks in one request, at most: what many other accounts wait for is not walked through.
const LOOKS_MAX: usize = 64;

/// What waits, the oldest slots first. What a gateway has accepted and will finish by
/// itself is not among it.
pub(super) async fn list(State(app): State<App>, actor: Actor) -> Result<Reply, Problem> {
    let mut shown = Vec::new();
    let mut after = None;
    let mut is_complete = false;
    for _ in 0..LOOKS_MAX {
        let page = app.runner.waiting(after, READ_AT_ONCE).await?;
        after = page.last().map(Awaiting::key);
        is_complete = after.is_none();
        let theirs = page.iter().filter(|awaiting| {
            awaiting.run.account == actor.account.id && awaiting.accepted().is_none()
        });
        shown.extend(theirs.take(ENTRIES_MAX - shown.len()).map(|it| show(&app, &actor, it)));
        if is_complete || shown.len() == ENTRIES_MAX {
            break;
        }
    }
    Ok(Reply(json!({ "unknowns": shown, "complete": is_complete })))
}

/// Settles one as a person says, for a reason that is kept.
pub(super) async fn settle(
    State(app): State<App>,
    Named(id): Named,
    actor: Actor,
    Sent(params): Sent,
) -> Result<Reply, Problem> {
    let nothing_waits = || Problem::new(StatusCode::NOT_FOUND, format!("nothing waits as {id}"));
    let key = parse_id(&id).ok_or_else(nothing_waits)?;
    let owner = app.store().schedule(key.schedule).await?.map(|schedule| schedule.account);
    if owner != Some(actor.account.id) {
        return Err(nothing_waits());
    }
    let mut read = params.reader();
    let verdict = read.optional_text("verdict");
    let reason = read.optional_text("reason");
    read.finish()?;
    let verdict = verdict_of(verdict.as_deref())?;
    let reason = reason.filter(|reason| !reason.trim().is_empty()).ok_or_else(|| {
        Problem::bad_request("reason is missing; it would say, for the record, how this is known")
    })?;
    let entry = AuditEntry {
        account: actor.account.id,
        at: app.runner.wall_now(),
        actor: actor.name(),
        deed: deed_of(&verdict),
        subject: id.clone().into(),
        reason: reason.into(),
    };
    let decided = match app.runner.decide(key, verdict, entry).await {
        Err(DecisionError::NothingWaits) => return Err(settled_long_ago(&app, key, &id).await?),
        decided => decided?,
    };
    Ok(Reply(match decided {
        Decided::AsSaid => json!({ "id": id, "settled": "as_said" }),
        Decided::Found(outcome) => {
            json!({ "id": id, "settled": "as_found", "found": found(&outcome) })
        }
    }))
}

/// That nothing waits under this id any more; 410 where what it came to was moved out of the
/// data.
async fn settled_long_ago(app: &App, key: AwaitingKey, id: &str) -> Result<Problem, Problem> {
    if app.store().occurrence(key).await?.is_none()
        && let Some(gone) = find_moved(app.store().as_ref(), key).await?
    {
        let detail = format!("{id} was settled, and {}", gone.in_words());
        return Ok(Problem::new(StatusCode::GONE, detail));
    }
    Ok(Problem::from(DecisionError::NothingWaits))
}

fn verdict_of(word: Option<&str>) -> Result<Verdict, Problem> {
    match word {
        Some("paid") => Ok(Verdict::Paid(None)),
        Some("not_paid") => Ok(Verdict::NotPaid),
        Some("ask") => Ok(Verdict::Ask),
        _ => Err(Problem::bad_request(
            "verdict must be paid (the money moved), not_paid (it did not, and is not to), or ask \
             (it did not, and is to be asked for now, under the same key)",
        )),
    }
}

fn found(outcome: &Outcome) -> Value {
    match outcome {
        Outcome::Succeeded(_) => json!("paid"),
        Outcome::Declined(Decline { message, .. }) => json!({ "declined": message }),
        Outcome::Accepted(_) | Outcome::NotSent(_) | Outcome::Unknown => json!("unknown"),
    }
}

fn show(app: &App, actor: &Actor, awaiting: &Awaiting) -> Value {
    let run = &awaiting.run;
    let money = run.as_looked_up(app.store().installation(), awaiting.since).body.money();
    let kind = match run.plan.instruction.kind() {
        InstructionKind::Charge => "charge",
        InstructionKind::Transfer => "transfer",
        InstructionKind::Remittance => "remittance",
    };
    let why = match awaiting.wait {
        Wait::Late => "late",
        Wait::Unknown | Wait::Accepted(_) => "unknown",
    };
    let key = run.as_looked_up(app.store().installation(), awaiting.since).key;
    json!({
        "id": id_of(awaiting.key()),
        "why": why,
        "schedule": schedule_id(app, &actor.account, run),
        "slot": run.key.slot.moment().to_string(),
        "attempt": run.attempt,
        "due": run.key.due.to_string(),
        "since": awaiting.since.to_string(),
        "kind": kind,
        "amount": run.quote_wanted().is_none().then_some(money.amount_minor),
        "currency": money.currency.code(),
        "idempotency_key": key.as_str(),
    })
}

/// One attempt's name here: schedule, slot and attempt.
fn id_of(key: AwaitingKey) -> String {
    format!("{}_{}_{}", key.schedule, key.slot.stored(), key.attempt)
}

fn parse_id(id: &str) -> Option<AwaitingKey> {
    let mut parts = id.split('_');
    let key = AwaitingKey {
        schedule: ScheduleId(parts.next()?.parse().ok()?),
        slot: Slot::from_stored(parts.next()?.parse().ok()?),
        attempt: parts.next()?.parse().ok()?,
    };
    parts.next().is_none().then_some(key)
}

impl From<DecisionError> for Problem {
    fn from(error: DecisionError) -> Problem {
        let status = match error {
            DecisionError::Store(error) => return Problem::from(error),
            DecisionError::NothingWaits => StatusCode::NOT_FOUND,
            DecisionError::Accepted | DecisionError::Ended | DecisionError::Paused => {
                StatusCode::CONFLICT
            }
            DecisionError::Unreachable | DecisionError::Asked => StatusCode::SERVICE_UNAVAILABLE,
        };
        Problem::new(status, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn an_id_reads_back_and_nothing_else_does() {
        for day in [date(2026, 1, 31), date(1969, 12, 31)] {
            let key = AwaitingKey { schedule: ScheduleId(7), slot: Slot::of_date(day), attempt: 2 };
            assert_eq!(parse_id(&id_of(key)), Some(key));
        }
        for id in ["", "7", "7_1", "7_1_2_3", "7_1_300", "x_1_2", "__"] {
            assert_eq!(parse_id(id), None, "{id}");
        }
    }
}
