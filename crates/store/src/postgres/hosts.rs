//! The hosts of a database, one of which takes writes.
//!
//! The one that answered last is asked first, until it leaves something unanswered. Where it
//! says no, or nothing for its share of the time that connecting may take, the next is asked
//! too, so that one that is gone without a word does not keep the others from being found. A
//! commit that its host kept for itself is not taken for one (see [`drive`]).

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use deadpool_postgres::Connect;
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use tokio::task::JoinHandle;
use tokio_postgres::config::{Host, TargetSessionAttrs};
use tokio_postgres::error::DbError;
use tokio_postgres::tls::{MakeTlsConnect, TlsStream};
use tokio_postgres::{AsyncMessage, Client, Config, Connection, Error, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

/// Which of several hosts is asked first.
#[derive(Clone, Default)]
pub(super) struct Turn(Arc<AtomicUsize>);

impl Turn {
    /// Whoever it was is to be asked last.
    pub(super) fn pass(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Connects to whichever host takes writes.
pub(super) struct Hosts {
    tls: MakeRustlsConnect,
    each: Vec<Config>,
    turn: Turn,
    /// How long one host is waited for before the next is asked too.
    patience: Duration,
}

impl Hosts {
    /// The hosts of a configuration, all of which are asked within this time.
    pub(super) fn new(all: &Config, tls: MakeRustlsConnect, connect_timeout: Duration) -> Hosts {
        let count = all.get_hosts().len().max(all.get_hostaddrs().len());
        let patience = connect_timeout / u32::try_from(count).unwrap_or(u32::MAX).max(1);
        let each = match count {
            0 | 1 => vec![all.clone()],
            _ => (0..count).map(|place| one_of(all, place)).collect(),
        };
        Hosts { tls, each, turn: Turn::default(), patience }
    }

    /// Whose turn it is.
    pub(super) fn turn(&self) -> Turn {
        self.turn.clone()
    }

    async fn ask_all(&self) -> Result<(Client, JoinHandle<()>), Error> {
        let first = self.turn.0.load(Ordering::Relaxed);
        let count = self.each.len();
        let mut left = (0..count).map(|step| first.wrapping_add(step) % count);
        let mut asked = FuturesUnordered::new();
        let ask = |place: usize| async move { (place, self.ask(place).await) };
        let mut next = left.next();
        let mut failure = None;
        loop {
            if let Some(place) = next.take() {
                asked.push(ask(place));
            }
            let is_last = left.len() == 0;
            tokio::select! {
                answer = asked.next() => match answer {
                    Some((place, Ok((client, connection)))) => {
                        // Unless somebody has passed it on meanwhile.
                        let turn = &self.turn.0;
                        let _ = turn.compare_exchange(
                            first, place, Ordering::Relaxed, Ordering::Relaxed,
                        );
                        return Ok((client, tokio::spawn(drive(connection))));
                    }
                    Some((_, Err(error))) => failure = Some(error),
                    None => match failure {
                        Some(error) => return Err(error),
                        // There was nobody to ask: the pool's own bound ends this.
                        None => return std::future::pending().await,
                    },
                },
                () = tokio::time::sleep(self.patience), if !is_last => {}
            }
            next = left.next();
        }
    }

    async fn ask(&self, place: usize) -> Result<(Client, Link), Error> {
        match self.each.get(place) {
            Some(config) => config.connect(self.tls.clone()).await,
            None => std::future::pending().await,
        }
    }
}

/// A connection that nobody drives yet.
type Link = Connection<Socket, <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream>;

impl Connect for Hosts {
    fn connect(
        &self,
        _: &Config,
    ) -> Pin<Box<dyn Future<Output = Result<(Client, JoinHandle<()>), Error>> + Send + '_>> {
        Box::pin(self.ask_all())
    }
}

/// One of several hosts, by itself, which must take writes.
fn one_of(all: &Config, place: usize) -> Config {
    let mut one = Config::new();
    match all.get_hosts().get(place) {
        Some(Host::Tcp(name)) => {
            one.host(name);
        }
        #[cfg(unix)]
        Some(Host::Unix(path)) => {
            one.host_path(path);
        }
        None => {}
    }
    if let Some(address) = all.get_hostaddrs().get(place) {
        one.hostaddr(*address);
    }
    if let Some(port) = all.get_ports().get(place).or_else(|| all.get_ports().first()) {
        one.port(*port);
    }
    if let Some(user) = all.get_user() {
        one.user(user);
    }
    if let Some(password) = all.get_password() {
        one.password(password);
    }
    if let Some(name) = all.get_dbname() {
        one.dbname(name);
    }
    if let Some(options) = all.get_options() {
        one.options(options);
    }
    if let Some(name) = all.get_application_name() {
        one.application_name(name);
    }
    if let Some(timeout) = all.get_connect_timeout() {
        one.connect_timeout(*timeout);
    }
    if let Some(timeout) = all.get_tcp_user_timeout() {
        one.tcp_user_timeout(*timeout);
    }
    if let Some(interval) = all.get_keepalives_interval() {
        one.keepalives_interval(interval);
    }
    if let Some(retries) = all.get_keepalives_retries() {
        one.keepalives_retries(retries);
    }
    one.keepalives(all.get_keepalives())
        .keepalives_idle(all.get_keepalives_idle())
        .ssl_mode(all.get_ssl_mode())
        .ssl_negotiation(all.get_ssl_negotiation())
        .channel_binding(all.get_channel_binding())
        .target_session_attrs(TargetSessionAttrs::ReadWrite);
    one
}

/// Carries a connection's messages until it ends.
///
/// A commit waits for the standby. Where that wait is canceled, PostgreSQL says that it has
/// committed, and warns that no standby may have it: if another host leads by then, it is
/// lost. So the connection ends with the warning, which comes before the answer, and the
/// commit counts as one that got none.
async fn drive<T>(mut connection: Connection<Socket, T>)
where
    T: TlsStream + Unpin,
{
    loop {
        match poll_fn(|context| connection.poll_message(context)).await {
            Some(Ok(AsyncMessage::Notice(notice))) if is_of_a_lone_commit(&notice) => {
                tracing::error!("no standby confirmed a commit; whether it stands is not known");
                return;
            }
            Some(Ok(_)) => {}
            Some(Err(error)) => {
                tracing::warn!(%error, "a connection to the database broke");
                return;
            }
            None => return,
        }
    }
}

/// By the place in PostgreSQL's source that warns: the words are in the server's language.
fn is_of_a_lone_commit(notice: &DbError) -> bool {
    notice.routine() == Some("SyncRepWaitForLSN")
}
