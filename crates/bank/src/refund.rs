//! Refunds: money that goes back to a card.

use engine::{AccountId, ChargeId, Instant, Money};
use serde::{Deserialize, Serialize};

use crate::entity::Metadata;

/// Money that went back to a card.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Refund {
    /// Its key.
    pub key: i64,
    /// Whose.
    pub account: AccountId,
    /// When.
    pub created_at: Instant,
    /// Counts its changes.
    pub version: u32,
    /// Of which charge.
    pub charge: ChargeId,
    /// How much.
    pub money: Money,
    /// Whether the charge was undone on the day it was made, so that no fee stood.
    pub voided: bool,
    /// Its journal entry.
    pub journal_entry: i64,
    /// The account's own data.
    pub metadata: Metadata,
}
