//! The two sides of a remittance: where its money comes from, and where it goes.

use engine::{Instant, PartyId, PaymentMethodId, WalletId};
use serde::{Deserialize, Serialize};

use super::ach_return::AchReturn;
use super::rail::Rail;
use crate::charge::ChargeFailure;
use crate::ledger::LedgerRole;

/// One side of a remittance.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Side {
    /// The payment method.
    pub method: PaymentMethodId,
    /// Whose it is.
    pub party: PartyId,
    /// What the money moves on.
    pub rail: Rail,
    /// The party's wallet: what comes back lands there, or is taken from there.
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
    pub const fn new(
        method: PaymentMethodId,
        party: PartyId,
        rail: Rail,
        wallet: Option<WalletId>,
    ) -> Side {
        Side { method, party, rail, wallet, marks: Vec::new(), refused: None, returned: None }
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

    /// Comes into a state.
    pub(super) fn mark(&mut self, state: State, at: Instant) {
        self.marks.push(Mark { state, at });
    }

    /// What its rail does next by itself, and when.
    pub(super) fn next(&self) -> Option<(Instant, State)> {
        let Mark { state, at } = *self.marks.last()?;
        self.rail.next(state, at)
    }

    /// The place that money comes from here.
    pub(super) const fn origin(&self) -> LedgerRole {
        match self.rail {
            Rail::Wallet(wallet) => LedgerRole::Wallet(wallet),
            Rail::CardPayment | Rail::CardDirect => LedgerRole::CardsDebited,
            Rail::AchDebit(_) | Rail::AchCredit(_) | Rail::Instant => LedgerRole::BanksDebited,
        }
    }

    /// The place that money goes to here.
    pub(super) const fn end(&self) -> LedgerRole {
        match self.rail {
            Rail::Wallet(wallet) => LedgerRole::Wallet(wallet),
            Rail::CardPayment | Rail::CardDirect => LedgerRole::CardsCredited,
            Rail::AchDebit(_) | Rail::AchCredit(_) | Rail::Instant => LedgerRole::BanksCredited,
        }
    }
}
