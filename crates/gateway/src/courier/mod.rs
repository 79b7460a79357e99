//! Sends letters to URLs that strangers have named.
//!
//! Nothing goes to an address that is not public, unless that is allowed: an address in the
//! URL is judged before, and those that a name stands for when the connection is made, by
//! the resolver itself, so that a name that changes its meaning in between helps nobody. No
//! redirect is followed, no proxy is asked, and little of the answer is read.

mod address;

use std::error::Error;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use engine::Instant;
use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, Response, Url, header, redirect, retry};

pub use address::is_public;

use crate::upstream::{SetupError, authorities};

/// Of an answer's body at most so many bytes are read, for the connection's sake.
const ANSWER_MAX: usize = 4 * 1024;
/// The longest URL, in bytes.
pub const URL_MAX: usize = 2_048;
/// How long a connection is kept for the next letter.
const KEPT_FOR: Duration = Duration::from_secs(4);
/// Connections that are kept to one host, at most.
const KEPT_MAX: usize = 4;

/// How far letters may go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reach {
    /// To public addresses, by HTTPS.
    Public,
    /// To any address, by HTTP too: for development, and for endpoints within one's own walls.
    Anywhere,
}

/// What is sent: by POST, with these headers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Letter {
    /// Names and values, as they are sent.
    pub headers: Vec<(&'static str, String)>,
    /// JSON.
    pub body: Vec<u8>,
}

/// What was answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Receipt {
    /// The status.
    pub status: u16,
    /// When to come again.
    pub retry_after: Option<RetryAfter>,
}

/// What `Retry-After` may say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RetryAfter {
    /// So many seconds.
    Seconds(u32),
    /// This time.
    At(Instant),
}

/// Why nothing was answered, or nothing sent.
#[derive(Debug, thiserror::Error)]
pub enum Undelivered {
    /// The URL is not one that letters go to.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// No connection.
    #[error("no connection could be made")]
    Unreachable,
    /// No answer within the time.
    #[error("it did not answer in time")]
    Late,
    /// The connection broke, or what came was no HTTP.
    #[error("the connection broke before an answer came")]
    Broken,
}

/// Why a URL is not one that letters go to.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refused {
    /// It is none.
    #[error("the URL cannot be read; it would be such as https://example.com/webhooks")]
    NoUrl,
    /// It is too long.
    #[error("the URL is longer than {URL_MAX} bytes")]
    TooLong,
    /// It is of another scheme.
    #[error("the URL must begin with https://")]
    Scheme,
    /// It carries a name and password, which would be shown wherever it is.
    #[error("the URL must carry no user name and no password")]
    Credentials,
    /// It leads to an address that is not public.
    #[error("{0} leads to an address that is not on the public Internet")]
    Private(Box<str>),
}

/// Sends letters.
pub struct Courier {
    client: Client,
    reach: Reach,
}

impl Courier {
    /// One who goes so far, and waits so long for an answer.
    pub fn new(reach: Reach, timeout: Duration) -> Result<Courier, SetupError> {
        let client = Client::builder()
            .user_agent(concat!("kalends/", env!("CARGO_PKG_VERSION")))
            .timeout(timeout)
            .pool_idle_timeout(KEPT_FOR)
            .pool_max_idle_per_host(KEPT_MAX)
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .no_proxy()
            .https_only(reach == Reach::Public)
            .dns_resolver(Arc::new(Vetting(reach)))
            .tls_certs_merge(authorities()?)
            .build()?;
        Ok(Courier { client, reach })
    }

    /// The URL, if letters go there as far as it says itself. A name in it may still lead
    /// to an address to which they do not.
    pub fn vet(&self, url: &str) -> Result<Url, Refused> {
        if url.len() > URL_MAX {
            return Err(Refused::TooLong);
        }
        let url = Url::parse(url).map_err(|_| Refused::NoUrl)?;
        match (url.scheme(), self.reach) {
            ("https", _) | ("http", Reach::Anywhere) => {}
            _ => return Err(Refused::Scheme),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refused::Credentials);
        }
        let host = url.host_str().ok_or(Refused::NoUrl)?;
        let literal: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
        match literal {
            Some(address) if !self.reach.includes(address) => Err(Refused::Private(host.into())),
            _ => Ok(url),
        }
    }

    /// Sends a letter.
    pub async fn send(&self, url: &str, letter: Letter) -> Result<Receipt, Undelivered> {
        let mut request = self
            .client
            .post(self.vet(url)?)
            .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
            .body(letter.body);
        for (name, value) in letter.headers {
            request = request.header(name, value);
        }
        let response = request.send().await.map_err(|error| why(&error))?;
        let receipt = Receipt {
            status: response.status().as_u16(),
            retry_after: retry_after(response.headers().get(header::RETRY_AFTER)),
        };
        read_a_little(response).await;
        Ok(receipt)
    }
}

impl Reach {
    fn includes(self, address: IpAddr) -> bool {
        match self {
            Reach::Public => is_public(address),
            Reach::Anywhere => true,
        }
    }
}

/// Once the status is there the letter has arrived, whatever becomes of the rest.
async fn read_a_little(mut response: Response) {
    let mut read = 0;
    while read < ANSWER_MAX {
        match response.chunk().await {
            Ok(Some(chunk)) => read += chunk.len(),
            Ok(None) | Err(_) => return,
        }
    }
}

fn why(error: &reqwest::Error) -> Undelivered {
    let mut source: Option<&(dyn Error + 'static)> = error.source();
    while let Some(cause) = source {
        if let Some(refused) = cause.downcast_ref::<Refused>() {
            return Undelivered::Refused(refused.clone());
        }
        source = cause.source();
    }
    if error.is_timeout() {
        Undelivered::Late
    } else if error.is_connect() {
        Undelivered::Unreachable
    } else {
        Undelivered::Broken
    }
}

pub(crate) fn retry_after(header: Option<&header::HeaderValue>) -> Option<RetryAfter> {
    let text = header?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(RetryAfter::Seconds(seconds));
    }
    let time = DateTimeParser::new().parse_timestamp(text).ok()?;
    Instant::from_timestamp(time).map(RetryAfter::At)
}

/// The machine's own resolver, of whose answers those are left out that letters must not
/// go to.
struct Vetting(Reach);

impl Resolve for Vetting {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let kept: Vec<SocketAddr> = found.filter(|it| reach.includes(it.ip())).collect();
            if kept.is_empty() {
                return Err(Refused::Private(name.as_str().into()).into());
            }
            Ok(Box::new(kept.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests;
