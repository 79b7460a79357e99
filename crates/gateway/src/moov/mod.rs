//! Transfers between payment methods on a real Moov platform, through its public API
//! (<https://docs.moov.io/api>).
//!
//! Moov keeps the key of a transfer for ever, and answers one that was used with the
//! transfer that was made under it. So one whose outcome is not known is looked for in the
//! list of its time, by the key in its metadata; and where it is not there, it may be asked
//! for again under the same key.

pub(crate) mod answer;
mod authorisation;
mod directory;
mod request;

use std::collections::HashMap;

use async_trait::async_trait;
use engine::{Instant, Money, NotSent, Outcome, PaymentBody, PaymentId, PaymentRequest};
use reqwest::{RequestBuilder, Url};
use store::RecordKey;

use crate::upstream::{
    self, Leave, Limits, Line, Named, Names, Page, Secret, SetupError, SharedPace, Sighting, Told,
    Upstream, Verdict, search,
};
use crate::{Character, Gateway, Inquiry, Lookup, Permit, Quote};

use authorisation::{Authorisation, Scope};
pub use directory::{MoovDirectory, Untold};

/// The version that is spoken.
const VERSION: (&str, &str) = ("x-moov-version", "v2026.01.00");
/// Has it answer with what the card network or the wallet said, if that comes soon.
const WAIT_FOR: (&str, &str) = ("x-wait-for", "rail-response");
/// The most that a list answers with.
const PAGE: u32 = 200;

/// A Moov platform.
#[derive(Clone, Debug)]
pub struct MoovPlatform {
    /// `https://api.moov.io`, or a sandbox.
    pub url: Url,
    /// Its public key.
    pub public_key: Box<str>,
    /// Its secret key.
    pub secret_key: Secret,
    /// A domain that the keys are bound to, such as `https://example.com`.
    pub origin: Option<Box<str>>,
    /// How requests show that they are its.
    pub showing: Showing,
    /// How much is asked of it: 40 requests a second are allowed, 10 to a test account.
    pub limits: Limits,
}

/// How requests show whose they are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Showing {
    /// With the pair of keys, each of them (HTTP Basic).
    Pair,
    /// With tokens that the pair is exchanged for, each for what it is needed for (OAuth).
    Token,
}

/// A Moov platform as a gateway.
pub struct MoovGateway {
    line: Line,
    names: Names,
    authorisation: Authorisation,
}

impl MoovGateway {
    /// A gateway to a platform.
    pub fn new(platform: MoovPlatform, names: Names) -> Result<MoovGateway, SetupError> {
        let line = Line::new(&platform.url, platform.limits)?;
        Ok(MoovGateway { line, names, authorisation: Authorisation::new(platform) })
    }

    /// The same, in front of the platform beside other nodes, which keep its pace together.
    #[must_use]
    pub fn sharing(self, shared: SharedPace) -> MoovGateway {
        MoovGateway { line: self.line.sharing(shared), ..self }
    }

    /// Asks for nothing but an answer.
    async fn ask(&self, url: Url, partner: &str) -> Told {
        match self.shown(self.line.client().get(url), partner).await {
            Ok(request) => self.noted(self.line.ask(request).await, partner),
            Err(reason) => Told::NotSent(reason),
        }
    }

    async fn shown(
        &self,
        request: RequestBuilder,
        partner: &str,
    ) -> Result<RequestBuilder, NotSent> {
        self.authorisation.show(&self.line, request, Scope::Transfers(partner)).await
    }

    fn noted(&self, told: Told, partner: &str) -> Told {
        self.authorisation.note(&told, Scope::Transfers(partner));
        told
    }

    /// What became of a transfer that has a name.
    async fn named(&self, partner: &str, name: &str) -> Sighting {
        let url = self.line.url(["accounts", partner, "transfers", name]);
        answer::sighting(&self.ask(url, partner).await)
    }

