//! `kalends doctor`: examine data, and say what is wrong with them.

use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use store::{AccountCensus, Check, postgres, sqlite};

use crate::accounts;
use crate::data::{DataArgument, Existing};

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    data: DataArgument,
}

/// Examines data, in use or not. Fails where anything is wrong.
pub(crate) async fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let data = arguments.data.existing()?;
    let checks = match &data {
        Existing::File(file) => sqlite::examine(file),
        Existing::Database(settings) => postgres::examine(settings).await,
    };
    let checks = checks.with_context(|| format!("cannot examine {data}"))?;
    for check in &checks {
        tell(check);
    }
    let wrong = checks.iter().filter(|check| !check.findings.is_empty()).count();
    if wrong == 0 {
        // What is here of accounts that left is sound, and yet nothing of it will run.
        for AccountCensus { account, went_to, .. } in &accounts::census(&data).await? {
            if let Some(place) = went_to {
                println!(
                    "gone   {} went to {place} and runs here no more",
                    accounts::name(account)
                );
            }
        }
        println!("\n{data} is sound.");
        return Ok(ExitCode::SUCCESS);
    }
    println!(
        "\nWhat must hold and does not: {wrong} of {count}. Keep a copy of {data} before anything \
         else; docs/operations.md says what to do.",
        count = checks.len(),
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
