//! Tokens that the holder of a credential was given in its place.

use engine::Instant;

/// A token, for a while and for some purposes. The token itself is stored nowhere.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Grant {
    /// SHA-256 of the token.
    pub sha256: [u8; 32],
    /// What it is for.
    pub kind: GrantKind,
    /// The credential in whose place it stands, by its hash.
    pub credential: [u8; 32],
    /// The same for all that came of one grant: the first refresh token's hash.
    pub family: [u8; 32],
    /// What its bearer may do, in the dialect's own words.
    pub scopes: Box<str>,
    /// Whether it may be used from the credential's domains alone.
    pub bound: bool,
    /// From when on it is worth nothing, by the wall clock.
    pub expires_at: Instant,
}

/// What a token is for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum GrantKind {
    /// Asking in place of the credential.
    Access,
    /// Getting the next pair of tokens, once.
    Refresh,
}
