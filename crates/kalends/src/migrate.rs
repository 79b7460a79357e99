//! `kalends migrate`: move data to another database.

use std::io::IsTerminal as _;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use engine::Mode;
use indicatif::{ProgressBar, ProgressStyle};
use runner::{MachineTime, WallTime as _};
use store::relocation::{Lost, Moved, Place, Step, What, relocate};

use crate::data;
use crate::location::{Access, Location};

#[derive(Args)]
pub(crate) struct Arguments {
    /// Where the data are: a file, a folder, or the URL of a PostgreSQL database
    #[arg(long, value_name = "DATA", value_parser = Location::parser())]
    from: Location,
    /// Where they go
    #[arg(long, value_name = "DATA", value_parser = Location::parser())]
    to: Location,
    /// Move one account only, which is called so: its number, if it has no name
    #[arg(long, value_name = "NAME", requires = "mode")]
    account: Option<String>,
    /// The account's mode
    #[arg(long, requires = "account")]
    mode: Option<ModeArgument>,
    /// The place is lost that they had left for when a move broke off, and nothing runs there:
    /// copy them anew
    #[arg(long)]
    target_is_lost: bool,
    /// The password of the database that they are in, in a file
    #[arg(long, value_name = "FILE", conflicts_with = "from_password_variable")]
    from_password_file: Option<PathBuf>,
    /// The password of the database that they are in, in a variable of the environment
    #[arg(long, value_name = "NAME")]
    from_password_variable: Option<String>,
    /// The password of the database that they go to, in a file
    #[arg(long, value_name = "FILE", conflicts_with = "to_password_variable")]
    to_password_file: Option<PathBuf>,
    /// The password of the database that they go to, in a variable of the environment
    #[arg(long, value_name = "NAME")]
    to_password_variable: Option<String>,
    /// Who vouches for a database's certificate, in PEM; Mozilla's list if left out
    #[arg(long, value_name = "FILE")]
    authorities_file: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum ModeArgument {
    Test,
    Live,
}

/// Moves data that nobody works on.
pub(crate) async fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let from_access = Access::new(
        arguments.from_password_file.as_ref(),
        arguments.from_password_variable.as_ref(),
        arguments.authorities_file.as_ref(),
    );
    let to_access = Access::new(
        arguments.to_password_file.as_ref(),
        arguments.to_password_variable.as_ref(),
        arguments.authorities_file.as_ref(),
    );
    let from = place(&arguments.from, &from_access)?;
    let to = place(&arguments.to, &to_access)?;
    let what = match (&arguments.account, arguments.mode) {
        (Some(name), Some(mode)) => {
            let mode = match mode {
                ModeArgument::Test => Mode::Test,
                ModeArgument::Live => Mode::Live,
            };
            What::Account { name: name.clone(), mode }
        }
        _ => What::Everything,
    };
    if let Place::File(file) = &to {
        data::make_folder_of(file)?;
    }
    let lost = if arguments.target_is_lost { Lost::CopyAnew } else { Lost::Refuse };
    let mut progress = Progress::new();
    let now = MachineTime::new().now();
    let moved = relocate(&from, &to, &what, lost, now, &mut |step| progress.show(step)).await;
    progress.end();
    let moved = moved.with_context(|| format!("cannot move data from {from} to {to}"))?;
    tell(&moved, &from, &to);
    Ok(())
}

fn place(location: &Location, access: &Access) -> anyhow::Result<Place> {
    Ok(match location {
        Location::Path(path) if access.password.is_some() => anyhow::bail!(
            "{} is a file, which has no password; the URL of a database begins with postgres://",
            path.display()
        ),
        Location::Path(path) => Place::File(data::file(path)),
        Location::Database(url) => Place::Database(Box::new(Location::settings(url, access)?)),
    })
}

fn tell(moved: &Moved, from: &Place, to: &Place) {
    if moved.already {
        println!("All of it had been moved to {to} already.");
        return;
    }
    for (table, rows) in &moved.tables {
        println!("{rows:>12}  {table}");
    }
    for (lane, next_due) in &moved.next_due {
        let next = next_due.map_or_else(|| "nothing queued".to_owned(), |it| it.to_string());
        println!("lane {}: next due {next}", lane.0);
    }
    println!(
        "\nMoved from {from} to {to}, and compared. What was moved runs from there only; {from} \
         keeps its rows, and says where they went."
    );
}

/// A bar, where there is a terminal; else a line for each table.
struct Progress {
    bar: Option<ProgressBar>,
    said: &'static str,
}

impl Progress {
    fn new() -> Progress {
        let bar = std::io::stderr().is_terminal().then(|| ProgressBar::new(0));
        if let Some(bar) = &bar
            && let Ok(style) = ProgressStyle::with_template("{bar:40} {percent:>3} %  {msg}")
        {
            bar.set_style(style);
        }
        Progress { bar, said: "" }
    }

    fn show(&mut self, step: Step) {
        let (doing, rows, of) = match step {
            Step::Copied { table, rows, of } => (format!("copying {table}"), rows, of),
            Step::Compared { table, rows, of } => (format!("comparing {table}"), rows, of),
            Step::Examining => ("examining the copy".to_owned(), 1, 1),
            Step::Left => ("nothing runs from the source any more".to_owned(), 1, 1),
            Step::Arrived => ("the target is whole".to_owned(), 1, 1),
        };
        if let Some(bar) = &self.bar {
            bar.set_length(of);
            bar.set_position(rows);
            bar.set_message(doing);
            return;
        }
        let said = match step {
            Step::Copied { table, .. } | Step::Compared { table, .. } => table,
            Step::Examining | Step::Left | Step::Arrived => "",
        };
        if said.is_empty() || said != self.said {
            self.said = said;
            match said {
                "" => println!("{doing}"),
                _ => println!("{doing} ({rows} of {of} rows)"),
            }
        }
    }

    fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
