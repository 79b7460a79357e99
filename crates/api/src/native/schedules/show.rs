//! A schedule in Kalends' own form, whatever dialect it was made in.

use bank::RecordKind;
use engine::edit::EditError;
use engine::{
    Amendment, Cadence, Instant, Instruction, InstructionKind, Position, Remitted, Schedule, Slot,
    TransferAmount,
};
use recurrence::words::Plain;
use recurrence::{Date, Limit};
use serde_json::{Value, json};
use store::RecordKey;

use super::super::endpoint::Actor;
use super::super::names;
use super::super::problem::Problem;
use super::find::{KINDS, STATUSES, word_of};
use super::policies;
use crate::App;
use crate::foreign::ForeignNames;
use crate::{moov, omise};

/// Runs to come that are shown, at most.
const NEXT_MAX: usize = 10;

/// One schedule, as it stands.
pub(super) async fn one(app: &App, actor: &Actor, schedule: Schedule) -> Result<Value, Problem> {
    Ok(many(app, actor, vec![schedule]).await?.pop().unwrap_or_default())
}

/// Schedules as they stand, in order.
pub(super) async fn many(
    app: &App,
    actor: &Actor,
    schedules: Vec<Schedule>,
) -> Result<Vec<Value>, Problem> {
    let now = app.runner.now();
    let positions = app.store().positions(&schedules, now).await?;
    let ids = schedules.iter().map(|schedule| schedule.id).collect();
    let amendments = app.store().amendments(ids).await?;
    let foreign = ForeignNames::among(app, schedules.iter().flat_map(named)).await?;
    let ids = Ids {
        omise: omise::Ids::of(app, &actor.account).knowing(foreign.clone()),
        moov: moov::Ids::of(app, &actor.account).knowing(foreign),
    };
    let all = schedules.iter().zip(positions).zip(amendments);
    Ok(all
        .map(|((schedule, position), amendments)| {
            let next = next(schedule, position, &amendments, now);
            let mut shown = show(&ids, schedule, &next);
            if let Value::Object(fields) = &mut shown {
                let id = names::id_of_schedule(
                    app,
                    &actor.account,
                    schedule.id,
                    schedule.plan.instruction.kind(),
                );
                fields.insert("id".to_owned(), json!(id));
            }
            shown
        })
        .collect())
}

struct Ids {
    omise: omise::Ids,
    moov: moov::Ids,
}

fn show(ids: &Ids, schedule: &Schedule, next: &[Value]) -> Value {
    let kind = schedule.plan.instruction.kind();
    let dialect = if kind == InstructionKind::Remittance { "moov" } else { "omise" };
    let paused = schedule
        .paused
        .as_ref()
        .map(|pause| json!({ "since": pause.since.to_string(), "reason": pause.reason }));
    json!({
        "id": null,
        "dialect": dialect,
        "status": word_of(&STATUSES, &schedule.status),
        "paused": paused,
        "rule": rule(&schedule.plan.cadence),
        "window": window(&schedule.plan.cadence),
        "instruction": instruction(ids, &schedule.plan.instruction),
        "policies": policies::shown(&schedule.plan.policies),
        "next": next,
        "created_at": schedule.created_at.to_string(),
        "updated_at": schedule.updated_at.to_string(),
        "ended_at": schedule.ended_at.map(|at| at.to_string()),
    })
}

/// Null where every slot was added by hand.
fn rule(cadence: &Cadence) -> Value {
    let (rule, said) = match cadence {
        Cadence::Dates(recurrence) => (recurrence.rule(), Plain::recurrence(recurrence)),
        Cadence::Times(timetable) => (timetable.rule(), Plain::timetable(timetable)),
        Cadence::Nothing => return Value::Null,
    };
    json!({ "rrule": rule.to_string(), "in_words": said.to_string() })
}

/// From when to when the rule gives slots; without an end where it has none.
fn window(cadence: &Cadence) -> Value {
    match cadence {
        Cadence::Dates(recurrence) => {
            let end = Some(recurrence.end()).filter(|end| *end < Date::MAX);
            json!({ "start": recurrence.start().to_string(), "end": end.map(|end| end.to_string()) })
        }
        Cadence::Times(timetable) => {
            let ends = timetable.rule().limit() != Limit::Never;
            let end = timetable.last().filter(|_| ends);
            json!({
                "start": format!("{}Z", timetable.start()),
                "end": end.map(|end| format!("{end}Z")),
            })
        }
        Cadence::Nothing => Value::Null,
    }
}

