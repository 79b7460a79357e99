//! What a gateway did with a payment.

use serde::{Deserialize, Serialize};

use crate::identity::{ChargeId, RemittanceId, TransferId};

/// What the gateway did. There are exactly five answers, and a timeout is
/// [`Outcome::Unknown`], never a failure.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Outcome {
    /// The money moved.
    Succeeded(PaymentId),
    /// The gateway refused, for good: this attempt will never move money.
    Declined(Decline),
    /// Taken; final later. Never retried.
    Accepted(PaymentId),
    /// Provably not taken. The same attempt is made again, and no failure is counted.
    NotSent(NotSent),
    /// Everything else, a conflicting key included.
    Unknown,
}

/// Which payment it was, in the gateway's books.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum PaymentId {
    /// A charge of the built-in bank.
    Charge(ChargeId),
    /// A transfer of the built-in bank.
    Transfer(TransferId),
    /// A transfer between two payment methods of the built-in bank.
    Remittance(RemittanceId),
}

/// A refusal.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Decline {
    /// What stands in the gateway's books, if anything does.
    pub payment: Option<PaymentId>,
    /// What policies look at.
    pub kind: DeclineKind,
    /// What people read: the gateway's own words.
    pub message: Option<Box<str>>,
}

/// Why a gateway refused, as far as policies care.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum DeclineKind {
    /// The payer's side said no, and may say yes another day: funds, limits, fraud rules.
    Payer,
    /// The payer's side said no for good: a stolen or lost card, a closed account.
    PayerForGood,
    /// The account's own balance is too small to pay out.
    BalanceShort,
    /// The payee cannot be paid: unverified, inactive, or gone.
    Payee,
}

/// Why nothing was sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum NotSent {
    /// The connection was refused before a byte of the request left.
    Unreachable,
    /// The gateway refused the credentials (401, 403).
    Unauthorised,
    /// The gateway asked to come back later (429).
    Throttled {
        /// After so many seconds, where it said (`Retry-After`).
        retry_after_seconds: Option<u32>,
    },
    /// Kept back: the claim, or the gateway's own breaker, no longer allowed it to leave.
    KeptBack,
}
