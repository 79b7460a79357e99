//! How much anybody may ask: each credential by itself, and each remote address for what it
//! asks without one that opens anything, wrong keys at speed among it.
//!
//! What a limit leaves is told in `RateLimit` and `RateLimit-Policy`
//! (draft-ietf-httpapi-ratelimit-headers); what it refuses is a 429 with `Retry-After`, as
//! the API says it whose path it is. Health and metrics are never refused.

mod allowance;
mod answer;

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use http::HeaderMap;
use sha2::{Digest as _, Sha256};
use store::{GrantKind, StoreError};

use self::allowance::Allowances;
pub(crate) use self::answer::answer;
use crate::App;
use crate::authentication::credentials_of;

/// So many requests in so many seconds, at once or spread over them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Quota {
    /// How many.
    pub requests: NonZeroU32,
    /// In how many seconds.
    pub window_seconds: NonZeroU32,
}

/// What is limited, and how far. Nothing, where nothing is said.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct RateLimits {
    /// What each credential may ask.
    pub per_credential: Option<Quota>,
    /// What each remote address may ask without a credential that opens anything. An IPv6
    /// address counts with all of its /64.
    pub per_address: Option<Quota>,
}

/// Where a request came from: whoever accepts connections puts it among the request's
/// extensions. What a request says of itself (`X-Forwarded-For`) is not believed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PeerAddress(pub IpAddr);

/// What was asked so far, as far as it still counts.
#[derive(Debug)]
pub(crate) struct RateLimiter {
    credentials: Option<Allowances<[u8; 32]>>,
    addresses: Option<Allowances<IpAddr>>,
}

/// How a request stands with the limit that it falls under.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Standing {
    /// The limit's name.
    policy: &'static str,
    quota: Quota,
    /// How many more may be asked right now.
    remaining: u32,
    /// Until as many may be asked as the limit allows at most.
    full_after: Duration,
    /// Until this request may be asked again, where it is refused.
    retry_after: Option<Duration>,
}

impl RateLimiter {
    pub(crate) fn new(limits: RateLimits) -> RateLimiter {
        RateLimiter {
            credentials: limits.per_credential.map(Allowances::new),
            addresses: limits.per_address.map(Allowances::new),
        }
    }

    fn is_idle(&self) -> bool {
        self.credentials.is_none() && self.addresses.is_none()
    }

    fn ask(&self, caller: Asker, elapsed: Duration) -> Option<Standing> {
        match caller {
            Asker::Credential(sha256) => {
                self.credentials.as_ref().map(|them| them.ask(sha256, elapsed, "credential"))
            }
            Asker::Address(address) => self
                .addresses
                .as_ref()
                .map(|them| them.ask(of_network(address), elapsed, "address")),
            Asker::Nobody => None,
        }
    }
}

/// Under whose allowance a request falls.
#[derive(Clone, Copy)]
enum Asker {
    Credential([u8; 32]),
    Address(IpAddr),
    /// It shows no credential that opens anything, and nobody has said whence it came.
    Nobody,
}

impl Asker {
    async fn of(
        app: &App,
        headers: &HeaderMap,
        peer: Option<PeerAddress>,
    ) -> Result<Asker, StoreError> {
        let opened = opened(app, headers).await?;
        Ok(match (opened, peer) {
            (Some(sha256), _) => Asker::Credential(sha256),
            (None, Some(PeerAddress(address))) => Asker::Address(address),
            (None, None) => Asker::Nobody,
        })
    }
}

/// The hash of the credential that a request shows, or that its token stands for.
async fn opened(app: &App, headers: &HeaderMap) -> Result<Option<[u8; 32]>, StoreError> {
    let store = app.store().as_ref();
    if let Some(token) = credentials_of(headers, "bearer") {
        let grant = store.grant(Sha256::digest(token).into()).await?;
        let grant = grant.filter(|grant| {
            grant.kind == GrantKind::Access && grant.expires_at > app.runner.wall_now()
        });
        return Ok(grant.map(|grant| grant.credential));
    }
    let opened = match app.credentials.of(headers, store, app.runner.wall_now()).await? {
        None => app.credentials.of_pair(headers, store, app.runner.wall_now()).await?,
        some => some,
    };
    Ok(opened.map(|credential| credential.sha256))
}

/// An address by which one asker is told from another: whoever has one IPv6 address has
/// the whole network that it is of.
fn of_network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let network = address.to_bits() >> 64 << 64;
            IpAddr::V6(network.into())
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_counts_with_its_network() {
        let of = |text: &str| of_network(text.parse().unwrap()).to_string();
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(of("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(of("192.0.2.7"), "192.0.2.7");
    }
}
