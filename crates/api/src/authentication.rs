//! Keys: HTTP Basic, a key as user name, or a pair of keys as user name and password.
//!
//! What is stored and looked up is a key's SHA-256. No key is ever compared with
//! another, so how long a look-up takes tells nothing about any of them.

use std::collections::HashMap;
use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use engine::Instant;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use sha2::{Digest, Sha256};
use store::{Credential, Store, StoreError};

/// Credentials that were looked up before, where no other node can change them. Keys are
/// never kept, only their hashes.
#[derive(Default)]
pub(crate) struct Credentials {
    known: Mutex<HashMap<[u8; 32], Credential>>,
}

/// What keys begin with that are made here.
pub(crate) const MADE_HERE: &str = "kalends_";

/// How many credentials are remembered; past it, all are forgotten and read anew.
const REMEMBERED_MAX: usize = 4_096;

impl Credentials {
    /// The credential a request shows as user name; `None` where it shows none, or one
    /// that opens nothing.
    pub(crate) async fn of(
        &self,
        headers: &HeaderMap,
        store: &dyn Store,
        now: Instant,
    ) -> Result<Option<Credential>, StoreError> {
        match key_hash(headers) {
            Some(sha256) => self.opened_by(sha256, store, now).await,
            None => Ok(None),
        }
    }

    /// The credential whose pair of keys a request shows as user name and password.
    pub(crate) async fn of_pair(
        &self,
        headers: &HeaderMap,
        store: &dyn Store,
        now: Instant,
    ) -> Result<Option<Credential>, StoreError> {
        match pair_hash(headers) {
            Some(sha256) => self.opened_by(sha256, store, now).await,
            None => Ok(None),
        }
    }

    /// The credential with this hash, if it opens anything at `now`, by the wall clock.
    pub(crate) async fn opened_by(
        &self,
        sha256: [u8; 32],
        store: &dyn Store,
        now: Instant,
    ) -> Result<Option<Credential>, StoreError> {
        let is_open = |credential: &Credential| credential.opens_at(now);
        // Another node may have ended it meanwhile.
        let may_remember = store.peers().is_none();
        if may_remember && let Some(credential) = self.remembered(&sha256) {
            return Ok(Some(credential).filter(is_open));
        }
        let credential = store.credential(sha256).await?;
        if may_remember && let Some(credential) = &credential {
            self.remember(credential.clone());
        }
        Ok(credential.filter(is_open))
    }

    /// Has a credential read anew: it was changed.
    pub(crate) fn forget(&self, sha256: &[u8; 32]) {
        if let Ok(mut known) = self.known.lock() {
            known.remove(sha256);
        }
    }

    fn remembered(&self, sha256: &[u8; 32]) -> Option<Credential> {
        self.known.lock().ok()?.get(sha256).cloned()
    }

    fn remember(&self, credential: Credential) {
        if let Ok(mut known) = self.known.lock() {
            if known.len() >= REMEMBERED_MAX {
                known.clear();
            }
            known.insert(credential.sha256, credential);
        }
    }
}

/// Whether a request shows a key that was made here, which is nobody else's to see.
pub(crate) fn shows_key_made_here(headers: &HeaderMap) -> bool {
    basic(headers).is_some_and(|decoded| decoded.starts_with(MADE_HERE.as_bytes()))
}

/// SHA-256 of the user name of an `Authorization: Basic` header.
fn key_hash(headers: &HeaderMap) -> Option<[u8; 32]> {
    let decoded = basic(headers)?;
    let key = decoded.split(|byte| *byte == b':').next()?;
    (!key.is_empty()).then(|| Sha256::digest(key).into())
}

/// SHA-256 of `user:password` of an `Authorization: Basic` header that has both.
fn pair_hash(headers: &HeaderMap) -> Option<[u8; 32]> {
    let decoded = basic(headers)?;
    let colon = decoded.iter().position(|byte| *byte == b':')?;
    let has_both = colon > 0 && colon + 1 < decoded.len();
    has_both.then(|| Sha256::digest(&decoded).into())
}

fn basic(headers: &HeaderMap) -> Option<Vec<u8>> {
    let encoded = credentials_of(headers, "basic")?;
    STANDARD.decode(encoded).ok()
}

/// What an `Authorization` header says after its scheme, where that is `scheme`.
pub(crate) fn credentials_of<'a>(headers: &'a HeaderMap, scheme: &str) -> Option<&'a str> {
    let (named, credentials) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    named.eq_ignore_ascii_case(scheme).then(|| credentials.trim())
}

/// Reads an `Authorization` in every way, for the fuzzer.
///
/// # Panics
///
/// Where a pair of keys is read that has no first half.
#[cfg(any(test, fuzzing))]
#[allow(clippy::panic, reason = "that is how a fuzzer is told")]
pub(crate) fn exercise(headers: &HeaderMap) {
    let token = credentials_of(headers, "bearer");
    let (key, pair) = (key_hash(headers), pair_hash(headers));
    assert!(pair.is_none() || key.is_some(), "a pair of keys begins with a key");
    assert!(token.is_none() || key.is_none(), "a token is no key");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, value.parse().unwrap());
        headers
    }

    #[test]
    fn the_key_is_the_user_name_and_the_password_does_not_matter() {
        let expected: [u8; 32] = Sha256::digest("skey_test_sandbox").into();
        for user in ["skey_test_sandbox:", "skey_test_sandbox", "skey_test_sandbox:x"] {
            let header = format!("Basic {}", STANDARD.encode(user));
            assert_eq!(key_hash(&headers(&header)), Some(expected));
        }
        assert_eq!(key_hash(&headers("basic c2tleV90ZXN0X3NhbmRib3g6")), Some(expected));
    }

    #[test]
    fn a_pair_is_user_name_and_password_and_needs_both() {
        let expected: [u8; 32] = Sha256::digest("sandbox-public:sandbox-secret").into();
        let shown = |user: &str| pair_hash(&headers(&format!("Basic {}", STANDARD.encode(user))));
        assert_eq!(shown("sandbox-public:sandbox-secret"), Some(expected));
        for half in ["sandbox-public:", "sandbox-public", ":sandbox-secret", ":", ""] {
            assert_eq!(shown(half), None, "{half}");
        }
    }

    #[test]
    fn what_is_not_basic_shows_no_key() {
        for value in ["Bearer abc", "Basic", "Basic %%%", "Basic Og==", ""] {
            assert_eq!(key_hash(&headers(value)), None, "{value}");
        }
        assert_eq!(key_hash(&HeaderMap::new()), None);
    }
}
