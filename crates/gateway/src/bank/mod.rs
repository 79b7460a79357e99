//! The built-in bank as a service: reads what a decision needs, lets the pure
//! `bank` crate decide, and commits; where somebody else was first, reads again.

mod agenda;
mod books;
mod cards;
mod charges;
mod customers;
mod images;
mod ledger;
mod linked_accounts;
mod linked_cards;
mod means;
mod parties;
mod payment_methods;
mod payments;
mod products;
mod recipients;
mod refunds;
mod remittances;
mod tokens;
mod transfers;
mod wallets;

use std::sync::Arc;

use bank::linked_account::ProofRefusal;
use bank::{Charge, RecordKind, Transfer};
use engine::{Account, IdempotencyKey, Instant};
use store::{BankStore, StoreError};

pub use cards::CardChange;
pub use charges::{NewCharge, Payer};
pub use customers::{CustomerChange, NewCustomer};
pub use images::{IMAGES_PER_PARTY_MAX, NewPicture};
pub use ledger::{Balance, OPENING_MAX};
pub use linked_accounts::NewLinkedAccount;
pub use linked_cards::{LinkedCardChange, NewLinkedCard};
pub use means::{Obstacle, Place};
pub use parties::NewParty;
pub use payment_methods::{Instruments, MethodNames};
pub use products::PRODUCTS_PER_PARTY_MAX;
pub use recipients::RecipientChange;
pub use remittances::{Asked, NewRemittance, RemittanceError};
pub use tokens::{CardDetails, TokenAndCard};
pub use transfers::NewTransfer;
pub use wallets::{NewWallet, WalletMovement};

/// The built-in bank.
pub struct Bank {
    store: Arc<dyn BankStore>,
}

/// On whose account, when, and under which key something is asked of the bank.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Whose.
    pub account: &'a Account,
    /// The lane's now.
    pub now: Instant,
    /// Under which payment key, where the client gave its request one.
    pub key: Option<&'a IdempotencyKey>,
}

/// Where a tenant's attributes keep what its fingerprints of numbers are made with.
pub const FINGERPRINT_SECRET: &str = "fingerprint_secret";

impl<'a> Context<'a> {
    /// What the tenant's fingerprints of numbers are made with: who does not know it
    /// cannot tell a number from its fingerprint.
    fn fingerprint_secret(&self) -> &'a [u8] {
        let secret = self.account.attributes.get(FINGERPRINT_SECRET);
        secret.and_then(serde_json::Value::as_str).unwrap_or_default().as_bytes()
    }
}

/// Why the bank did not do what it was asked. The wording belongs to the dialects.
#[derive(Debug, thiserror::Error)]
pub enum BankError {
    /// There is no such thing, or it is somebody else's.
    #[error("{0:?} was not found")]
    NotFound(RecordKind),
    /// The token was used.
    #[error("token was already used")]
    UsedToken,
    /// The amount is outside what the country allows.
    #[error("{amount_minor} lies outside {least} to {greatest}")]
    AmountOutOfRange {
        /// What was asked.
        amount_minor: i64,
        /// Least allowed.
        least: i64,
        /// Greatest allowed.
        greatest: i64,
    },
    /// The account does not trade in the currency.
    #[error("currency is not supported")]
    CurrencyNotSupported,
    /// A card number that no scheme would issue, or a date that is no date or past.
    #[error("the card's {0:?} is not valid")]
    InvalidCard(CardField),
    /// Neither a customer's card nor a token was given, or the customer has none.
    #[error("there is no card to charge")]
    MissingCard,
    /// The charge's state does not allow it.
    #[error("the charge cannot be changed so in its state")]
    ChargeState(Box<Charge>),
    /// The transfer's state does not allow it.
    #[error("the transfer cannot be changed so in its state")]
    TransferState(Box<Transfer>),
    /// More would be refunded than was taken.
    #[error("only {left} can still be refunded")]
    RefundTooLarge {
        /// What can still be refunded.
        left: i64,
    },
    /// The balance is too small.
    #[error("the balance is too small")]
    BalanceShort,
    /// The recipient cannot be paid.
    #[error("the recipient cannot be paid")]
    RecipientNotPayable,
    /// Something of a party's cannot be done.
    #[error(transparent)]
    Party(#[from] PartyError),
    /// The client's key was used before, for a payment that is another.
    #[error("the key was used for another payment")]
    KeyUsed,
    /// The name is taken.
    #[error("{0:?} is taken")]
    NameTaken(Box<str>),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why something of a party's cannot be done.
#[derive(Debug, thiserror::Error)]
pub enum PartyError {
    /// The tenant has let go of the party: it is only read.
    #[error("the party is disconnected")]
    Disconnected,
    /// The party was never granted the capability.
    #[error("the party has no such capability")]
    NotGranted,
    /// The party has linked the bank account before.
    #[error("the bank account is already linked")]
    AlreadyLinked,
    /// The party has an image that shows the same.
    #[error("the image is already there")]
    SameImage(Box<bank::Image>),
    /// A wallet that would be closed holds money.
    #[error("the wallet holds money")]
    WalletNotEmpty,
    /// The bank account's state does not allow it.
    #[error("the bank account cannot be proved so in its state")]
    Proof(ProofRefusal),
    /// The party has as many as it can have.
    #[error("there are too many of {0:?}")]
    TooMany(RecordKind),
}

/// Part of a card.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CardField {
    /// The number.
    Number,
    /// The month or year.
    Expiration,
    /// The holder's name.
    Name,
}

/// What the bank answers.
pub type Result<T, E = BankError> = std::result::Result<T, E>;

impl Bank {
    /// A bank over its books.
    #[must_use]
    pub fn new(store: Arc<dyn BankStore>) -> Bank {
        Bank { store }
    }

    /// Its books, for reading names.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn BankStore> {
        &self.store
    }
}
