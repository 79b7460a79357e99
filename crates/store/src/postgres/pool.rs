//! Connections, a bounded number of them, and transactions on them.

use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{
    ClientWrapper, Hook, HookError, Manager, ManagerConfig, PoolError, RecyclingMethod, Runtime,
    Timeouts,
};
use tokio_postgres::Config;

use super::hosts::{Hosts, Turn};
use super::session::{After, Session};
use super::settings::{self, Settings};
use super::{presence, tls};
use crate::fault::{Fault, Outcome};

/// How often a transaction is made anew, at most, the first time included.
const ATTEMPTS_MAX: u32 = 8;
/// The pause before the second attempt; each later one is twice as long.
const PAUSE: Duration = Duration::from_millis(5);
/// How much longer than the database lets a statement take its answer is waited for.
const GRACE: Duration = Duration::from_secs(5);
/// How long a statement may take of who reads or moves everything.
const VISIT_MAX: Duration = Duration::from_hours(24);
/// A peer that is gone without a word is found out: so long after it was last heard of it is
/// asked, and so often, before the connection is given up.
const SILENCE_MAX: Duration = Duration::from_secs(10);
const PROBES_EVERY: Duration = Duration::from_secs(5);
const PROBES: u32 = 3;

/// Connections to one database.
pub(super) struct Pool {
    connections: deadpool_postgres::Pool,
    /// Which host is asked first.
    turn: Turn,
    /// How long one statement is waited for.
    patience: Duration,
}

impl Pool {
    /// Those of a node: none is made where the data are being moved, or have been.
    pub(super) fn of_node(settings: &Settings) -> Outcome<Pool> {
        let bounds = bounds(settings);
        let hook = Hook::async_fn(move |client: &mut ClientWrapper, _| {
            let bounds = Arc::clone(&bounds);
            Box::pin(async move {
                prepare(client, &bounds).await?;
                presence::enter(client).await
            })
        });
        Pool::new(settings, settings.connections_max, settings.statement_timeout, hook)
    }

    /// The one connection of somebody who is no node: who only reads, or has the data alone.
    pub(super) fn of_visitor(settings: &Settings) -> Outcome<Pool> {
        let bounds = bounds(settings);
        let hook = Hook::async_fn(move |client: &mut ClientWrapper, _| {
            let bounds = Arc::clone(&bounds);
            Box::pin(async move { prepare(client, &bounds).await })
        });
        Pool::new(settings, 1, VISIT_MAX, hook)
    }

    fn new(
        settings: &Settings,
        connections_max: usize,
        statement_max: Duration,
        post_create: Hook,
    ) -> Outcome<Pool> {
        let config = config(settings)?;
        let hosts = Hosts::new(&config, tls::connector(settings)?, settings.connect_timeout);
        let turn = hosts.turn();
        let manager = Manager::from_connect(
            config,
            hosts,
            // Asks each connection for a sign of life before it is used again.
            ManagerConfig { recycling_method: RecyclingMethod::Verified },
        );
        let timeout = Some(settings.connect_timeout);
        let connections = deadpool_postgres::Pool::builder(manager)
            .max_size(connections_max)
            .timeouts(Timeouts { wait: timeout, create: timeout, recycle: timeout })
            .runtime(Runtime::Tokio1)
            .post_create(post_create)
            .build()
            .map_err(|error| Fault::Refused(error.to_string()))?;
        Ok(Pool { connections, turn, patience: statement_max + GRACE })
    }

    /// A connection of its own.
    pub(super) async fn session(&self) -> Outcome<Session> {
        match self.connections.get().await {
            Ok(client) => Ok(Session::over(client, self.patience)),
            Err(PoolError::Backend(error)) => Err(Fault::Postgres(error)),
            Err(PoolError::PostCreateHook(HookError::Message(message))) => {
                Err(Fault::Elsewhere(message.into_owned()))
            }
            Err(PoolError::Closed) => Err(Fault::Refused("the store has stopped".to_owned())),
            Err(error) => Err(Fault::Unreachable(error.to_string())),
        }
    }

