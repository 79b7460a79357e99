//! Wallets.

use bank::Wallet;
use engine::{AccountId, Currency, PartyId, WalletId};

use super::{Bank, Result};

/// A wallet to be made.
#[derive(Clone, Debug)]
pub struct NewWallet {
    /// What it holds.
    pub currency: Currency,
    /// A key of the user's choosing, from a seed.
    pub given_id: Option<Box<str>>,
    /// A key of the user's choosing for its payment method.
    pub given_method_id: Option<Box<str>>,
}

impl NewWallet {
    /// A wallet without a name.
    #[must_use]
    pub const fn in_currency(currency: Currency) -> NewWallet {
        NewWallet { currency, given_id: None, given_method_id: None }
    }
}

impl Bank {
    /// A party's wallets, closed ones too, oldest first.
    pub async fn wallets(&self, account: AccountId, party: PartyId) -> Result<Vec<Wallet>> {
        self.all_of(account, party.0).await
    }

    /// One wallet, a closed one too.
    pub async fn wallet(&self, account: AccountId, id: WalletId) -> Result<Wallet> {
        self.find(account, id.0).await
    }
}
