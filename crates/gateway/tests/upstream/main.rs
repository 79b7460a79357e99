//! Gateways to somebody else, in front of a server that answers as it is told to.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod http;
mod moov;
mod omise;
mod script;
mod sending;
mod world;