    /// Runs `work` in a transaction and commits it.
    pub(super) async fn transact<T, W, F>(&self, begin: &str, work: W) -> Outcome<(T, After)>
    where
        W: Fn(Arc<Session>) -> F,
        F: Future<Output = Outcome<T>>,
    {
        let mut attempts = 0;
        loop {
            attempts += 1;
            match self.attempt(begin, &work).await {
                Err(fault) if attempts < ATTEMPTS_MAX && fault.may_pass() => {
                    tracing::debug!(%fault, attempts, "a transaction is made anew");
                    tokio::time::sleep(PAUSE * 2_u32.pow(attempts - 1)).await;
                }
                done => return self.seen(done),
            }
        }
    }

    async fn attempt<T, W, F>(&self, begin: &str, work: &W) -> Outcome<(T, After)>
    where
        W: Fn(Arc<Session>) -> F,
        F: Future<Output = Outcome<T>>,
    {
        let session = Arc::new(self.session().await?);
        session.begin(begin).await?;
        match work(session.clone()).await {
            Ok(value) => Ok((value, session.commit().await?)),
            Err(fault) => {
                // One that has become a standby is let go in the middle, which closes it.
                if !fault.is_of_a_standby() {
                    session.roll_back().await;
                }
                Err(fault)
            }
        }
    }

    /// Runs `work` that needs no transaction and writes nothing.
    pub(super) async fn look<T, W, F>(&self, work: W) -> Outcome<T>
    where
        W: Fn(Arc<Session>) -> F,
        F: Future<Output = Outcome<T>>,
    {
        let mut attempts = 0;
        loop {
            attempts += 1;
            let looked = match self.session().await {
                Ok(session) => work(Arc::new(session)).await,
                Err(fault) => Err(fault),
            };
            match looked {
                Err(fault) if attempts < ATTEMPTS_MAX && fault.may_pass() => {
                    tokio::time::sleep(PAUSE * 2_u32.pow(attempts - 1)).await;
                }
                done => return self.seen(done),
            }
        }
    }

    /// Leaves a host that leaves something unanswered: what stands idle of it is closed, and
    /// another is asked first. It may be a primary that was, and that nobody has stopped.
    fn seen<T>(&self, done: Outcome<T>) -> Outcome<T> {
        if matches!(done, Err(Fault::NoAnswer(_) | Fault::Unknown(_))) {
            self.turn.pass();
            self.connections.retain(|_, _| false);
        }
        done
    }

    /// Ends what is idle, and gives out no more.
    pub(super) fn close(&self) {
        self.connections.close();
    }
}

/// What a connection may take its time for, and that the warnings that `hosts` waits for are
/// not kept back.
fn bounds(settings: &Settings) -> Arc<str> {
    let bounds = format!(
        "SET client_min_messages = warning; SET statement_timeout = {}; \
         SET idle_in_transaction_session_timeout = {}",
        settings.statement_timeout.as_millis(),
        settings.idle_transaction_timeout.as_millis()
    );
    bounds.into()
}

/// Says to a new connection what holds for its session. Not by start-up options: whoever pools
/// sessions in front of a database (`PgBouncer`) knows none.
async fn prepare(client: &ClientWrapper, bounds: &str) -> std::result::Result<(), HookError> {
    client.batch_execute(bounds).await.map_err(HookError::Backend)?;
    plan_each_batch(client).await
}

/// Batches differ in size by a factor of thousands, so a statement is planned for the batch at
/// hand; and none reads so much that compiling it, or starting processes for it, is worth the
/// while, however many rows the planner believes in. Where these are not known they are left out.
async fn plan_each_batch(client: &ClientWrapper) -> std::result::Result<(), HookError> {
    let plan = "SELECT set_config('plan_cache_mode', 'force_custom_plan', false),
        set_config('jit', 'off', false),
        set_config('max_parallel_workers_per_gather', '0', false)";
    match client.batch_execute(plan).await {
        Err(error) if error.code().is_none() => Err(HookError::Backend(error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn config(settings: &Settings) -> Outcome<Config> {
    let mut config = settings::read(&settings.url)
        .map_err(|error| Fault::Refused(format!("the database's URL cannot be read: {error}")))?;
    if let Some(password) = &settings.password {
        config.password(password);
    }
    config
        .connect_timeout(settings.connect_timeout)
        .keepalives_idle(SILENCE_MAX)
        .keepalives_interval(PROBES_EVERY)
        .keepalives_retries(PROBES)
        .tcp_user_timeout(SILENCE_MAX + PROBES_EVERY * PROBES);
    if config.get_application_name().is_none() {
        config.application_name("kalends");
    }
    Ok(config)
}
