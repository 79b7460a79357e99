//! `kalends`: the command line.

mod accounts;
mod backup;
mod clock;
mod configuration;
mod data;
mod doctor;
mod history;
mod keys;
mod local_names;
mod location;
mod logging;
mod migrate;
mod preview;
mod resume;
mod sandbox;
mod serve;
mod server;
mod server_client;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Runs scheduled charges and transfers on time, exactly once, and provably so.
#[derive(Parser)]
#[command(version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start a sandbox: nothing to configure, a built-in bank, a clock that can be moved
    Sandbox(sandbox::Arguments),
    /// Run schedules in production, in front of real accounts
    Serve(serve::Arguments),
    /// Check or print the configuration of `kalends serve`
    Config(configuration::Arguments),
    /// Show the dates that a rule falls on
    Preview(Box<preview::Arguments>),
    /// Show or move the clock of a running sandbox
    Clock(clock::Arguments),
    /// List the accounts of data, in use or not, and how they stand
    Accounts(accounts::Arguments),
    /// Make, list, roll and revoke the keys of an account of a running server
    Keys(keys::Arguments),
    /// Write all data, in use or not, to one file
    Backup(backup::BackupArguments),
    /// Make data of a backup; nothing of it runs until it is resumed
    Restore(backup::RestoreArguments),
    /// Move all data, or an account, to another database: SQLite's or PostgreSQL's
    Migrate(migrate::Arguments),
    /// Show what is due in data that is held, and let it run
    Resume(resume::Arguments),
    /// Examine data, in use or not, and say what is wrong with them
    Doctor(doctor::Arguments),
    /// Move old occurrences out of the data into files, and find them there
    #[command(subcommand)]
    History(history::Command),
}

fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match arguments.command {
        Command::Sandbox(arguments) => runtime.block_on(sandbox::run(arguments)),
        Command::Serve(arguments) => runtime.block_on(serve::run(&arguments)),
        Command::Config(arguments) => configuration::run(&arguments),
        Command::Preview(arguments) => preview::run(&arguments),
        Command::Clock(arguments) => runtime.block_on(clock::run(arguments)),
        Command::Accounts(arguments) => runtime.block_on(accounts::run(&arguments)),
        Command::Keys(arguments) => runtime.block_on(keys::run(arguments)),
        Command::Backup(arguments) => backup::back_up(&arguments),
        Command::Restore(arguments) => backup::restore(&arguments),
        Command::Migrate(arguments) => runtime.block_on(migrate::run(&arguments)),
        Command::Resume(arguments) => runtime.block_on(resume::run(arguments)),
        Command::History(command) => return runtime.block_on(history::run(command)),
        Command::Doctor(arguments) => return runtime.block_on(doctor::run(&arguments)),
    }?;
    Ok(ExitCode::SUCCESS)
}
