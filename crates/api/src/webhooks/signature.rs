//! Signatures of letters, as each dialect's receivers verify them.

use std::fmt::Write as _;

use gateway::SigningSecret;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Sha256, Sha512};

/// Omise's: HMAC-SHA256 over timestamp, a dot, and the body, in hexadecimal; one for each
/// secret that is accepted, newest first, with commas between.
pub(super) fn omise<'a>(
    keys: impl Iterator<Item = &'a [u8]>,
    timestamp: i64,
    body: &[u8],
) -> String {
    let timestamp = format!("{timestamp}.");
    let signed = keys.map(|key| keyed::<Hmac<Sha256>>(key, &[timestamp.as_bytes(), body]));
    signed.collect::<Vec<_>>().join(",")
}

/// Moov's: HMAC-SHA512 over timestamp, nonce and the webhook's id, in hexadecimal. The body
/// is not signed, and there is one signature alone.
pub(super) fn moov(key: &[u8], timestamp: &str, nonce: &str, id: &str) -> String {
    keyed::<Hmac<Sha512>>(key, &[format!("{timestamp}|{nonce}|{id}").as_bytes()])
}

/// Standard Webhooks': one for each secret that is accepted, newest first, with spaces
/// between.
pub(super) fn native<'a>(
    keys: impl Iterator<Item = &'a [u8]>,
    id: &str,
    timestamp: i64,
    body: &[u8],
) -> String {
    let secrets = keys.filter_map(SigningSecret::of);
    secrets.map(|secret| secret.sign(id, timestamp, body)).collect::<Vec<_>>().join(" ")
}

fn keyed<M: Mac + KeyInit>(key: &[u8], parts: &[&[u8]]) -> String {
    // Any length will do, so it is never refused.
    let Ok(mut hmac) = <M as KeyInit>::new_from_slice(key) else { return String::new() };
    for part in parts {
        hmac.update(part);
    }
    hexadecimal(&hmac.finalize().into_bytes())
}

/// Two digits for each byte, in lower case.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}"); // writing into a string cannot fail
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector of moov-go's `pkg/mhooks`.
    #[test]
    fn moovs_own_example_is_signed_as_it_is_there() {
        let signature = moov(
            b"my-webhook-signing-secret",
            "2024-04-26T21:20:55Z",
            "LwxF1Uk7QOeDq2nzB3theslHbtAo7y3uuncB1PoijwCZZaRZsd8DOtffBT7p",
            "dff0a709-f982-4475-81e8-214b435c74ab",
        );
        assert_eq!(
            signature,
            "6231d03752de6963087e6aea1c78a27a0617b6df1c071195f30ed85defe34e02fd0bf3995949fe12dafd747c42de9cfae03b8aafcf69cceba5495f4c7b719d82"
        );
    }

    /// RFC 4231, test cases 1 and 2: what HMAC-SHA256 makes of a key and a text.
    #[test]
    fn hmac_is_as_rfc_4231_has_it() {
        assert_eq!(
            keyed::<Hmac<Sha256>>(&[0x0b; 20], &[b"Hi There"]),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        );
        assert_eq!(
            keyed::<Hmac<Sha256>>(b"Jefe", &[b"what do ya want ", b"for nothing?"]),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn omise_gets_a_signature_for_each_secret() {
        let both = omise([&b"one"[..], b"two"].into_iter(), 1_700_000_000, b"{}");
        let alone = |key: &'static [u8]| omise([key].into_iter(), 1_700_000_000, b"{}");
        assert_eq!(both, format!("{},{}", alone(b"one"), alone(b"two")));
        assert_eq!(alone(b"one"), keyed::<Hmac<Sha256>>(b"one", &[b"1700000000.{}"]));
    }

    #[test]
    fn ours_are_those_of_standard_webhooks() {
        let key = base64::Engine::decode(
            &base64::prelude::BASE64_STANDARD,
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        );
        let key = key.unwrap();
        let keys = [&key[..], &key].into_iter();
        let body = br#"{"test": 2432232314}"#;
        let signature = native(keys, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body);
        let one = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(signature, format!("{one} {one}"));
    }
}
