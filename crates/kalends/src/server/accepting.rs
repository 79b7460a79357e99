//! The accept loop: header timeout, connection cap, graceful drain.
//!
//! `axum::serve` has none of the three, so the loop is our own.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use api::PeerAddress;
use axum::Router;
use http::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt as _;

use super::Entrance;
use super::connections::{Connections, Turned};

/// How long a client may take to send the head of a request, and how long a
/// connection may idle between two.
const HEADER_TIMEOUT: Duration = Duration::from_secs(30);
/// Bytes of a request's head.
const HEADER_BYTES_MAX: usize = 64 * 1024;
/// How long what was written may stay unread: a client that asks and does not read the
/// answers holds a connection no longer.
const UNREAD_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a client may take to agree on keys.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long requests in flight may take once the server is told to stop.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(15);
/// How long the loop waits when the machine is out of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until `stop` resolves, then lets requests in flight finish.
pub(super) async fn serve(entrance: Entrance, router: Router, stop: impl Future<Output = ()>) {
    let Entrance { listener, connections, certificate } = entrance;
    let graceful = GracefulShutdown::new();
    tokio::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &connections) => accepted,
            () = &mut stop => break,
        };
        let Some((stream, peer, place)) = accepted else { continue };
        let (router, watcher) = (router.clone(), graceful.watcher());
        let acceptor = certificate.as_ref().map(super::Certificate::acceptor);
        tokio::spawn(async move {
            let ended = match acceptor {
                None => answer(stream, peer, router, watcher).await,
                Some(acceptor) => {
                    let shaken = tokio::time::timeout(HANDSHAKE_TIMEOUT, acceptor.accept(stream));
                    match shaken.await {
                        Ok(Ok(stream)) => answer(stream, peer, router, watcher).await,
                        Ok(Err(error)) => Err(error.into()),
                        Err(late) => Err(io::Error::from(late).into()),
                    }
                }
            };
            if let Err(error) = ended {
                tracing::debug!(error, "a connection ended early");
            }
            drop(place);
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

/// Answers what is asked over one connection, until it ends.
async fn answer<S>(
    stream: S,
    peer: SocketAddr,
    router: Router,
    watcher: Watcher,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let peer = PeerAddress(peer.ip());
    let service = router.map_request(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer);
        request
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(HEADER_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
    Ok(watcher.watch(connection).await?)
}

/// The next connection and its place among all; `None` where it has none, or none came.
async fn accept(
    listener: &TcpListener,
    connections: &Connections,
) -> Option<(TcpStream, SocketAddr, super::connections::Place)> {
    let waiting = connections.wait().await?;
    match listener.accept().await {
        Ok((stream, peer)) => match waiting.take(peer.ip()) {
            Ok(place) => {
                prepare(&stream);
                Some((stream, peer, place))
            }
            // Closed unread: an answer would cost more than the connection.
            Err(Turned { is_first }) => {
                if is_first {
                    tracing::warn!(
                        "an address has as many connections as one may have; further ones are closed"
                    );
                }
                None
            }
        },
        Err(error) => {
            tracing::warn!(%error, "a connection could not be accepted");
            tokio::time::sleep(ACCEPT_PAUSE).await;
            None
        }
    }
}

fn prepare(stream: &TcpStream) {
    // Answers are whole when they are written: nothing is gained by waiting for more.
    let _ = stream.set_nodelay(true);
    // The kernel ends what takes nothing, also where a window stays closed (tcp(7)).
    if let Err(error) = SockRef::from(stream).set_tcp_user_timeout(Some(UNREAD_TIMEOUT)) {
        tracing::debug!(%error, "a connection has no limit on what stays unread");
    }
}
