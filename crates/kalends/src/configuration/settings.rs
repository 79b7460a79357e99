//! What can be said, and what holds where nothing is.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, bail};
use api::omise::Version;
use api::{Quota, RateLimits};
use engine::{Currency, Mode, Zone};
use gateway::courier::Reach;
use gateway::moov::{MoovPlatform, Showing};
use gateway::upstream::{Limits, Secret, Url};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use store::postgres;

use super::secret_source::SecretSource;
use crate::server::{CertificateFiles, ConnectionLimits};

/// Where data is kept if nothing is said.
pub(super) const DATA_DEFAULT: &str = "kalends-data";

/// All that `kalends serve` is told.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Configuration {
    /// Where it listens.
    pub(crate) listen: SocketAddr,
    /// Where data is kept: a file or a folder.
    pub(crate) data: PathBuf,
    /// The database that several nodes share, in the place of a file of one's own.
    pub(crate) store: StoreSettings,
    /// What is logged, and how.
    pub(crate) logs: LogSettings,
    /// Who is told what each payment went through.
    pub(crate) traces: TraceSettings,
    /// How webhooks are sent.
    pub(crate) webhooks: WebhookSettings,
    /// By which certificate it speaks, where by any.
    pub(crate) tls: TlsSettings,
    /// How many may be connected.
    pub(crate) connections: ConnectionSettings,
    /// How much anybody may ask.
    pub(crate) rate_limits: RateLimitSettings,
    /// Whose schedules run.
    pub(crate) accounts: Vec<AccountSettings>,
}

impl Default for Configuration {
    fn default() -> Configuration {
        Configuration {
            listen: SocketAddrV4::new(Ipv4Addr::LOCALHOST, 7007).into(),
            data: PathBuf::from(DATA_DEFAULT),
            store: StoreSettings::default(),
            logs: LogSettings::default(),
            traces: TraceSettings::default(),
            webhooks: WebhookSettings::default(),
            tls: TlsSettings::default(),
            connections: ConnectionSettings::default(),
            rate_limits: RateLimitSettings::default(),
            accounts: Vec::new(),
        }
    }
}

impl Configuration {
    /// The sections that there are.
    pub(super) const SECTIONS: [&str; 10] = [
        "listen",
        "data",
        "store",
        "logs",
        "traces",
        "webhooks",
        "tls",
        "connections",
        "rate_limits",
        "accounts",
    ];

    /// What people want to know of it first.
    pub(super) fn in_short(&self) -> String {
        let live = self.accounts.iter().filter(|account| account.mode == Mode::Live).count();
        let test = self.accounts.len() - live;
        format!("{live} live and {test} test accounts, listening on {}", self.listen)
    }
}

/// The database that several nodes share.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct StoreSettings {
    /// Where it is, without its password; data is kept in a file where nothing is said.
    pub(crate) url: Option<String>,
    pub(super) password_file: Option<PathBuf>,
    pub(super) password_variable: Option<String>,
    /// Who vouches for its certificate, in PEM.
    pub(super) authorities_file: Option<PathBuf>,
    /// Connections of this node, at most.
    pub(super) connections: NonZeroU32,
    /// How long is waited for a connection.
    pub(super) connect_timeout_seconds: u16,
    /// How long one statement may take.
    pub(super) statement_timeout_seconds: u16,
}

impl Default for StoreSettings {
    fn default() -> StoreSettings {
        StoreSettings {
            url: None,
            password_file: None,
            password_variable: None,
            authorities_file: None,
            connections: SIXTEEN,
            connect_timeout_seconds: 5,
            statement_timeout_seconds: 30,
        }
    }
}

impl StoreSettings {
    /// Where the password comes from, if it is said once.
    pub(super) fn password_source(&self) -> Option<SecretSource> {
        SecretSource::one_of(self.password_file.as_ref(), self.password_variable.as_ref())
    }

    /// How the database is reached, where there is one: its password and authorities read
    /// from where they are kept.
    pub(crate) fn database(&self) -> anyhow::Result<Option<postgres::Settings>> {
        let Some(url) = &self.url else { return Ok(None) };
        let seconds = |seconds: u16| Duration::from_secs(seconds.into());
        let password = self.password_source().map(|source| source.read_text()).transpose()?;
        let authorities = self.authorities_file.as_ref().map(|file| {
            std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))
        });
        Ok(Some(postgres::Settings {
            password,
            authorities: authorities.transpose()?,
            connections_max: usize::try_from(self.connections.get()).unwrap_or(usize::MAX),
            connect_timeout: seconds(self.connect_timeout_seconds),
            statement_timeout: seconds(self.statement_timeout_seconds),
            ..postgres::Settings::new(url.as_str())
        }))
    }
}

