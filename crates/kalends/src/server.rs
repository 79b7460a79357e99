//! The accept loop: header timeout, connection cap, graceful drain; and when it ends.
//!
//! `axum::serve` has none of the three, so the loop is our own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use api::PeerAddress;
use axum::Router;
use futures::FutureExt as _;
use futures::future::join_all;
use http::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use runner::Handle;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower::ServiceExt as _;

/// How long a client may take to send the head of a request, and how long a
/// connection may idle between two.
const HEADER_TIMEOUT: Duration = Duration::from_secs(30);
/// Connections at once; more wait to be accepted.
const CONNECTIONS_MAX: usize = 4_096;
/// Bytes of a request's head.
const HEADER_BYTES_MAX: usize = 64 * 1024;
/// How long requests in flight may take once the server is told to stop.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(15);
/// How long batches in flight may take to end once nothing can be written of them.
const FAILED_TIMEOUT: Duration = Duration::from_secs(15);
/// How long the loop waits when the machine is out of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until the process is told to stop, or can write nothing more. Then requests and
/// batches in flight end and the data is closed. Where it was the data that failed, that is
/// the answer: a process that lived on could neither pay nor tell what it has paid, and
/// whoever watches over it starts another.
pub(crate) async fn run(
    listener: TcpListener,
    router: Router,
    runners: &[Arc<Handle>],
) -> anyhow::Result<()> {
    let Some(store) = runners.first().map(|runner| runner.store()) else {
        bail!("there is nothing to run");
    };
    serve(listener, router, async {
        tokio::select! {
            heard = told_to_stop() => if let Err(error) = heard {
                tracing::error!(%error, "signals cannot be heard; stopping");
            },
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

/// Serves until `stop` resolves, then lets requests in flight finish.
async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let connections = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let graceful = GracefulShutdown::new();
    tokio::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &connections) => accepted,
            () = &mut stop => break,
        };
        let Some((stream, peer, permit)) = accepted else { continue };
        let peer = PeerAddress(peer.ip());
        let service = router.clone().map_request(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(peer);
            request
        });
        let service = TowerToHyperService::new(service);
        let connection = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_TIMEOUT)
            .max_buf_size(HEADER_BYTES_MAX)
            .serve_connection(TokioIo::new(stream), service);
        let watched = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = watched.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(permit);
        });
    }
    drop(listener);
    if tokio::time::timeout(DRAIN_TIMEOUT, graceful.shutdown()).await.is_err() {
        tracing::warn!(
            "requests still in flight after {} seconds were cut off",
            DRAIN_TIMEOUT.as_secs()
        );
    }
}

async fn accept(
    listener: &TcpListener,
    connections: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit)> {
    let permit = Arc::clone(connections).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => {
            // Answers are whole when they are written: nothing is gained by waiting for more.
            let _ = stream.set_nodelay(true);
            Some((stream, peer, permit))
        }
        Err(error) => {
            tracing::warn!(%error, "a connection could not be accepted");
            tokio::time::sleep(ACCEPT_PAUSE).await;
            None
        }
    }
}

/// Resolves on SIGTERM or Ctrl-C.
async fn told_to_stop() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
