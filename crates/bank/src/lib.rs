//! The built-in bank: people, cards, recipients, charges, transfers, remittances, and
//! the double-entry ledger they stand in, as pure decisions over what was read.
//!
//! Nothing here does I/O, reads a clock, draws a random number, or knows a wire
//! format: keys and `now` come in, entities and journal entries come out.

pub mod card;
pub mod card_number;
pub mod charge;
pub mod country;
pub mod customer;
pub mod entity;
pub mod fingerprint;
pub mod ledger;
pub mod linked_account;
pub mod party;
pub mod payment_method;
pub mod picture;
pub mod product;
pub mod recipient;
pub mod refund;
pub mod remittance;
pub mod routing_number;
pub mod step;
pub mod test_number;
pub mod transfer;
pub mod wallet;

pub use card::{Behaviour, Brand, Card, CardLink, Token};
pub use card_number::CardNumber;
pub use charge::{Charge, ChargeFailure, ChargeStatus, Fees};
pub use customer::Customer;
pub use entity::{BankEvent, Entity, Metadata, RecordKind};
pub use ledger::{EntryKind, JournalEntry, LedgerAccount, LedgerRole, Leg, Movement};
pub use linked_account::LinkedAccount;
pub use party::{Grant, Party, PartyKind};
pub use payment_method::{Instrument, PaymentMethod, Rail};
pub use picture::{Image, Picture};
pub use product::Product;
pub use recipient::{BankAccount, Recipient, RecipientFailure, RecipientKind};
pub use refund::Refund;
pub use remittance::{Remittance, RemittanceFailure, RemittanceStatus};
pub use routing_number::RoutingNumber;
pub use step::Step;
pub use transfer::{Transfer, TransferFailure};
pub use wallet::Wallet;