/// What is logged, and how.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct LogSettings {
    /// What, in the syntax of `tracing`'s filters.
    pub(crate) filter: String,
    /// How.
    pub(crate) format: LogFormat,
}

impl Default for LogSettings {
    fn default() -> LogSettings {
        LogSettings { filter: "info".to_owned(), format: LogFormat::Auto }
    }
}

/// How logs are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// As text on a terminal, as JSON elsewhere.
    Auto,
    /// For people.
    Text,
    /// For machines: an object a line.
    Json,
}

impl LogFormat {
    /// Its name in the file.
    pub(super) const fn name(self) -> &'static str {
        match self {
            LogFormat::Auto => "auto",
            LogFormat::Text => "text",
            LogFormat::Json => "json",
        }
    }
}

/// Who is told what each payment went through.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct TraceSettings {
    /// A collector that takes OTLP over HTTP; nobody, where none is named.
    #[serde(deserialize_with = "optional_url")]
    pub(crate) collector: Option<Url>,
}

/// How webhooks are sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct WebhookSettings {
    /// Whether they may go to private addresses, and without TLS.
    pub(crate) allow_private_addresses: bool,
}

impl WebhookSettings {
    /// How far they may go.
    pub(crate) const fn reach(self) -> Reach {
        if self.allow_private_addresses { Reach::Anywhere } else { Reach::Public }
    }
}

/// By which certificate the server speaks, where by any.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct TlsSettings {
    /// The certificate and those that vouch for it, in PEM.
    pub(super) certificate_file: Option<PathBuf>,
    /// Its private key, in PEM.
    pub(super) key_file: Option<PathBuf>,
}

impl TlsSettings {
    /// Both files, where both are named.
    pub(crate) fn files(&self) -> Option<CertificateFiles> {
        let (certificate, key) = (self.certificate_file.clone()?, self.key_file.clone()?);
        Some(CertificateFiles { certificate, key })
    }
}

/// How many may be connected at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ConnectionSettings {
    /// In all.
    pub(crate) total: NonZeroU32,
    /// From one address.
    pub(crate) per_address: NonZeroU32,
}

impl Default for ConnectionSettings {
    fn default() -> ConnectionSettings {
        let ConnectionLimits { total, per_address } = ConnectionLimits::default();
        ConnectionSettings { total, per_address }
    }
}

impl From<ConnectionSettings> for ConnectionLimits {
    fn from(settings: ConnectionSettings) -> ConnectionLimits {
        let ConnectionSettings { total, per_address } = settings;
        ConnectionLimits { total, per_address }
    }
}

/// How much anybody may ask in a minute.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RateLimitSettings {
    /// With one key.
    pub(crate) per_key: NonZeroU32,
    /// From one address, without a key that opens anything here.
    pub(crate) per_address: NonZeroU32,
}

impl Default for RateLimitSettings {
    fn default() -> RateLimitSettings {
        const HUNDRED_A_SECOND: NonZeroU32 = NonZeroU32::new(6_000).unwrap();
        RateLimitSettings { per_key: HUNDRED_A_SECOND, per_address: HUNDRED_A_SECOND }
    }
}

impl From<RateLimitSettings> for RateLimits {
    fn from(settings: RateLimitSettings) -> RateLimits {
        const MINUTE: NonZeroU32 = NonZeroU32::new(60).unwrap();
        let quota = |requests| Some(Quota { requests, window_seconds: MINUTE });
        RateLimits {
            per_credential: quota(settings.per_key),
            per_address: quota(settings.per_address),
        }
    }
}

/// An account, in one mode, and who pays for it.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountSettings {
    /// What it is called here, in both modes.
    pub(crate) name: String,
    /// Test or live.
    #[serde(deserialize_with = "mode")]
    pub(crate) mode: Mode,
    #[serde(default)]
    pub(super) country: Option<String>,
    #[serde(default, deserialize_with = "currency")]
    pub(super) currency: Option<Currency>,
    #[serde(default, deserialize_with = "zone")]
    pub(super) zone: Option<Zone>,
    #[serde(default, deserialize_with = "version")]
    pub(super) api_version: Option<Version>,
    /// The Omise account that moves its money, if one does.
    pub(super) omise: Option<OmiseSettings>,
    /// The Moov platform that moves its money, if one does.
    pub(super) moov: Option<MoovSettings>,
}

