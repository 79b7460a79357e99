//! Keys and passwords.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// A key or a password, which no log and no error shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Box<str>);

impl Secret {
    /// What is to be kept.
    ///
    /// ```
    /// let secret = gateway::upstream::Secret::new("skey_test_1");
    /// assert_eq!(format!("{secret:?}"), "Secret(…)");
    /// ```
    #[must_use]
    pub fn new(text: impl Into<Box<str>>) -> Secret {
        Secret(text.into())
    }

    /// Whether it is a key of this kind.
    ///
    /// ```
    /// assert!(gateway::upstream::Secret::new("skey_test_1").begins_with("skey_"));
    /// ```
    #[must_use]
    pub fn begins_with(&self, prefix: &str) -> bool {
        self.0.starts_with(prefix)
    }

    /// Its SHA-256, by which a key that a client shows is known to be this one.
    #[must_use]
    pub fn sha256(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }

    /// The SHA-256 of a pair of keys of which this is the secret one.
    #[must_use]
    pub fn sha256_of_pair(&self, public: &str) -> [u8; 32] {
        Sha256::new()
            .chain_update(public)
            .chain_update(":")
            .chain_update(self.0.as_bytes())
            .finalize()
            .into()
    }

    /// What is kept: for the header that it belongs in.
    #[must_use]
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}
