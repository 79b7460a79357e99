//! Omise's API: the schedules in full, and what they stand on.
//!
//! What answers a request is an `async fn(Context, Params, path…) -> Answer`
//! registered in its group's `routes()`; everything around it (body, key,
//! version, idempotency, headers) is [`router`]'s.

mod account;
pub mod answer;
mod balance;
mod capability;
#[cfg(test)]
mod captures;
mod charges;
pub mod context;
mod customers;
pub mod error;
mod events;
pub mod ids;
pub mod list;
mod occurrences;
pub(crate) mod openapi;
pub mod params;
mod parties;
mod recipients;
mod records;
mod refunds;
mod refusal;
pub mod router;
mod schedules;
mod search;
mod system;
pub mod time;
mod tokens;
mod transactions;
mod transfers;
pub mod version;
mod view;

pub use answer::Answer;
pub(crate) use answer::refusal;
pub use context::Context;
pub use error::OmiseError;
pub(crate) use events::{webhook, webhook_key};
pub(crate) use ids::Ids;
pub use ids::Kind;
pub(crate) use params::{ID_CHARACTERS_MAX, TEXT_CHARACTERS_MAX, integer};
pub use params::{Params, Reader};
pub use version::Version;

pub(crate) use schedules::on as schedule_rule;
