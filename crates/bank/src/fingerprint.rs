//! Fingerprints of numbers that are not kept.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// The same for the same digits under the same secret: 32 bytes in hexadecimal. Who does
/// not know the secret cannot try the few numbers that share first and last digits.
pub(crate) fn keyed(domain: &[u8], secret: &[u8], digits: &str) -> String {
    let length = u64::try_from(secret.len()).unwrap_or(u64::MAX).to_le_bytes();
    let hash = Sha256::new()
        .chain_update(domain)
        .chain_update(length)
        .chain_update(secret)
        .chain_update(digits)
        .finalize();
    hexadecimal(&hash)
}

/// Bytes, written out.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_depends_on_digits_and_secret_and_domain() {
        let print = keyed(b"a", b"secret", "123");
        assert_eq!(print.len(), 64);
        assert_eq!(print, keyed(b"a", b"secret", "123"));
        for other in [keyed(b"a", b"secret", "124"), keyed(b"a", b"other", "123")] {
            assert_ne!(print, other);
        }
        assert_ne!(print, keyed(b"b", b"secret", "123"));
        assert_ne!(keyed(b"", b"secret1", "23"), keyed(b"", b"secret", "123"));
    }
}
