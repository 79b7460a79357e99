//! Sending requests, and telling what provably never left.

use std::sync::OnceLock;
use std::time::Duration;

use engine::NotSent;
use futures::{StreamExt as _, stream};
use reqwest::{Client, ClientBuilder, RequestBuilder, Url, header, redirect, retry};
use serde::de::DeserializeOwned;
use tokio::sync::Semaphore;

use super::pace::{Pace, SharedPace};
use super::{Limits, SetupError};
use crate::Permit;

/// The longest answer that is read, in bytes.
const ANSWER_MAX: usize = 8 * 1024 * 1024;
/// Connecting may take one part in so many of a request's time. What did not connect within it
/// was provably not sent; what has not been answered by the end of the whole is not known.
const CONNECTING: u32 = 2;
/// How long a connection is kept for the next request. Many servers close theirs after five
/// seconds, and what is written to one that is just being closed may or may not arrive.
const KEPT_FOR: Duration = Duration::from_secs(4);

/// A way to one upstream, under its limits.
pub(crate) struct Line {
    client: Client,
    base: Url,
    limits: Limits,
    under_way: Semaphore,
    pace: Option<Pace>,
}

/// What came of a request.
#[derive(Debug)]
pub(crate) enum Told {
    /// It was answered.
    Answer(Answer),
    /// It provably had no effect.
    NotSent(NotSent),
    /// Nobody knows.
    Nothing,
}

/// An answer whose status says neither "not you" nor "not now".
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct Answer {
    /// Its status.
    pub(crate) status: u16,
    /// Its body, whatever that is.
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The body, if it is JSON of this form.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.body).ok()
    }

    /// Whether the status says that all went well.
    pub(crate) const fn is_success(&self) -> bool {
        200 <= self.status && self.status < 300
    }
}

impl Line {
    /// A way to what stands under `base`.
    pub(crate) fn new(base: &Url, limits: Limits) -> Result<Line, SetupError> {
        let base = base_url(base)?;
        let client = client_builder()?
            .timeout(limits.timeout)
            .connect_timeout(limits.timeout / CONNECTING)
            .pool_idle_timeout(KEPT_FOR)
            // Whoever was asked must answer: a redirected request would be a second one.
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .no_proxy()
            .build()?;
        let pace = limits.per_second.map(Pace::of);
        let at_once = usize::try_from(limits.concurrency.get()).unwrap_or(Semaphore::MAX_PERMITS);
        let under_way = Semaphore::new(at_once.min(Semaphore::MAX_PERMITS));
        Ok(Line { client, base, limits, under_way, pace })
    }

    /// The same, whose pace other nodes keep too.
    pub(crate) fn sharing(self, shared: SharedPace) -> Line {
        Line { pace: self.pace.map(|pace| pace.shared(shared)), ..self }
    }

    pub(crate) const fn client(&self) -> &Client {
        &self.client
    }

    /// What stands under the base at these segments, each of them escaped.
    pub(crate) fn url<'a>(&self, segments: impl IntoIterator<Item = &'a str>) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }

    /// Does several things at a time, and answers in order.
    pub(crate) async fn all<F: Future>(&self, deeds: Vec<F>) -> Vec<F::Output> {
        let at_once = usize::try_from(self.limits.concurrency.get()).unwrap_or(usize::MAX);
        let at_once = at_once.min(deeds.len().max(1));
        stream::iter(deeds).buffered(at_once).collect().await
    }

    /// Sends a request that asks for nothing but an answer.
    pub(crate) async fn ask(&self, request: RequestBuilder) -> Told {
        let Ok(_under_way) = self.under_way.acquire().await else {
            return Told::NotSent(NotSent::KeptBack);
        };
        if !self.keep_pace().await {
            return Told::NotSent(NotSent::KeptBack);
        }
        exchange(request).await
    }

    /// Sends a request for money, if it may leave when its turn has come.
    pub(crate) async fn send(&self, request: RequestBuilder, leave: &Leave) -> Told {
        let Ok(_under_way) = self.under_way.acquire().await else {
            return Told::NotSent(NotSent::KeptBack);
        };
        if !self.keep_pace().await {
            return Told::NotSent(NotSent::KeptBack);
        }
        if let Err(reason) = leave.now() {
            return Told::NotSent(reason);
        }
        let told = exchange(request).await;
        leave.note(&told);
        told
    }

    /// Whether it may leave, once its turn has come.
    async fn keep_pace(&self) -> bool {
        match &self.pace {
            Some(pace) => pace.keep().await,
            None => true,
        }
    }
}

