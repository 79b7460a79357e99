//! Omise's API: the schedules in full, and what they stand on.
//!
//! What answers a request is an `async fn(Context, Params, path…) -> Answer`
//! registered in its group's `routes()`; everything around it (body, key,
//! version, idempotency, headers) is [`router`]'s.

pub mod answer;
pub mod context;
pub mod error;
pub mod ids;
pub mod list;
pub mod params;
pub mod router;
pub mod time;
pub mod version;

pub use answer::Answer;
pub use context::Context;
pub use error::OmiseError;
pub use ids::Kind;
pub use params::Params;
pub use version::Version;
