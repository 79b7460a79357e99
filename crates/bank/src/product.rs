//! Products: what a party sells.

use engine::{AccountId, Instant, PartyId};
use serde::{Deserialize, Serialize};

use crate::entity::Metadata;

/// Something that a party sells.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Product {
    /// Its key.
    pub key: i64,
    /// Under which tenant.
    pub account: AccountId,
    /// Whose.
    pub party: PartyId,
    /// When it was made.
    pub created_at: Instant,
    /// When it was last changed.
    pub updated_at: Instant,
    /// Counts its changes.
    pub version: u32,
    /// Its images, by key.
    pub images: Vec<i64>,
    /// What the dialect keeps of it: title, price, options.
    pub attributes: Metadata,
    /// When it was withdrawn.
    pub withdrawn_at: Option<Instant>,
}
