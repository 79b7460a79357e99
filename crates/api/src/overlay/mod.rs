//! In front of a real account: schedules are answered here, every other call is passed on
//! with its caller's own credentials.
//!
//! - `place` says which requests are answered here, in front of Omise.
//! - `pass` passes on the rest.
//! - `events` is the list of events, of the account behind and of here; `merging` makes one
//!   list of two.
//! - `references` puts the schedules kept here into the payments that the upstream shows.
//! - `moov` is all of this in front of Moov.

mod events;
#[cfg(any(test, fuzzing))]
pub mod exercise;
mod merging;
pub(crate) mod moov;
mod pass;
mod place;
mod references;

use gateway::omise::OmiseDirectory;
use gateway::passage::Passage;

pub use moov::MoovOverlay;
pub(crate) use pass::{elsewhere, pass};

/// A real account that stands behind this server.
pub enum Overlay {
    /// With Omise.
    Omise(Box<OmiseOverlay>),
    /// With Moov: a platform, with all its accounts.
    Moov(Box<MoovOverlay>),
}

/// An Omise account that stands behind this server.
pub struct OmiseOverlay {
    /// Whom it deals with.
    pub directory: OmiseDirectory,
    /// The way to its API.
    pub api: Passage,
    /// The way to where tokens are made.
    pub vault: Passage,
    /// Whether requests that hold card numbers are passed on.
    pub allow_card_numbers: bool,
}
