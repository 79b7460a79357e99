//! Signatures as Standard Webhooks has them (<https://www.standardwebhooks.com>,
//! specification of 2023, "symmetric"): HMAC-SHA256 over id, timestamp and body.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::upstream::SetupError;

/// What a secret may begin with, so that people know one when they see it.
const PREFIX: &str = "whsec_";
/// Bytes that a secret has at least and at most, as the specification asks.
const BYTES_MIN: usize = 24;
const BYTES_MAX: usize = 64;

/// What requests are signed with; never shown.
#[derive(Clone)]
pub struct SigningSecret(Hmac<Sha256>);

impl SigningSecret {
    /// Reads base64 of 24 to 64 random bytes, with or without `whsec_` before it.
    ///
    /// ```
    /// use gateway::http::SigningSecret;
    /// assert!(SigningSecret::read("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n").is_ok());
    /// assert!(SigningSecret::read("hunter2").is_err());
    /// ```
    pub fn read(text: &str) -> Result<SigningSecret, SetupError> {
        const SHAPE: SetupError = SetupError::Secret(
            "it must be base64 of 24 to 64 random bytes, such as `openssl rand -base64 32` makes",
        );
        let text = text.trim();
        let text = text.strip_prefix(PREFIX).unwrap_or(text);
        let bytes = BASE64_STANDARD.decode(text).map_err(|_| SHAPE)?;
        if !(BYTES_MIN..=BYTES_MAX).contains(&bytes.len()) {
            return Err(SHAPE);
        }
        SigningSecret::of(&bytes).ok_or(SHAPE)
    }

    /// The secret of these bytes; `None` where nothing can be signed with them.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<SigningSecret> {
        Hmac::new_from_slice(bytes).map(SigningSecret).ok()
    }

    /// The signature of a message: `v1,` and base64.
    #[must_use]
    pub fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let mut hmac = self.0.clone();
        hmac.update(format!("{id}.{timestamp}.").as_bytes());
        hmac.update(body);
        format!("v1,{}", BASE64_STANDARD.encode(hmac.finalize().into_bytes()))
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SigningSecret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_signed_as_in_the_specifications_own_example() {
        let secret = SigningSecret::read("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let (id, body) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", br#"{"test": 2432232314}"#);
        assert_eq!(
            secret.sign(id, 1_614_265_330, body),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    #[test]
    fn a_secret_that_is_too_short_or_no_base64_is_refused_and_none_is_shown() {
        for wrong in ["", "whsec_", "c2hvcnQ=", "not base64, however long it may be, at all"] {
            assert!(SigningSecret::read(wrong).is_err(), "{wrong}");
        }
        let secret = SigningSecret::read("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        assert_eq!(format!("{secret:?}"), "SigningSecret(…)");
    }
}
