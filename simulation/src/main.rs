//! `kalends-simulation`: worlds from seeds.

use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use runner::{MachineTime, WallTime};
use simulation::{Fault, Options, Report, run};

/// Runs deterministic worlds around engine and runner, and says what went wrong.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Run the world of this seed again, and tell all that happens in it
    #[arg(long, conflicts_with = "worlds")]
    seed: Option<u64>,
    /// Run so many worlds from fresh seeds
    #[arg(long, default_value_t = 100)]
    worlds: u64,
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
    let options =
        Options { planted: arguments.planted, traced: false, with_sqlite: arguments.with_sqlite };
    let failed = match arguments.seed {
        Some(seed) => replay(seed, Options { traced: !arguments.quiet, ..options }),
        None => run_many(arguments.worlds, options)?,
    };
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn replay(seed: u64, options: Options) -> bool {
    let report = run(seed, &options);
    for line in &report.trace {
        println!("{line}");
    }
    tell(&report);
    report.violation.is_some()
}

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

fn run_many(worlds: u64, options: Options) -> anyhow::Result<bool> {
    let first =
        getrandom::u64().map_err(|error| anyhow::anyhow!("{error}")).context("drawing a seed")?;
    let time = MachineTime::new();
    let (mut days, mut payments, mut occurrences) = (0, 0, 0);
    for number in 0..worlds {
        let report = run(first.wrapping_add(number), &options);
        days += report.days;
        payments += report.payments;
        occurrences += report.occurrences;
        if report.violation.is_some() {
            tell(&report);
            println!("to see it happen: cargo run -p simulation -- --seed {}", report.seed);
            return Ok(true);
        }
    }
    let seconds = time.elapsed().as_secs_f64();
    let years = f64::from(i32::try_from(days).unwrap_or(i32::MAX)) / 365.25;
    println!(
        "{worlds} worlds from seed {first}: {years:.1} virtual years, {payments} payments, \
         {occurrences} occurrences, nothing went wrong; {seconds:.1} s, {:.1} virtual years a second",
        years / seconds
    );
    Ok(false)
}
