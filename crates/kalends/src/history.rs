//! `kalends history`: old occurrences leave the data for files, and are found there.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use api::history::PublicNames;
use clap::Args;
use engine::{Instant, Slot};
use jiff::civil::Date;
use runner::{MachineTime, WallTime as _};
use store::history::file::{self, Header, Line};
use store::history::{FileState, HistoryFile, Left, Move, finish, move_out};
use store::{ClockMode, Data, Store};

use crate::data::{DataArgument, clock_of};

/// Days that stay in the data at the least: webhooks may still be told of them.
const KEPT_DAYS_MIN: i64 = 31;
/// Occurrences in one file.
const OCCURRENCES_PER_FILE: u64 = 1_000_000;

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Move occurrences of slots before a date into files, and delete them from the data
    Move(MoveArguments),
    /// List the files into which occurrences were moved
    List(ListArguments),
    /// Find occurrences in files, by their own id, their schedule's or their payment's
    Find(FindArguments),
    /// Check that files hold what their first lines say
    Check(CheckArguments),
}

#[derive(Args)]
pub(crate) struct MoveArguments {
    /// The first date that stays, 31 days ago at the latest
    #[arg(long, value_name = "DATE")]
    before: Date,
    /// The folder for the files; it must be there
    #[arg(long, value_name = "FOLDER")]
    to: PathBuf,
    #[command(flatten)]
    data: DataArgument,
}

#[derive(Args)]
pub(crate) struct ListArguments {
    #[command(flatten)]
    data: DataArgument,
}

#[derive(Args)]
pub(crate) struct FindArguments {
    /// Ids as the APIs show them
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,
    /// Files, or folders of them
    #[arg(long = "in", required = true, num_args = 1.., value_name = "PATH")]
    paths: Vec<PathBuf>,
}

#[derive(Args)]
pub(crate) struct CheckArguments {
    /// Files, or folders of them
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
}

pub(crate) async fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Move(MoveArguments { before, to, data }) => {
            let store = open(&data).await?;
            let now = MachineTime::new().now();
            let moved = move_before(store.clone(), before, &to, now, &mut tell).await;
            store.stop().await;
            match moved? {
                0 => println!("Nothing of before {before} may be moved."),
                count => println!("\nMoved: {count}. What the data still need stays in them."),
            }
            Ok(ExitCode::SUCCESS)
        }
        Command::List(ListArguments { data }) => {
            let store = data.open_existing().await?;
            store.history_files().await?.iter().for_each(tell);
            Ok(ExitCode::SUCCESS)
        }
        Command::Find(FindArguments { ids, paths }) => find(&ids, &files(&paths)?),
        Command::Check(CheckArguments { paths }) => Ok(check(&files(&paths)?)),
    }
}

/// Opens data out of which history is to be moved.
async fn open(data: &DataArgument) -> anyhow::Result<Arc<dyn Data>> {
    let opened = data.open_existing().await;
    if data.file().is_err() {
        return opened; // a database has as many writers as one likes
    }
    opened.context(
        "history leaves SQLite's data while no server works with them: they have one writer",
    )
}

fn tell(file: &HistoryFile) {
    let HistoryFile { name, occurrences, first, last, sha256, .. } = file;
    let sha256 = file::hex(sha256);
    let state = if file.state == FileState::Moved { "" } else { "  (not finished)" };
    println!("{name}  {} to {}  {occurrences:>9}  {sha256}{state}", first.date(), last.date());
}

/// Moves what may be moved of slots before a date, and what an earlier move has left to be
/// done first; each file is told of as it is finished. How many occurrences were moved.
pub(crate) async fn move_before(
    data: Arc<dyn Data>,
    before: Date,
    folder: &Path,
    now: Instant,
    tell: &mut dyn FnMut(&HistoryFile),
) -> anyhow::Result<u64> {
    let store: Arc<dyn Store> = data.clone();
    let store = store.as_ref();
    let latest = latest_before(store, now).await?;
    if before > latest {
        bail!(
            "--before {before} is too late: {KEPT_DAYS_MIN} days stay in the data, because webhooks \
             may still be told of them; {latest} is the latest date"
        );
    }
    let mut count = 0;
    if let Some(file) = finish(store, folder).await? {
        tell(&file);
        count += file.occurrences;
    }
    let naming = PublicNames::over(data.clone(), data.clone(), data).await?;
    loop {
        let wish = Move {
            store,
            naming: &naming,
            folder,
            before: Slot::of_date(before),
            now,
            per_file: OCCURRENCES_PER_FILE,
        };
        let (file, left) = move_out(&wish).await?;
        if let Some(file) = file {
            tell(&file);
            count += file.occurrences;
        }
        if left == Left::Nothing {
            return Ok(count);
        }
    }
}

/// The latest date before which something may be moved: by the clock of the world, and by
/// each that was moved by hand and is behind it.
async fn latest_before(store: &dyn Store, now: Instant) -> anyhow::Result<Date> {
    let mut earliest = now;
    for account in store.accounts().await? {
        if let ClockMode::Standing(at) = store.clock(clock_of(account.lane)).await?.mode {
            earliest = earliest.min(at);
        }
    }
    let kept = earliest.plus_seconds(-KEPT_DAYS_MIN * 86_400);
    Ok(engine::Zone::utc().date_at(kept))
}

/// History files among paths, those of folders by name.
fn files(paths: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let entries = std::fs::read_dir(path).with_context(|| path.display().to_string())?;
        let mut of_folder = Vec::new();
        for entry in entries {
            let name = entry?.file_name();
            let is_history = name
                .to_str()
                .and_then(|name| name.strip_prefix("history-")?.split_once('.'))
                .is_some_and(|(_, kind)| kind == "jsonl");
            if is_history {
                of_folder.push(path.join(name));
            }
        }
        of_folder.sort();
        files.extend(of_folder);
    }
    if files.is_empty() {
        bail!("there is no history file there");
    }
    Ok(files)
}

/// Prints the lines of what is found, and fails where an id is in none of the files.
fn find(ids: &[String], files: &[PathBuf]) -> anyhow::Result<ExitCode> {
    let mut missing: BTreeSet<&str> = ids.iter().map(String::as_str).collect();
    for path in files {
        let mut found: Vec<Line> = Vec::new();
        let sought = |id: &str| ids.iter().any(|sought| sought == id);
        file::read(path, |_, line| {
            let is_sought = sought(&line.id)
                || sought(&line.schedule)
                || line.payment.as_deref().is_some_and(sought);
            if is_sought {
                found.push(line);
            }
        })
        .with_context(|| path.display().to_string())?;
        for line in found {
            println!("{}", serde_json::to_string(&line)?);
            missing.remove(line.id.as_str());
            missing.remove(line.schedule.as_str());
            missing.remove(line.payment.as_deref().unwrap_or_default());
        }
    }
    if missing.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    let missing: Vec<&str> = missing.into_iter().collect();
    eprintln!("In none of these files: {}", missing.join(", "));
    Ok(ExitCode::FAILURE)
}

fn check(files: &[PathBuf]) -> ExitCode {
    let mut verdict = ExitCode::SUCCESS;
    for path in files {
        match file::read(path, |_, _| {}) {
            Ok(Header { occurrences, first_slot, last_slot, .. }) => {
                println!("ok     {}  {occurrences} of {first_slot} to {last_slot}", path.display());
            }
            Err(error) => {
                println!("WRONG  {}: {error}", path.display());
                verdict = ExitCode::FAILURE;
            }
        }
    }
    verdict
}