fn instruction(ids: &Ids, instruction: &Instruction) -> Value {
    let kind = word_of(&KINDS, &instruction.kind());
    match instruction {
        Instruction::Charge { customer, card, money, description } => json!({
            "kind": kind,
            "amount": money.amount_minor,
            "currency": money.currency.code(),
            "customer": ids.omise.render(omise::Kind::Customer, customer.0),
            "card": card.map(|card| ids.omise.render(omise::Kind::Card, card.0)),
            "description": description,
        }),
        Instruction::Transfer { recipient, amount } => {
            let (fixed, share, currency) = match amount {
                TransferAmount::Fixed(money) => (Some(money.amount_minor), None, money.currency),
                TransferAmount::Share { share, currency } => {
                    (None, Some(f64::from(share.ten_thousandths()) / 10_000.0), *currency)
                }
            };
            json!({
                "kind": kind,
                "amount": fixed,
                "percentage_of_balance": share,
                "currency": currency.code(),
                "recipient": ids.omise.render(omise::Kind::Recipient, recipient.0),
            })
        }
        Instruction::Remittance(Remitted { partner, source, destination, money, .. }) => json!({
            "kind": kind,
            "amount": money.amount_minor,
            "currency": money.currency.code(),
            "partner": ids.moov.id(*partner),
            "source": ids.moov.id(*source),
            "destination": ids.moov.id(*destination),
        }),
    }
}

/// What a schedule's form names that an upstream may have made.
fn named(schedule: &Schedule) -> Vec<RecordKey> {
    let record = |kind, key| RecordKey { kind, key };
    match &schedule.plan.instruction {
        Instruction::Charge { customer, card, .. } => {
            let card = card.map(|card| record(RecordKind::Card, card.0));
            std::iter::once(record(RecordKind::Customer, customer.0)).chain(card).collect()
        }
        Instruction::Transfer { recipient, .. } => {
            vec![record(RecordKind::Recipient, recipient.0)]
        }
        Instruction::Remittance(Remitted { partner, source, destination, .. }) => vec![
            record(RecordKind::Party, partner.0),
            record(RecordKind::PaymentMethod, source.0),
            record(RecordKind::PaymentMethod, destination.0),
        ],
    }
}

/// What runs next, soonest first: the cadence's own, and slots that go their own way, which
/// may be added to one whose rule is over. Nothing while the schedule is paused or has ended.
fn next(
    schedule: &Schedule,
    position: Position,
    amendments: &[Amendment],
    now: Instant,
) -> Vec<Value> {
    let may_run = schedule.status.is_active() || schedule.status == engine::Status::Expired;
    if !may_run || schedule.paused.is_some() {
        return Vec::new();
    }
    let plan = &schedule.plan;
    let mut runs: Vec<(Instant, Slot, u8)> = Vec::new();
    if let Some(next) = position.next {
        runs.push((next.link.due, next.link.slot, next.link.attempt));
        let later = std::iter::successors(plan.after(next.through), |slot| plan.after(*slot));
        let due = later.filter_map(|slot| Some((plan.due(slot)?, slot, 0)));
        runs.extend(due.take(NEXT_MAX - 1));
    }
    let own = amendments.iter().filter(|it| it.canceled_at.is_none()).filter_map(|amendment| {
        let due = amendment.run_at.or_else(|| plan.due(amendment.slot))?;
        (due > now).then_some((due, amendment.slot, 0))
    });
    runs.extend(own);
    runs.sort_unstable();
    runs.truncate(NEXT_MAX);
    let shown = runs.into_iter().map(|(due, slot, attempt)| {
        json!({ "slot": name_of(slot), "due": due.to_string(), "attempt": attempt })
    });
    shown.collect()
}

/// A date as a date, a moment as a moment.
fn name_of(slot: Slot) -> String {
    let moment = slot.moment();
    if moment.time() == jiff::civil::Time::MIN {
        return moment.date().to_string();
    }
    moment.to_string()
}

/// Why an edit was refused, to somebody who does not know a schedule by its key.
pub(super) fn without_key(error: &EditError) -> String {
    match error {
        EditError::Ended(_) => "the schedule was ended".to_owned(),
        EditError::UnderWay(_) => {
            "a run of the schedule is under way; ask again when it has settled".to_owned()
        }
        EditError::Paused(_) => "the schedule is paused".to_owned(),
        EditError::NotPaused(_) => "the schedule is not paused".to_owned(),
        EditError::NotSuspended(_) => "the schedule is not suspended".to_owned(),
        EditError::Suspended(_) => "the schedule is suspended".to_owned(),
        EditError::OtherKind(_, kind) => format!("the schedule pays by {kind}, and goes on so"),
        EditError::Done(_) | EditError::Unknown(_) | EditError::TooLate(_) | EditError::TooMany => {
            error.to_string()
        }
    }
}
