//! Omise's API, asked over its router: a sandbox of one account, books in memory,
//! and a clock that stands.

mod account;
mod balance;
mod capability;
mod charges;
mod customers;
mod recipients;
mod refunds;
mod sandbox;
mod tokens;
mod transactions;
mod transfers;
