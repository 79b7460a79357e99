//! Passing on what a client asks of an upstream: its method, path, headers and body, and the
//! answer back, as it streams.

use std::time::Duration;

use ::http::header::{self, HeaderMap, HeaderName};
use bytes::Bytes;
use futures::Stream;
use reqwest::{Body, Client, Url, redirect, retry};

use crate::upstream::{SetupError, base_url, client_builder};

/// How long connecting may take. What did not connect was provably not passed on.
const CONNECTING: Duration = Duration::from_secs(10);
/// How long nothing at all may come while an answer is awaited or read.
const SILENCE: Duration = Duration::from_mins(1);
/// Headers that speak of one connection and not of what is said over it (RFC 9110, section
/// 7.6.1), and the name of the host that was asked.
const OF_ONE_CONNECTION: [HeaderName; 9] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::HOST,
];

/// A way to an upstream for requests that are not ours.
#[derive(Clone, Debug)]
pub struct Passage {
    client: Client,
    base: Url,
}

/// Why a request came to no answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotPassed {
    /// The upstream could not be reached, and has not seen it.
    Unreachable,
    /// It may have seen it; its answer did not come.
    Unanswered,
    /// Its path is none that can be passed on.
    Path,
}

impl Passage {
    /// A way to what stands under `base`.
    pub fn new(base: &Url) -> Result<Passage, SetupError> {
        let client = client_builder()?
            .connect_timeout(CONNECTING)
            .read_timeout(SILENCE)
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .no_proxy()
            .build()?;
        Ok(Passage { client, base: base_url(base)? })
    }

    /// Passes a request on, with all that its client put into it, and answers what comes back.
    ///
    /// # Errors
    ///
    /// Where no answer came, with whether the upstream may have seen the request.
    pub async fn pass<B, E>(
        &self,
        mut request: ::http::Request<Option<B>>,
    ) -> Result<::http::Response<Body>, NotPassed>
    where
        B: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let url = self.url(request.uri()).ok_or(NotPassed::Path)?;
        drop_headers_of_one_connection(request.headers_mut());
        let (head, body) = request.into_parts();
        let asked = self.client.request(head.method, url).headers(head.headers);
        let asked = match body {
            Some(body) => asked.body(Body::wrap_stream(body)),
            None => asked,
        };
        let answered = asked.send().await.map_err(|error| {
            let error = error.without_url();
            tracing::warn!(%error, "a request was passed on and not answered");
            if error.is_connect() { NotPassed::Unreachable } else { NotPassed::Unanswered }
        })?;
        let mut response = ::http::Response::<Body>::from(answered);
        drop_headers_of_one_connection(response.headers_mut());
        Ok(response)
    }

    /// The same path and query under the base; `None` for a path that leads elsewhere.
    fn url(&self, uri: &::http::Uri) -> Option<Url> {
        let path = uri.path().strip_prefix('/')?;
        let mut url = self.base.clone();
        url.set_path(&format!("{}{path}", self.base.path()));
        url.set_query(uri.query());
        // Dots in a path lead upwards, and not where somebody reads them otherwise.
        url.path().starts_with(self.base.path()).then_some(url)
    }
}

fn drop_headers_of_one_connection(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in OF_ONE_CONNECTION.iter().chain(&named) {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_below_the_base() {
        let passage = Passage::new(&Url::parse("https://api.example/v1").unwrap()).unwrap();
        let url = |uri: &str| passage.url(&uri.parse().unwrap()).map(String::from);
        assert_eq!(
            url("/charges/chrg_1?expand=true").as_deref(),
            Some("https://api.example/v1/charges/chrg_1?expand=true")
        );
        assert_eq!(url("/").as_deref(), Some("https://api.example/v1/"));
        assert_eq!(url("//elsewhere/x").as_deref(), Some("https://api.example/v1//elsewhere/x"));
        assert_eq!(url("/../admin"), None);
        assert_eq!(url("/%2e%2e/admin"), None);
    }

    #[test]
    fn what_speaks_of_one_connection_is_not_passed_on() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("connection", "close, X-Mine"),
            ("x-mine", "1"),
            ("host", "localhost"),
            ("transfer-encoding", "chunked"),
            ("authorization", "Basic x"),
            ("x-version", "2019-05-29"),
        ] {
            headers.insert(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
        }
        drop_headers_of_one_connection(&mut headers);
        let mut left: Vec<_> = headers.keys().map(HeaderName::as_str).collect();
        left.sort_unstable();
        assert_eq!(left, ["authorization", "x-version"]);
    }
}
