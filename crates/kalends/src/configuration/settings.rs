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
use gateway::upstream::{Limits, Secret, Url};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::secret_source::SecretSource;
use crate::server::{CertificateFiles, ConnectionLimits};

/// All that `kalends serve` is told.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Configuration {
    /// Where it listens.
    pub(crate) listen: SocketAddr,
    /// Where data is kept: a file or a folder.
    pub(crate) data: PathBuf,
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
            data: PathBuf::from("kalends-data"),
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
    pub(super) const SECTIONS: [&str; 9] = [
        "listen",
        "data",
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
    /// The country it trades in.
    #[serde(default = "thailand")]
    pub(crate) country: String,
    /// What it settles in.
    #[serde(default = "baht", deserialize_with = "currency")]
    pub(crate) currency: Currency,
    /// Whose midnight begins its day.
    #[serde(default = "bangkok", deserialize_with = "zone")]
    pub(crate) zone: Zone,
    /// In which version it is answered where a request names none.
    #[serde(default = "newest", deserialize_with = "version")]
    pub(crate) api_version: Version,
    /// The Omise account that moves its money.
    pub(crate) omise: OmiseSettings,
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

fn thailand() -> String {
    "TH".to_owned()
}

const fn baht() -> Currency {
    Currency::THB
}

fn bangkok() -> Zone {
    // The zone data comes with the binary, and has this one.
    Zone::named("Asia/Bangkok").unwrap_or_else(|_| Zone::utc())
}

const fn newest() -> Version {
    Version::NEWEST
}

#[allow(clippy::expect_used, reason = "a URL written here")]
fn api_host() -> Url {
    Url::parse("https://api.omise.co").expect("it is a URL")
}

#[allow(clippy::expect_used, reason = "a URL written here")]
fn vault_host() -> Url {
    Url::parse("https://vault.omise.co").expect("it is a URL")
}

const EIGHT: NonZeroU32 = NonZeroU32::new(8).unwrap();

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

fn currency<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Currency, D::Error> {
    let code = String::deserialize(deserializer)?;
    Currency::parse(&code)
        .ok_or_else(|| D::Error::custom(format!("{code:?} is no currency, such as THB")))
}

fn zone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Zone, D::Error> {
    let name = String::deserialize(deserializer)?;
    Zone::named(&name)
        .map_err(|_| D::Error::custom(format!("{name:?} is no time zone, such as Asia/Bangkok")))
}

fn version<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Version, D::Error> {
    let asked = String::deserialize(deserializer)?;
    let known = Version::ALL.into_iter().find(|version| version.as_str() == asked);
    known.ok_or_else(|| {
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
