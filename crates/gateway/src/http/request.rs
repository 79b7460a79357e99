//! What an endpoint is asked, as JSON.

use engine::{PaymentBody, PaymentRequest};
use serde::Serialize;
use serde_json::Value;
use store::RecordKind;

use crate::upstream::{Named, slot};

/// A payment that is asked for. Nothing in it changes from one sending to the next, so
/// that under one key an endpoint sees the same bytes every time.
#[derive(Serialize)]
struct Payment<'a> {
    key: &'a str,
    account: String,
    schedule: String,
    slot: String,
    attempt: u8,
    amount: i64,
    currency: &'a str,
    #[serde(flatten)]
    what: What<'a>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum What<'a> {
    Charge {
        customer: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        card: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        description: Option<&'a str>,
    },
    Transfer {
        recipient: String,
    },
    Remittance {
        partner: String,
        source: String,
        destination: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        particulars: Option<Value>,
    },
}

/// The body that asks for a payment; `None` where something it names has no name.
pub(super) fn body(request: &PaymentRequest, named: &Named) -> Option<Vec<u8>> {
    let record = |kind, key| named.record(request.account, kind, key);
    let what = match &request.body {
        PaymentBody::Charge { customer, card, description, .. } => What::Charge {
            customer: record(RecordKind::Customer, customer.0)?,
            card: match card {
                Some(card) => Some(record(RecordKind::Card, card.0)?),
                None => None,
            },
            description: description.as_deref(),
        },
        PaymentBody::Transfer { recipient, .. } => {
            What::Transfer { recipient: record(RecordKind::Recipient, recipient.0)? }
        }
        PaymentBody::Remittance(remitted) => What::Remittance {
            partner: record(RecordKind::Party, remitted.partner.0)?,
            source: record(RecordKind::PaymentMethod, remitted.source.0)?,
            destination: record(RecordKind::PaymentMethod, remitted.destination.0)?,
            particulars: serde_json::from_str(&remitted.particulars).ok(),
        },
    };
    let money = request.body.money();
    let payment = Payment {
        key: request.key.as_str(),
        account: named.account(request),
        schedule: named.schedule(request),
        slot: slot(request.slot),
        attempt: request.attempt,
        amount: money.amount_minor,
        currency: money.currency.code(),
        what,
    };
    serde_json::to_vec(&payment).ok()
}
