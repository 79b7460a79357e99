//! What goes wrong below the traits, before it is known what was being done.

use rusqlite::ErrorCode;

use crate::StoreError;

/// Why a piece of work on the database stopped.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    /// SQLite refused or failed.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// A row does not read as what was written.
    #[error("a stored {what} cannot be read: {message}")]
    Corrupt {
        /// Which kind of row.
        what: &'static str,
        /// Why not.
        message: String,
    },
    /// What was asked cannot be written.
    #[error("{0}")]
    Refused(String),
}

/// What a piece of work on the database comes to.
pub(super) type Outcome<T> = Result<T, Fault>;

impl Fault {
    /// A row that does not read as what was written.
    pub(super) fn corrupt(what: &'static str, why: impl std::fmt::Display) -> Fault {
        Fault::Corrupt { what, message: why.to_string() }
    }

    /// For the one who asked.
    pub(super) fn while_doing(self, during: &'static str) -> StoreError {
        match self {
            Fault::Corrupt { what, message } => StoreError::Corrupt { what, message },
            other => StoreError::Database { during, message: other.to_string() },
        }
    }

    /// Whether the disk, rather than the request, is what failed. After that nothing
    /// tells what of the file is still true.
    pub(super) fn is_of_the_disk(&self) -> bool {
        let Fault::Sqlite(error) = self else { return false };
        matches!(
            error.sqlite_error_code(),
            Some(
                ErrorCode::SystemIoFailure
                    | ErrorCode::DiskFull
                    | ErrorCode::DatabaseCorrupt
                    | ErrorCode::NotADatabase
                    | ErrorCode::ReadOnly
                    | ErrorCode::CannotOpen
            )
        )
    }
}

/// Names what was being done when a database call failed.
pub(super) trait During<T> {
    /// The result, with the name of what was being done.
    fn during(self, during: &'static str) -> crate::Result<T>;
}

impl<T, F: Into<Fault>> During<T> for Result<T, F> {
    fn during(self, during: &'static str) -> crate::Result<T> {
        self.map_err(|fault| fault.into().while_doing(during))
    }
}
