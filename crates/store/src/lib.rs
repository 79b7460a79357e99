//! What must survive a crash.
//!
//! [`Store`] is written in the engine's words, [`BankStore`] in the bank's, and
//! [`NameStore`] keeps what upstreams call their things, and [`WebhookStore`] what is to be
//! told to whom; none speaks SQL. All take
//! batches, and one is a batch of one. An implementation is right when it passes
//! [`conformance`].
//!
//! - [`sqlite`] is the embedded one: one file, one writer, group commit.
//! - [`postgres`] is for several nodes: one database, which all of them write.
//! - [`model`] keeps everything in memory, for tests and for the simulation.

mod audit;
mod bank_store;
mod census;
mod check;
mod columns;
pub mod conformance;
pub mod event;
mod fault;
pub mod grant;
pub mod history;
mod key;
pub mod model;
mod name_store;
pub mod page;
mod peers;
pub mod postgres;
mod pulse;
pub mod record;
pub mod relocation;
pub mod request;
mod scope;
pub mod sqlite;
mod store;
pub mod webhook;

pub use audit::{AuditEntry, Deed};
pub use bank_store::{Agenda, BankStore, Changes, CommitError, Posting, RecordWrite};
pub use census::AccountCensus;
pub use check::Check;
pub use event::{Event, EventId, EventKind, NewEvent};
pub use grant::{Grant, GrantKind};
pub use key::{Key, KeyOrigin};
pub use name_store::{FOREIGN_KEY_MAX, ForeignName, NameStore, is_foreign};
pub use page::{Order, Page, PageQuery};
pub use peers::{ClockMove, ClockMoved, Peers};
pub use pulse::{Beat, Pulse, Resumption};
pub use record::{Record, RecordKey, RecordKind, RecordQuery};
pub use request::{REQUEST_LEASE_SECONDS, RequestKey, RequestState, StoredResponse};
pub use scope::{Area, Reach, Scope, Scopes};
pub use store::{
    ACCOUNT_NAME, Claim, ClockMode, ClockState, Credential, CredentialKind, Deletion, EditWritten,
    Found, Frozen, NewSchedule, ScheduleQuery, ScheduleSearch, Settled, SlotRecord, Store,
    past_slots,
};
pub use webhook::WebhookStore;

/// Everything that is kept, by whoever keeps it all: a server's data.
pub trait Data: Store + BankStore + NameStore + WebhookStore {}

impl<S: Store + BankStore + NameStore + WebhookStore> Data for S {}

/// Why a store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused or failed. Nothing of the call was written, unless what
    /// failed was the commit itself on its way to the disk: then it is not known, and
    /// whoever asked must look before it asks again.
    #[error("the database failed while {during}: {message}")]
    Database {
        /// What was being done.
        during: &'static str,
        /// The database's own words.
        message: String,
    },
    /// The database cannot be reached, or does not answer. Nothing of the call was written; it
    /// may be asked again.
    #[error("the database is away, {during}: {message}")]
    Unreachable {
        /// What was being done.
        during: &'static str,
        /// How that shows.
        message: String,
    },
    /// The database was asked to commit and did not answer: whether anything of the call was
    /// written is not known, and whoever asked must look before it asks again.
    #[error("it is not known whether it was written, {during}: {message}")]
    Unknown {
        /// What was being done.
        during: &'static str,
        /// What became of the connection.
        message: String,
    },
    /// A row does not read as what was written.
    #[error("a stored {what} cannot be read: {message}")]
    Corrupt {
        /// Which kind of row.
        what: &'static str,
        /// Why not.
        message: String,
    },
    /// Another process has the data open.
    #[error("{path} is in use by another process; stop it, or start with another --data")]
    InUse {
        /// The data's path.
        path: String,
    },
    /// The data's file has several names, and its log goes by one of them.
    #[error(
        "{path} has {names} names (hard links), and what is committed under one is missing under the other; leave it one name, or copy it while it is not in use"
    )]
    HardLinked {
        /// The data's path.
        path: String,
        /// How many names it has.
        names: u64,
    },
    /// A file that is to be made is there already.
    #[error("{path} exists, and is not written over; name another, or move it away")]
    Exists {
        /// The file.
        path: String,
    },
    /// The data, or what was asked of them, was moved to another database, or is not whole yet.
    #[error("{message}")]
    Elsewhere {
        /// Where it is, and what can be done.
        message: String,
    },
    /// Data cannot be moved, and nothing was.
    #[error("{message}")]
    NotMoved {
        /// Why not.
        message: String,
    },
    /// The data was written by a newer version of Kalends.
    #[error(
        "the data was written by a newer version of Kalends (schema {found}; this one knows {known})"
    )]
    TooNew {
        /// Its schema version.
        found: u32,
        /// The newest that this binary knows.
        known: u32,
    },
    /// The store has been shut down.
    #[error("the store has stopped")]
    Stopped,
}

/// What a store answers.
pub type Result<T> = std::result::Result<T, StoreError>;
