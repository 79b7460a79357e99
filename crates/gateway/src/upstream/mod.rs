//! What every gateway shares that speaks to somebody else over HTTP.
//!
//! - [`Limits`] says how much is asked at once, how often, and for how long.
//! - `line` sends requests under them, and tells what provably never left from what
//!   nobody knows.
//! - [`Names`] knows what the upstream calls the things that a request names, and gives
//!   keys to what the upstream names.
//! - `pace` has them leave at even distances, also from several nodes together.
//! - [`Secret`] is never shown.

mod limits;
mod line;
mod marks;
mod names;
mod pace;
mod paying;
mod register;
pub(crate) mod search;
mod secret;
mod wording;

pub use limits::Limits;
pub use names::{LocalNames, Names};
pub use reqwest::Url;
pub use secret::Secret;
pub use wording::read_slot;

pub(crate) use line::{Answer, Leave, Line, Told, authorities, base_url, client_builder};
pub(crate) use marks::Marks;
pub(crate) use names::{Named, Sighting, Verdict};
pub use pace::SharedPace;
pub(crate) use paying::{Upstream, pay};
pub(crate) use register::{Listed, Register};
pub(crate) use search::Page;
pub(crate) use wording::slot;

/// Why a gateway could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// No request can be sent.
    #[error("no requests can be sent: {0}")]
    Client(#[from] reqwest::Error),
    /// The URL is not one that requests go to.
    #[error("{0} is no URL that requests can go to; it begins with https:// or http://")]
    Url(String),
    /// The secret cannot be used.
    #[error("the secret cannot be used: {0}")]
    Secret(&'static str),
}
