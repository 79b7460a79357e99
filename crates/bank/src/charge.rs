//! Charges: money taken from cards.

use engine::{AccountId, CardId, ChargeId, CustomerId, Instant, Money, ScheduleId};
use serde::{Deserialize, Serialize};

use crate::entity::Metadata;

/// A charge.
///
/// What is the same for most charges is left out of the stored form.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Charge {
    /// Its key.
    pub id: ChargeId,
    /// Whose.
    pub account: AccountId,
    /// When it was made.
    pub created_at: Instant,
    /// Counts its changes.
    #[serde(default, skip_serializing_if = "is_default")]
    pub version: u32,
    /// How much was authorised.
    pub money: Money,
    /// How much was captured, once it is.
    #[serde(default, skip_serializing_if = "is_default")]
    pub captured: Option<i64>,
    /// Who paid.
    #[serde(default, skip_serializing_if = "is_default")]
    pub customer: Option<CustomerId>,
    /// With which card; `None` only where there was no card to charge.
    #[serde(default, skip_serializing_if = "is_default")]
    pub card: Option<CardId>,
    /// For which schedule.
    #[serde(default, skip_serializing_if = "is_default")]
    pub schedule: Option<ScheduleId>,
    /// What the payer is told.
    #[serde(default, skip_serializing_if = "is_default")]
    pub description: Option<Box<str>>,
    /// The account's own data.
    #[serde(default, skip_serializing_if = "Metadata::is_empty")]
    pub metadata: Metadata,
    /// Where it stands.
    pub status: ChargeStatus,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub failure: Option<ChargeFailure>,
    /// What it cost.
    pub fees: Fees,
    /// Whether it is captured as soon as it is authorised.
    pub capture: bool,
    /// The journal entry of its capture.
    #[serde(default, skip_serializing_if = "is_default")]
    pub journal_entry: Option<i64>,
    /// How much went back.
    #[serde(default, skip_serializing_if = "is_default")]
    pub refunded: i64,
    /// When it was authorised.
    #[serde(default, skip_serializing_if = "is_default")]
    pub authorized_at: Option<Instant>,
    /// When it was paid.
    #[serde(default, skip_serializing_if = "is_default")]
    pub paid_at: Option<Instant>,
    /// When the authorisation lapses.
    #[serde(default, skip_serializing_if = "is_default")]
    pub expires_at: Option<Instant>,
    /// When it lapsed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub expired_at: Option<Instant>,
    /// When it was reversed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub reversed_at: Option<Instant>,
    /// What only a wire format cares about (return address, IP).
    #[serde(default, skip_serializing_if = "Metadata::is_empty")]
    pub attributes: Metadata,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Where a charge stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum ChargeStatus {
    /// Authorised and not captured, or waiting for the payer.
    Pending,
    /// Paid.
    Successful,
    /// Refused.
    Failed,
    /// Not captured in time.
    Expired,
    /// Released without capture.
    Reversed,
}

/// Why a charge failed. The wire code and wording belong to the dialects.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum ChargeFailure {
    /// No funds, or past the limit.
    InsufficientFund,
    /// Reported stolen or lost.
    StolenOrLostCard,
    /// The network could not process it.
    FailedProcessing,
    /// The issuer said no.
    PaymentRejected,
    /// Looked like fraud.
    FailedFraudCheck,
    /// No such account.
    InvalidAccountNumber,
    /// Wrong security code.
    InvalidSecurityCode,
    /// Past its expiry date.
    ExpiredCard,
    /// The holder could not be confirmed (3-D Secure).
    AuthenticationFailed,
    /// The customer, or the card, is gone.
    NoCard,
    /// The payer called it off.
    PaymentCancelled,
}

/// What a charge cost, in the charge's currency.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Fees {
    /// The fee, minor units.
    pub fee: i64,
    /// Value-added tax on it, minor units.
    pub tax: i64,
}
