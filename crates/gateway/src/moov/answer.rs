//! What Moov's answers mean (`Transfer`, `AsyncTransfer` and `TransferValidationError` of
//! its API reference).

use engine::DeclineKind;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::upstream::{Answer, Marks, Sighting, Told, Verdict};

/// A transfer, or of one that was only taken its id.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Transfer {
    #[serde(rename = "transferID")]
    id: Box<str>,
    status: Option<Box<str>>,
    failure_reason: Option<Box<str>>,
    #[serde(default)]
    source: Side,
    #[serde(default)]
    metadata: Value,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Side {
    card_details: CardDetails,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct CardDetails {
    failure_code: Option<Box<str>>,
}

impl Transfer {
    /// The key that it is marked with; empty where somebody else made it.
    pub(super) fn key(&self) -> String {
        Marks::deserialize(&self.metadata).unwrap_or_default().key
    }

    /// One that had arrived has succeeded, although it was sent back later.
    pub(super) fn verdict(self) -> Verdict {
        match self.status.as_deref() {
            Some("completed" | "reversed") => Verdict::Succeeded(self.id),
            Some("created" | "pending" | "queued") | None => Verdict::Accepted(self.id),
            Some("failed" | "canceled") => {
                let kind = match self.failure_reason.as_deref() {
                    Some("wallet-insufficient-funds") => DeclineKind::BalanceShort,
                    Some("destination-payment-error") => DeclineKind::Payee,
                    _ => DeclineKind::Payer,
                };
                let why = self.source.card_details.failure_code.or(self.failure_reason);
                let message = why.or(self.status);
                Verdict::Declined { payment: Some(self.id), kind, message }
            }
            Some(_) => Verdict::Unknown,
        }
    }
}

/// What became of a transfer that was just asked for under `key`. A key that was used
/// before is answered with the transfer that was made under it.
pub(crate) fn verdict(told: &Told, key: &str) -> Verdict {
    let Told::Answer(answer) = told else { return Verdict::unanswered(told) };
    let verdict = match answer.status {
        200..300 => answer.read().map(Transfer::verdict),
        409 => answer.read().filter(|it: &Transfer| it.key() == key).map(Transfer::verdict),
        400 | 422 => refused(answer),
        _ => None,
    };
    verdict.unwrap_or_else(|| {
        tracing::warn!(status = answer.status, "Moov's answer says nothing of what became of it");
        Verdict::Unknown
    })
}

/// What was not valid was not done; Moov says field by field what was wrong.
fn refused(answer: &Answer) -> Option<Verdict> {
    let fields: Map<String, Value> = answer.read()?;
    let is_payee = fields.keys().any(|field| field.starts_with("destination"));
    let told = fields.iter().map(|(field, why)| match why {
        Value::String(why) if field == "error" => why.clone(),
        Value::String(why) => format!("{field}: {why}"),
        why => format!("{field}: {why}"),
    });
    let message = told.collect::<Vec<_>>().join("; ");
    Some(Verdict::Declined {
        payment: None,
        kind: if is_payee { DeclineKind::Payee } else { DeclineKind::Payer },
        message: (!message.is_empty()).then(|| message.into()),
    })
}

/// What a transfer that Moov took came to.
pub(crate) fn sighting(told: &Told) -> Sighting {
    let Told::Answer(answer) = told else { return Sighting::Unreachable };
    let transfer: Option<Transfer> = answer.read().filter(|_| answer.is_success());
    transfer.map_or(Sighting::Unreachable, |it| Sighting::Found(it.verdict()))
}

/// A page of a list.
pub(crate) fn list(told: &Told) -> Option<Vec<Transfer>> {
    let Told::Answer(answer) = told else { return None };
    answer.read().filter(|_| answer.is_success())
}

#[cfg(test)]
mod tests;
