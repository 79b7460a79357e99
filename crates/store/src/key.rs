//! Keys as people handle them: by a name, made, rolled and revoked.

use engine::Instant;

use crate::store::Credential;

/// A key that people handle. The key itself is stored nowhere.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Key {
    /// What it opens, and until when.
    pub credential: Credential,
    /// What it is called.
    pub name: Box<str>,
    /// Its last characters, by which whoever has it knows it.
    pub ending: Box<str>,
    /// Where it comes from.
    pub origin: KeyOrigin,
    /// Since when it is there, by the wall clock.
    pub created_at: Instant,
}

/// Where a key comes from.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum KeyOrigin {
    /// It was made here.
    Made,
    /// It is an upstream's own, named by the configuration.
    Configured,
}
