//! A configuration as a file, each key with what it means and its value.

use std::fmt::Write as _;
use std::path::PathBuf;

use engine::Mode;
use toml::Value;

use super::secret_source::SecretSource;
use super::settings::{
    AccountSettings, Configuration, MoovSettings, OmiseSettings, StoreSettings, Upstream,
};

/// The file that says all this. It holds no secret, for a configuration has none.
pub(super) fn print(configuration: &Configuration) -> String {
    let mut file = File(String::new());
    file.key("Where the server listens", "listen", configuration.listen.to_string());
    file.key(
        "Where data is kept: a file, or a folder for it",
        "data",
        configuration.data.display().to_string(),
    );
    print_store(&mut file, &configuration.store);
    file.section("[logs]");
    file.key(
        "What is logged: error, warn, info, debug, or a filter such as \"info,runner=debug\"",
        "filter",
        configuration.logs.filter.clone(),
    );
    file.key(
        "How: text, json, or auto, which is text on a terminal",
        "format",
        configuration.logs.format.name(),
    );
    file.section("[traces]");
    let collector = configuration.traces.collector.as_ref().map(|url| url.as_str().to_owned());
    file.optional(
        "A collector of traces, by OTLP over HTTP (OpenTelemetry); nobody is told if left out",
        "collector",
        collector,
        "\"http://127.0.0.1:4318/\"",
    );
    file.section("[webhooks]");
    file.key(
        "Whether webhooks may go to private addresses, and without TLS",
        "allow_private_addresses",
        configuration.webhooks.allow_private_addresses,
    );
    print_entrance(&mut file, configuration);
    let limits = configuration.rate_limits;
    file.section("[rate_limits]");
    file.key("Requests a minute with one key", "per_key", i64::from(limits.per_key.get()));
    file.key(
        "Requests a minute from one address without a key that opens anything here",
        "per_address",
        i64::from(limits.per_address.get()),
    );
    for account in &configuration.accounts {
        print_account(&mut file, account);
    }
    file.0
}

fn print_store(file: &mut File, store: &StoreSettings) {
    file.section("[store]");
    file.optional(
        "A PostgreSQL that several nodes share, in the place of data, as postgres://user@host/database?sslmode=verify-full",
        "url",
        store.url.clone(),
        "\"postgres://kalends@127.0.0.1/kalends\"",
    );
    let password = "Its password, in a file or in a variable of the environment";
    let example = "\"/run/secrets/kalends-database\"";
    match store.password_source() {
        Some(SecretSource::Variable(name)) => file.key(password, "password_variable", name),
        Some(SecretSource::File(path)) => {
            file.key(password, "password_file", path.display().to_string());
        }
        None => file.optional(password, "password_file", None::<String>, example),
    }
    file.optional(
        "Who vouches for its certificate, in PEM; Mozilla's list if left out",
        "authorities_file",
        store.authorities_file.as_ref().map(|file| file.display().to_string()),
        "\"/etc/kalends/database-authorities.pem\"",
    );
    let or_default = |value: i64, default: i64| (value != default).then_some(value);
    let otherwise = StoreSettings::default();
    let numbers = [
        (
            "Connections of this node at once",
            "connections",
            i64::from(store.connections.get()),
            i64::from(otherwise.connections.get()),
        ),
        (
            "How long is waited for one",
            "connect_timeout_seconds",
            store.connect_timeout_seconds.into(),
            otherwise.connect_timeout_seconds.into(),
        ),
        (
            "How long one statement may take",
            "statement_timeout_seconds",
            store.statement_timeout_seconds.into(),
            otherwise.statement_timeout_seconds.into(),
        ),
    ];
    for (about, key, value, default) in numbers {
        file.optional(about, key, or_default(value, default), &default.to_string());
    }
}

fn print_entrance(file: &mut File, configuration: &Configuration) {
    let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
    let tls = &configuration.tls;
    file.section("[tls]");
    file.optional(
        "The server's certificate and those that vouch for it, in PEM; without one it speaks plain HTTP",
        "certificate_file",
        path(&tls.certificate_file),
        "\"/etc/kalends/certificate.pem\"",
    );
    file.optional(
        "Its private key, in PEM; both files are read again when they change",
        "key_file",
        path(&tls.key_file),
        "\"/etc/kalends/key.pem\"",
    );
    let connections = configuration.connections;
    file.section("[connections]");
    file.key("Connections at once; more wait", "total", i64::from(connections.total.get()));
    file.key(
        "Of these from one address, such as a proxy's; more are closed",
        "per_address",
        i64::from(connections.per_address.get()),
    );
}

