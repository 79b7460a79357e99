//! Recipients: those whom an account pays.

use engine::{AccountId, Instant, RecipientId};
use serde::{Deserialize, Serialize};

use crate::entity::{BankEvent, Metadata};
use crate::step::Step;

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

/// What can be done with a recipient after it was made.
#[derive(Clone, PartialEq, Debug)]
pub enum Command {
    /// Its bank account is right: it can be paid from now on.
    Verify,
    /// Its bank account is wrong: it cannot be paid.
    Reject(RecipientFailure),
    /// Something about it changes.
    Change(Box<Change>),
    /// It goes.
    Delete,
}

/// What changes about a recipient; `None` leaves as it is, an inner `None` clears.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Change {
    /// Its name.
    pub name: Option<String>,
    /// An address to write to.
    pub email: Option<Option<String>>,
    /// The account's own words about it.
    pub description: Option<Option<String>>,
    /// Person or company.
    pub kind: Option<RecipientKind>,
    /// Tax number.
    pub tax_id: Option<Option<String>>,
    /// Where its money goes.
    pub bank_account: Option<BankAccount>,
    /// The account's own data, as a whole.
    pub metadata: Option<Metadata>,
    /// Whether it is the one paid when none is named.
    pub default: Option<bool>,
}

impl Recipient {
    /// The recipient after a command; `None` where nothing changes. A deleted one
    /// changes no more, and another bank account must be verified anew.
    #[must_use]
    pub fn apply(&self, command: Command, at: Instant) -> Option<Step<Recipient>> {
        if self.deleted {
            return None;
        }
        let mut next = self.clone();
        next.version = self.version.saturating_add(1);
        let was_payable = self.is_payable();
        let deactivated = was_payable.then_some(BankEvent::RecipientDeactivated);
        match command {
            Command::Verify if was_payable => None,
            Command::Verify => {
                next.verified_at = Some(at);
                next.activated_at = Some(at);
                next.failure = None;
                let events = [BankEvent::RecipientVerified, BankEvent::RecipientActivated];
                Some(Step::told(next, events))
            }
            Command::Reject(failure) => {
                next.verified_at = None;
                next.activated_at = None;
                next.failure = Some(failure);
                let events = [BankEvent::RecipientUpdated].into_iter().chain(deactivated);
                Some(Step::told(next, events))
            }
            Command::Change(change) => {
                let moved = change.change(&mut next);
                let deactivated = deactivated.filter(|_| moved);
                let events = [BankEvent::RecipientUpdated].into_iter().chain(deactivated);
                Some(Step::told(next, events))
            }
            Command::Delete => {
                next.deleted = true;
                next.default = false;
                Some(Step::told(next, [BankEvent::RecipientDestroyed]))
            }
        }
    }
}

impl Change {
    /// Changes a recipient; whether its money goes elsewhere now.
    fn change(self, recipient: &mut Recipient) -> bool {
        set(&mut recipient.name, self.name);
        set(&mut recipient.email, self.email);
        set(&mut recipient.description, self.description);
        set(&mut recipient.kind, self.kind);
        set(&mut recipient.tax_id, self.tax_id);
        set(&mut recipient.metadata, self.metadata);
        set(&mut recipient.default, self.default);
        let moved = self.bank_account.filter(|new| !new.is_same_place(&recipient.bank_account));
        let Some(bank_account) = moved else { return false };
        recipient.bank_account = bank_account;
        recipient.verified_at = None;
        recipient.activated_at = None;
        recipient.failure = None;
        true
    }
}

fn set<T>(field: &mut T, new: Option<T>) {
    if let Some(new) = new {
        *field = new;
    }
}

impl BankAccount {
    /// Whether money sent here arrives where it arrives there.
    fn is_same_place(&self, other: &BankAccount) -> bool {
        *self == BankAccount { created_at: self.created_at, ..other.clone() }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn unverified() -> Recipient {
        Recipient {
            id: RecipientId(2),
            account: AccountId(1),
            created_at: Instant::EPOCH,
            version: 0,
            name: "Somchai Prasert".into(),
            email: None,
            description: None,
            kind: RecipientKind::Individual,
            tax_id: None,
            bank_account: BankAccount {
                bank_code: "scb".into(),
                number: "1234567890".into(),
                name: "Somchai Prasert".into(),
                kind: None,
                branch_code: None,
                created_at: Instant::EPOCH,
            },
            default: false,
            verified_at: None,
            activated_at: None,
            failure: None,
            metadata: Metadata::new(),
            deleted: false,
        }
    }

    pub(crate) fn payable() -> Recipient {
        unverified().apply(Command::Verify, Instant::EPOCH).unwrap().record
    }

    #[test]
    fn a_recipient_is_paid_only_after_it_was_verified() {
        assert!(!unverified().is_payable());
        let step = unverified().apply(Command::Verify, Instant::EPOCH).unwrap();
        assert!(step.record.is_payable());
        assert_eq!(step.events, [BankEvent::RecipientVerified, BankEvent::RecipientActivated]);
    }

    #[test]
    fn a_second_verification_changes_nothing() {
        assert_eq!(payable().apply(Command::Verify, Instant::MAX), None);
    }

    #[test]
    fn another_bank_account_must_be_verified_anew_and_the_same_one_not() {
        let change = |number: &str| {
            let bank_account = BankAccount {
                number: number.into(),
                created_at: Instant::MAX,
                ..unverified().bank_account
            };
            let change = Change { bank_account: Some(bank_account), ..Change::default() };
            payable().apply(Command::Change(Box::new(change)), Instant::MAX).unwrap()
        };
        assert!(change("1234567890").record.is_payable());
        assert_eq!(change("1234567890").events, [BankEvent::RecipientUpdated]);
        assert!(!change("999").record.is_payable());
        assert_eq!(
            change("999").events,
            [BankEvent::RecipientUpdated, BankEvent::RecipientDeactivated]
        );
    }

    #[test]
    fn a_rejected_recipient_says_why_and_cannot_be_paid() {
        let reject = Command::Reject(RecipientFailure::NameMismatch);
        let step = payable().apply(reject, Instant::MAX).unwrap();
        assert_eq!(step.record.failure, Some(RecipientFailure::NameMismatch));
        assert!(!step.record.is_payable());
    }

    #[test]
    fn a_deleted_recipient_changes_no_more() {
        let gone = payable().apply(Command::Delete, Instant::MAX).unwrap().record;
        assert!(!gone.is_payable());
        assert_eq!(gone.apply(Command::Delete, Instant::MAX), None);
        assert_eq!(gone.apply(Command::Verify, Instant::MAX), None);
    }
}
