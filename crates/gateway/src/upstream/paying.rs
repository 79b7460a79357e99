//! How a batch goes to an upstream, whoever that is: names are read, requests leave side by
//! side, and what the upstream named gets keys.

use async_trait::async_trait;
use engine::{NotSent, Outcome, PaymentRequest};

use super::{Leave, Line, Named, Names, Verdict};
use crate::Permit;

/// Asks somebody else for one payment.
#[async_trait]
pub(crate) trait Upstream: Send + Sync {
    /// The way there.
    fn line(&self) -> &Line;
    /// What things are called there.
    fn names(&self) -> &Names;
    /// Asks for one payment, if it may leave.
    async fn ask_for(&self, request: &PaymentRequest, named: &Named, leave: &Leave) -> Verdict;
}

/// Asks for payments: one outcome for each request, in order.
pub(crate) async fn pay(
    upstream: &impl Upstream,
    requests: &[PaymentRequest],
    permit: Permit,
) -> Vec<Outcome> {
    let named = match upstream.names().of(requests).await {
        Ok(named) => named,
        Err(error) => {
            tracing::warn!(%error, "what a batch names could not be read; nothing was sent");
            return vec![Outcome::NotSent(NotSent::KeptBack); requests.len()];
        }
    };
    let leave = Leave::under(permit);
    let asked = requests.iter().map(|request| upstream.ask_for(request, &named, &leave));
    let verdicts = upstream.line().all(asked.collect()).await;
    upstream.names().outcomes(requests, verdicts).await
}
