//! From which web pages a token may be used.
//!
//! A pair of keys may carry a list of domains (Moov's guide "API keys"). Then the tokens
//! given for it may be asked for, and used, only by requests whose `Origin` names one of
//! them, or whose `Referer` does where there is no `Origin`. `localhost` is never one.
//! Without a list, as in the sandbox, any will do, and none.

use http::HeaderMap;
use http::header::{ORIGIN, REFERER};
use store::Credential;

/// Whether the headers name one of the credential's domains, if it has any.
#[must_use]
pub fn is_allowed(credential: &Credential, headers: &HeaderMap) -> bool {
    if credential.domains.is_empty() {
        return true;
    }
    let named = headers.get(ORIGIN).or_else(|| headers.get(REFERER));
    let host = named.and_then(|value| value.to_str().ok()).and_then(host);
    host.is_some_and(|host| credential.domains.iter().any(|domain| **domain == *host))
}

/// The host name of a page's address, in lower case: of `https://shop.example:8443/cart`
/// it is `shop.example`. `None` for what is no such address, and for this machine.
#[must_use]
pub fn host(address: &str) -> Option<String> {
    let (scheme, rest) = address.split_once("://")?;
    let is_web = scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
    domain(rest.split(['/', '?', '#']).next().filter(|_| is_web)?)
}

/// A host name, in lower case and without its port.
#[must_use]
pub fn domain(authority: &str) -> Option<String> {
    let (host, port) = authority.split_once(':').unwrap_or((authority, "443"));
    let is_port = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    let is_host = host.contains('.') && host.bytes().all(is_plain);
    let host = host.to_ascii_lowercase();
    let is_this_machine = host.ends_with(".localhost") || host.starts_with("127.");
    (is_host && is_port && !is_this_machine).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::AccountId;
    use store::CredentialKind;

    fn credential(domains: &[&str]) -> Credential {
        Credential {
            sha256: [0; 32],
            account: AccountId(1),
            kind: CredentialKind::Secret,
            domains: domains.iter().copied().map(Box::from).collect(),
            expires_at: None,
        }
    }

    fn headers(given: &[(http::HeaderName, &str)]) -> HeaderMap {
        given.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
    }

    #[test]
    fn without_domains_any_origin_will_do_and_none() {
        let sandbox = credential(&[]);
        assert!(is_allowed(&sandbox, &headers(&[])));
        assert!(is_allowed(&sandbox, &headers(&[(ORIGIN, "http://localhost:3000")])));
    }

    #[test]
    fn with_domains_the_origin_must_name_one() {
        let shop = credential(&["shop.example", "till.example"]);
        let allowed = |origin| is_allowed(&shop, &headers(&[(ORIGIN, origin)]));
        assert!(allowed("https://shop.example"));
        assert!(allowed("https://TILL.example:8443"));
        for wrong in ["https://example", "https://www.shop.example", "null", "", "shop.example"] {
            assert!(!allowed(wrong), "{wrong}");
        }
        assert!(!is_allowed(&shop, &headers(&[])));
    }

    #[test]
    fn a_referer_will_do_where_there_is_no_origin_and_not_beside_one() {
        let shop = credential(&["shop.example"]);
        let referer = (REFERER, "https://shop.example/cart?item=1#top");
        assert!(is_allowed(&shop, &headers(std::slice::from_ref(&referer))));
        assert!(!is_allowed(&shop, &headers(&[(ORIGIN, "https://other.example"), referer])));
    }

    #[test]
    fn this_machine_is_no_domain_even_where_it_is_listed() {
        let local = credential(&["localhost", "127.0.0.1", "app.localhost"]);
        for origin in ["http://localhost", "http://127.0.0.1:3000", "https://app.localhost"] {
            assert!(!is_allowed(&local, &headers(&[(ORIGIN, origin)])), "{origin}");
        }
    }
}
