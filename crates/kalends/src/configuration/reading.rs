//! Reads file and environment into one configuration.

use std::path::Path;

use toml::{Table, Value};

use super::checks;
use super::environment::{Environment, Said};
use super::fault::{Faults, Origin, Wrong};
use super::place::{KeyPath, line_at, line_of};
use super::settings::Configuration;

/// Reads a configuration.
///
/// # Errors
///
/// With all that could be found wrong, each with its line or variable: a file that is no
/// TOML, keys that there are not, values of the wrong type, and combinations that make no
/// sense.
pub(crate) fn read(
    file: Option<&Path>,
    environment: &Environment,
) -> Result<Configuration, Faults> {
    let text = match file {
        Some(path) => std::fs::read_to_string(path).map_err(|error| {
            let origin = Origin::File(path.to_owned(), None);
            one(origin, "", format!("it cannot be read: {error}"))
        })?,
        None => String::new(),
    };
    let source = Source { file, text: &text, said: environment.said(&Configuration::SECTIONS) };
    let configuration = source.deserialized(source.merged()?)?;
    let wrong = checks::wrong(&configuration);
    if wrong.is_empty() {
        return Ok(configuration);
    }
    let wrong = wrong.into_iter().map(|(path, message)| source.wrong(&path, message));
    Err(Faults(wrong.collect()))
}

/// What a configuration is made of.
struct Source<'a> {
    file: Option<&'a Path>,
    text: &'a str,
    said: Vec<Said>,
}

impl Source<'_> {
    /// The file, with what the environment says over it, as text.
    fn merged(&self) -> Result<Table, Faults> {
        let mut table: Table = self.text.parse().map_err(|error: toml::de::Error| {
            let line = error.span().and_then(|span| line_at(self.text, span.start));
            one(self.in_file(line), "", format!("it is no TOML: {}", error.message()))
        })?;
        for said in &self.said {
            said.put(&mut table, Value::String(said.text.clone()))
                .map_err(|message| one(Origin::Variable(said.variable.clone()), "", message))?;
        }
        Ok(table)
    }

    /// The environment knows only text. Where text does not fit and reads as something
    /// else, it is taken as that; each variable at most once, so this ends.
    fn deserialized(&self, mut table: Table) -> Result<Configuration, Faults> {
        let mut retyped = vec![false; self.said.len()];
        loop {
            let read: Result<Configuration, _> =
                serde_path_to_error::deserialize(Value::Table(table.clone()));
            let error = match read {
                Ok(configuration) => return Ok(configuration),
                Err(error) => error,
            };
            let path = KeyPath::read(&error.path().to_string());
            let place = self.said.iter().position(|said| said.path == path);
            let other = place.and_then(|place| {
                let is_first = !std::mem::replace(retyped.get_mut(place)?, true);
                let said = self.said.get(place).filter(|_| is_first)?;
                said.put(&mut table, said.as_other_value()?).ok()
            });
            if other.is_none() {
                return Err(Faults(vec![self.wrong(&path, sentence(error.inner()))]));
            }
        }
    }

    /// What is wrong with a key, and where that stands.
    fn wrong(&self, path: &KeyPath, message: String) -> Wrong {
        let said = self.said.iter().find(|said| said.path == *path);
        let origin = match said {
            Some(said) => Origin::Variable(said.variable.clone()),
            None => self.in_file(line_of(self.text, path)),
        };
        Wrong { origin, key: path.to_string(), message }
    }

    fn in_file(&self, line: Option<usize>) -> Origin {
        match self.file {
            Some(file) => Origin::File(file.to_owned(), line),
            None => Origin::Nowhere,
        }
    }
}

fn one(origin: Origin, key: &str, message: impl Into<String>) -> Faults {
    Faults(vec![Wrong { origin, key: key.to_owned(), message: message.into() }])
}