fn print_account(file: &mut File, account: &AccountSettings) {
    let mode = match account.mode {
        Mode::Test => "test",
        Mode::Live => "live",
    };
    file.section("[[accounts]]");
    file.key("What it is called here", "name", account.name.clone());
    file.key("test or live; an account in both is two entries of one name", "mode", mode);
    match account.upstream() {
        Some(Upstream::Omise(omise)) => {
            print_trade(file, account);
            print_omise(file, omise);
        }
        Some(Upstream::Moov(moov)) => print_moov(file, moov),
        None => {}
    }
}

fn print_trade(file: &mut File, account: &AccountSettings) {
    file.key("The country it trades in", "country", account.country());
    file.key("What it settles in", "currency", account.currency().code());
    file.key("Whose midnight begins its day", "zone", account.zone().name());
    file.key(
        "The version it is answered in where a request names none",
        "api_version",
        account.api_version().as_str(),
    );
}

fn print_omise(file: &mut File, omise: &OmiseSettings) {
    file.section("[accounts.omise]");
    file.key("Its API", "url", omise.url.as_str());
    file.key("Where tokens are made", "vault_url", omise.vault_url.as_str());
    file.secret_key("The secret key that charges", omise.secret_source());
    file.optional("Its public key", "public_key", omise.public_key.clone(), "\"pkey_…\"");
    file.key(
        "Whether requests that hold card numbers are passed on to the vault",
        "allow_card_numbers",
        omise.allow_card_numbers,
    );
    file.key("Payments under way at once", "concurrency", i64::from(omise.concurrency.get()));
    let per_second = omise.per_second.map(|per_second| i64::from(per_second.get()));
    file.optional(
        "Payments a second, at most; unbounded if left out",
        "per_second",
        per_second,
        "10",
    );
    file.key(
        "How long one may take; one that takes longer is looked up",
        "timeout_seconds",
        i64::from(omise.timeout_seconds),
    );
}

fn print_moov(file: &mut File, moov: &MoovSettings) {
    file.section("[accounts.moov]");
    file.key("Its API", "url", moov.url.as_str());
    file.key("The public key of the pair that transfers", "public_key", moov.public_key.clone());
    file.secret_key("Its secret key", moov.secret_source());
    file.optional(
        "A domain that the pair is bound to",
        "origin",
        moov.origin.clone(),
        "\"https://example.com\"",
    );
    file.key(
        "How requests show whose they are: pair, or token, which the pair is exchanged for",
        "authentication",
        moov.authentication.name(),
    );
    file.key("Transfers under way at once", "concurrency", i64::from(moov.concurrency.get()));
    file.key(
        "Transfers a second, at most; Moov allows 40 requests, 10 in test mode",
        "per_second",
        i64::from(moov.per_second.get()),
    );
    file.key(
        "How long one may take; one that takes longer is looked up",
        "timeout_seconds",
        i64::from(moov.timeout_seconds),
    );
}

struct File(String);

impl File {
    fn section(&mut self, heading: &str) {
        self.line(format_args!("\n{heading}"));
    }

    fn key(&mut self, about: &str, key: &str, value: impl Into<Value>) {
        self.line(format_args!("# {about}\n{key} = {}", value.into()));
    }

    fn secret_key(&mut self, about: &str, source: Option<SecretSource>) {
        let about = format!("{about}, in a file or in a variable of the environment");
        match source {
            Some(SecretSource::Variable(name)) => self.key(&about, "secret_key_variable", name),
            Some(SecretSource::File(path)) => {
                self.key(&about, "secret_key_file", path.display().to_string());
            }
            None => {}
        }
    }

    /// One that need not be said; `example` shows how it would be.
    fn optional(&mut self, about: &str, key: &str, value: Option<impl Into<Value>>, example: &str) {
        match value {
            Some(value) => self.key(about, key, value),
            None => self.line(format_args!("# {about}\n# {key} = {example}")),
        }
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        // A string takes all that is written to it.
        let _ = writeln!(self.0, "{line}");
    }
}

#[cfg(test)]
mod tests {
    use super::super::environment::Environment;
    use super::super::reading::read;
    use super::*;

    /// What docs/kalends.toml shows.
    const EXAMPLE: &str = include_str!("../../../../docs/kalends.toml");

    fn example() -> Configuration {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/kalends.toml");
        read(Some(file.as_ref()), &Environment::default()).unwrap()
    }

    #[test]
    fn the_example_says_every_key_with_its_default() {
        assert_eq!(print(&example()), EXAMPLE);
    }
}
