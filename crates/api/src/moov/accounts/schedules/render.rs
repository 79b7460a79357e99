//! Schedules and occurrences as they are shown, with the fields of Moov's own examples
//! in their order. What is not there is left out.

use std::collections::HashMap;

use bank::RecordKind;
use engine::{
    Instant, Occurrence, OccurrenceStatus, PartyId, PaymentId, RemittanceId, ScheduleId, Slot, Wait,
};
use serde_json::{Map, Value, json};
use store::{RecordKey, SlotRecord};

use super::kept::Between;
use super::view::View;
use crate::moov::context::Context;
use crate::moov::refusal::Refusal;
use crate::moov::run_transfer;

/// A schedule.
pub(super) async fn schedule(context: &Context, view: &View) -> Result<Value, Refusal> {
    let mut shown = schedules(context, std::slice::from_ref(view)).await?;
    shown.pop().ok_or_else(Refusal::failed)
}

/// Schedules, with one look-up for all their runs.
pub(super) async fn schedules(context: &Context, views: &[View]) -> Result<Vec<Value>, Refusal> {
    let slots: Vec<Vec<Slot>> = views.iter().map(|view| view.slots(context.now)).collect();
    let runs = Runs::of(context, views.iter().zip(&slots)).await?;
    let context = &context.naming(named(views.iter().zip(&slots), &runs)).await?;
    let both = views.iter().zip(&slots);
    Ok(both.map(|(view, slots)| schedule_shown(context, view, slots, &runs)).collect())
}

/// One occurrence.
pub(super) async fn occurrence(
    context: &Context,
    view: &View,
    slot: Slot,
) -> Result<Value, Refusal> {
    let slots = vec![slot];
    let of_it = std::iter::once((view, &slots));
    let runs = Runs::of(context, of_it.clone()).await?;
    let context = &context.naming(named(of_it, &runs)).await?;
    occurrence_shown(context, view, slot, &runs).ok_or_else(Refusal::failed)
}

/// What schedules and their runs name.
fn named<'a>(
    slots: impl Iterator<Item = (&'a View, &'a Vec<Slot>)>,
    runs: &Runs,
) -> Vec<RecordKey> {
    let key = |kind, key| RecordKey { kind, key };
    let mut named: Vec<RecordKey> = runs.transfers().map(RecordKey::from).collect();
    for (view, slots) in slots {
        let Between { source, destination, partner } = view.kept.between;
        let parties = [view.kept.owner, source, destination, partner];
        named.extend(parties.map(|party| key(RecordKind::Party, party.0)));
        let paid = slots.iter().filter_map(|slot| view.remitted(*slot)).chain(view.template());
        named.extend(paid.flat_map(|it| {
            [
                key(RecordKind::PaymentMethod, it.source.0),
                key(RecordKind::PaymentMethod, it.destination.0),
                key(RecordKind::Party, it.partner.0),
            ]
        }));
    }
    named
}

/// An account as `hydrate=accounts` shows it.
pub(super) struct AccountShown {
    pub(super) display_name: String,
    pub(super) email: Option<String>,
}

impl AccountShown {
    /// One of a platform's, as its API shows it.
    pub(super) fn of(account: &Value) -> Option<AccountShown> {
        let display_name = account.get("displayName")?.as_str()?.to_owned();
        let profile = account.get("profile");
        let email = ["individual", "business", "guest"].iter().find_map(|kind| {
            let email = profile?.get(kind)?.get("email")?.as_str()?;
            Some(email.to_owned())
        });
        Some(AccountShown { display_name, email })
    }
}

/// The accounts of a schedule, as `hydrate=accounts` adds them to it.
pub(super) fn add_accounts(
    context: &Context,
    shown: &mut Value,
    view: &View,
    parties: &HashMap<PartyId, AccountShown>,
) {
    let between = view.kept.between;
    for (name, party) in [
        ("destinationAccount", between.destination),
        ("partnerAccount", between.partner),
        ("sourceAccount", between.source),
    ] {
        let Some(known) = parties.get(&party) else { continue };
        let mut account = Map::new();
        account.insert("accountID".to_owned(), json!(context.ids().id(party)));
        account.insert("displayName".to_owned(), json!(known.display_name));
        account.extend(known.email.as_ref().map(|email| ("email".to_owned(), json!(email))));
        if let Value::Object(shown) = shown {
            shown.insert(name.to_owned(), Value::Object(account));
        }
    }
}

