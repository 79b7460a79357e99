//! Where data are: in a file, or in a database.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::builder::{OsStringValueParser, TypedValueParser as _, ValueParser};
use store::postgres;

use crate::configuration::SecretSource;

/// Where data are. What is wrong with a URL is told when it is used: a command line that is
/// refused is shown, and there may be a password in it.
#[derive(Clone)]
pub(crate) enum Location {
    /// A file, or a folder that has one.
    Path(PathBuf),
    /// A PostgreSQL, by its URL.
    Database(String),
}

impl Location {
    /// Reads one off a command line.
    pub(crate) fn parser() -> ValueParser {
        OsStringValueParser::new().map(Location::from).into()
    }

    /// How the database at `url` is reached.
    pub(crate) fn settings(url: &str, access: &Access) -> anyhow::Result<postgres::Settings> {
        let settings = postgres::Settings::new(url);
        settings.place().map_err(|why| {
            anyhow::anyhow!(
                "the URL of the database cannot be read ({why}); it is such as \
                 postgres://kalends@127.0.0.1/kalends"
            )
        })?;
        let authorities = access.authorities_file.as_ref().map(|file| {
            std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))
        });
        Ok(postgres::Settings {
            password: access.password.as_ref().map(SecretSource::read_text).transpose()?,
            authorities: authorities.transpose()?,
            ..settings
        })
    }
}

impl From<OsString> for Location {
    fn from(text: OsString) -> Location {
        // One that is written wrongly is no path: there may be a password in it.
        let is_url = |text: &&str| {
            let scheme = text.split_once(":/").map(|(scheme, _)| scheme.to_ascii_lowercase());
            matches!(scheme.as_deref(), Some("postgres" | "postgresql"))
        };
        match text.to_str().filter(is_url) {
            Some(url) => Location::Database(url.to_owned()),
            None => Location::Path(text.into()),
        }
    }
}

/// What a URL does not say of the way to a database.
#[derive(Clone, Default)]
pub(crate) struct Access {
    /// Where its password comes from, where that is not in the URL.
    pub(crate) password: Option<SecretSource>,
    /// Who vouches for its certificate, in PEM; Mozilla's list where there is none.
    pub(crate) authorities_file: Option<PathBuf>,
}

impl Access {
    /// The password from a file, or from a variable of the environment.
    pub(crate) fn new(
        password_file: Option<&PathBuf>,
        password_variable: Option<&String>,
        authorities_file: Option<&PathBuf>,
    ) -> Access {
        Access {
            password: SecretSource::one_of(password_file, password_variable),
            authorities_file: authorities_file.cloned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_a_database_and_everything_else_a_path() {
        let location = |text: &str| Location::from(OsString::from(text));
        assert!(matches!(location("postgres://a@b/c"), Location::Database(_)));
        assert!(matches!(location("postgresql://a@b/c"), Location::Database(_)));
        assert!(matches!(location("POSTGRES://a@b/c"), Location::Database(_)));
        assert!(matches!(location("postgres:/a@b/c"), Location::Database(_)));
        assert!(matches!(location("postgres:"), Location::Path(_)));
        assert!(matches!(location("kalends-data"), Location::Path(_)));
    }

    #[test]
    fn a_url_that_cannot_be_read_is_told_without_its_password() {
        for url in [
            "postgres://kalends:hidden@/kalends?port=many",
            "POSTGRES://kalends:hidden@127.0.0.1/kalends",
            "postgres:/kalends:hidden@127.0.0.1/kalends",
            "postgres://kalends:a@hidden@127.0.0.1/kalends",
        ] {
            let error = Location::settings(url, &Access::default()).unwrap_err().to_string();
            assert!(error.contains("cannot be read") && !error.contains("hidden"), "{error}");
        }
    }
}
