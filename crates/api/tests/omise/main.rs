//! Omise's API, asked over its router: a sandbox of one account, books in memory,
//! and a clock that stands.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "what a test did not expect should end it there"
)]

mod account;
mod balance;
mod by_hand;
mod capability;
mod charges;
mod customers;
#[path = "../described/mod.rs"]
mod described;
mod events;
mod history;
mod kalends;
#[path = "../kept/mod.rs"]
mod kept;
mod keys;
mod nodes;
mod occurrences;
mod openapi;
#[path = "../../../runner/tests/receiver/mod.rs"]
mod receiver;
mod recipients;
mod refunds;
mod replay;
mod requests;
mod sandbox;
mod schedules;
mod search;
mod tokens;
mod transactions;
mod transfers;
#[path = "../verification/mod.rs"]
mod verification;
mod webhooks;
