//! `kalends doctor`: examine data, and say what is wrong with them.

use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use store::sqlite::{self, Check};

use crate::data::DataArgument;

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    data: DataArgument,
}

/// Examines data, in use or not. Fails where anything is wrong.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let file = arguments.data.file();
    std::fs::metadata(&file).with_context(|| format!("no data at {}", file.display()))?;
    let checks =
        sqlite::examine(&file).with_context(|| format!("cannot examine {}", file.display()))?;
    for check in &checks {
        tell(check);
    }
    let wrong = checks.iter().filter(|check| !check.findings.is_empty()).count();
    if wrong == 0 {
        println!("\n{} is sound.", file.display());
        return Ok(ExitCode::SUCCESS);
    }
    println!(
        "\nWhat must hold and does not: {wrong} of {count}. Keep a copy of {file} before anything \
         else; docs/operations.md says what to do.",
        count = checks.len(),
        file = file.display(),
    );
    Ok(ExitCode::FAILURE)
}

fn tell(Check { what, findings }: &Check) {
    let verdict = if findings.is_empty() { "ok" } else { "WRONG" };
    println!("{verdict:<5}  {what}");
    for finding in findings {
        println!("         {finding}");
    }
}
