//! The built-in bank, over books in memory. Every clock reading is given.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod agenda;
mod charges;
mod customers;
mod ledger;
mod parties;
mod payments;
mod recipients;
mod refunds;
mod remittances;
mod stores;
mod tokens;
mod transfers;
mod wares;
mod world;
