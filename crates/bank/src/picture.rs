//! Images of what a party sells.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use engine::{AccountId, Instant, PartyId};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::fingerprint;

/// What is known of an image.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Image {
    /// Its key.
    pub key: i64,
    /// Under which tenant.
    pub account: AccountId,
    /// Whose.
    pub party: PartyId,
    /// When it was uploaded.
    pub created_at: Instant,
    /// When it was last changed.
    pub updated_at: Instant,
    /// Counts its changes.
    pub version: u32,
    /// What it shows, in words.
    pub alternative_text: Option<String>,
    /// Its media type, such as `image/png`.
    pub media_type: String,
    /// The same for the same file: SHA-256 in hexadecimal.
    pub digest: String,
    /// The key of the [`Picture`] with what it shows.
    pub picture: i64,
    /// When it was removed.
    pub removed_at: Option<Instant>,
}

/// What an image shows. It is a record of its own, so that lists of images stay small.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Picture {
    /// Its key, in one sequence with those of images.
    pub key: i64,
    /// Under which tenant.
    pub account: AccountId,
    /// Whose.
    pub party: PartyId,
    /// When it was uploaded.
    pub created_at: Instant,
    /// Counts its changes.
    pub version: u32,
    /// The file, in base64.
    base64: String,
}

impl Picture {
    /// A file, kept.
    #[must_use]
    pub fn new(key: i64, account: AccountId, party: PartyId, at: Instant, file: &[u8]) -> Picture {
        let base64 = STANDARD.encode(file);
        Picture { key, account, party, created_at: at, version: 0, base64 }
    }

    /// The file; empty where what is stored is none.
    #[must_use]
    pub fn file(&self) -> Vec<u8> {
        STANDARD.decode(&self.base64).unwrap_or_default()
    }
}

/// The same for the same file: SHA-256 in hexadecimal.
#[must_use]
pub fn digest(file: &[u8]) -> String {
    fingerprint::hexadecimal(&Sha256::digest(file))
}

/// The media type of an image file, told from its first bytes; `None` for what is
/// none that is taken.
#[must_use]
pub fn media_type(file: &[u8]) -> Option<&'static str> {
    let is_webp = || file.starts_with(b"RIFF") && file.get(8..12) == Some(b"WEBP");
    if file.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some("image/png")
    } else if file.starts_with(b"\xff\xd8\xff") {
        Some("image/jpeg")
    } else if is_webp() {
        Some("image/webp")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_first_bytes_say() {
        assert_eq!(media_type(b"\x89PNG\r\n\x1a\n...."), Some("image/png"));
        assert_eq!(media_type(b"\xff\xd8\xff\xe0...."), Some("image/jpeg"));
        assert_eq!(media_type(b"GIF89a"), None);
        assert_eq!(media_type(b"RIFF\0\0\0\0WEBPVP8 "), Some("image/webp"));
        assert_eq!(media_type(b"RIFF\0\0\0\0WAVE"), None);
        assert_eq!(media_type(b"<svg/>"), None);
        assert_eq!(media_type(b""), None);
    }
}
