//! What Omise's answers mean (<https://docs.omise.co/charges-api>, `/transfers-api`,
//! `/api-errors`).

use engine::{DeclineKind, PaymentBody};
use serde::Deserialize;

use crate::upstream::{Answer, Listed, Marks, Sighting, Told, Verdict};

/// A charge or a transfer, as far as it matters here.
#[derive(Deserialize)]
pub(crate) struct Payment {
    object: Object,
    id: Box<str>,
    /// Of a charge.
    status: Option<Box<str>>,
    failure_code: Option<Box<str>>,
    failure_message: Option<Box<str>>,
    /// Other people's metadata may be of any form.
    #[serde(default)]
    metadata: serde_json::Value,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Object {
    Charge,
    Transfer,
}

/// A page of charges or transfers.
#[derive(Deserialize)]
pub(crate) struct List {
    pub(super) data: Vec<Payment>,
    pub(super) total: u64,
}

#[derive(Deserialize)]
struct Refusal {
    #[serde(rename = "object")]
    _object: ErrorObject,
    code: Box<str>,
    message: Box<str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum ErrorObject {
    Error,
}

#[derive(Deserialize)]
struct Balance {
    transferable: i64,
    currency: Box<str>,
}

impl Listed for Payment {
    fn id(&self) -> &str {
        &self.id
    }

    fn key(&self) -> String {
        Marks::deserialize(&self.metadata).unwrap_or_default().key
    }
}

impl Payment {
    /// What came of it. `None` where it is none of what was asked for.
    pub(super) fn verdict(self, asked: &PaymentBody) -> Option<Verdict> {
        match (self.object, asked) {
            (Object::Charge, PaymentBody::Charge { .. }) => Some(self.charge()),
            (Object::Transfer, PaymentBody::Transfer { .. }) => Some(self.transfer()),
            _ => None,
        }
    }

    /// A charge that waits for its payer (3-D Secure) is final later.
    fn charge(self) -> Verdict {
        match self.status.as_deref() {
            Some("successful") => Verdict::Succeeded(self.id),
            Some("pending") => Verdict::Accepted(self.id),
            Some("failed" | "expired" | "reversed") => Verdict::Declined {
                payment: Some(self.id),
                kind: match self.failure_code.as_deref() {
                    Some("stolen_or_lost_card") => DeclineKind::PayerForGood,
                    _ => DeclineKind::Payer,
                },
                message: self.failure_message.or(self.failure_code),
            },
            _ => Verdict::Unknown,
        }
    }

    /// A transfer is made when it is taken, as the built-in bank has it: that its bank
    /// returns it later is its own history.
    fn transfer(self) -> Verdict {
        let Some(code) = self.failure_code else { return Verdict::Succeeded(self.id) };
        let kind = match code.as_ref() {
            "insufficient_balance" => DeclineKind::BalanceShort,
            _ => DeclineKind::Payee,
        };
        let message = self.failure_message.or(Some(code));
        Verdict::Declined { payment: Some(self.id), kind, message }
    }
}

/// What became of a payment that was just asked for.
pub(crate) fn verdict(told: &Told, asked: &PaymentBody) -> Verdict {
    let Told::Answer(answer) = told else { return Verdict::unanswered(told) };
    let verdict = match answer.status {
        200..300 => answer.read::<Payment>().and_then(|payment| payment.verdict(asked)),
        400 | 404 | 422 => refused(answer, asked),
        _ => None,
    };
    verdict.unwrap_or_else(|| unread(answer))
}

/// What Omise itself refuses, in its own words, was not done. A key that was used for
/// something else is the exception: what was done under it nobody knows.
fn refused(answer: &Answer, asked: &PaymentBody) -> Option<Verdict> {
    let Refusal { code, message, .. } = answer.read()?;
    if code.as_ref() == "backend_error" || message.contains("Idempotency-Key") {
        return None;
    }
    let is_short = code.as_ref() == "insufficient_balance" || message.contains("balance");
    let kind = match asked {
        PaymentBody::Transfer { .. } if is_short => DeclineKind::BalanceShort,
        PaymentBody::Transfer { .. } => DeclineKind::Payee,
        PaymentBody::Charge { .. } | PaymentBody::Remittance(_) => DeclineKind::Payer,
    };
    Some(Verdict::Declined { payment: None, kind, message: Some(message) })
}

/// What a payment that Omise took came to.
pub(crate) fn sighting(told: &Told, asked: &PaymentBody) -> Sighting {
    let Told::Answer(answer) = told else { return Sighting::Unreachable };
    let payment: Option<Payment> = answer.read().filter(|_| answer.is_success());
    let verdict = payment.and_then(|payment| payment.verdict(asked));
    verdict.map_or(Sighting::Unreachable, Sighting::Found)
}

/// A page of a list.
pub(crate) fn list(told: &Told) -> Option<List> {
    let Told::Answer(answer) = told else { return None };
    answer.read().filter(|_| answer.is_success())
}

/// What can be transferred, in a currency.
pub(crate) fn transferable(told: &Told, currency: &str) -> Option<i64> {
    let Told::Answer(answer) = told else { return None };
    let balance: Balance = answer.read().filter(|_| answer.is_success())?;
    balance.currency.eq_ignore_ascii_case(currency).then_some(balance.transferable)
}

fn unread(answer: &Answer) -> Verdict {
    tracing::warn!(status = answer.status, "Omise's answer says nothing of what became of it");
    Verdict::Unknown
}

#[cfg(test)]
mod tests;