/// Who moves an account's money.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Upstream<'a> {
    /// An Omise account.
    Omise(&'a OmiseSettings),
    /// A Moov platform.
    Moov(&'a MoovSettings),
}

impl AccountSettings {
    /// Who moves its money; one, where the configuration was checked.
    pub(crate) fn upstream(&self) -> Option<Upstream<'_>> {
        match (&self.omise, &self.moov) {
            (Some(omise), None) => Some(Upstream::Omise(omise)),
            (None, Some(moov)) => Some(Upstream::Moov(moov)),
            (None, None) | (Some(_), Some(_)) => None,
        }
    }

    /// The country it trades in.
    pub(crate) fn country(&self) -> String {
        let otherwise = if self.moov.is_some() { "US" } else { "TH" };
        self.country.clone().unwrap_or_else(|| otherwise.to_owned())
    }

    /// What it settles in. Moov's wallets hold dollars.
    pub(crate) fn currency(&self) -> Currency {
        let otherwise = if self.moov.is_some() { Currency::USD } else { Currency::THB };
        self.currency.unwrap_or(otherwise)
    }

    /// Whose midnight begins its day.
    pub(crate) fn zone(&self) -> Zone {
        // The zone data comes with the binary, and has this one.
        let bangkok = || Zone::named("Asia/Bangkok").unwrap_or_else(|_| Zone::utc());
        let otherwise = || if self.moov.is_some() { Zone::utc() } else { bangkok() };
        self.zone.clone().unwrap_or_else(otherwise)
    }

    /// In which version it is answered where a request names none.
    pub(crate) fn api_version(&self) -> Version {
        self.api_version.unwrap_or(Version::NEWEST)
    }
}

/// A real Omise account.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OmiseSettings {
    /// Its API.
    #[serde(default = "api_host", deserialize_with = "url")]
    pub(crate) url: Url,
    /// Where tokens are made.
    #[serde(default = "vault_host", deserialize_with = "url")]
    pub(crate) vault_url: Url,
    secret_key_file: Option<PathBuf>,
    secret_key_variable: Option<String>,
    /// Its public key, which is no secret.
    pub(crate) public_key: Option<String>,
    /// Whether requests that hold card numbers are passed on.
    #[serde(default)]
    pub(crate) allow_card_numbers: bool,
    /// Payments under way at once.
    #[serde(default = "eight")]
    pub(crate) concurrency: NonZeroU32,
    /// Payments a second.
    pub(crate) per_second: Option<NonZeroU32>,
    /// How long one may take.
    #[serde(default = "half_a_minute")]
    pub(crate) timeout_seconds: u16,
}

impl OmiseSettings {
    /// Where its secret key comes from, if that is said once.
    pub(super) fn secret_source(&self) -> Option<SecretSource> {
        let OmiseSettings { secret_key_file, secret_key_variable, .. } = self;
        SecretSource::one_of(secret_key_file.as_ref(), secret_key_variable.as_ref())
    }

    /// Its secret key, read from where it is kept. One of the other mode is refused: a clock
    /// that can be moved must never move real money.
    pub(crate) fn secret_key(&self, mode: Mode) -> anyhow::Result<Secret> {
        let source = self.secret_source().context("no secret key is named")?;
        let secret = source.read()?;
        if !secret.begins_with("skey_") {
            bail!("{source} holds no secret key of Omise's, which begins with skey_");
        }
        match (mode, secret.begins_with("skey_test_")) {
            (Mode::Live, true) => bail!("{source} holds a test key, and the account is live"),
            (Mode::Test, false) => bail!(
                "{source} holds a live key, and the account is in test mode, whose keys begin with skey_test_"
            ),
            (Mode::Live, false) | (Mode::Test, true) => {}
        }
        Ok(secret)
    }

    /// How much is asked of it.
    pub(crate) fn limits(&self) -> Limits {
        Limits {
            concurrency: self.concurrency,
            per_second: self.per_second,
            timeout: Duration::from_secs(self.timeout_seconds.into()),
        }
    }
}

