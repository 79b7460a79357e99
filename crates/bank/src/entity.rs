//! What all of the bank's records have in common.

use engine::{AccountId, Instant};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// A client's own data on a record: kept, shown, never read.
pub type Metadata = serde_json::Map<String, serde_json::Value>;

/// Which kind of thing a record is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum RecordKind {
    /// [`crate::Token`].
    Token,
    /// [`crate::Customer`].
    Customer,
    /// [`crate::Card`].
    Card,
    /// [`crate::Recipient`].
    Recipient,
    /// [`crate::Charge`].
    Charge,
    /// [`crate::Refund`].
    Refund,
    /// [`crate::Transfer`].
    Transfer,
    /// [`crate::Party`].
    Party,
    /// [`crate::LinkedAccount`].
    LinkedAccount,
    /// [`crate::Wallet`].
    Wallet,
    /// [`crate::PaymentMethod`].
    PaymentMethod,
    /// A transfer between two payment methods.
    Remittance,
    /// [`crate::Image`], and the [`crate::Picture`] that it shows.
    Image,
    /// [`crate::Product`].
    Product,
    /// [`crate::JournalEntry`]: not a record of its own, but numbered like one.
    JournalEntry,
}

/// A kind of record.
pub trait Entity: Serialize + DeserializeOwned + Clone + Send + Sync {
    /// Which.
    const KIND: RecordKind;
    /// Its key.
    fn key(&self) -> i64;
    /// Whose it is.
    fn account(&self) -> AccountId;
    /// What lists can be asked for by (see `store::Record::parent`).
    fn parent(&self) -> Option<i64>;
    /// When it was made.
    fn created_at(&self) -> Instant;
    /// Counts its changes.
    fn version(&self) -> u32;
    /// Whether lists leave it out.
    fn hidden(&self) -> bool;
}

/// Something that happened to a record and is told to its owner.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum BankEvent {
    /// A charge was made, whatever came of it.
    ChargeCreated,
    /// A charge that had been pending came to its end.
    ChargeCompleted,
    /// An authorised charge was captured.
    ChargeCaptured,
    /// A charge's description or metadata changed.
    ChargeUpdated,
    /// An authorisation was released.
    ChargeReversed,
    /// A charge was not captured or paid in time.
    ChargeExpired,
    /// Money went back.
    RefundCreated,
    /// A transfer was made.
    TransferCreated,
    /// It left the account.
    TransferSent,
    /// It arrived.
    TransferPaid,
    /// It came back.
    TransferFailed,
    /// Its amount or metadata changed.
    TransferUpdated,
    /// It was called off before it left.
    TransferDestroyed,
    /// A customer was made.
    CustomerCreated,
    /// A customer changed.
    CustomerUpdated,
    /// A customer got another card.
    CustomerCardAdded,
    /// A customer was deleted.
    CustomerDestroyed,
    /// A card changed.
    CardUpdated,
    /// A card was deleted.
    CardDestroyed,
    /// A recipient was made.
    RecipientCreated,
    /// A recipient changed.
    RecipientUpdated,
    /// A recipient was deleted.
    RecipientDestroyed,
    /// A recipient's bank account was checked.
    RecipientVerified,
    /// A recipient can be paid from now on.
    RecipientActivated,
    /// A recipient can no longer be paid.
    RecipientDeactivated,
    /// A remittance was made.
    RemittanceCreated,
    /// A remittance, or one of its sides, came into another state.
    RemittanceUpdated,
}

impl BankEvent {
    /// Which kind of record it happened to.
    #[must_use]
    pub const fn subject(self) -> RecordKind {
        use BankEvent as E;
        match self {
            E::ChargeCreated
            | E::ChargeCompleted
            | E::ChargeCaptured
            | E::ChargeUpdated
            | E::ChargeReversed
            | E::ChargeExpired => RecordKind::Charge,
            E::RefundCreated => RecordKind::Refund,
            E::TransferCreated
            | E::TransferSent
            | E::TransferPaid
            | E::TransferFailed
            | E::TransferUpdated
            | E::TransferDestroyed => RecordKind::Transfer,
            E::CustomerCreated
            | E::CustomerUpdated
            | E::CustomerCardAdded
            | E::CustomerDestroyed => RecordKind::Customer,
            E::CardUpdated | E::CardDestroyed => RecordKind::Card,
            E::RecipientCreated
            | E::RecipientUpdated
            | E::RecipientDestroyed
            | E::RecipientVerified
            | E::RecipientActivated
            | E::RecipientDeactivated => RecordKind::Recipient,
            E::RemittanceCreated | E::RemittanceUpdated => RecordKind::Remittance,
        }
    }
}

macro_rules! entity {
    ($type:ty, $kind:ident, key: |$this:pat_param| $key:expr, parent: |$that:pat_param| $parent:expr, hidden: |$other:pat_param| $hidden:expr) => {
        impl Entity for $type {
            const KIND: RecordKind = RecordKind::$kind;
            fn key(&self) -> i64 {
                let key: fn(&$type) -> i64 = |$this| $key;
                key(self)
            }
            fn account(&self) -> AccountId {
                self.account
            }
            fn parent(&self) -> Option<i64> {
                let parent: fn(&$type) -> Option<i64> = |$that| $parent;
                parent(self)
            }
            fn created_at(&self) -> Instant {
                self.created_at
            }
            fn version(&self) -> u32 {
                self.version
            }
            fn hidden(&self) -> bool {
                let hidden: fn(&$type) -> bool = |$other| $hidden;
                hidden(self)
            }
        }
    };
}

entity!(crate::Token, Token, key: |it| it.key, parent: |it| Some(it.card.0), hidden: |_| true);
entity!(crate::Customer, Customer, key: |it| it.id.0, parent: |_| None, hidden: |it| it.deleted);
entity!(crate::Card, Card, key: |it| it.id.0, parent: |it| it.owner(), hidden: |it| it.deleted || it.owner().is_none());
entity!(crate::Recipient, Recipient, key: |it| it.id.0, parent: |_| None, hidden: |it| it.deleted);
entity!(crate::Charge, Charge, key: |it| it.id.0, parent: |it| it.customer.map(|id| id.0), hidden: |_| false);
entity!(crate::Refund, Refund, key: |it| it.key, parent: |it| Some(it.charge.0), hidden: |_| false);
entity!(crate::Transfer, Transfer, key: |it| it.id.0, parent: |it| Some(it.recipient.0), hidden: |it| it.deleted);
entity!(crate::Party, Party, key: |it| it.id.0, parent: |_| None, hidden: |_| false);
entity!(crate::LinkedAccount, LinkedAccount, key: |it| it.id.0, parent: |it| Some(it.party.0), hidden: |it| it.disabled_at.is_some());
entity!(crate::Wallet, Wallet, key: |it| it.id.0, parent: |it| Some(it.party.0), hidden: |_| false);
entity!(crate::PaymentMethod, PaymentMethod, key: |it| it.id.0, parent: |it| Some(it.party.0), hidden: |it| it.disabled_at.is_some());
entity!(crate::Image, Image, key: |it| it.key, parent: |it| Some(it.party.0), hidden: |it| it.removed_at.is_some());
entity!(crate::Picture, Image, key: |it| it.key, parent: |it| Some(it.party.0), hidden: |_| true);
entity!(crate::Product, Product, key: |it| it.key, parent: |it| Some(it.party.0), hidden: |it| it.withdrawn_at.is_some());
entity!(crate::Remittance, Remittance, key: |it| it.id.0, parent: |it| Some(it.partner.0), hidden: |_| false);
