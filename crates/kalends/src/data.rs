//! Where data is kept.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use engine::{ClockId, LaneId};
use store::postgres::PostgresStore;
use store::sqlite::SqliteStore;
use store::{Data, StoreError};

use crate::configuration::Configuration;

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
    /// Where data is kept: a file or a folder
    #[arg(long, default_value = "kalends-data", env = "KALENDS_DATA")]
    data: PathBuf,
}

impl DataArgument {
    /// The data's file.
    pub(crate) fn file(&self) -> PathBuf {
        file(&self.data)
    }

    /// Opens data that is there.
    pub(crate) fn open_existing(&self) -> anyhow::Result<Arc<SqliteStore>> {
        let file = self.file();
        std::fs::metadata(&file).with_context(|| format!("no data at {}", file.display()))?;
        SqliteStore::open(&file).with_context(|| format!("cannot open {}", file.display()))
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
fn file(data: &Path) -> PathBuf {
    let is_folder = data.is_dir() || (!data.exists() && data.extension().is_none());
    if is_folder { data.join(DATA_FILE) } else { data.to_owned() }
}
