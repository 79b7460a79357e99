//! What an endpoint's answers mean.

use engine::DeclineKind;
use serde::Deserialize;

use crate::upstream::{Answer, Sighting, Told, Verdict};

/// The body of an answer about a payment.
#[derive(Deserialize)]
struct About {
    status: Status,
    payment: Option<Box<str>>,
    decline: Option<Decline>,
    message: Option<Box<str>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Succeeded,
    Accepted,
    Declined,
    Absent,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Decline {
    Payer,
    PayerForGood,
    BalanceShort,
    Payee,
}

/// The body of an answer about a balance.
#[derive(Deserialize)]
struct Balance {
    available: i64,
}

/// What became of a payment that was just asked for.
pub(crate) fn verdict(told: &Told) -> Verdict {
    let Told::Answer(answer) = told else { return Verdict::unanswered(told) };
    match answer.status {
        200..300 => about(answer).and_then(verdict_of).unwrap_or_else(|| unread(answer)),
        // A refusal is for good, whatever else the answer says.
        422 => match about(answer) {
            Some(about) => declined(about),
            None => Verdict::Declined { payment: None, kind: DeclineKind::Payer, message: None },
        },
        409 => {
            tracing::error!("an endpoint was asked for something else under the same key before");
            Verdict::Unknown
        }
        _ => unread(answer),
    }
}

/// What an endpoint knows of a payment. That it knows nothing it must say itself: a 404
/// without its word for that may be anybody's on the way.
pub(crate) fn sighting(told: &Told) -> Sighting {
    let Told::Answer(answer) = told else { return Sighting::Unreachable };
    match (answer.status, about(answer)) {
        (404, Some(About { status: Status::Absent, .. })) => Sighting::Absent,
        (200..300, Some(about)) => verdict_of(about).map_or(Sighting::Unreachable, Sighting::Found),
        _ => {
            unread(answer);
            Sighting::Unreachable
        }
    }
}

/// What stands on a balance.
pub(crate) fn balance(told: &Told) -> Option<i64> {
    let Told::Answer(answer) = told else { return None };
    let balance: Option<Balance> = answer.read().filter(|_| answer.is_success());
    balance.map(|balance| balance.available)
}

fn about(answer: &Answer) -> Option<About> {
    answer.read()
}

/// `None` where the answer contradicts itself.
fn verdict_of(about: About) -> Option<Verdict> {
    match about.status {
        Status::Succeeded => about.payment.map(Verdict::Succeeded),
        Status::Accepted => about.payment.map(Verdict::Accepted),
        Status::Declined => Some(declined(about)),
        Status::Absent => None,
    }
}

fn declined(about: About) -> Verdict {
    let kind = match about.decline {
        Some(Decline::Payer) | None => DeclineKind::Payer,
        Some(Decline::PayerForGood) => DeclineKind::PayerForGood,
        Some(Decline::BalanceShort) => DeclineKind::BalanceShort,
        Some(Decline::Payee) => DeclineKind::Payee,
    };
    Verdict::Declined { payment: about.payment, kind, message: about.message }
}

fn unread(answer: &Answer) -> Verdict {
    tracing::warn!(status = answer.status, "an endpoint's answer is none that is documented");
    Verdict::Unknown
}

#[cfg(test)]
mod tests;
