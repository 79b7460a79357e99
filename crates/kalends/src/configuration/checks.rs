//! What only makes sense together.

use std::collections::HashSet;

use bank::country;
use engine::Mode;

use super::place::{KeyPath, Step};
use super::settings::{AccountSettings, Configuration, OmiseSettings, TlsSettings};

/// The most accounts of one server: each has a loop of its own.
const ACCOUNTS_MAX: usize = 64;
/// A name's characters.
const NAME_CHARACTERS_MAX: usize = 64;
/// Payments under way at once, at most.
const CONCURRENCY_MAX: u32 = 256;
/// Half a claim's lease: whatever is asked must be answered within it.
const TIMEOUT_SECONDS_MAX: u16 = 60;

/// What is wrong, each with its key.
pub(super) fn wrong(configuration: &Configuration) -> Vec<(KeyPath, String)> {
    let mut found = Found::default();
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
        if !country::supported_currencies(&account.country).any(|it| it == account.currency) {
            found.add(&key("currency"), not_settled(account));
        }
        let omise = key("omise");
        of_omise(&account.omise, &omise, &mut found);
        if let Some(source) = account.omise.secret_source()
            && !secrets.insert(source.to_string())
        {
            found.add(&omise, "another account has the same secret key");
        }
    }
    found.0
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
        let is_here = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        if url.scheme() != "https" && !(url.scheme() == "http" && is_here) {
            found.add(&key(name), "keys go there, so it begins with https:// (or is this machine)");
        }
    }
    if omise.concurrency.get() > CONCURRENCY_MAX {
        found.add(&key("concurrency"), format!("it is 1 to {CONCURRENCY_MAX}"));
    }
    if !(1..=TIMEOUT_SECONDS_MAX).contains(&omise.timeout_seconds) {
        found.add(&key("timeout_seconds"), format!("it is 1 to {TIMEOUT_SECONDS_MAX}"));
    }
}

fn is_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=NAME_CHARACTERS_MAX).contains(&name.len()) && name.bytes().all(is_plain)
}

fn not_settled(account: &AccountSettings) -> String {
    let (country, currency) = (&account.country, account.currency.code());
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