fn schedule_shown(context: &Context, view: &View, slots: &[Slot], runs: &Runs) -> Value {
    let ids = context.ids();
    let View { schedule, kept, .. } = view;
    let mut shown = Map::new();
    let mut put = |name: &str, value: Value| shown.insert(name.to_owned(), value);
    put("createdOn", instant(schedule.created_at));
    if let Some(description) = kept.description.as_ref().filter(|it| !it.is_empty()) {
        put("description", json!(description));
    }
    put("destinationAccountID", json!(ids.id(kept.between.destination)));
    if let Some(at) = view.disabled_at() {
        put("disabledOn", instant(at));
    }
    put("mode", json!(context.mode()));
    let is_here =
        |slot: &&Slot| !view.was_moved(**slot) || runs.0.contains_key(&(schedule.id, **slot));
    let occurrences = slots
        .iter()
        .filter(is_here)
        .filter_map(|slot| occurrence_shown(context, view, *slot, runs))
        .collect();
    put("occurrences", Value::Array(occurrences));
    put("ownerAccountID", json!(ids.id(kept.owner)));
    put("partnerAccountID", json!(ids.id(kept.between.partner)));
    if let Some((recur, template)) = kept.recur.as_ref().zip(view.template()) {
        put(
            "recur",
            json!({
                "indefinite": view.is_endless(),
                "recurrenceRule": recur.rule,
                "runTransfer": run_transfer::shown(&ids, template),
                "start": recur.start.to_string(),
            }),
        );
    }
    put("scheduleID", json!(ids.id(schedule.id)));
    put("sourceAccountID", json!(ids.id(kept.between.source)));
    let updated_at = view.disabled_at().unwrap_or(schedule.updated_at);
    put("updatedOn", instant(updated_at));
    Value::Object(shown)
}

fn occurrence_shown(context: &Context, view: &View, slot: Slot, runs: &Runs) -> Option<Value> {
    let ids = context.ids();
    let schedule = view.schedule.id;
    let run = runs.0.get(&(schedule, slot));
    let mut shown = Map::new();
    let mut put = |name: &str, value: Value| shown.insert(name.to_owned(), value);
    let ended = view.disabled_at().filter(|_| run.is_none());
    if let Some(at) = view.canceled_at(slot).or(ended) {
        put("canceledOn", instant(at));
    }
    if let Some(message) = run.and_then(|run| run.message.as_deref()) {
        put("error", json!({"message": message}));
    }
    put("generated", json!(slot.is_of_rule()));
    put("indefinite", json!(view.is_of_endless(slot)));
    put("mode", json!(context.mode()));
    if view.is_modified(slot) {
        put("modified", json!(true));
    }
    put("occurrenceID", json!(ids.occurrence(schedule, slot)));
    if let Some(run) = run {
        put("ranOn", instant(run.at));
        if let Some(transfer) = run.transfer {
            put("ranTransferID", json!(ids.id(transfer)));
        }
    }
    put("runOn", instant(view.run_on(slot)?));
    put("runTransfer", run_transfer::shown(&ids, view.remitted(slot)?));
    put("scheduleID", json!(ids.id(schedule)));
    if let Some(run) = run {
        put("status", json!(run.status));
    }
    Some(Value::Object(shown))
}

fn instant(at: Instant) -> Value {
    Value::String(at.to_string())
}

/// What became of slots that have run.
struct Runs(HashMap<(ScheduleId, Slot), Ran>);

/// What became of a slot.
struct Ran {
    at: Instant,
    transfer: Option<RemittanceId>,
    status: &'static str,
    message: Option<Box<str>>,
}

impl Runs {
    /// The transfers that were made.
    fn transfers(&self) -> impl Iterator<Item = PaymentId> {
        self.0.values().filter_map(|ran| ran.transfer).map(PaymentId::Remittance)
    }

    async fn of<'a>(
        context: &Context,
        slots: impl Iterator<Item = (&'a View, &'a Vec<Slot>)>,
    ) -> Result<Runs, Refusal> {
        let mut asked = Vec::new();
        for (view, slots) in slots {
            let has_come = |slot: &&Slot| view.run_on(**slot).is_some_and(|at| at <= context.now);
            asked.extend(slots.iter().filter(has_come).map(|slot| (view.schedule.id, *slot)));
        }
        if asked.is_empty() {
            return Ok(Runs(HashMap::new()));
        }
        let records = context.store().slot_records(asked.clone()).await?;
        let ran = asked.into_iter().zip(records).filter_map(|(key, it)| Some((key, Ran::of(it)?)));
        Ok(Runs(ran.collect()))
    }
}

impl Ran {
    fn of(record: SlotRecord) -> Option<Ran> {
        if let Some(awaiting) = record.awaiting {
            if awaiting.wait == Wait::Late {
                return None;
            }
            let transfer = awaiting.accepted().and_then(remittance);
            let at = awaiting.since;
            return Some(Ran { at, transfer, status: "pending", message: None });
        }
        let Occurrence { status, processed_at, result, message, .. } = record.occurrence?;
        let status = match status {
            OccurrenceStatus::Successful => "completed",
            OccurrenceStatus::Failed => "failed",
            OccurrenceStatus::Skipped | OccurrenceStatus::Canceled => return None,
        };
        let message = message.filter(|_| status == "failed");
        Some(Ran { at: processed_at, transfer: result.and_then(remittance), status, message })
    }
}

const fn remittance(payment: PaymentId) -> Option<RemittanceId> {
    match payment {
        PaymentId::Remittance(id) => Some(id),
        PaymentId::Charge(_) | PaymentId::Transfer(_) => None,
    }
}
