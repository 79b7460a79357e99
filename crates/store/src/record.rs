//! The bank's records as a store sees them: a key, a version, and a body it does not read.

use engine::{AccountId, Instant, PaymentId};

use crate::page::PageQuery;

pub use bank::RecordKind;

/// Names one record.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RecordKey {
    /// Which kind of thing.
    pub kind: RecordKind,
    /// Which of them.
    pub key: i64,
}

impl From<PaymentId> for RecordKey {
    fn from(payment: PaymentId) -> RecordKey {
        let (kind, key) = match payment {
            PaymentId::Charge(id) => (RecordKind::Charge, id.0),
            PaymentId::Transfer(id) => (RecordKind::Transfer, id.0),
            PaymentId::Remittance(id) => (RecordKind::Remittance, id.0),
        };
        RecordKey { kind, key }
    }
}

/// One stored thing of the bank's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    /// Its name.
    pub key: RecordKey,
    /// Whose.
    pub account: AccountId,
    /// What it belongs to: a card's customer, a refund's charge, a charge's or
    /// transfer's other party. Lists can be asked for by it.
    pub parent: Option<i64>,
    /// When it was made.
    pub created_at: Instant,
    /// Counts its changes, from 0.
    pub version: u32,
    /// Whether lists leave it out (deleted, or not yet anybody's).
    pub hidden: bool,
    /// The thing itself, as JSON.
    pub body: Vec<u8>,
}

/// Which records are wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RecordQuery {
    /// Of this kind.
    pub kind: RecordKind,
    /// Of this account.
    pub account: AccountId,
    /// Belonging to this, where given.
    pub parent: Option<i64>,
    /// Which part.
    pub page: PageQuery,
}
