//! Schedules with all that is shown with them.

use bank::RecordKind;
use engine::{Instruction, Occurrence, Schedule};
use gateway::bank::BankError;
use serde_json::Value;
use store::{Page, PageQuery, RecordKey};

use super::super::list::LIMIT_DEFAULT;
use super::super::records::failure;
use super::super::view::{View, unexpanded};
use super::super::{Answer, Context, Kind, OmiseError, parties};
use super::render::{self, Parts, Standing};

/// One schedule, as it stands.
pub(crate) async fn one(context: &Context, schedule: Schedule) -> Answer {
    let shown = many(context, vec![schedule]).await?;
    shown.into_iter().next().ok_or_else(OmiseError::backend_error)
}

/// Schedules, as they stand, in order.
pub(crate) async fn many(
    context: &Context,
    schedules: Vec<Schedule>,
) -> Result<Vec<Value>, OmiseError> {
    let store = context.app.store();
    let positions = store.positions(&schedules, context.now).await?;
    let first = PageQuery { to: engine::Instant::MAX, ..PageQuery::first(LIMIT_DEFAULT) };
    let mut occurrences = Vec::with_capacity(schedules.len());
    for schedule in &schedules {
        occurrences.push(store.occurrences(schedule, context.now, first).await?);
    }
    let named = schedules.iter().zip(&occurrences).flat_map(|(it, of_it)| named(it, of_it));
    let context = &context.naming(named).await?;
    let mut shown = Vec::with_capacity(schedules.len());
    for ((schedule, position), occurrences) in schedules.iter().zip(positions).zip(occurrences) {
        let parts = Parts {
            occurrences,
            standing: Standing::of(schedule, position),
            parties: parties(context, schedule).await?,
        };
        shown.push(render::schedule(&View::of(context), schedule, parts));
    }
    Ok(shown)
}

/// What a schedule and some of its occurrences name.
pub(crate) fn named(
    schedule: &Schedule,
    occurrences: &Page<Occurrence>,
) -> impl Iterator<Item = RecordKey> {
    let parties = match &schedule.plan.instruction {
        Instruction::Charge { customer, card, .. } => [
            Some(RecordKey { kind: RecordKind::Customer, key: customer.0 }),
            card.map(|card| RecordKey { kind: RecordKind::Card, key: card.0 }),
        ],
        Instruction::Transfer { recipient, .. } => {
            [Some(RecordKey { kind: RecordKind::Recipient, key: recipient.0 }), None]
        }
        Instruction::Remittance(_) => [None, None],
    };
    let results = occurrences.entries.iter().filter_map(|it| it.result).map(RecordKey::from);
    parties.into_iter().flatten().chain(results)
}

/// The parties of a schedule as they are shown: ids, or what the ids are of.
pub(crate) async fn parties(
    context: &Context,
    schedule: &Schedule,
) -> Result<render::Parties, OmiseError> {
    match &schedule.plan.instruction {
        Instruction::Charge { customer, card, .. } => {
            let (customer, card) = parties::shown_payer(context, *customer, *card).await?;
            Ok(render::Parties::Charge { customer, card })
        }
        Instruction::Transfer { recipient, .. } => {
            let recipient = parties::shown_payee(context, *recipient).await?;
            Ok(render::Parties::Transfer { recipient })
        }
        Instruction::Remittance(_) => Ok(render::Parties::Transfer { recipient: Value::Null }),
    }
}

/// What names a schedule elsewhere: its id, or itself where that was asked for.
pub(crate) async fn reference(
    context: &Context,
    id: Option<engine::ScheduleId>,
) -> Result<Value, OmiseError> {
    let named = View::of(context).id_or_null(Kind::Schedule, id.map(|id| id.0));
    let Some(id) = id.filter(|_| context.expand) else { return Ok(named) };
    match context.app.store().schedule(id).await? {
        Some(schedule) => one(&unexpanded(context), schedule).await,
        None => Ok(named),
    }
}

/// What is missing is the client's mistake; anything else that a reading of the
/// bank's can meet is ours.
pub(crate) fn not_found_or_failure(
    error: BankError,
    missing: impl FnOnce() -> OmiseError,
) -> OmiseError {
    match error {
        BankError::NotFound(_) => missing(),
        error => failure(&error),
    }
}
