//! Moov's API: schedules in full, and the accounts, payment methods and transfers that
//! they stand on.
//!
//! # How an endpoint is added
//!
//! The folders mirror the paths: what answers on `/accounts/{accountID}/cards` is in
//! `accounts/cards/`. Each group has a `routes()`, which [`router`] gathers:
//!
//! ```ignore
//! use crate::moov::router::{Resource, Routes};
//! use crate::moov::scope::Family::Cards;
//!
//! pub(crate) fn routes() -> Routes {
//!     Routes::new()
//!         .at("/accounts/{accountID}/cards", Resource::new()
//!             .get(Cards.read(), list)
//!             .post(Cards.write(), create))
//!         .at("/accounts/{accountID}/cards/{cardID}", Resource::new()
//!             .get(Cards.read(), retrieve)
//!             .delete(Cards.write(), disable))
//! }
//!
//! async fn retrieve(context: Context, request: Request, party: PartyId, card: String) -> Answer {
//!     let card: CardId = context.ids().find(&card).ok_or_else(Refusal::not_found)?;
//!     let card = context.bank().card(context.account.id, card).await?;
//!     Ok(Reply::json(shown(&context, party, &card)))
//! }
//! ```
//!
//! - The handler is an `async fn` of a [`Context`] (who asks, when, in which version), a
//!   [`Request`] (body, query, headers) and what stands in the path: a first segment
//!   named `accountID` comes as the [`engine::PartyId`] that it names (404 where it
//!   names none), all that follow as text. Three are the most.
//! - What scope it wants is said where it is registered ([`scope`]). Whoever lacks it
//!   has been refused before the handler is called, as has a version that is none, and
//!   a request that shows no key or token.
//! - A body is read with [`Request::json`] into a struct whose fields are all optional:
//!   what has a wrong *type* is a 400 that names its place, what is missing or has a
//!   wrong *value* is a 422 whose shape belongs to the operation. [`Problems`] collects
//!   the latter.
//! - The query is read with [`Request::query`]: [`Query::page`] for `skip` and `count`,
//!   and a reader for each type.
//! - Ids are made and read by [`Context::ids`].
//! - It answers [`Reply::json`] (200), [`Reply::none`] (204) or a [`Refusal`]. A
//!   [`store::StoreError`] or [`gateway::bank::BankError`] becomes one with `?`; what
//!   the bank refuses for a reason that the client should hear is mapped by the handler.

pub mod accounts;
pub mod answer;
pub mod authentication;
pub mod context;
pub(crate) mod cors;
pub(crate) mod decimal;
#[cfg(any(test, fuzzing))]
pub mod exercise;
pub mod ids;
pub(crate) mod images;
mod oauth2;
pub mod object;
mod once;
pub mod openapi;
pub mod origin;
mod ping;
pub mod query;
pub mod refusal;
pub mod request;
pub(crate) mod router;
pub(crate) mod run_transfer;
pub mod scope;
pub mod validation;
pub mod version;
pub(crate) mod webhook;

pub use answer::{Answer, Reply};
pub use authentication::Caller;
pub use context::{Context, PLATFORM_PARTY};
pub use ids::{Ids, Kind};
pub use query::Query;
pub use refusal::Refusal;
pub use request::Request;
pub use validation::Problems;
pub use version::Version;
