//! Requests that carry an `Idempotency-Key`.

use engine::AccountId;

/// How long a request key is held whose request has not been answered, where other nodes have
/// the data open too: longer than any request takes.
pub const REQUEST_LEASE_SECONDS: i64 = 2 * 60;

/// A client's own key for one request.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct RequestKey {
    /// Whose key space.
    pub account: AccountId,
    /// The key, as sent.
    pub key: Box<str>,
}

/// What stands under a request key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RequestState {
    /// Nothing stood there; the caller now holds it and must finish or abandon it.
    /// Also where the one that held it died: what that one did carries the same
    /// key, so doing it again does nothing twice.
    Started,
    /// Another request holds it right now.
    Running,
    /// It was answered.
    Answered(StoredResponse),
    /// It was used for a different request.
    Mismatch,
}

/// An answer, to be given again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredResponse {
    /// HTTP status.
    pub status: u16,
    /// The body, as sent.
    pub body: Vec<u8>,
    /// The version it was rendered in.
    pub version: Box<str>,
}