    /// What became of transfers of one partner's that may have none.
    async fn unnamed(&self, partner: &str, inquiries: &[&Inquiry]) -> Vec<Sighting> {
        let read = |from: Instant, skip: u32| async move {
            let mut url = self.line.url(["accounts", partner, "transfers"]);
            url.query_pairs_mut()
                .append_pair("startDateTime", &from.to_string())
                .append_pair("count", &PAGE.to_string())
                .append_pair("skip", &skip.to_string());
            // Newest first: what is made meanwhile moves entries on to a later page, never
            // off one that is still to be read.
            let entries = answer::list(&self.ask(url, partner).await)?;
            let more = u32::try_from(entries.len()).unwrap_or(u32::MAX) >= PAGE;
            Some(Page { entries, more })
        };
        let judge =
            |_: &Inquiry, transfer: answer::Transfer| Some(Sighting::Found(transfer.verdict()));
        search::through(inquiries, read, answer::Transfer::key, judge).await
    }
}

#[async_trait]
impl Upstream for MoovGateway {
    fn line(&self) -> &Line {
        &self.line
    }

    fn names(&self) -> &Names {
        &self.names
    }

    async fn ask_for(&self, request: &PaymentRequest, named: &Named, leave: &Leave) -> Verdict {
        let asked = match &request.body {
            PaymentBody::Remittance(it) => {
                let partner = request::partner(request, it, named);
                partner.zip(request::body(request, it, named))
            }
            PaymentBody::Charge { .. } | PaymentBody::Transfer { .. } => None,
        };
        let Some((partner, body)) = asked else {
            tracing::error!(schedule = %request.schedule, "a payment names what Moov does not know");
            return Verdict::NotSent(NotSent::KeptBack);
        };
        let url = self.line.url(["accounts", &partner, "transfers"]);
        let post = match self.shown(self.line.client().post(url), &partner).await {
            Ok(post) => post,
            Err(reason) => return Verdict::NotSent(reason),
        };
        let post = post
            .header("x-idempotency-key", request::idempotency_key(&request.key).to_string())
            .header(WAIT_FOR.0, WAIT_FOR.1)
            .json(&body);
        let told = self.noted(self.line.send(post, leave).await, &partner);
        answer::verdict(&told, request.key.as_str())
    }
}

#[async_trait]
impl Gateway for MoovGateway {
    async fn pay(&self, requests: Vec<PaymentRequest>, permit: Permit) -> Vec<Outcome> {
        upstream::pay(self, &requests, permit).await
    }

    async fn look_up(&self, inquiries: Vec<Inquiry>) -> Vec<Lookup> {
        let requests: Vec<PaymentRequest> = inquiries.iter().map(|it| it.request.clone()).collect();
        let accepted = inquiries.iter().filter_map(|it| it.accepted).map(RecordKey::from);
        let known = (self.names.of(&requests).await, self.names.texts(accepted.collect()).await);
        let (Ok(named), Ok(names)) = known else {
            return vec![Lookup::Unreachable; inquiries.len()];
        };
        let name = |payment: PaymentId| names.get(&RecordKey::from(payment));
        let mut sightings = vec![Sighting::Absent; inquiries.len()];
        let mut by_name = Vec::new();
        let mut by_partner: HashMap<String, (Vec<usize>, Vec<&Inquiry>)> = HashMap::new();
        for (place, inquiry) in inquiries.iter().enumerate() {
            let PaymentBody::Remittance(it) = &inquiry.request.body else { continue };
            let Some(partner) = request::partner(&inquiry.request, it, &named) else { continue };
            if let Some(name) = inquiry.accepted.and_then(name) {
                by_name.push(async move { (place, self.named(&partner, name).await) });
            } else {
                let (places, asked) = by_partner.entry(partner).or_default();
                places.push(place);
                asked.push(inquiry);
            }
        }
        let mut told = self.line.all(by_name).await;
        for (partner, (places, asked)) in by_partner {
            told.extend(places.into_iter().zip(self.unnamed(&partner, &asked).await));
        }
        for (place, sighting) in told {
            if let Some(slot) = sightings.get_mut(place) {
                *slot = sighting;
            }
        }
        self.names.lookups(requests, sightings).await
    }

    /// No transfer of Moov's is of a share of a balance.
    async fn quote(&self, quotes: Vec<Quote>) -> Vec<Result<Money, Outcome>> {
        vec![Err(Outcome::NotSent(NotSent::KeptBack)); quotes.len()]
    }

    fn character(&self) -> Character {
        let limits = self.authorisation.platform().limits;
        Character {
            batch_max: limits.batch_max(),
            key_window: None,
            absence_conclusive_after: None,
            timeout: limits.timeout,
        }
    }
}
