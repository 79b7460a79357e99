//! What only makes sense together.

use std::collections::HashSet;
use std::num::NonZeroU32;
use std::path::Path;

use bank::country;
use engine::Mode;
use gateway::upstream::Url;
use store::postgres::Way;

use super::place::{KeyPath, Step};
use super::settings::{
    AccountSettings, Configuration, DATA_DEFAULT, MoovSettings, OmiseSettings, StoreSettings,
    TlsSettings, Upstream,
};

/// The most accounts of one server: each has a loop of its own.
const ACCOUNTS_MAX: usize = 64;
/// A name's characters.
const NAME_CHARACTERS_MAX: usize = 64;
/// Payments under way at once, at most.
const CONCURRENCY_MAX: u32 = 256;
/// Connections of one node to its database, at most.
const DATABASE_CONNECTIONS_MAX: u32 = 1_000;
/// Half a claim's lease: whatever is asked must be answered within it.
const TIMEOUT_SECONDS_MAX: u16 = 60;

/// What is wrong, each with its key.
pub(super) fn wrong(configuration: &Configuration) -> Vec<(KeyPath, String)> {
    let mut found = Found::default();
    of_store(configuration, &mut found);
    of_tls(&configuration.tls, &mut found);
    let connections = configuration.connections;
    if connections.per_address > connections.total {
        found.add(
            &KeyPath::read("connections.per_address"),
            format!("one address has more than all, which have {}", connections.total),
        );
    }
    let accounts = KeyPath::read("accounts");
    match configuration.accounts.len() {
        0 => found.add(&accounts, "there is no account; a server runs schedules of at least one"),
        1..=ACCOUNTS_MAX => {}
        _ => found.add(&accounts, format!("there are more than {ACCOUNTS_MAX} accounts")),
    }
    let (mut names, mut secrets) = (HashSet::new(), HashSet::new());
    for (index, account) in configuration.accounts.iter().enumerate() {
        let path = accounts.with(Step::Index(index));
        let key = |name: &str| path.with(Step::Key(name.to_owned()));
        if !is_name(&account.name) {
            found.add(
                &key("name"),
                format!("a name is 1 to {NAME_CHARACTERS_MAX} letters, digits, - or _"),
            );
        }
        if !names.insert((account.name.as_str(), account.mode == Mode::Live)) {
            found.add(&key("name"), "another account has this name and mode");
        }
        let source = match account.upstream() {
            Some(Upstream::Omise(omise)) => {
                if !country::supported_currencies(&account.country())
                    .any(|it| it == account.currency())
                {
                    found.add(&key("currency"), not_settled(account));
                }
                of_omise(omise, &key("omise"), &mut found);
                omise.secret_source().map(|source| (key("omise"), source))
            }
            Some(Upstream::Moov(moov)) => {
                without_what_is_omises(account, &key, &mut found);
                of_moov(moov, &key("moov"), &mut found);
                moov.secret_source().map(|source| (key("moov"), source))
            }
            None => {
                found.add(&path, "an account has either omise or moov, which moves its money");
                None
            }
        };
        if let Some((upstream, source)) = source
            && !secrets.insert(source.to_string())
        {
            found.add(&upstream, "another account has the same secret key");
        }
    }
    found.0
}

fn of_store(configuration: &Configuration, found: &mut Found) {
    let store = &configuration.store;
    let key = |name: &str| KeyPath::read("store").with(Step::Key(name.to_owned()));
    let Some(url) = &store.url else {
        if *store != StoreSettings::default() {
            found.add(&key("url"), "without a database there is nothing to say of it");
        }
        return;
    };
    if configuration.data != Path::new(DATA_DEFAULT) {
        let data = KeyPath::read("data");
        found.add(
            &data,
            "data is kept in the database that store.url names: leave one of the two out",
        );
    }
    match Way::of(url) {
        Err(why) => found.add(
            &key("url"),
            format!(
                "it is no URL of a database ({why}), such as postgres://kalends@127.0.0.1/kalends"
            ),
        ),
        Ok(Way { has_password: true, .. }) => found.add(
            &key("url"),
            "it holds a password, which comes from password_file or password_variable",
        ),
        Ok(Way { is_local: false, says_sslmode: false, .. }) => found.add(
            &key("url"),
            "it leads to another machine, so it says how: sslmode=verify-full, or sslmode=disable \
             where nobody else listens",
        ),
        Ok(_) => {}
    }
    if store.password_file.is_some() && store.password_variable.is_some() {
        found.add(
            &key("password_file"),
            "the password comes from either password_file or password_variable",
        );
    }
    if store.connections.get() > DATABASE_CONNECTIONS_MAX {
        found.add(&key("connections"), format!("it is 1 to {DATABASE_CONNECTIONS_MAX}"));
    }
    let timeouts = [
        ("connect_timeout_seconds", store.connect_timeout_seconds),
        ("statement_timeout_seconds", store.statement_timeout_seconds),
    ];
    for (name, seconds) in timeouts {
        if !(1..=TIMEOUT_SECONDS_MAX).contains(&seconds) {
            found.add(&key(name), format!("it is 1 to {TIMEOUT_SECONDS_MAX}"));
        }
    }
}

