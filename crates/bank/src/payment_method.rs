//! Payment methods: the ways in which a party can pay or be paid. Each is one rail on
//! one card, bank account or wallet, and is made and disabled with it.

use engine::{AccountId, CardId, Instant, LinkedAccountId, PartyId, PaymentMethodId, WalletId};
use serde::{Deserialize, Serialize};

/// A way to pay or be paid.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PaymentMethod {
    /// Its key.
    pub id: PaymentMethodId,
    /// Under which tenant.
    pub account: AccountId,
    /// Whose.
    pub party: PartyId,
    /// When it was made.
    pub created_at: Instant,
    /// Counts its changes.
    pub version: u32,
    /// How money travels.
    pub rail: Rail,
    /// What it stands on.
    pub instrument: Instrument,
    /// When it was disabled, with its instrument, its party, or on its own.
    pub disabled_at: Option<Instant>,
}

impl PaymentMethod {
    /// Whether it can still be paid with.
    #[must_use]
    pub const fn is_enabled(&self) -> bool {
        self.disabled_at.is_none()
    }

    /// The payment method, disabled.
    #[must_use]
    pub fn disabled(&self, at: Instant) -> PaymentMethod {
        let version = self.version.saturating_add(1);
        PaymentMethod { disabled_at: Some(at), version, ..self.clone() }
    }

    /// The payment method, enabled again.
    #[must_use]
    pub fn enabled(&self) -> PaymentMethod {
        let version = self.version.saturating_add(1);
        PaymentMethod { disabled_at: None, version, ..self.clone() }
    }
}

/// What a payment method stands on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Instrument {
    /// A card.
    Card(CardId),
    /// A bank account.
    LinkedAccount(LinkedAccountId),
    /// A wallet.
    Wallet(WalletId),
}

/// How money travels, and in which direction.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Rail {
    /// Within the bank, from and to a wallet.
    Wallet,
    /// A debit of a party's own bank account, to fund its wallet.
    AchDebitFund,
    /// A debit of somebody's bank account, to be paid by them.
    AchDebitCollect,
    /// A credit to a bank account, in a day or two.
    AchCreditStandard,
    /// A credit to a bank account, the same day.
    AchCreditSameDay,
    /// A credit to a bank account, at once.
    InstantCredit,
    /// A card is charged.
    CardPayment,
    /// Money goes to a debit card.
    PushToCard,
    /// Money is taken from a debit card as a withdrawal.
    PullFromCard,
}

impl Rail {
    /// Whether money can come from it.
    #[must_use]
    pub const fn can_pay(self) -> bool {
        matches!(
            self,
            Rail::Wallet
                | Rail::AchDebitFund
                | Rail::AchDebitCollect
                | Rail::CardPayment
                | Rail::PullFromCard
        )
    }

    /// Whether money can go to it.
    #[must_use]
    pub const fn can_be_paid(self) -> bool {
        matches!(
            self,
            Rail::Wallet
                | Rail::AchCreditStandard
                | Rail::AchCreditSameDay
                | Rail::InstantCredit
                | Rail::PushToCard
        )
    }

    /// Those that a bank account has from the beginning: it can be paid.
    pub const CREDITS: [Rail; 3] =
        [Rail::AchCreditStandard, Rail::AchCreditSameDay, Rail::InstantCredit];

    /// Those that a bank account gets once its holder has proved that it is theirs.
    pub const DEBITS: [Rail; 2] = [Rail::AchDebitFund, Rail::AchDebitCollect];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_wallet_can_both_pay_and_be_paid() {
        let all = [
            Rail::Wallet,
            Rail::AchDebitFund,
            Rail::AchDebitCollect,
            Rail::AchCreditStandard,
            Rail::AchCreditSameDay,
            Rail::InstantCredit,
            Rail::CardPayment,
            Rail::PushToCard,
            Rail::PullFromCard,
        ];
        for rail in all {
            let both = rail.can_pay() && rail.can_be_paid();
            assert_eq!(both, rail == Rail::Wallet, "{rail:?}");
            assert!(rail.can_pay() || rail.can_be_paid(), "{rail:?}");
        }
    }
}
