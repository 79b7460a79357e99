//! Wallets: balances that parties keep with the bank.

use engine::{AccountId, Currency, Instant, PartyId, WalletId};
use serde::{Deserialize, Serialize};

/// A balance that a party keeps with the bank. How much it holds stands in the ledger.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Wallet {
    /// Its key.
    pub id: WalletId,
    /// Under which tenant.
    pub account: AccountId,
    /// Whose.
    pub party: PartyId,
    /// When it was made.
    pub created_at: Instant,
    /// Counts its changes.
    pub version: u32,
    /// What it holds.
    pub currency: Currency,
    /// When it was closed.
    pub closed_at: Option<Instant>,
}
