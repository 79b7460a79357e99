//! Customers: people who pay an account.

use engine::{AccountId, CardId, CustomerId, Instant};
use serde::{Deserialize, Serialize};

use crate::entity::Metadata;

/// Somebody who pays an account.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Customer {
    /// Its key.
    pub id: CustomerId,
    /// Whose.
    pub account: AccountId,
    /// When it was made.
    pub created_at: Instant,
    /// Counts its changes.
    pub version: u32,
    /// The card charged when none is named.
    pub default_card: Option<CardId>,
    /// An address to write to.
    pub email: Option<String>,
    /// The account's own words about it.
    pub description: Option<String>,
    /// The account's own data.
    pub metadata: Metadata,
    /// Whether it was deleted.
    pub deleted: bool,
}
