//! The [`NameStore`] trait: what upstreams call the things that are theirs.

use async_trait::async_trait;
use engine::AccountId;

use crate::Result;
use crate::record::{RecordKey, RecordKind};

/// The greatest key of a foreign thing. Things that a seed named have keys below zero too,
/// and no seed names this many.
pub const FOREIGN_KEY_MAX: i64 = -(1 << 40);

/// Whether a key stands for something of an upstream's, which has no record here.
///
/// ```
/// assert!(store::is_foreign(store::FOREIGN_KEY_MAX));
/// assert!(!store::is_foreign(-1));
/// ```
#[must_use]
pub const fn is_foreign(key: i64) -> bool {
    key <= FOREIGN_KEY_MAX
}

/// What an upstream calls something.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct ForeignName {
    /// On whose account with it.
    pub account: AccountId,
    /// Which kind of thing it is.
    pub kind: RecordKind,
    /// The upstream's own text, whatever it is.
    pub text: Box<str>,
}

/// Keys for what has a text elsewhere. Inside, everything is known by an integer; what an
/// upstream made is known by one that stands for its text, for good.
#[async_trait]
pub trait NameStore: Send + Sync + 'static {
    /// The key of each name, in the order asked: the one that it has, or a fresh one, all
    /// in one commit.
    async fn intern(&self, names: Vec<ForeignName>) -> Result<Vec<i64>>;
    /// The texts that keys stand for, in the order asked; `None` for each that stands for none.
    async fn names(&self, keys: Vec<RecordKey>) -> Result<Vec<Option<Box<str>>>>;
}
