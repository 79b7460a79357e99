//! Moov's API, asked over its router: a sandbox of one platform, books in memory, and
//! a clock that stands.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "what a test did not expect should end it there"
)]

mod accounts;
#[path = "../described/mod.rs"]
mod described;
mod kalends;
#[path = "../kept/mod.rs"]
mod kept;
mod oauth2;
mod ping;
mod rate_limits;
#[path = "../../../runner/tests/receiver/mod.rs"]
mod receiver;
mod requests;
mod sandbox;
#[path = "../verification/mod.rs"]
mod verification;
mod webhooks;
