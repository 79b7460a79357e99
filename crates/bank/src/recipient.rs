//! Recipients: those whom an account pays.

use engine::{AccountId, Instant, RecipientId};
use serde::{Deserialize, Serialize};

use crate::entity::Metadata;

/// Somebody whom an account pays.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Recipient {
    /// Its key.
    pub id: RecipientId,
    /// Whose.
    pub account: AccountId,
    /// When it was made.
    pub created_at: Instant,
    /// Counts its changes.
    pub version: u32,
    /// Its name.
    pub name: String,
    /// An address to write to.
    pub email: Option<String>,
    /// The account's own words about it.
    pub description: Option<String>,
    /// Person or company.
    pub kind: RecipientKind,
    /// Tax number.
    pub tax_id: Option<String>,
    /// Where its money goes.
    pub bank_account: BankAccount,
    /// Whether it is the one paid when none is named.
    pub default: bool,
    /// When its bank account was checked.
    pub verified_at: Option<Instant>,
    /// When it became payable.
    pub activated_at: Option<Instant>,
    /// Why its bank account did not pass.
    pub failure: Option<RecipientFailure>,
    /// The account's own data.
    pub metadata: Metadata,
    /// Whether it was deleted.
    pub deleted: bool,
}

impl Recipient {
    /// Whether a transfer to it can be sent.
    #[must_use]
    pub const fn is_payable(&self) -> bool {
        self.verified_at.is_some() && self.activated_at.is_some() && !self.deleted
    }
}

/// A recipient's bank account.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BankAccount {
    /// The bank's code, lower-case.
    pub bank_code: String,
    /// Its number.
    pub number: String,
    /// In whose name.
    pub name: String,
    /// Current, savings; where given.
    pub kind: Option<String>,
    /// Branch, where given.
    pub branch_code: Option<String>,
    /// When it was given.
    pub created_at: Instant,
}

/// Person or company.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum RecipientKind {
    /// A person.
    Individual,
    /// A company.
    Corporation,
}

/// Why a recipient's bank account did not pass.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum RecipientFailure {
    /// The name is another.
    NameMismatch,
    /// There is no such account.
    AccountNotFound,
    /// There is no such bank.
    BankNotFound,
}