/// A real Moov platform.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MoovSettings {
    /// Its API.
    #[serde(default = "moov_host", deserialize_with = "url")]
    pub(crate) url: Url,
    /// Its public key, which is no secret.
    pub(crate) public_key: String,
    secret_key_file: Option<PathBuf>,
    secret_key_variable: Option<String>,
    /// A domain that the keys are bound to.
    pub(crate) origin: Option<String>,
    /// How requests show whose they are.
    #[serde(default)]
    pub(crate) authentication: Authentication,
    /// Transfers under way at once.
    #[serde(default = "eight")]
    pub(crate) concurrency: NonZeroU32,
    /// Transfers a second.
    #[serde(default = "eight")]
    pub(crate) per_second: NonZeroU32,
    /// How long one may take.
    #[serde(default = "half_a_minute")]
    pub(crate) timeout_seconds: u16,
}

/// How requests to Moov show whose they are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Authentication {
    /// With the pair of keys.
    #[default]
    Pair,
    /// With tokens that the pair is exchanged for.
    Token,
}

impl Authentication {
    /// Its name in the file.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Authentication::Pair => "pair",
            Authentication::Token => "token",
        }
    }
}

impl MoovSettings {
    /// Where its secret key comes from, if that is said once.
    pub(super) fn secret_source(&self) -> Option<SecretSource> {
        let MoovSettings { secret_key_file, secret_key_variable, .. } = self;
        SecretSource::one_of(secret_key_file.as_ref(), secret_key_variable.as_ref())
    }

    /// Its secret key, read from where it is kept. Of which mode it is it does not say:
    /// accounts do, when they are asked for.
    pub(crate) fn secret_key(&self) -> anyhow::Result<Secret> {
        self.secret_source().context("no secret key is named")?.read()
    }

    /// The platform, with its secret key.
    pub(crate) fn platform(&self) -> anyhow::Result<MoovPlatform> {
        Ok(MoovPlatform {
            url: self.url.clone(),
            public_key: self.public_key.as_str().into(),
            secret_key: self.secret_key()?,
            origin: self.origin.as_deref().map(Into::into),
            showing: match self.authentication {
                Authentication::Pair => Showing::Pair,
                Authentication::Token => Showing::Token,
            },
            limits: Limits {
                concurrency: self.concurrency,
                per_second: Some(self.per_second),
                timeout: Duration::from_secs(self.timeout_seconds.into()),
            },
        })
    }
}

#[allow(clippy::expect_used, reason = "a URL written here")]
fn api_host() -> Url {
    Url::parse("https://api.omise.co").expect("it is a URL")
}

#[allow(clippy::expect_used, reason = "a URL written here")]
fn vault_host() -> Url {
    Url::parse("https://vault.omise.co").expect("it is a URL")
}

#[allow(clippy::expect_used, reason = "a URL written here")]
fn moov_host() -> Url {
    Url::parse("https://api.moov.io").expect("it is a URL")
}

const EIGHT: NonZeroU32 = NonZeroU32::new(8).unwrap();
const SIXTEEN: NonZeroU32 = NonZeroU32::new(16).unwrap();

const fn eight() -> NonZeroU32 {
    EIGHT
}

const fn half_a_minute() -> u16 {
    30
}

fn mode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Mode, D::Error> {
    match String::deserialize(deserializer)?.as_str() {
        "test" => Ok(Mode::Test),
        "live" => Ok(Mode::Live),
        other => Err(D::Error::custom(format!("{other:?} is no mode; it is test or live"))),
    }
}

fn currency<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Currency>, D::Error> {
    let code = String::deserialize(deserializer)?;
    let currency = Currency::parse(&code);
    currency
        .map(Some)
        .ok_or_else(|| D::Error::custom(format!("{code:?} is no currency, such as THB")))
}

fn zone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Zone>, D::Error> {
    let name = String::deserialize(deserializer)?;
    Zone::named(&name)
        .map(Some)
        .map_err(|_| D::Error::custom(format!("{name:?} is no time zone, such as Asia/Bangkok")))
}

fn version<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Version>, D::Error> {
    let asked = String::deserialize(deserializer)?;
    let known = Version::ALL.into_iter().find(|version| version.as_str() == asked);
    known.map(Some).ok_or_else(|| {
        let known: Vec<_> = Version::ALL.into_iter().map(Version::as_str).collect();
        D::Error::custom(format!("{asked:?} is no version here; {} are", known.join(" and ")))
    })
}

fn optional_url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Url>, D::Error> {
    url(deserializer).map(Some)
}

fn url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Url, D::Error> {
    let text = String::deserialize(deserializer)?;
    Url::parse(&text).map_err(|error| {
        D::Error::custom(format!("{text:?} is no URL ({error}), such as https://api.omise.co"))
    })
}
