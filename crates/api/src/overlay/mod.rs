//! In front of a real account: schedules are answered here, every other call is passed on
//! with its caller's own credentials.
//!
//! - `place` says which requests are answered here.
//! - `pass` passes on the rest.
//! - `references` puts the schedules kept here into the payments that the upstream shows.

#[cfg(any(test, fuzzing))]
pub mod exercise;
mod pass;
mod place;
mod references;

use gateway::omise::OmiseDirectory;
use gateway::passage::Passage;

pub(crate) use pass::{elsewhere, pass};

/// An Omise account that stands behind this server.
pub struct Overlay {
    /// Whom it deals with.
    pub directory: OmiseDirectory,
    /// The way to its API.
    pub api: Passage,
    /// The way to where tokens are made.
    pub vault: Passage,
    /// Whether requests that hold card numbers are passed on.
    pub allow_card_numbers: bool,
}
