//! Double entry: every movement is an entry whose legs add up to nothing.

use engine::{AccountId, Currency, Instant};
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
}
