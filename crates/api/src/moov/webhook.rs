//! What webhooks say in Moov's words: `{eventID, type, data, createdOn}`.

use bank::remittance::side::{Side, State};
use bank::{BankEvent, RecordKind, Remittance, RemittanceStatus};
use engine::{Account, PartyId, RemittanceId};
use serde_json::{Value, json};
use store::webhook::DeliveryId;
use store::{Event, EventKind, RecordKey};

use super::accounts::transfers::show::status;
use super::context::PLATFORM_PARTY;
use super::ids::{Ids, Kind};
use super::object::Object;
use crate::App;
use crate::foreign::ForeignNames;
use crate::webhooks::Unwritten;

/// Moov's name of what happened; it has none for what happens to schedules.
pub(crate) const fn name(kind: EventKind) -> Option<&'static str> {
    match kind {
        EventKind::Bank(BankEvent::RemittanceCreated) => Some("transfer.created"),
        EventKind::Bank(BankEvent::RemittanceUpdated) => Some("transfer.updated"),
        _ => None,
    }
}

/// What is told of an event.
pub(crate) async fn body(app: &App, account: &Account, event: &Event) -> Result<Value, Unwritten> {
    let name = name(event.body.kind).ok_or(Unwritten)?;
    let remittance = remittance(app, event).await?;
    let sides = [&remittance.source, &remittance.destination];
    let methods =
        sides.map(|side| RecordKey { kind: RecordKind::PaymentMethod, key: side.method.0 });
    let parties = sides.map(|side| RecordKey { kind: RecordKind::Party, key: side.party.0 });
    let own = RecordKey { kind: RecordKind::Remittance, key: remittance.id.0 };
    let named = methods.into_iter().chain(parties).chain([own]);
    let foreign = ForeignNames::among(app, named).await.map_err(|_| Unwritten)?;
    let ids = Ids::of(app, account).knowing(foreign);
    let side = |side: &Side| json!({ "accountID": ids.id(side.party), "paymentMethodID": ids.id(side.method) });
    let data = Object::new()
        .with("accountID", ids.id(remittance.partner))
        .with("transferID", ids.id(remittance.id));
    let data = match event.body.kind {
        EventKind::Bank(BankEvent::RemittanceCreated) => data.with("status", "pending"),
        _ => data
            .with("status", stands(&remittance, event))
            .with("source", side(&remittance.source))
            .with("destination", side(&remittance.destination)),
    };
    Ok(Object::new()
        .with("eventID", ids.render(Kind::Event, event.id.0))
        .with("type", name)
        .with("data", Value::from(data))
        .at("createdOn", event.body.at)
        .into())
}

/// The transfer as it was, where that was kept.
async fn remittance(app: &App, event: &Event) -> Result<Remittance, Unwritten> {
    if let Some(snapshot) = event.body.snapshot.as_deref() {
        return serde_json::from_str(snapshot).map_err(|_| Unwritten);
    }
    let id = RemittanceId(event.body.subject);
    app.bank().remittance(event.body.account, id).await.map_err(|_| Unwritten)
}

/// Where the transfer stands; while it is on its way, what one of its sides has just come to.
fn stands(remittance: &Remittance, event: &Event) -> String {
    if remittance.status != RemittanceStatus::Pending {
        return status(remittance.status).to_owned();
    }
    let sides = [("destination", &remittance.destination), ("source", &remittance.source)];
    let latest = sides.into_iter().find_map(|(name, side)| {
        let mark = side.marks.last().filter(|mark| mark.at == event.body.at)?;
        Some(format!("{name}.{}", step(mark.state)))
    });
    latest.unwrap_or_else(|| status(remittance.status).to_owned())
}

const fn step(state: State) -> &'static str {
    match state {
        State::Initiated => "initiated",
        State::Confirmed => "confirmed",
        State::Originated => "originated",
        State::Settled => "settled",
        State::Completed => "completed",
        State::Failed => "failed",
        State::Returned => "returned",
        State::Canceled => "canceled",
    }
}

/// The id of a delivery: the same however often it is tried.
pub(crate) fn delivery_id(app: &App, account: &Account, delivery: DeliveryId) -> String {
    Ids::of(app, account).render(Kind::Delivery, delivery.0)
}

/// The id of the account that the tenant itself is; empty where it is none.
pub(crate) fn account_id(app: &App, account: &Account) -> String {
    let party = account.attributes.get(PLATFORM_PARTY).and_then(Value::as_i64).map(PartyId);
    party.map(|party| Ids::of(app, account).id(party)).unwrap_or_default()
}
