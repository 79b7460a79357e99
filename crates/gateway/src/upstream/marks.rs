//! What a payment carries in its metadata elsewhere, so that it is known again there.

use engine::PaymentRequest;
use serde::{Deserialize, Serialize};

use super::wording::slot;

/// The marks of a payment that was asked for here.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Marks {
    /// Its key, by which it is found.
    #[serde(rename = "kalends_key", default)]
    pub(crate) key: String,
    /// Its schedule, for people.
    #[serde(rename = "kalends_schedule", default)]
    schedule: String,
    /// Its slot.
    #[serde(rename = "kalends_slot", default)]
    slot: String,
    /// Its attempt; text, because not every metadata takes numbers.
    #[serde(rename = "kalends_attempt", default)]
    attempt: String,
}

impl Marks {
    pub(crate) fn of(request: &PaymentRequest, schedule: String) -> Marks {
        Marks {
            key: request.key.as_str().to_owned(),
            schedule,
            slot: slot(request.slot),
            attempt: request.attempt.to_string(),
        }
    }
}
