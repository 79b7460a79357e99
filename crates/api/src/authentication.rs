//! Keys: HTTP Basic, the key as user name.

use std::collections::HashMap;
use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use sha2::{Digest, Sha256};
use store::{Credential, Store, StoreError};

/// Credentials that were looked up before. Keys are never kept, only their hashes.
#[derive(Default)]
pub(crate) struct Credentials {
    known: Mutex<HashMap<[u8; 32], Credential>>,
}

/// How many credentials are remembered; past it, all are forgotten and read anew.
const REMEMBERED_MAX: usize = 4_096;

impl Credentials {
    /// The credential a request shows; `None` where it shows none, or one that opens nothing.
    pub(crate) async fn of(
        &self,
        headers: &HeaderMap,
        store: &dyn Store,
    ) -> Result<Option<Credential>, StoreError> {
        let Some(sha256) = key_hash(headers) else { return Ok(None) };
        if let Some(credential) = self.remembered(&sha256) {
            return Ok(Some(credential));
        }
        let credential = store.credential(sha256).await?;
        if let Some(credential) = &credential {
            self.remember(credential.clone());
        }
        Ok(credential)
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

/// SHA-256 of the user name of an `Authorization: Basic` header.
fn key_hash(headers: &HeaderMap) -> Option<[u8; 32]> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = STANDARD.decode(encoded.trim()).ok()?;
    let key = decoded.split(|byte| *byte == b':').next()?;
    (!key.is_empty()).then(|| Sha256::digest(key).into())
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
    fn what_is_not_basic_shows_no_key() {
        for value in ["Bearer abc", "Basic", "Basic %%%", "Basic Og==", ""] {
            assert_eq!(key_hash(&headers(value)), None, "{value}");
        }
        assert_eq!(key_hash(&HeaderMap::new()), None);
    }
}
