//! Charges and transfers on a real Omise account, through its public API
//! (<https://docs.omise.co/api-documentation>).
//!
//! Omise documents no key under which the same request is the same payment, and no search
//! by what a payment is marked with. So every payment carries its key in its metadata, and
//! one whose outcome is not known is looked for in the list of its time. What is not there
//! may still come: it is never asked for again by itself.

pub(crate) mod answer;
mod directory;
mod request;

use std::time::Duration;

use async_trait::async_trait;
use engine::{Decline, DeclineKind, Instant, Money, NotSent, Outcome, PaymentId, PaymentRequest};
use reqwest::{RequestBuilder, Url, header};
use store::RecordKey;

use crate::upstream::{
    self, Leave, Limits, Line, Named, Names, Page, Register, Secret, SetupError, SharedPace,
    Sighting, Told, Upstream, Verdict,
};
use crate::{Character, Gateway, Inquiry, Lookup, Permit, Quote};

pub use directory::{OmiseDirectory, Silent};

/// The version that is spoken.
const VERSION: (&str, &str) = ("omise-version", "2019-05-29");
/// The most that a list answers with.
const PAGE: u32 = 100;

const BELOW_LEAST: &str = "amount is below the least that can be transferred";

/// An Omise account.
#[derive(Clone, Debug)]
pub struct OmiseAccount {
    /// `https://api.omise.co`, or a sandbox.
    pub url: Url,
    /// Its secret key.
    pub secret_key: Secret,
    /// How much is asked of it. Its own limits are not published.
    pub limits: Limits,
}

/// An Omise account as a gateway.
pub struct OmiseGateway {
    line: Line,
    names: Names,
    account: OmiseAccount,
    charges: Register,
    transfers: Register,
}

impl OmiseGateway {
    /// A gateway to an account.
    pub fn new(account: OmiseAccount, names: Names) -> Result<OmiseGateway, SetupError> {
        let line = Line::new(&account.url, account.limits)?;
        let (charges, transfers) = (Register::default(), Register::default());
        Ok(OmiseGateway { line, names, account, charges, transfers })
    }

    /// The same, in front of the account beside other nodes, which keep its pace together.
    #[must_use]
    pub fn sharing(self, shared: SharedPace) -> OmiseGateway {
        OmiseGateway { line: self.line.sharing(shared), ..self }
    }

    fn authorised(&self, request: RequestBuilder) -> RequestBuilder {
        request.header(VERSION.0, VERSION.1).basic_auth(self.account.secret_key.reveal(), Some(""))
    }

    fn get(&self, url: Url) -> RequestBuilder {
        self.authorised(self.line.client().get(url))
    }

    /// What became of a payment that has a name.
    async fn named(&self, inquiry: &Inquiry, name: &str) -> Sighting {
        let Some(list) = request::list(&inquiry.request.body) else { return Sighting::Absent };
        let told = self.line.ask(self.get(self.line.url([list, name]))).await;
        answer::sighting(&told, &inquiry.request.body)
    }

    /// What became of payments of one kind that may have none.
    async fn unnamed(
        &self,
        list: &'static str,
        register: &Register,
        inquiries: &[&Inquiry],
    ) -> Vec<Sighting> {
        let read = |from: Instant, offset: u32| async move {
            let mut url = self.line.url([list]);
            url.query_pairs_mut()
                .append_pair("from", &from.to_string())
                .append_pair("order", "chronological")
                .append_pair("limit", &PAGE.to_string())
                .append_pair("offset", &offset.to_string());
            let page = answer::list(&self.line.ask(self.get(url)).await)?;
            let seen = u64::from(offset).saturating_add(u64::try_from(page.data.len()).ok()?);
            let more = seen < page.total && !page.data.is_empty();
            Some(Page { entries: page.data, more })
        };
        let judge = |inquiry: &Inquiry, payment: answer::Payment| {
            payment.verdict(&inquiry.request.body).map(Sighting::Found)
        };
        register.look_for(inquiries, read, judge).await
    }

