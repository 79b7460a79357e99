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
pub mod ledger;
pub mod recipient;
pub mod refund;
pub mod remittance;
pub mod step;
pub mod test_number;
pub mod transfer;

pub use card::{Behaviour, Brand, Card, Token};
pub use card_number::CardNumber;
pub use charge::{Charge, ChargeFailure, ChargeStatus, Fees};
pub use customer::Customer;
pub use entity::{BankEvent, Entity, Metadata, RecordKind};
pub use ledger::{EntryKind, JournalEntry, LedgerAccount, LedgerRole, Leg, Movement};
pub use recipient::{BankAccount, Recipient, RecipientFailure, RecipientKind};
pub use refund::Refund;
pub use remittance::{Remittance, RemittanceFailure, RemittanceStatus};
pub use step::Step;
pub use transfer::{Transfer, TransferFailure};
