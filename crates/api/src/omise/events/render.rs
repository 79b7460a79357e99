//! How an event is shown: its key, and its subject as it was at that moment.

use bank::BankEvent;
use engine::{Instant, Schedule, ScheduleEvent, ScheduleId, Slot, Status};
use serde_json::{Value, json};
use store::{Event, EventKind, Order, Page, PageQuery};

use super::super::list::LIMIT_DEFAULT;
use super::super::schedules::render::{self, NEXT_DATES_MAX, Parts, Standing};
use super::super::schedules::show;
use super::super::time::Times;
use super::super::view::{View, object};
use super::super::{Answer, Context, Kind, OmiseError, Version, records};

/// An event, in the captured order of its version.
pub(crate) async fn event(context: &Context, event: &Event) -> Answer {
    let data = subject(context, event).await?;
    let view = View::of(context);
    let id = view.id(Kind::Event, event.id.0);
    let location = format!("/events/{id}");
    let (livemode, at, key) =
        (json!(view.livemode()), view.time(event.body.at), json!(key(event.body.kind)));
    Ok(match context.version {
        Version::V2019_05_29 => object([
            ("object", json!("event")),
            ("id", json!(id)),
            ("livemode", livemode),
            ("location", json!(location)),
            ("webhook_deliveries", json!([])),
            ("data", data),
            ("key", key),
            ("created_at", at),
        ]),
        Version::V2017_11_02 => object([
            ("object", json!("event")),
            ("id", json!(id)),
            ("livemode", livemode),
            ("location", json!(location)),
            ("key", key),
            ("created", at),
            ("data", data),
        ]),
    })
}

/// The subject as it was, its times in the account's own zone.
async fn subject(context: &Context, event: &Event) -> Answer {
    let context = Context {
        now: event.body.at,
        times: Times::Local(context.account.zone.clone()),
        expand: false,
        ..context.clone()
    };
    match event.body.kind {
        EventKind::Schedule(kind) => {
            schedule_then(&context, ScheduleId(event.body.subject), kind).await
        }
        EventKind::Bank(kind) => {
            let snapshot = event.body.snapshot.as_deref();
            records::shown(&context, kind.subject(), event.body.subject, snapshot).await
        }
        // Not of this dialect: it tells of none of them.
        EventKind::Occurrence(_) | EventKind::EndpointDisabled => Ok(Value::Null),
    }
}

async fn schedule_then(context: &Context, id: ScheduleId, kind: ScheduleEvent) -> Answer {
    let schedule = context.app.store().schedule(id).await?;
    let schedule = schedule.ok_or_else(OmiseError::backend_error)?;
    let occurrences = occurrences_then(context, &schedule, kind).await?;
    let context = &context.naming(show::named(&schedule, &occurrences)).await?;
    let parts = Parts {
        occurrences,
        standing: standing_then(&schedule, kind, context.now),
        parties: show::parties(context, &schedule).await?,
    };
    Ok(render::schedule(&View::of(context), &schedule, parts))
}

/// The first occurrences of those that had been recorded by then. What came later
/// is counted from the newest backwards: after any of these events but the first,
/// that is one slot's attempts at most.
async fn occurrences_then(
    context: &Context,
    schedule: &Schedule,
    kind: ScheduleEvent,
) -> Result<Page<engine::Occurrence>, OmiseError> {
    if kind == ScheduleEvent::Created {
        // A first run at once may have been processed at this very instant; it came after.
        return Ok(Page { entries: Vec::new(), total: 0 });
    }
    let at = context.now;
    let until = context.app.runner.now();
    let store = context.app.store();
    let everything = PageQuery { to: Instant::MAX, ..PageQuery::first(LIMIT_DEFAULT) };
    let mut page = store.occurrences(schedule, until, everything).await?;
    let newest =
        PageQuery { order: Order::ReverseChronological, limit: PageQuery::LIMIT_MAX, ..everything };
    let newest = store.occurrences(schedule, until, newest).await?;
    let later = newest.entries.iter().filter(|entry| entry.processed_at > at).count();
    page.entries.retain(|entry| entry.processed_at <= at);
    page.total = page.total.saturating_sub(u64::try_from(later).unwrap_or(u64::MAX));
    Ok(page)
}

/// Where the schedule stood right after the event.
fn standing_then(schedule: &Schedule, kind: ScheduleEvent, at: Instant) -> Standing {
    let cadence = &schedule.plan.cadence;
    let (status, next_dates) = match kind {
        ScheduleEvent::Created => {
            let dates: Vec<_> = cadence.iter().map(Slot::date).take(NEXT_DATES_MAX).collect();
            let last = dates.len() == 1;
            (if last { Status::Expiring } else { Status::Running }, dates)
        }
        ScheduleEvent::Expiring => {
            (Status::Expiring, cadence.last().map(Slot::date).into_iter().collect())
        }
        ScheduleEvent::Expired => (Status::Expired, Vec::new()),
        ScheduleEvent::Deleted => (Status::Deleted, Vec::new()),
        ScheduleEvent::Suspended => (Status::Suspended, Vec::new()),
    };
    let ended_at = (!status.is_active()).then_some(at);
    Standing { status, ended_at, next_dates }
}

/// Omise's name of what happened.
pub(crate) const fn key(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Schedule(kind) => match kind {
            ScheduleEvent::Created => "schedule.create",
            ScheduleEvent::Deleted => "schedule.destroy",
            ScheduleEvent::Expiring => "schedule.expiring",
            ScheduleEvent::Expired => "schedule.expire",
            ScheduleEvent::Suspended => "schedule.suspend",
        },
        EventKind::Bank(kind) => match kind {
            BankEvent::ChargeCreated => "charge.create",
            BankEvent::ChargeCompleted => "charge.complete",
            BankEvent::ChargeCaptured => "charge.capture",
            BankEvent::ChargeUpdated => "charge.update",
            BankEvent::ChargeReversed => "charge.reverse",
            BankEvent::ChargeExpired => "charge.expire",
            BankEvent::RefundCreated => "refund.create",
            BankEvent::TransferCreated => "transfer.create",
            BankEvent::TransferSent => "transfer.send",
            BankEvent::TransferPaid => "transfer.pay",
            BankEvent::TransferFailed => "transfer.fail",
            BankEvent::TransferUpdated => "transfer.update",
            BankEvent::TransferDestroyed => "transfer.destroy",
            BankEvent::CustomerCreated => "customer.create",
            BankEvent::CustomerUpdated => "customer.update",
            BankEvent::CustomerCardAdded => "customer.update.card",
            BankEvent::CustomerDestroyed => "customer.destroy",
            BankEvent::CardUpdated => "card.update",
            BankEvent::CardDestroyed => "card.destroy",
            BankEvent::RecipientCreated => "recipient.create",
            BankEvent::RecipientUpdated => "recipient.update",
            BankEvent::RecipientDestroyed => "recipient.destroy",
            BankEvent::RecipientVerified => "recipient.verify",
            BankEvent::RecipientActivated => "recipient.activate",
            BankEvent::RecipientDeactivated => "recipient.deactivate",
            // Omise has no such transfers, so none of its accounts is told of one.
            BankEvent::RemittanceCreated => "remittance.create",
            BankEvent::RemittanceUpdated => "remittance.update",
        },
        // Nor has it these, which stand in no list.
        EventKind::Occurrence(_) => "occurrence.process",
        EventKind::EndpointDisabled => "endpoint.disable",
    }
}
