//! Where data is kept.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;
use engine::{ClockId, LaneId};
use store::sqlite::SqliteStore;

/// The file inside a data folder.
const DATA_FILE: &str = "kalends.db";

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
