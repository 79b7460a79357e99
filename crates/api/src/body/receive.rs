//! Taking a body off the wire: bounded in bytes and in time.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

use super::{BYTES_MAX, BodyError};

/// How long a body may take: a client that trickles holds a connection no longer.
pub const RECEIVE_TIMEOUT: Duration = Duration::from_secs(30);

/// The whole body, once it is there.
pub async fn receive(body: Body) -> Result<Bytes, BodyError> {
    receive_at_most(BYTES_MAX, body).await
}

/// The whole body, where an endpoint takes others than most do.
pub async fn receive_at_most(bytes_max: usize, body: Body) -> Result<Bytes, BodyError> {
    let collected = Limited::new(body, bytes_max).collect();
    match tokio::time::timeout(RECEIVE_TIMEOUT, collected).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(BodyError::TooLarge { bytes_max }),
        Ok(Err(_)) => Err(BodyError::Incomplete),
        Err(_) => Err(BodyError::TooSlow { seconds_max: RECEIVE_TIMEOUT.as_secs() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_body_that_never_ends_is_given_up() {
        let trickle =
            Body::from_stream(futures::stream::pending::<Result<Bytes, std::io::Error>>());
        assert_eq!(receive(trickle).await, Err(BodyError::TooSlow { seconds_max: 30 }));
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_incomplete() {
        let broken = [Ok(Bytes::from_static(b"{")), Err(std::io::Error::other("reset"))];
        let body = Body::from_stream(futures::stream::iter(broken));
        assert_eq!(receive(body).await, Err(BodyError::Incomplete));
    }

    #[tokio::test]
    async fn a_body_past_the_limit_is_too_large() {
        let body = Body::from(vec![b' '; BYTES_MAX + 1]);
        assert_eq!(receive(body).await, Err(BodyError::TooLarge { bytes_max: BYTES_MAX }));
    }
}
