//! What is measured, by one command:
//!
//! ```text
//! cargo build --release && cargo run --release -p bench
//! ```
//!
//! Prints executions a second, the cost of a tick with nothing due, a year of ten
//! thousand monthly schedules, and creation requests a second over HTTP. Everything
//! is on disk, with `synchronous=FULL`, in a folder that is removed afterwards;
//! `--folder` chooses the disk. Several nodes on one PostgreSQL are measured by
//! `scripts/benchmark-nodes`.

mod creations;
mod executions;
mod nodes;
mod stopwatch;
mod tick;
mod world;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// Monthly schedules for which a whole year passes.
const SCHEDULES_OF_A_YEAR: u32 = 10_000;

#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    of: Option<Of>,
    /// Pending schedules
    #[arg(long, default_value_t = 1_000_000)]
    schedules: u32,
    /// Customers among whom they are spread, each with a card of its own
    #[arg(long, default_value_t = 1_000_000)]
    customers: u32,
    /// Creation requests sent over HTTP
    #[arg(long, default_value_t = 20_000)]
    requests: u32,
    /// Where the data is put; the system's temporary folder if left out
    #[arg(long)]
    folder: Option<PathBuf>,
    /// The server that is measured over HTTP
    #[arg(long, default_value = "target/release/kalends")]
    binary: PathBuf,
    /// Leave out what is measured over HTTP
    #[arg(long)]
    without_http: bool,
}

/// What else can be measured.
#[derive(Subcommand)]
enum Of {
    /// Several nodes on one PostgreSQL
    Nodes(nodes::Arguments),
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    if let Some(Of::Nodes(arguments)) = &arguments.of {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        return runtime.block_on(nodes::measure(arguments));
    }
    let folder = match &arguments.folder {
        Some(folder) => tempfile::tempdir_in(folder)?,
        None => tempfile::tempdir()?,
    };
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let world =
            world::World::build(folder.path(), arguments.schedules, arguments.customers).await?;
        tick::measure(&world).await?;
        executions::measure(&world).await?;
        world.close().await;
        let year = folder.path().join("year");
        std::fs::create_dir(&year)?;
        let world = world::World::build(&year, SCHEDULES_OF_A_YEAR, SCHEDULES_OF_A_YEAR).await?;
        executions::measure_a_year(&world).await?;
        world.close().await;
        if !arguments.without_http {
            creations::measure(&arguments.binary, folder.path(), arguments.requests).await?;
        }
        Ok(())
    })
}
