//! The two sides of a remittance: where its money comes from, and where it goes.

use engine::{Instant, LinkedAccountId, PartyId, PaymentMethodId, WalletId};
use serde::{Deserialize, Serialize};

use super::ach_return::AchReturn;
use super::timing;
use crate::charge::ChargeFailure;
use crate::ledger::LedgerRole;
use crate::payment_method::{Instrument, PaymentMethod, Rail};

/// One side of a remittance.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Side {
    /// The payment method.
    pub method: PaymentMethodId,
    /// Whose it is.
    pub party: PartyId,
    /// How the money travels.
    pub rail: Rail,
    /// What the method stands on.
    pub instrument: Instrument,
    /// Where the method is none itself, the wallet of its party that answers for what
    /// comes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wallet: Option<WalletId>,
    /// What it has been through, in order.
    pub marks: Vec<Mark>,
    /// Why the card refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<ChargeFailure>,
    /// Why the bank sent it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returned: Option<AchReturn>,
}

/// A state, and since when.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Mark {
    /// Which.
    pub state: State,
    /// Since when.
    pub at: Instant,
}

/// Where one side stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum State {
    /// Begun.
    Initiated,
    /// A card was authorised.
    Confirmed,
    /// The order to the other bank has left.
    Originated,
    /// The card network has paid.
    Settled,
    /// Done.
    Completed,
    /// Refused.
    Failed,
    /// Sent back by the other bank.
    Returned,
    /// Called off.
    Canceled,
}

impl Side {
    /// A side to which nothing has happened.
    #[must_use]
    pub const fn new(method: &PaymentMethod, wallet: Option<WalletId>) -> Side {
        Side {
            method: method.id,
            party: method.party,
            rail: method.rail,
            instrument: method.instrument,
            wallet,
            marks: Vec::new(),
            refused: None,
            returned: None,
        }
    }

    /// Where it stands; `None` if it has not begun.
    #[must_use]
    pub fn state(&self) -> Option<State> {
        self.marks.last().map(|mark| mark.state)
    }

    /// When it came into a state.
    #[must_use]
    pub fn at(&self, state: State) -> Option<Instant> {
        self.marks.iter().find(|mark| mark.state == state).map(|mark| mark.at)
    }

    /// The bank account that it goes through, if it is one.
    #[must_use]
    pub const fn linked_account(&self) -> Option<LinkedAccountId> {
        match self.instrument {
            Instrument::LinkedAccount(id) => Some(id),
            Instrument::Card(_) | Instrument::Wallet(_) => None,
        }
    }

    /// Comes into a state.
    pub(super) fn mark(&mut self, state: State, at: Instant) {
        self.marks.push(Mark { state, at });
    }

    /// What its rail does next by itself, and when.
    pub(super) fn next(&self) -> Option<(Instant, State)> {
        let Mark { state, at } = *self.marks.last()?;
        timing::next(self.rail, state, at)
    }

    /// Whether it draws money from a bank account.
    pub(super) const fn is_ach_debit(&self) -> bool {
        matches!(self.rail, Rail::AchDebitFund | Rail::AchDebitCollect)
    }

    /// Whether it sends money to a bank account, not at once.
    pub(super) const fn is_ach_credit(&self) -> bool {
        matches!(self.rail, Rail::AchCreditStandard | Rail::AchCreditSameDay)
    }

    /// The wallet that answers for what comes back.
    pub(super) const fn answering_wallet(&self) -> Option<WalletId> {
        match self.instrument {
            Instrument::Wallet(wallet) => Some(wallet),
            Instrument::Card(_) | Instrument::LinkedAccount(_) => self.wallet,
        }
    }

    /// The place that money comes from here.
    pub(super) const fn origin(&self) -> LedgerRole {
        match self.instrument {
            Instrument::Wallet(wallet) => LedgerRole::Wallet(wallet),
            Instrument::Card(_) => LedgerRole::CardsDebited,
            Instrument::LinkedAccount(_) => LedgerRole::BanksDebited,
        }
    }

    /// The place that money goes to here.
    pub(super) const fn end(&self) -> LedgerRole {
        match self.instrument {
            Instrument::Wallet(wallet) => LedgerRole::Wallet(wallet),
            Instrument::Card(_) => LedgerRole::CardsCredited,
            Instrument::LinkedAccount(_) => LedgerRole::BanksCredited,
        }
    }
}
