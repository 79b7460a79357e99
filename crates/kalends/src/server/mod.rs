//! The server as a whole: what it listens with, and when it ends.
//!
//! - `accepting` takes connections until it is told to stop, and then lets them finish.
//! - `connections` bounds how many there are, in all and from one address.
//! - `descriptors` sees to it that there are files and sockets enough for them.
//! - `tls` is how it speaks where it has a certificate.

mod accepting;
mod connections;
mod descriptors;
mod tls;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use axum::Router;
use futures::FutureExt as _;
use futures::future::join_all;
use runner::Handle;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};

pub(crate) use self::connections::ConnectionLimits;
use self::connections::Connections;
pub(crate) use self::tls::{Certificate, CertificateFiles};

/// How long batches in flight may take to end once nothing can be written of them.
const FAILED_TIMEOUT: Duration = Duration::from_secs(15);

/// What a server listens with.
pub(crate) struct Entrance {
    listener: TcpListener,
    connections: Connections,
    certificate: Option<Certificate>,
}

impl Entrance {
    /// Listens at an address; by TLS, where there is a certificate.
    ///
    /// # Errors
    ///
    /// Where the address is taken or none of this machine's.
    pub(crate) async fn open(
        address: SocketAddr,
        limits: ConnectionLimits,
        certificate: Option<Certificate>,
    ) -> anyhow::Result<Entrance> {
        let listener = TcpListener::bind(address)
            .await
            .with_context(|| format!("cannot listen on {address}"))?;
        let connections = Connections::new(descriptors::fitting(limits));
        Ok(Entrance { listener, connections, certificate })
    }

    /// Where it listens, the port chosen if none was said.
    pub(crate) fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// The URL under which it is asked.
    pub(crate) fn url(&self) -> std::io::Result<String> {
        let scheme = if self.certificate.is_some() { "https" } else { "http" };
        Ok(format!("{scheme}://{}", self.address()?))
    }
}

/// The signals by which a server is told to stop. They are heard from here on, so this comes
/// before anybody is told that it is ready, who may stop it at once.
pub(crate) struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    /// # Errors
    ///
    /// Where the system lets none be heard.
    pub(crate) fn hear() -> anyhow::Result<StopSignals> {
        let hear = |kind| signal(kind).context("cannot hear signals");
        let (terminate, interrupt) =
            (hear(SignalKind::terminate())?, hear(SignalKind::interrupt())?);
        Ok(StopSignals { terminate, interrupt })
    }

    /// Resolves on SIGTERM or Ctrl-C.
    async fn told_to_stop(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Serves until the process is told to stop, or can write nothing more. Then requests and
/// batches in flight end and the data is closed. Where it was the data that failed, that is
/// the answer: a process that lived on could neither pay nor tell what it has paid, and
/// whoever watches over it starts another.
pub(crate) async fn run(
    entrance: Entrance,
    signals: StopSignals,
    router: Router,
    runners: &[Arc<Handle>],
) -> anyhow::Result<()> {
    let Some(store) = runners.first().map(|runner| runner.store()) else {
        bail!("there is nothing to run");
    };
    accepting::serve(entrance, router, async {
        tokio::select! {
            () = signals.told_to_stop() => {}
            reason = store.failed() => {
                tracing::error!(%reason, "nothing more can be written; stopping");
            }
        }
    })
    .await;
    let in_time = tokio::select! {
        _ = join_all(runners.iter().map(|runner| runner.stop())) => true,
        () = async {
            store.failed().await;
            tokio::time::sleep(FAILED_TIMEOUT).await;
        } => false,
    };
    if !in_time {
        tracing::warn!(
            "batches still in flight {} seconds after the data had failed were cut off",
            FAILED_TIMEOUT.as_secs()
        );
    }
    let failure = store.failed().now_or_never();
    store.stop().await;
    match failure {
        Some(reason) => bail!("the data can no longer be written: {reason}"),
        None => Ok(()),
    }
}