/// A URL under which others stand: what is joined to it is to stand under it, not beside it.
pub(crate) fn base_url(base: &Url) -> Result<Url, SetupError> {
    let is_web = matches!(base.scheme(), "http" | "https");
    if !is_web || base.cannot_be_a_base() {
        return Err(SetupError::Url(base.to_string()));
    }
    let mut base = base.clone();
    base.set_query(None);
    base.set_fragment(None);
    if !base.path().ends_with('/') {
        base.set_path(&format!("{}/", base.path()));
    }
    Ok(base)
}

/// A client that trusts the machine's authorities, and Mozilla's where there are none.
pub(crate) fn client_builder() -> Result<ClientBuilder, SetupError> {
    Ok(Client::builder()
        .user_agent(concat!("kalends/", env!("CARGO_PKG_VERSION")))
        .tls_certs_merge(authorities()?))
}

/// Whether the requests of one batch may leave: as long as the permit holds, and nobody has
/// said that they are not welcome.
pub(crate) struct Leave {
    permit: Permit,
    unwelcome: OnceLock<NotSent>,
}

impl Leave {
    pub(crate) const fn under(permit: Permit) -> Leave {
        Leave { permit, unwelcome: OnceLock::new() }
    }

    fn now(&self) -> Result<(), NotSent> {
        match self.unwelcome.get() {
            Some(reason) => Err(*reason),
            None if self.permit.holds() => Ok(()),
            None => Err(NotSent::KeptBack),
        }
    }

    /// Whoever said so to one says so to the rest, and should not have to.
    fn note(&self, told: &Told) {
        if let Told::NotSent(reason @ (NotSent::Unauthorised | NotSent::Throttled { .. })) = told {
            let _ = self.unwelcome.set(*reason); // the first to hear of it has said so
        }
    }
}

/// Mozilla's authorities, beside the machine's own.
pub(crate) fn authorities() -> Result<Vec<reqwest::Certificate>, reqwest::Error> {
    webpki_root_certs::TLS_SERVER_ROOT_CERTS
        .iter()
        .map(|authority| reqwest::Certificate::from_der(authority))
        .collect()
}

async fn exchange(request: RequestBuilder) -> Told {
    let mut response = match request.send().await {
        Ok(response) => response,
        Err(error) => return unanswered(error),
    };
    let status = response.status().as_u16();
    match status {
        401 | 403 => return Told::NotSent(NotSent::Unauthorised),
        429 => {
            let retry_after_seconds = seconds(response.headers().get(header::RETRY_AFTER));
            return Told::NotSent(NotSent::Throttled { retry_after_seconds });
        }
        _ => {}
    }
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() <= ANSWER_MAX => {
                body.extend_from_slice(&chunk);
            }
            Ok(Some(_)) => {
                tracing::warn!(status, "an upstream's answer is too long and was not read");
                return Told::Nothing;
            }
            Ok(None) => return Told::Answer(Answer { status, body }),
            Err(error) => {
                tracing::warn!(status, error = %error.without_url(), "an upstream's answer broke off");
                return Told::Nothing;
            }
        }
    }
}

/// What never got a connection never left; of all else nobody knows. A deadline that ends
/// while a connection is made counts as the latter, unless it was the connecting's own.
fn unanswered(error: reqwest::Error) -> Told {
    let never_left = error.is_connect() || error.is_builder();
    // A URL may carry keys; and it is the same for all.
    let error = error.without_url();
    let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
    if never_left {
        tracing::warn!(%error, cause, "an upstream could not be reached");
        Told::NotSent(NotSent::Unreachable)
    } else {
        tracing::warn!(%error, cause, "an upstream did not answer");
        Told::Nothing
    }
}

/// `Retry-After` in seconds; dates are not read.
fn seconds(header: Option<&header::HeaderValue>) -> Option<u32> {
    header?.to_str().ok()?.trim().parse().ok()
}
