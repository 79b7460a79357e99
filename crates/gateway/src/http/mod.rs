//! An HTTP endpoint of the user's own that moves the money. `docs/gateways.md` says what it
//! is asked and what it may answer.

pub(crate) mod answer;
mod request;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use engine::{Decline, DeclineKind, Instant, Money, NotSent, Outcome, PaymentRequest};
use reqwest::{Method, RequestBuilder, Url, header};

pub use crate::signature::SigningSecret;

use crate::upstream::{
    self, Leave, Limits, Line, Named, Names, SetupError, Sighting, Told, Upstream, Verdict,
};
use crate::{Character, Gateway, Inquiry, Lookup, Permit, Quote};

/// Under which name a request carries its key.
const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// Under which it carries what the lane's clock says: a sandbox's can be moved.
const LANE_TIME: &str = "kalends-time";

const SHARE_OF_NOTHING: &str = "balance is too small for the transfer";

/// An endpoint, and what may be relied on with it.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Where it is; what it serves stands under this.
    pub url: Url,
    /// What requests are signed with.
    pub secret: SigningSecret,
    /// How much is asked of it.
    pub limits: Limits,
    /// For how long after an attempt the same key gives the same payment; `None` for ever.
    pub keys_kept_for: Option<Duration>,
    /// After how long a payment that it does not know will never come; `None` never.
    pub absence_is_conclusive_after: Option<Duration>,
}

/// Says what time it is, by the wall clock.
pub type Now = Arc<dyn Fn() -> Instant + Send + Sync>;

/// An endpoint as a gateway.
pub struct HttpGateway {
    line: Line,
    names: Names,
    endpoint: Endpoint,
    now: Now,
}

impl HttpGateway {
    /// A gateway to an endpoint.
    pub fn new(endpoint: Endpoint, names: Names, now: Now) -> Result<HttpGateway, SetupError> {
        let line = Line::new(&endpoint.url, endpoint.limits)?;
        Ok(HttpGateway { line, names, endpoint, now })
    }

    fn post(&self, request: &PaymentRequest, body: Vec<u8>) -> RequestBuilder {
        let key = request.key.as_str();
        self.signed(Method::POST, self.line.url(["payments"]), key, body)
            .header(IDEMPOTENCY_KEY, key)
            .header(LANE_TIME, request.at.to_string())
            .header(header::CONTENT_TYPE, "application/json")
    }

    fn get(&self, url: Url, id: &str) -> RequestBuilder {
        self.signed(Method::GET, url, id, Vec::new())
    }

    fn signed(&self, method: Method, url: Url, id: &str, body: Vec<u8>) -> RequestBuilder {
        let timestamp = (self.now)().nanoseconds().div_euclid(1_000_000_000);
        let signature = self.endpoint.secret.sign(id, timestamp, &body);
        self.line
            .client()
            .request(method, url)
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signature)
            .body(body)
    }

    async fn sighting(&self, inquiry: &Inquiry) -> Sighting {
        let key = inquiry.request.key.as_str();
        let request = self.get(self.line.url(["payments", key]), key);
        answer::sighting(&self.line.ask(request).await)
    }

    async fn share(&self, quote: &Quote) -> Result<Money, Outcome> {
        let currency = quote.currency.code();
        let mut url = self.line.url(["balances", currency]);
        let account = self.names.account_of_transfers(quote.account);
        url.query_pairs_mut().append_pair("account", &account);
        let told = self.line.ask(self.get(url, &format!("balances/{currency}"))).await;
        let available = match told {
            Told::NotSent(reason) => return Err(Outcome::NotSent(reason)),
            ref told => answer::balance(told),
        };
        let Some(available) = available else {
            tracing::warn!("an endpoint did not say what stands on a balance");
            return Err(Outcome::NotSent(NotSent::Unreachable));
        };
        match quote.share.of(available) {
            share if share > 0 => Ok(Money::new(share, quote.currency)),
            _ => Err(Outcome::Declined(Decline {
                payment: None,
                kind: DeclineKind::BalanceShort,
                message: Some(SHARE_OF_NOTHING.into()),
            })),
        }
    }
}

#[async_trait]
impl Upstream for HttpGateway {
    fn line(&self) -> &Line {
        &self.line
    }

    fn names(&self) -> &Names {
        &self.names
    }

    async fn ask_for(&self, request: &PaymentRequest, named: &Named, leave: &Leave) -> Verdict {
        let Some(body) = request::body(request, named) else {
            tracing::error!(schedule = %request.schedule, "a payment names what has no name");
            return Verdict::NotSent(NotSent::KeptBack);
        };
        answer::verdict(&self.line.send(self.post(request, body), leave).await)
    }
}

#[async_trait]
impl Gateway for HttpGateway {
    async fn pay(&self, requests: Vec<PaymentRequest>, permit: Permit) -> Vec<Outcome> {
        upstream::pay(self, &requests, permit).await
    }

    async fn look_up(&self, inquiries: Vec<Inquiry>) -> Vec<Lookup> {
        let asked = inquiries.iter().map(|inquiry| self.sighting(inquiry));
        let sightings = self.line.all(asked.collect()).await;
        let requests = inquiries.into_iter().map(|inquiry| inquiry.request).collect();
        self.names.lookups(requests, sightings).await
    }

    async fn quote(&self, quotes: Vec<Quote>) -> Vec<Result<Money, Outcome>> {
        self.line.all(quotes.iter().map(|quote| self.share(quote)).collect()).await
    }

    fn character(&self) -> Character {
        Character {
            batch_max: self.endpoint.limits.batch_max(),
            key_window: self.endpoint.keys_kept_for,
            absence_conclusive_after: self.endpoint.absence_is_conclusive_after,
            timeout: self.endpoint.limits.timeout,
        }
    }
}
