//! What moves the money.
//!
//! Every gateway takes the same path: the intent is committed, then the call is
//! made with no transaction open, then the outcome is settled. The built-in
//! [`bank`] is no exception.
//!
//! - [`bank`] is the built-in one.
//! - [`http`] is an endpoint of the user's own.
//! - [`omise`] is an account with Omise, and [`moov`] a platform with Moov.
//! - [`passage`] passes on what is not ours to answer.
//! - [`upstream`] is what all share that speak to somebody else.
//!
//! Beside them stand [`courier`], which sends letters to URLs that strangers named, and
//! [`collector`], which sends traces.

pub mod bank;
pub mod collector;
pub mod courier;
#[cfg(any(test, fuzzing))]
pub mod exercise;
pub mod http;
pub mod moov;
pub mod omise;
pub mod passage;
mod permit;
mod signature;
pub mod upstream;

use std::time::Duration;

use async_trait::async_trait;
use engine::{AccountId, Currency, Instant, Money, Outcome, PaymentId, PaymentRequest, Percentage};

pub use permit::Permit;
pub use signature::SigningSecret;

/// Moves money, in batches; one is a batch of one.
#[async_trait]
pub trait Gateway: Send + Sync + 'static {
    /// Asks for payments: one outcome for each request, in order. Never fails as a
    /// whole: what could not be told is [`Outcome::Unknown`]. A request leaves only while
    /// the permit holds; what was kept back is [`Outcome::NotSent`].
    async fn pay(&self, requests: Vec<PaymentRequest>, permit: Permit) -> Vec<Outcome>;
    /// What became of payments that may have been asked for before: one answer for
    /// each inquiry, in order. Asks for no money, whatever it finds.
    async fn look_up(&self, inquiries: Vec<Inquiry>) -> Vec<Lookup>;
    /// What shares of balances come to right now: one answer for each, in order. A
    /// balance is quoted again only after the payment quoted before was settled.
    async fn quote(&self, quotes: Vec<Quote>) -> Vec<Result<Money, Outcome>>;
    /// What may be relied on.
    fn character(&self) -> Character;
}

/// A share of a balance to be quoted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Quote {
    /// Whose balance.
    pub account: AccountId,
    /// What the account settles in: the balance it pays out from.
    pub currency: Currency,
    /// Which share.
    pub share: Percentage,
    /// The lane's now.
    pub at: Instant,
}

/// A question about a payment that may have been asked for before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Inquiry {
    /// The request, as it was frozen.
    pub request: PaymentRequest,
    /// The lane's earliest instant at which it can have been sent.
    pub due: Instant,
    /// The gateway's own word for it, where it gave one when it took it.
    pub accepted: Option<PaymentId>,
}

/// What a gateway knows of an earlier request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Lookup {
    /// It was taken, and this came of it.
    Found(Outcome),
    /// Nothing is known of it. Whether that is conclusive, [`Character`] says.
    Absent,
    /// The gateway could not be asked.
    Unreachable,
}

/// What may be relied on with a gateway.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Character {
    /// Payments in one call, at most.
    pub batch_max: u32,
    /// For how long after an attempt the same key gives the same payment, or the same
    /// refusal; `None` for ever. Where a refusal is not kept, one node works the lane.
    pub key_window: Option<Duration>,
    /// After how long an absent payment is certainly absent; `None` never.
    pub absence_conclusive_after: Option<Duration>,
    /// How long a call may take.
    pub timeout: Duration,
}
