//! Where a secret comes from; never the secret.

use anyhow::{Context as _, bail};
use gateway::upstream::Secret;
use std::path::PathBuf;

/// Where a secret comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum SecretSource {
    /// All of a file, less the white space around it.
    File(PathBuf),
    /// A variable of the environment, by its name.
    Variable(String),
}

impl SecretSource {
    /// Of the two keys that name one; `None` where it is neither, or both.
    pub(crate) fn one_of(
        file: Option<&PathBuf>,
        variable: Option<&String>,
    ) -> Option<SecretSource> {
        match (file, variable) {
            (Some(file), None) => Some(SecretSource::File(file.clone())),
            (None, Some(variable)) => Some(SecretSource::Variable(variable.clone())),
            _ => None,
        }
    }

    /// Reads it.
    pub(crate) fn read(&self) -> anyhow::Result<Secret> {
        Ok(Secret::new(self.read_text()?))
    }

    /// The same, for one who keeps it as text.
    #[allow(clippy::disallowed_methods, reason = "this is the configuration's own reading of it")]
    pub(crate) fn read_text(&self) -> anyhow::Result<String> {
        let text = match self {
            SecretSource::File(file) => std::fs::read_to_string(file)
                .with_context(|| format!("cannot read the secret in {}", file.display()))?,
            SecretSource::Variable(variable) => std::env::var(variable)
                .with_context(|| format!("cannot read the secret in the variable {variable}"))?,
        };
        let text = text.trim();
        if text.is_empty() || text.chars().any(char::is_whitespace) {
            bail!("{self} is to hold one secret, and nothing else");
        }
        Ok(text.to_owned())
    }
}

impl std::fmt::Display for SecretSource {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            SecretSource::File(file) => write!(formatter, "the file {}", file.display()),
            SecretSource::Variable(variable) => write!(formatter, "the variable {variable}"),
        }
    }
}
