//! Secrets: drawn here, shown once, and stored as the key that is signed with.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::Dialect;
use super::signature::hexadecimal;

/// Random bytes in a secret.
const BYTES: usize = 32;

/// A fresh secret.
pub(crate) struct Secret {
    /// The key that is signed with.
    pub(crate) key: Vec<u8>,
    /// As whoever verifies is to enter it.
    pub(crate) shown: String,
}

impl Secret {
    /// Draws one, in the form that a dialect's endpoints know: Omise's is base64 of its key,
    /// Moov's is its key as it stands, and ours is as Standard Webhooks has it.
    pub(crate) fn draw(dialect: Dialect) -> Result<Secret, getrandom::Error> {
        let mut bytes = [0; BYTES];
        getrandom::fill(&mut bytes)?;
        Ok(match dialect {
            Dialect::Omise => Secret { key: bytes.to_vec(), shown: BASE64_STANDARD.encode(bytes) },
            Dialect::Moov => {
                let shown = hexadecimal(&bytes);
                Secret { key: shown.clone().into_bytes(), shown }
            }
            Dialect::Native => Secret {
                key: bytes.to_vec(),
                shown: format!("whsec_{}", BASE64_STANDARD.encode(bytes)),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_shown_as_its_dialect_enters_it() {
        let omise = Secret::draw(Dialect::Omise).unwrap();
        assert_eq!(BASE64_STANDARD.decode(&omise.shown).unwrap(), omise.key);
        let moov = Secret::draw(Dialect::Moov).unwrap();
        assert_eq!(moov.shown.as_bytes(), moov.key);
        let native = Secret::draw(Dialect::Native).unwrap();
        let encoded = native.shown.strip_prefix("whsec_").unwrap();
        assert_eq!(BASE64_STANDARD.decode(encoded).unwrap(), native.key);
        assert_ne!(Secret::draw(Dialect::Native).unwrap().key, native.key);
    }
}
