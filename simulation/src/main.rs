//! `kalends-simulation`: worlds from seeds.

mod campaign;
mod processor_time;

use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use simulation::{Fault, Options, Report, run};

use crate::campaign::Campaign;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Schedules of each world of a benchmark.
const BENCHMARK_SCHEDULES: i64 = 100;

/// Runs deterministic worlds around engine and runner, a virtual year each, and says what
/// went wrong.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Run the world of this seed again, and tell all that happens in it
    #[arg(long, conflicts_with_all = ["worlds", "from", "threads"])]
    seed: Option<u64>,
    /// Run so many worlds
    #[arg(long, default_value_t = 100)]
    worlds: u64,
    /// The seed of the first; each after it is one more. Drawn where none is named
    #[arg(long)]
    from: Option<u64>,
    /// On so many threads
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=256))]
    threads: u64,
    /// So many schedules in each world, in place of those that the seed draws
    #[arg(long, value_parser = clap::value_parser!(i64).range(1..=10_000))]
    schedules: Option<i64>,
    /// Measure: worlds of 100 schedules, unless --schedules says otherwise
    #[arg(long, conflicts_with = "seed")]
    benchmark: bool,
    /// Plant a bug
    #[arg(long, value_enum)]
    planted: Option<Fault>,
    /// Hold SQLite against the model, in worlds of one node
    #[arg(long)]
    with_sqlite: bool,
    /// With --seed: say only how it ended
    #[arg(long)]
    quiet: bool,
}

fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let schedules = arguments.schedules.or(arguments.benchmark.then_some(BENCHMARK_SCHEDULES));
    let options = Options {
        planted: arguments.planted,
        traced: false,
        with_sqlite: arguments.with_sqlite,
        schedules,
    };
    let is_well = if let Some(seed) = arguments.seed {
        replay(seed, Options { traced: !arguments.quiet, ..options })
    } else {
        let drawn = || getrandom::u64().map_err(|error| anyhow::anyhow!("{error}"));
        let first = arguments.from.map_or_else(drawn, Ok).context("drawing a seed")?;
        let Arguments { worlds, threads, .. } = arguments;
        Campaign { first, worlds, threads, options }.run()
    };
    Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn replay(seed: u64, options: Options) -> bool {
    let report = run(seed, &options);
    for line in &report.trace {
        println!("{line}");
    }
    tell(&report);
    report.violation.is_none()
}

/// Says how a world ended.
fn tell(report: &Report) {
    println!("seed {}: {:?}", report.seed, report.scenario);
    println!(
        "{} virtual days, {} payments, {} occurrences, {} happenings, digest {:016x}",
        report.days, report.payments, report.occurrences, report.happenings, report.digest
    );
    match &report.violation {
        Some(violation) => println!("VIOLATION: {violation}"),
        None => println!("all is well"),
    }
}
