//! The binary as a whole, and the house it stands in.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod architecture;
mod endpoint;
mod kill;
mod platform;
mod sandbox_process;
mod secrets;
