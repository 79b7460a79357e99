//! Where data is kept.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Args;
use engine::{ClockId, LaneId};
use store::postgres::{self, PostgresStore};
use store::sqlite::SqliteStore;
use store::{Data, StoreError};

use crate::configuration::Configuration;
use crate::location::{Access, Location};

/// How long a database that is away is left alone before it is asked again, at first and at
/// most.
const DATABASE_PAUSE: Duration = Duration::from_secs(1);
const DATABASE_PAUSE_MAX: Duration = Duration::from_secs(15);

/// The file inside a data folder.
const DATA_FILE: &str = "kalends.db";

/// Opens the data of a server: a database where one is named, else a file. A database that is
/// away is waited for, with a word in the log now and then.
pub(crate) async fn open_of(configuration: &Configuration) -> anyhow::Result<Arc<dyn Data>> {
    let Some(settings) = configuration.store.database()? else {
        return Ok(open(&configuration.data)?);
    };
    let mut pause = DATABASE_PAUSE;
    loop {
        match PostgresStore::open(&settings).await {
            Ok(store) => return Ok(store),
            Err(error @ StoreError::Unreachable { .. }) => {
                tracing::warn!(%error, pause_seconds = pause.as_secs(), "the database is waited for");
            }
            Err(error) => return Err(error).context("cannot open the database of store.url"),
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(DATABASE_PAUSE_MAX);
    }
}

/// The clock of a lane: its own, under the same number.
pub(crate) const fn clock_of(lane: LaneId) -> ClockId {
    ClockId(lane.0)
}

/// Which data, for a command that works on what is there.
#[derive(Args)]
pub(crate) struct DataArgument {
    /// Where data is kept: a file, a folder, or the URL of a PostgreSQL database
    #[arg(
        long, default_value = "kalends-data", env = "KALENDS_DATA", hide_env_values = true,
        value_parser = Location::parser()
    )]
    data: Location,
    /// The database's password, in a file
    #[arg(long, value_name = "FILE", conflicts_with = "password_variable")]
    password_file: Option<PathBuf>,
    /// The database's password, in a variable of the environment
    #[arg(long, value_name = "NAME")]
    password_variable: Option<String>,
    /// Who vouches for the database's certificate, in PEM; Mozilla's list if left out
    #[arg(long, value_name = "FILE")]
    authorities_file: Option<PathBuf>,
}

/// Data that are there.
pub(crate) enum Existing {
    /// In this file.
    File(PathBuf),
    /// In this database.
    Database(Box<postgres::Settings>),
}

impl std::fmt::Display for Existing {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Existing::File(file) => file.display().fmt(formatter),
            // It was read before.
            Existing::Database(settings) => {
                formatter.write_str(&settings.place().unwrap_or_default())
            }
        }
    }
}

impl DataArgument {
    /// The data's file.
    ///
    /// # Errors
    /// Where they are in a database.
    pub(crate) fn file(&self) -> anyhow::Result<PathBuf> {
        match &self.data {
            Location::Path(path) => Ok(file(path)),
            Location::Database(_) => bail!(
                "this works on files; PostgreSQL has its own backups, and \
                 docs/high-availability.md says how to go on from one"
            ),
        }
    }

    /// The data, which are there; of a database that is found out when it is asked.
    pub(crate) fn existing(&self) -> anyhow::Result<Existing> {
        match &self.data {
            Location::Path(path) => {
                let file = file(path);
                std::fs::metadata(&file)
                    .with_context(|| format!("no data at {}", file.display()))?;
                Ok(Existing::File(file))
            }
            Location::Database(url) => {
                let access = Access::new(
                    self.password_file.as_ref(),
                    self.password_variable.as_ref(),
                    self.authorities_file.as_ref(),
                );
                Ok(Existing::Database(Box::new(Location::settings(url, &access)?)))
            }
        }
    }

    /// Opens data that are there.
    pub(crate) async fn open_existing(&self) -> anyhow::Result<Arc<dyn Data>> {
        let existing = self.existing()?;
        let cannot = || format!("cannot open {existing}");
        Ok(match &existing {
            Existing::File(file) => SqliteStore::open(file).with_context(cannot)?,
            Existing::Database(settings) => {
                // A database without data is not made one that has some.
                postgres::census(settings).await.with_context(cannot)?;
                PostgresStore::open(settings).await.with_context(cannot)?
            }
        })
    }
}

/// Opens data, or makes it where there is none. `:memory:` is kept nowhere.
pub(crate) fn open(data: &Path) -> anyhow::Result<Arc<SqliteStore>> {
    if data == Path::new(":memory:") {
        return Ok(SqliteStore::in_memory()?);
    }
    let file = file(data);
    make_folder_of(&file)?;
    SqliteStore::open(&file).with_context(|| format!("cannot open {}", file.display()))
}

/// Makes the folder of data that is to be, if it names one of its own.
pub(crate) fn make_folder_of(file: &Path) -> anyhow::Result<()> {
    let Some(folder) = file.parent().filter(|_| file.ends_with(DATA_FILE)) else { return Ok(()) };
    if folder.as_os_str().is_empty() {
        return Ok(());
    }
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))
}

/// A path without an extension names a folder, unless there is a file.
pub(crate) fn file(data: &Path) -> PathBuf {
    let is_folder = data.is_dir() || (!data.exists() && data.extension().is_none());
    if is_folder { data.join(DATA_FILE) } else { data.to_owned() }
}