fn of_tls(tls: &TlsSettings, found: &mut Found) {
    let missing = match (&tls.certificate_file, &tls.key_file) {
        (Some(_), None) => ("tls.certificate_file", "it also needs its key, as key_file"),
        (None, Some(_)) => ("tls.key_file", "it also needs its certificate, as certificate_file"),
        (Some(_), Some(_)) | (None, None) => return,
    };
    found.add(&KeyPath::read(missing.0), missing.1);
}

fn of_omise(omise: &OmiseSettings, path: &KeyPath, found: &mut Found) {
    let key = |name: &str| path.with(Step::Key(name.to_owned()));
    if omise.secret_source().is_none() {
        found.add(
            &key("secret_key_file"),
            "the secret key comes from either secret_key_file or secret_key_variable",
        );
    }
    if omise.public_key.as_ref().is_some_and(|public| !public.starts_with("pkey_")) {
        found.add(&key("public_key"), "a public key of Omise's begins with pkey_");
    }
    for (name, url) in [("url", &omise.url), ("vault_url", &omise.vault_url)] {
        of_url(url, &key(name), found);
    }
    of_limits(omise.concurrency, omise.timeout_seconds, path, found);
}

fn of_moov(moov: &MoovSettings, path: &KeyPath, found: &mut Found) {
    let key = |name: &str| path.with(Step::Key(name.to_owned()));
    if moov.secret_source().is_none() {
        found.add(
            &key("secret_key_file"),
            "the secret key comes from either secret_key_file or secret_key_variable",
        );
    }
    let is_key =
        |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_graphic() && it != b':');
    if !is_key(&moov.public_key) {
        found.add(&key("public_key"), "a public key of Moov's is letters and digits");
    }
    let is_origin = |text: &String| {
        text.starts_with("https://") && text.bytes().all(|it| it.is_ascii_graphic())
    };
    if !moov.origin.as_ref().is_none_or(is_origin) {
        found.add(&key("origin"), "it begins with https://, such as https://example.com");
    }
    of_url(&moov.url, &key("url"), found);
    of_limits(moov.concurrency, moov.timeout_seconds, path, found);
}

/// Moov's platforms trade in dollars, by the clocks of nowhere, in versions of their own.
fn without_what_is_omises(
    account: &AccountSettings,
    key: &impl Fn(&str) -> KeyPath,
    found: &mut Found,
) {
    let said = [
        ("country", account.country.is_some()),
        ("currency", account.currency.is_some()),
        ("zone", account.zone.is_some()),
        ("api_version", account.api_version.is_some()),
    ];
    for (name, _) in said.into_iter().filter(|(_, is_said)| *is_said) {
        found.add(&key(name), "an account with Moov has none: leave it out");
    }
}

fn of_url(url: &Url, path: &KeyPath, found: &mut Found) {
    let is_here = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    if url.scheme() != "https" && !(url.scheme() == "http" && is_here) {
        found.add(path, "keys go there, so it begins with https:// (or is this machine)");
    }
}

fn of_limits(concurrency: NonZeroU32, timeout_seconds: u16, path: &KeyPath, found: &mut Found) {
    let key = |name: &str| path.with(Step::Key(name.to_owned()));
    if concurrency.get() > CONCURRENCY_MAX {
        found.add(&key("concurrency"), format!("it is 1 to {CONCURRENCY_MAX}"));
    }
    if !(1..=TIMEOUT_SECONDS_MAX).contains(&timeout_seconds) {
        found.add(&key("timeout_seconds"), format!("it is 1 to {TIMEOUT_SECONDS_MAX}"));
    }
}

fn is_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=NAME_CHARACTERS_MAX).contains(&name.len()) && name.bytes().all(is_plain)
}

fn not_settled(account: &AccountSettings) -> String {
    let (country, currency) = (&account.country(), account.currency());
    let currency = currency.code();
    let known: Vec<_> =
        country::supported_currencies(country).map(|it| it.code().to_owned()).collect();
    if known.is_empty() {
        return format!("no account of country {country:?} is known, such as TH with THB");
    }
    format!("an account of {country} does not settle in {currency}; it may in {}", known.join(", "))
}

#[derive(Default)]
struct Found(Vec<(KeyPath, String)>);

impl Found {
    fn add(&mut self, path: &KeyPath, message: impl Into<String>) {
        self.0.push((path.clone(), message.into()));
    }
}
