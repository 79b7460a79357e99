//! Double entry: every movement is an entry whose legs add up to nothing.

use engine::{AccountId, Currency, Instant, WalletId};
use serde::{Deserialize, Serialize};

use crate::entity::RecordKind;

/// A place where money stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct LedgerAccount {
    /// In whose books.
    pub account: AccountId,
    /// Which part of them.
    pub role: LedgerRole,
    /// In what.
    pub currency: Currency,
}

/// Which part of an account's books.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum LedgerRole {
    /// What the account can pay out.
    Available,
    /// What is set aside for transfers that have not left.
    Held,
    /// What payers' cards have given: the world that money comes from, below zero.
    Payers,
    /// What recipients have got: the world that money goes to.
    Payees,
    /// What the bank has earned.
    Fees,
    /// What the bank owes in tax.
    Tax,
    /// What a party keeps with the bank.
    Wallet(WalletId),
    /// What has left its source and has not arrived.
    Clearing,
    /// What cards have paid: a world that money comes from, below zero.
    CardsDebited,
    /// What cards were paid: a world that money goes to.
    CardsCredited,
    /// What was drawn from bank accounts: a world that money comes from, below zero.
    BanksDebited,
    /// What was sent to bank accounts: a world that money goes to.
    BanksCredited,
    /// What the bank gave back for wallets that had too little, below zero.
    Uncovered,
}

impl LedgerRole {
    /// Whether what stands here must not fall below zero.
    #[must_use]
    pub const fn has_floor(self) -> bool {
        matches!(self, LedgerRole::Available | LedgerRole::Held | LedgerRole::Wallet(_))
    }
}

/// One movement of money.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct JournalEntry {
    /// Its key.
    pub key: i64,
    /// In whose books.
    pub account: AccountId,
    /// When.
    pub at: Instant,
    /// Why.
    pub kind: EntryKind,
    /// The record it came from.
    pub origin: (RecordKind, i64),
    /// In what.
    pub currency: Currency,
    /// What moved, place by place; adds up to nothing.
    pub legs: Vec<Leg>,
}

/// One side of a movement.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Leg {
    /// Where.
    pub role: LedgerRole,
    /// Minor units; above zero comes in, below goes out.
    pub amount: i64,
}

/// Why money moved.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum EntryKind {
    /// A charge was captured.
    ChargeCaptured,
    /// A refund went out.
    RefundCreated,
    /// A transfer set money aside.
    TransferHeld,
    /// A transfer left.
    TransferSent,
    /// A transfer was called off, or came back.
    TransferReturned,
    /// The account's first money, from a seed.
    Opening,
    /// A remittance has left its source.
    RemittanceTaken,
    /// A remittance has arrived.
    RemittanceCompleted,
    /// A remittance was called off, or sent back.
    RemittanceReturned,
    /// What a card has paid by a remittance went back to it.
    RemittanceRefunded,
}

impl EntryKind {
    /// Whether money only goes between what an account can pay out and what is set
    /// aside: what it has in all stays the same.
    #[must_use]
    pub const fn sets_aside(self) -> bool {
        matches!(self, EntryKind::TransferHeld | EntryKind::TransferReturned)
    }
}

/// Money that goes from one place to another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Movement {
    /// Whence.
    pub from: LedgerRole,
    /// Where to.
    pub to: LedgerRole,
    /// Minor units, not below zero.
    pub amount: i64,
}

/// What an entry says beside what moved.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Heading {
    /// The entry's key.
    pub key: i64,
    /// In whose books.
    pub account: AccountId,
    /// When.
    pub at: Instant,
    /// Why.
    pub kind: EntryKind,
    /// The record it comes from.
    pub origin: (RecordKind, i64),
    /// In what.
    pub currency: Currency,
}

impl Heading {
    /// The entry of these movements. What leaves one place arrives at another, so
    /// its legs add up to nothing; there is one leg for each place that changed.
    #[must_use]
    pub fn entry(self, movements: &[Movement]) -> JournalEntry {
        let mut legs: Vec<Leg> = Vec::with_capacity(movements.len() + 1);
        let mut book = |role, amount: i64| match legs.iter_mut().find(|leg| leg.role == role) {
            Some(leg) => leg.amount = leg.amount.saturating_add(amount),
            None => legs.push(Leg { role, amount }),
        };
        for movement in movements.iter().filter(|movement| movement.amount > 0) {
            book(movement.from, movement.amount.saturating_neg());
            book(movement.to, movement.amount);
        }
        legs.retain(|leg| leg.amount != 0);
        let Heading { key, account, at, kind, origin, currency } = self;
        JournalEntry { key, account, at, kind, origin, currency, legs }
    }
}

impl JournalEntry {
    /// What the entry did to one part of the books.
    #[must_use]
    pub fn net(&self, role: LedgerRole) -> i64 {
        self.legs.iter().filter(|leg| leg.role == role).map(|leg| leg.amount).sum()
    }

    /// Whether its legs add up to nothing, as they must.
    #[must_use]
    pub fn balances(&self) -> bool {
        self.legs.iter().map(|leg| i128::from(leg.amount)).sum::<i128>() == 0
    }

    /// The ledger account that must not be below zero afterwards: the balance an
    /// entry draws on, or else what is set aside.
    #[must_use]
    pub fn floor(&self) -> Option<LedgerAccount> {
        let drawn_on = self.legs.iter().filter(|leg| leg.amount < 0 && leg.role.has_floor());
        drawn_on.map(|leg| leg.role).min().map(|role| LedgerAccount {
            account: self.account,
            role,
            currency: self.currency,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADING: Heading = Heading {
        key: 1,
        account: AccountId(1),
        at: Instant::EPOCH,
        kind: EntryKind::ChargeCaptured,
        origin: (RecordKind::Charge, 1),
        currency: Currency::THB,
    };

    const fn movement(from: LedgerRole, to: LedgerRole, amount: i64) -> Movement {
        Movement { from, to, amount }
    }

    #[test]
    fn one_leg_stands_for_each_place_and_nothing_moved_leaves_none() {
        use LedgerRole::{Available, Fees, Payers, Tax};
        let entry = HEADING.entry(&[
            movement(Payers, Available, 93),
            movement(Payers, Fees, 7),
            movement(Payers, Tax, 0),
        ]);
        let leg = |role, amount| Leg { role, amount };
        assert_eq!(entry.legs, [leg(Payers, -100), leg(Available, 93), leg(Fees, 7)]);
        assert!(entry.balances());
    }

    #[test]
    fn an_entry_may_not_overdraw_what_it_takes_from() {
        use LedgerRole::{Available, Held, Payees, Payers};
        let floor = |from, to| HEADING.entry(&[movement(from, to, 5)]).floor().map(|it| it.role);
        assert_eq!(floor(Available, Held), Some(Available));
        assert_eq!(floor(Held, Payees), Some(Held));
        assert_eq!(floor(Payers, Available), None);
        let wallet = LedgerRole::Wallet(WalletId(9));
        assert_eq!(floor(wallet, LedgerRole::Clearing), Some(wallet));
        assert_eq!(floor(LedgerRole::Clearing, wallet), None);
    }
}
