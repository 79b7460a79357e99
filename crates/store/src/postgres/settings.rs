//! How a PostgreSQL is reached, and how long is waited for it.

use std::time::Duration;

use engine::Instant;
use tokio_postgres::Config;
use tokio_postgres::config::Host;

use super::columns::instant_at;
use super::session::Session;
use crate::fault::Outcome;

/// How to reach the database, and within which bounds.
#[derive(Clone)]
pub struct Settings {
    /// `postgres://user@host:port/database?sslmode=require`, as libpq takes it. With
    /// `sslmode=require` or `verify-full` the server's certificate is always verified, name
    /// included.
    pub url: String,
    /// The password, where the URL has none.
    pub password: Option<String>,
    /// Authorities of the server's certificate, as PEM; Mozilla's where there are none.
    pub authorities: Option<Vec<u8>>,
    /// Connections that are open at once, at most.
    pub connections_max: usize,
    /// How long is waited for a connection, a free one or a new one.
    pub connect_timeout: Duration,
    /// How long one statement may take, lock waits included.
    pub statement_timeout: Duration,
    /// How long a transaction may stand idle before the database ends it.
    pub idle_transaction_timeout: Duration,
    /// Whose clock says when a lease has passed.
    pub lease_clock: LeaseClock,
}

/// Whose clock says when a lease has passed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LeaseClock {
    /// The database's, so that nodes whose clocks differ agree: of what a claim says only
    /// the length of its lease counts.
    Database,
    /// The claimer's, as each claim says it: for tests, and for one that moves its clock.
    Claimer,
}

impl LeaseClock {
    /// What it says, where the claimer's says `claimer_now`.
    pub(super) async fn read(self, session: &Session, claimer_now: Instant) -> Outcome<Instant> {
        match self {
            LeaseClock::Claimer => Ok(claimer_now),
            LeaseClock::Database => {
                let now = "SELECT database_now()";
                instant_at(&session.one(now, &[]).await?, 0)
            }
        }
    }
}

impl Settings {
    /// The default bounds.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Settings {
        Settings {
            url: url.into(),
            password: None,
            authorities: None,
            connections_max: 16,
            connect_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(30),
            idle_transaction_timeout: Duration::from_mins(1),
            lease_clock: LeaseClock::Database,
        }
    }
}

impl Settings {
    /// Where the database is: the URL without user and password, and of its options only those
    /// that the server is told.
    ///
    /// # Errors
    /// In words, without the URL, which may hold a password.
    ///
    /// ```
    /// # use store::postgres::Settings;
    /// let settings = Settings::new("postgres://kalends:secret@db.example:6432/pay?sslmode=require");
    /// assert_eq!(settings.place().unwrap(), "postgres://db.example:6432/pay");
    /// ```
    pub fn place(&self) -> Result<String, String> {
        let config = read(&self.url)?;
        let ports = config.get_ports();
        let hosts = config.get_hosts().iter().enumerate().map(|(index, host)| {
            let port = ports.get(index).or(ports.first()).copied().unwrap_or(5432);
            match host {
                Host::Tcp(name) => format!("{name}:{port}"),
                Host::Unix(path) => format!("{}:{port}", path.display()),
            }
        });
        let hosts = hosts.collect::<Vec<_>>().join(",");
        let database = config.get_dbname().or(config.get_user()).unwrap_or_default();
        // Two schemas of one database are two places.
        let options = config.get_options().map(|options| format!("?options={options}"));
        Ok(format!("postgres://{hosts}/{database}{}", options.unwrap_or_default()))
    }
}

/// What a URL says of the way to a database.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Way {
    /// Whether the password stands in it.
    pub has_password: bool,
    /// Whether it leads to this machine and no other.
    pub is_local: bool,
    /// Whether it says if the way is to be encrypted.
    pub says_sslmode: bool,
}

impl Way {
    /// Reads a URL as [`Settings::url`] takes it.
    ///
    /// # Errors
    /// In words, without the URL, which may hold a password.
    ///
    /// ```
    /// # use store::postgres::Way;
    /// let way = Way::of("postgres://kalends@127.0.0.1/kalends").unwrap();
    /// assert_eq!(way, Way { has_password: false, is_local: true, says_sslmode: false });
    /// assert!(Way::of("https://127.0.0.1/kalends").is_err());
    /// ```
    pub fn of(url: &str) -> Result<Way, String> {
        let config = read(url)?;
        let is_local = |host: &Host| match host {
            Host::Tcp(name) => {
                name == "localhost"
                    || name.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
            }
            Host::Unix(_) => true,
        };
        Ok(Way {
            has_password: config.get_password().is_some(),
            is_local: config.get_hosts().iter().all(is_local),
            says_sslmode: url.contains("sslmode="),
        })
    }
}

/// A URL, as the driver takes it.
pub(super) fn read(url: &str) -> Result<Config, String> {
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        return Err("it does not begin with postgres://".to_owned());
    }
    // Certificates are always verified here, which is what the longer word asks for.
    let url = url.replace("sslmode=verify-full", "sslmode=require");
    let config: Config = url.parse().map_err(|error: tokio_postgres::Error| {
        let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
        format!("{error}{}", cause.unwrap_or_default())
    })?;
    if config.get_hosts().is_empty() {
        return Err("it names no host".to_owned());
    }
    let is_no_name = |host: &Host| matches!(host, Host::Tcp(name) if name.contains('@'));
    if config.get_hosts().iter().any(is_no_name) {
        return Err("there is an @ too many: one in a password is written %40".to_owned());
    }
    Ok(config)
}

impl std::fmt::Debug for Settings {
    /// Without the URL, which may hold a password.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Settings")
            .field("connections_max", &self.connections_max)
            .field("connect_timeout", &self.connect_timeout)
            .field("statement_timeout", &self.statement_timeout)
            .field("idle_transaction_timeout", &self.idle_transaction_timeout)
            .field("lease_clock", &self.lease_clock)
            .finish_non_exhaustive()
    }
}
