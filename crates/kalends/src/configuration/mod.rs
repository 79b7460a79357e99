//! What `kalends serve` is told: one TOML file, every key of which may also come from the
//! environment.
//!
//! - `settings` is what can be said, and what holds where nothing is.
//! - `reading` reads it; `environment` lays what the environment says over the file;
//!   `place` finds where a key stands; `checks` looks at what only makes sense together.
//! - `printing` writes it, each key with what it means.

mod checks;
mod environment;
mod fault;
mod place;
mod printing;
mod reading;
mod secret_source;
mod settings;

use std::path::PathBuf;

use clap::{Args, Subcommand};

pub(crate) use reading::read;
pub(crate) use secret_source::SecretSource;
pub(crate) use settings::{
    AccountSettings, Configuration, LogFormat, MoovSettings, OmiseSettings, TraceSettings, Upstream,
};

/// Which configuration.
#[derive(Args)]
pub(crate) struct ConfigurationArgument {
    /// The configuration; without it, what the environment says and defaults
    #[arg(long = "config", value_name = "FILE.toml", env = "KALENDS_CONFIG")]
    file: Option<PathBuf>,
}

impl ConfigurationArgument {
    /// Reads it, and refuses what is wrong in it.
    pub(crate) fn read(&self) -> anyhow::Result<Configuration> {
        Ok(read(self.file.as_deref(), &environment::Environment::of_process())?)
    }
}

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Read the configuration and its secrets as `kalends serve` would, and say what is wrong
    Check(ConfigurationArgument),
    /// Print every key with its value, from wherever it comes, secrets left out
    Print(ConfigurationArgument),
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    match &arguments.command {
        Command::Check(argument) => {
            let configuration = argument.read()?;
            configuration.store.database()?;
            for account in &configuration.accounts {
                match account.upstream() {
                    Some(Upstream::Omise(omise)) => omise.secret_key(account.mode)?,
                    Some(Upstream::Moov(moov)) => moov.secret_key()?,
                    None => continue,
                };
            }
            if let Some(files) = configuration.tls.files() {
                files.check()?;
            }
            println!("The configuration is well: {}.", configuration.in_short());
        }
        Command::Print(argument) => print!("{}", printing::print(&argument.read()?)),
    }
    Ok(())
}
