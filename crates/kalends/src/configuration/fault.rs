//! What is wrong with a configuration.

use std::fmt;
use std::path::PathBuf;

/// Where something wrong stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Origin {
    /// In the file, on this line, where one is known.
    File(PathBuf, Option<usize>),
    /// In a variable of the environment.
    Variable(String),
    /// Nowhere: it is missing, and there is no file.
    Nowhere,
}

/// One thing that is wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Wrong {
    /// Where.
    pub(crate) origin: Origin,
    /// With which key; empty for the whole.
    pub(crate) key: String,
    /// What, and what would be right.
    pub(crate) message: String,
}

impl fmt::Display for Wrong {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.origin {
            Origin::File(file, Some(line)) => write!(formatter, "{}:{line}: ", file.display())?,
            Origin::File(file, None) => write!(formatter, "{}: ", file.display())?,
            Origin::Variable(variable) => write!(formatter, "{variable}: ")?,
            Origin::Nowhere => {}
        }
        if !self.key.is_empty() {
            write!(formatter, "{}: ", self.key)?;
        }
        formatter.write_str(&self.message)
    }
}

/// Why a configuration cannot be used: all that was found, a line each.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Faults(pub(crate) Vec<Wrong>);

impl fmt::Display for Faults {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the configuration cannot be used")?;
        for wrong in &self.0 {
            write!(formatter, "\n  {wrong}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}
