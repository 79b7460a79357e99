//! Keys and passwords.

use std::fmt;

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
