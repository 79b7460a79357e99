//! Wallets: balances that parties keep with the bank.

use engine::{AccountId, Currency, Instant, PartyId, PaymentMethodId, WalletId};
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
    /// The payment method that stands on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<PaymentMethodId>,
    /// When it was closed.
    pub closed_at: Option<Instant>,
}

impl Wallet {
    /// Whether money can be paid with it.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.closed_at.is_none()
    }

    /// The wallet, closed, or open again.
    #[must_use]
    pub fn closed(&self, closed_at: Option<Instant>) -> Wallet {
        let version = self.version.saturating_add(1);
        Wallet { version, closed_at, ..self.clone() }
    }
}