    async fn share(&self, quote: &Quote) -> Result<Money, Outcome> {
        let told = self.line.ask(self.get(self.line.url(["balance"]))).await;
        if let Told::NotSent(reason) = told {
            return Err(Outcome::NotSent(reason));
        }
        let Some(transferable) = answer::transferable(&told, quote.currency.code()) else {
            tracing::warn!("Omise did not say what can be transferred");
            return Err(Outcome::NotSent(NotSent::Unreachable));
        };
        match quote.share.of(transferable) {
            share if share > 0 => Ok(Money::new(share, quote.currency)),
            _ => Err(Outcome::Declined(Decline {
                payment: None,
                kind: DeclineKind::BalanceShort,
                message: Some(BELOW_LEAST.into()),
            })),
        }
    }
}

#[async_trait]
impl Upstream for OmiseGateway {
    fn line(&self) -> &Line {
        &self.line
    }

    fn names(&self) -> &Names {
        &self.names
    }

    async fn ask_for(&self, request: &PaymentRequest, named: &Named, leave: &Leave) -> Verdict {
        let Some(asked) = request::asked(request, named) else {
            tracing::error!(schedule = %request.schedule, "a payment names what Omise does not know");
            return Verdict::NotSent(NotSent::KeptBack);
        };
        let post = self.line.client().post(self.line.url([asked.list]));
        let post = self
            .authorised(post)
            // Nothing documents it; where it is honoured, it keeps what the look-up cannot.
            .header("idempotency-key", request.key.as_str())
            .header(header::CONTENT_TYPE, "application/json")
            .body(asked.body);
        answer::verdict(&self.line.send(post, leave).await, &request.body)
    }
}

#[async_trait]
impl Gateway for OmiseGateway {
    async fn pay(&self, requests: Vec<PaymentRequest>, permit: Permit) -> Vec<Outcome> {
        upstream::pay(self, &requests, permit).await
    }

    async fn look_up(&self, inquiries: Vec<Inquiry>) -> Vec<Lookup> {
        let accepted = inquiries.iter().filter_map(|it| it.accepted).map(RecordKey::from);
        let Ok(names) = self.names.texts(accepted.collect()).await else {
            return vec![Lookup::Unreachable; inquiries.len()];
        };
        let name = |payment: PaymentId| names.get(&RecordKey::from(payment));
        let mut sightings = vec![Sighting::Absent; inquiries.len()];
        let asked = inquiries.iter().enumerate().filter_map(|(place, inquiry)| {
            let name = inquiry.accepted.and_then(name)?;
            Some(async move { (place, self.named(inquiry, name).await) })
        });
        let mut told = self.line.all(asked.collect()).await;
        for (list, register) in [("charges", &self.charges), ("transfers", &self.transfers)] {
            let of_list: Vec<(usize, &Inquiry)> = inquiries
                .iter()
                .enumerate()
                .filter(|(_, it)| {
                    it.accepted.and_then(name).is_none()
                        && request::list(&it.request.body) == Some(list)
                })
                .collect();
            let (places, asked): (Vec<usize>, Vec<&Inquiry>) = of_list.into_iter().unzip();
            told.extend(places.into_iter().zip(self.unnamed(list, register, &asked).await));
        }
        for (place, sighting) in told {
            if let Some(slot) = sightings.get_mut(place) {
                *slot = sighting;
            }
        }
        let requests = inquiries.into_iter().map(|inquiry| inquiry.request).collect();
        self.names.lookups(requests, sightings).await
    }

    async fn quote(&self, quotes: Vec<Quote>) -> Vec<Result<Money, Outcome>> {
        self.line.all(quotes.iter().map(|quote| self.share(quote)).collect()).await
    }

    fn character(&self) -> Character {
        Character {
            batch_max: self.account.limits.batch_max(),
            key_window: Some(Duration::ZERO),
            absence_conclusive_after: None,
            timeout: self.account.limits.timeout,
        }
    }
}
