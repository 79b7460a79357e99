//! `kalends backup` and `kalends restore`.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use runner::{MachineTime, WallTime as _};
use store::sqlite;

use crate::data::{self, DataArgument};

#[derive(Args)]
pub(crate) struct BackupArguments {
    /// The file to make
    to: PathBuf,
    #[command(flatten)]
    data: DataArgument,
}

/// Takes a backup, of data in use or not.
pub(crate) fn back_up(arguments: &BackupArguments) -> anyhow::Result<()> {
    let BackupArguments { to, data } = arguments;
    let file = data.file()?;
    sqlite::back_up(&file, to).with_context(|| format!("cannot back up {}", file.display()))?;
    println!("{} is backed up as {}.", file.display(), to.display());
    Ok(())
}

#[derive(Args)]
pub(crate) struct RestoreArguments {
    /// The backup
    from: PathBuf,
    #[command(flatten)]
    data: DataArgument,
}

/// Makes data of a backup, in which nothing runs until it is resumed.
pub(crate) fn restore(arguments: &RestoreArguments) -> anyhow::Result<()> {
    let RestoreArguments { from, data } = arguments;
    let file = data.file()?;
    data::make_folder_of(&file)?;
    sqlite::restore(from, &file, MachineTime::new().now())
        .with_context(|| format!("cannot restore {}", from.display()))?;
    println!(
        "{from} is restored as {file}.
What was paid since it was taken is not in it, so nothing of it runs yet. Make sure that
the original runs no more; see what would run with

  kalends resume --data {file}",
        from = from.display(),
        file = file.display(),
    );
    Ok(())
}
