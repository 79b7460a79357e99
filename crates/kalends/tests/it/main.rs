//! The binary as a whole, and the house it stands in.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod accounts;
mod architecture;
mod backup;
mod books;
mod campaign;
mod clock_steps;
mod database;
mod disk;
mod emulator;
mod endpoint;
mod endpoint_kill;
mod history;
mod hostile;
mod kill;
mod migrate;
mod nodes;
mod overlay;
mod overlay_moov;
mod platform;
mod readiness;
#[path = "../../../runner/tests/receiver/mod.rs"]
mod receiver;
mod sandbox_process;
mod second_process;
mod secrets;
mod shim;
mod stopped;
mod tls;
mod traces;
mod upstream;
mod webhooks;
mod world;
