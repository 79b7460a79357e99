//! What Omise is asked for.

use engine::{PaymentBody, PaymentRequest};
use serde::Serialize;
use store::RecordKind;

use crate::upstream::{Marks, Named};

/// A payment that is asked for, and where.
pub(super) struct Asked {
    /// `charges` or `transfers`.
    pub(super) list: &'static str,
    /// The body.
    pub(super) body: Vec<u8>,
}

#[derive(Serialize)]
struct Charge<'a> {
    amount: i64,
    currency: String,
    customer: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    card: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    metadata: Marks,
}

#[derive(Serialize)]
struct Transfer {
    amount: i64,
    recipient: String,
    /// A transfer that cannot be sent fails at once: it is for the schedule to retry it.
    fail_fast: bool,
    metadata: Marks,
}

/// The list of a kind of payment; `None` for one that Omise does not make.
pub(super) const fn list(body: &PaymentBody) -> Option<&'static str> {
    match body {
        PaymentBody::Charge { .. } => Some("charges"),
        PaymentBody::Transfer { .. } => Some("transfers"),
        PaymentBody::Remittance(_) => None,
    }
}

/// The request for a payment; `None` where Omise does not know what it names.
pub(super) fn asked(request: &PaymentRequest, named: &Named) -> Option<Asked> {
    let record = |kind, key| named.record(request.account, kind, key);
    let metadata = Marks::of(request, named.schedule(request));
    let body = match &request.body {
        PaymentBody::Charge { customer, card, money, description } => serde_json::to_vec(&Charge {
            amount: money.amount_minor,
            currency: money.currency.code_lower(),
            customer: record(RecordKind::Customer, customer.0)?,
            card: match card {
                Some(card) => Some(record(RecordKind::Card, card.0)?),
                None => None,
            },
            description: description.as_deref(),
            metadata,
        }),
        PaymentBody::Transfer { recipient, money } => serde_json::to_vec(&Transfer {
            amount: money.amount_minor,
            recipient: record(RecordKind::Recipient, recipient.0)?,
            fail_fast: true,
            metadata,
        }),
        PaymentBody::Remittance(_) => return None,
    };
    Some(Asked { list: list(&request.body)?, body: body.ok()? })
}
