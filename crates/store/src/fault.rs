//! What goes wrong below the traits, before it is known what was being done.

use rusqlite::ErrorCode;

use crate::StoreError;

/// Why a piece of work on the database stopped.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// SQLite refused or failed.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// PostgreSQL refused or failed, or could not be reached.
    #[error("{}", in_words(.0))]
    Postgres(#[from] tokio_postgres::Error),
    /// No connection to the database was to be had in time.
    #[error("the database cannot be reached: {0}")]
    Unreachable(String),
    /// A statement got no answer within the time that it has, and nothing of its transaction
    /// was committed.
    #[error("the database does not answer: {0}")]
    NoAnswer(String),
    /// A commit got no answer.
    #[error("the commit got no answer: {0}")]
    Unknown(String),
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
    /// The data run elsewhere, or are not whole yet.
    #[error("{0}")]
    Elsewhere(String),
}

/// What a piece of work on the database comes to.
pub(crate) type Outcome<T> = Result<T, Fault>;

impl Fault {
    /// A row that does not read as what was written.
    pub(crate) fn corrupt(what: &'static str, why: impl std::fmt::Display) -> Fault {
        Fault::Corrupt { what, message: why.to_string() }
    }

    /// For the one who asked.
    pub(crate) fn while_doing(self, during: &'static str) -> StoreError {
        match self {
            Fault::Corrupt { what, message } => StoreError::Corrupt { what, message },
            Fault::Unknown(message) => StoreError::Unknown { during, message },
            fault if fault.is_of_the_way() => {
                StoreError::Unreachable { during, message: fault.to_string() }
            }
            Fault::Elsewhere(message) => StoreError::Elsewhere { message },
            other => StoreError::Database { during, message: other.to_string() },
        }
    }

    /// Whether the same transaction, of which nothing was written, may go well if it is made
    /// again: others or the connection were in its way.
    pub(crate) fn may_pass(&self) -> bool {
        match self {
            Fault::Postgres(error) => match error.code() {
                // A conflict, a deadlock, a key that somebody else took meanwhile; or the
                // database is being stopped or started, or has become a standby.
                Some(code) => matches!(
                    code.code(),
                    "40001" | "40P01" | "23505" | "25006" | "57P01" | "57P02" | "57P03" | "53300"
                ),
                None => error.is_closed() || is_of_the_connection(error),
            },
            Fault::Unreachable(_) => true,
            // Whoever asked has waited long enough.
            Fault::NoAnswer(_)
            | Fault::Sqlite(_)
            | Fault::Corrupt { .. }
            | Fault::Refused(_)
            | Fault::Elsewhere(_)
            | Fault::Unknown(_) => false,
        }
    }

    /// Whether it is the way to the database that failed, or that it is being stopped or
    /// started, rather than what was asked of it.
    fn is_of_the_way(&self) -> bool {
        match self {
            Fault::Unreachable(_) | Fault::NoAnswer(_) => true,
            Fault::Postgres(error) => match error.code() {
                Some(code) => {
                    matches!(code.code(), "57P01" | "57P02" | "57P03" | "53300" | "25006")
                }
                None => error.is_closed() || is_of_the_connection(error),
            },
            Fault::Sqlite(_)
            | Fault::Corrupt { .. }
            | Fault::Refused(_)
            | Fault::Elsewhere(_)
            | Fault::Unknown(_) => false,
        }
    }

    /// Whether the database takes no writes, as a standby does.
    pub(crate) fn is_of_a_standby(&self) -> bool {
        matches!(self, Fault::Postgres(error) if error.code().is_some_and(|it| it.code() == "25006"))
    }

    /// Whether the disk, rather than the request, is what failed. After that nothing
    /// tells what of the file is still true.
    pub(crate) fn is_of_the_disk(&self) -> bool {
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

fn is_of_the_connection(error: &tokio_postgres::Error) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        if error.is::<std::io::Error>() {
            return true;
        }
        source = error.source();
    }
    false
}

/// The database's own words, without the values that it may add to them.
fn in_words(error: &tokio_postgres::Error) -> String {
    if let Some(told) = error.as_db_error() {
        return format!("{} ({})", told.message(), told.code().code());
    }
    let causes = std::iter::successors(std::error::Error::source(error), |it| it.source());
    causes.fold(error.to_string(), |told, cause| format!("{told}: {cause}"))
}

/// Names what was being done when a database call failed.
pub(crate) trait During<T> {
    /// The result, with the name of what was being done.
    fn during(self, during: &'static str) -> crate::Result<T>;
}

impl<T, F: Into<Fault>> During<T> for Result<T, F> {
    fn during(self, during: &'static str) -> crate::Result<T> {
        self.map_err(|fault| fault.into().while_doing(during))
    }
}