fn sentence(error: &toml::de::Error) -> String {
    error.message().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use engine::Mode;

    use super::*;

    const WHOLE: &str = "\
listen = \"127.0.0.1:8000\"

[[accounts]]
name = \"shop\"
mode = \"live\"

[accounts.omise]
secret_key_file = \"key\"
";

    fn read_with(text: &str, variables: &[(&str, &str)]) -> Result<Configuration, String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("kalends.toml");
        std::fs::write(&file, text).unwrap();
        let variables = variables.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        let read = read(Some(&file), &Environment::of(variables));
        let folder = format!("{}/", folder.path().display());
        read.map_err(|faults| faults.to_string().replace(&folder, ""))
    }

    fn refusal(text: &str, variables: &[(&str, &str)]) -> String {
        read_with(text, variables).unwrap_err()
    }

    #[test]
    fn what_is_left_out_has_a_default() {
        let read = read_with(WHOLE, &[]).unwrap();
        assert_eq!(read.listen, "127.0.0.1:8000".parse::<SocketAddr>().unwrap());
        let account = &read.accounts[0];
        assert_eq!((account.name.as_str(), account.mode), ("shop", Mode::Live));
        let omise = account.omise.as_ref().unwrap();
        assert_eq!(omise.url.as_str(), "https://api.omise.co/");
        assert_eq!(omise.concurrency.get(), 8);
    }

    #[test]
    fn the_environment_wins_over_the_file_in_whatever_type_a_key_has() {
        let read = read_with(
            WHOLE,
            &[
                ("KALENDS_LISTEN", "127.0.0.1:9000"),
                ("KALENDS_ACCOUNTS__0__NAME", "7"),
                ("KALENDS_ACCOUNTS__0__OMISE__CONCURRENCY", "3"),
                ("KALENDS_ACCOUNTS__0__OMISE__ALLOW_CARD_NUMBERS", "true"),
                ("KALENDS_SERVICE_HOST", "10.0.0.1"),
            ],
        )
        .unwrap();
        assert_eq!(read.listen.port(), 9000);
        assert_eq!(read.accounts[0].name, "7");
        let omise = read.accounts[0].omise.as_ref().unwrap();
        assert_eq!(omise.concurrency.get(), 3);
        assert!(omise.allow_card_numbers);
    }

    #[test]
    fn the_environment_alone_is_a_configuration() {
        let variables = [
            ("KALENDS_ACCOUNTS__0__NAME", "shop"),
            ("KALENDS_ACCOUNTS__0__MODE", "test"),
            ("KALENDS_ACCOUNTS__0__OMISE__SECRET_KEY_VARIABLE", "OMISE_SECRET_KEY"),
        ];
        assert_eq!(read_with("", &variables).unwrap().accounts[0].mode, Mode::Test);
    }

    #[test]
    fn a_key_that_there_is_not_is_refused_with_its_line() {
        assert_eq!(
            refusal("listen = \"127.0.0.1:1\"\ndatta = \"x\"\n", &[]),
            "the configuration cannot be used\n  kalends.toml:2: datta: unknown field `datta`, \
             expected one of `listen`, `data`, `store`, `logs`, `traces`, `webhooks`, `tls`, \
             `connections`, `rate_limits`, `accounts`"
        );
    }

    #[test]
    fn a_value_of_the_wrong_type_is_refused_with_its_line() {
        let text = WHOLE.replace("\"key\"", "\"key\"\nconcurrency = \"many\"");
        assert_eq!(
            refusal(&text, &[]),
            "the configuration cannot be used\n  kalends.toml:9: accounts[0].omise.concurrency: \
             invalid type: string \"many\", expected a nonzero u32"
        );
    }

    #[test]
    fn what_a_variable_says_wrongly_is_refused_with_its_name() {
        assert_eq!(
            refusal(WHOLE, &[("KALENDS_ACCOUNTS__0__MODE", "prod")]),
            "the configuration cannot be used\n  KALENDS_ACCOUNTS__0__MODE: accounts[0].mode: \
             \"prod\" is no mode; it is test or live"
        );
        assert_eq!(
            refusal(WHOLE, &[("KALENDS_ACCOUNTS__4__NAME", "x")]),
            "the configuration cannot be used\n  KALENDS_ACCOUNTS__4__NAME: accounts has 1 \
             entries; the next would be 1"
        );
    }

    #[test]
    fn what_makes_no_sense_together_is_told_all_at_once() {
        let text = format!(
            "{WHOLE}secret_key_variable = \"KEY\"\ntimeout_seconds = 100\n\n{}",
            WHOLE.split_once("\n\n").unwrap().1.replace("name", "currency = \"USD\"\nname")
        );
        assert_eq!(
            refusal(&text, &[]),
            "the configuration cannot be used\n  \
             kalends.toml:8: accounts[0].omise.secret_key_file: the secret key comes from either \
             secret_key_file or secret_key_variable\n  \
             kalends.toml:10: accounts[0].omise.timeout_seconds: it is 1 to 60\n  \
             kalends.toml:14: accounts[1].name: another account has this name and mode"
        );
    }

    #[test]
    fn a_certificate_needs_its_key_and_one_address_has_no_more_than_all() {
        let text = format!(
            "{WHOLE}[tls]\nkey_file = \"key.pem\"\n[connections]\ntotal = 10\nper_address = 11\n"
        );
        assert_eq!(
            refusal(&text, &[]),
            "the configuration cannot be used\n  \
             kalends.toml:10: tls.key_file: it also needs its certificate, as certificate_file\n  \
             kalends.toml:13: connections.per_address: one address has more than all, which have 10"
        );
    }

    #[test]
    fn a_database_takes_the_place_of_a_file_and_its_password_stands_apart() {
        let store = "[store]\nurl = \"postgres://kalends@db/kalends?sslmode=verify-full\"\n";
        let read = read_with(&format!("{WHOLE}{store}"), &[]).unwrap();
        assert_eq!(
            read.store.database().unwrap().unwrap().url,
            "postgres://kalends@db/kalends?sslmode=verify-full"
        );

        let text = format!(
            "data = \"here\"\n{WHOLE}[store]\nurl = \"postgres://kalends:secret@db/kalends\"\n\
             password_file = \"one\"\npassword_variable = \"other\"\nconnections = 2000\n\
             connect_timeout_seconds = 0\n"
        );
        let refused = refusal(&text, &[]);
        assert_eq!(
            refused,
            "the configuration cannot be used\n  \
             kalends.toml:1: data: data is kept in the database that store.url names: leave one \
             of the two out\n  \
             kalends.toml:11: store.url: it holds a password, which comes from password_file or \
             password_variable\n  \
             kalends.toml:12: store.password_file: the password comes from either password_file \
             or password_variable\n  \
             kalends.toml:14: store.connections: it is 1 to 1000\n  \
             kalends.toml:15: store.connect_timeout_seconds: it is 1 to 60"
        );
        assert_eq!(
            refusal(&format!("{WHOLE}[store]\nurl = \"postgres://kalends@db/kalends\"\n"), &[]),
            "the configuration cannot be used\n  kalends.toml:10: store.url: it leads to another \
             machine, so it says how: sslmode=verify-full, or sslmode=disable where nobody else \
             listens"
        );
        assert_eq!(
            refusal(&format!("{WHOLE}[store]\nurl = \"mysql://db/kalends\"\n"), &[]),
            "the configuration cannot be used\n  kalends.toml:10: store.url: it is no URL of a \
             database (it does not begin with postgres://), such as \
             postgres://kalends@127.0.0.1/kalends"
        );
        assert_eq!(
            refusal(&format!("{WHOLE}[store]\nconnections = 3\n"), &[]),
            "the configuration cannot be used\n  kalends.toml:9: store.url: without a database \
             there is nothing to say of it"
        );
    }

    #[test]
    fn an_account_is_with_omise_or_with_moov() {
        let moov = "[accounts.moov]\npublic_key = \"public\"\nsecret_key_variable = \"MOOV\"\n";
        let (account, _) = WHOLE.split_once("[accounts.omise]").unwrap();
        let read = read_with(&format!("{account}{moov}"), &[]).unwrap();
        let account_read = &read.accounts[0];
        assert_eq!(account_read.currency().code(), "USD");
        assert_eq!(account_read.moov.as_ref().unwrap().url.as_str(), "https://api.moov.io/");

        let told = "an account has either omise or moov, which moves its money";
        for text in [account.to_owned(), format!("{WHOLE}{moov}")] {
            assert_eq!(
                refusal(&text, &[]),
                format!("the configuration cannot be used\n  kalends.toml:3: accounts[0]: {told}")
            );
        }
        let zoned = account.replace("\"live\"\n", "\"live\"\nzone = \"UTC\"\n");
        let text = format!("{zoned}{}", moov.replace("\"public\"", "\"a:b\""));
        assert_eq!(
            refusal(&text, &[]),
            "the configuration cannot be used\n  kalends.toml:6: accounts[0].zone: an account \
             with Moov has none: leave it out\n  kalends.toml:9: accounts[0].moov.public_key: a \
             public key of Moov's is letters and digits"
        );
    }

    #[test]
    fn what_is_no_toml_is_refused_with_its_line() {
        let refused = refusal("listen = \"x\"\ndata = \n", &[]);
        assert!(
            refused
                .starts_with("the configuration cannot be used\n  kalends.toml:2: it is no TOML: "),
            "{refused}"
        );
    }

    #[test]
    fn without_an_account_there_is_nothing_to_serve() {
        assert_eq!(
            refusal("", &[]),
            "the configuration cannot be used\n  kalends.toml: accounts: there is no account; a \
             server runs schedules of at least one"
        );
    }
}
