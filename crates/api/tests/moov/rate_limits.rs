//! How much anybody may ask, of each of the APIs.

use std::num::NonZeroU32;

use api::{PeerAddress, Quota, RateLimits};
use axum::body::Body;
use http::{HeaderMap, Request};

use crate::sandbox::{Answered, Sandbox};

fn quota(requests: u32, window_seconds: u32) -> Quota {
    Quota {
        requests: NonZeroU32::new(requests).unwrap(),
        window_seconds: NonZeroU32::new(window_seconds).unwrap(),
    }
}

async fn limited() -> Sandbox {
    let limits =
        RateLimits { per_credential: Some(quota(3, 60)), per_address: Some(quota(2, 600)) };
    Sandbox::open().await.limited(limits)
}

fn told(headers: &HeaderMap) -> [Option<&str>; 3] {
    ["ratelimit-policy", "ratelimit", "retry-after"]
        .map(|name| headers.get(name).map(|value| value.to_str().unwrap()))
}

async fn from(sandbox: &Sandbox, address: &str, path: &str) -> Answered {
    let mut request = Request::get(path).body(Body::empty()).unwrap();
    request.extensions_mut().insert(PeerAddress(address.parse().unwrap()));
    sandbox.answer(request).await
}

#[tokio::test]
async fn a_credential_is_told_what_is_left_and_refused_until_more_is() {
    let sandbox = limited().await;
    let policy = Some("\"credential\";q=3;w=60");
    for left in ["\"credential\";r=2;t=20", "\"credential\";r=1;t=40", "\"credential\";r=0;t=60"] {
        let answered = sandbox.ask().get("/ping").await;
        assert_eq!((answered.status, told(&answered.headers)), (200, [policy, Some(left), None]));
    }
    let refused = sandbox.ask().get("/ping").await;
    refused.is_bare(429);
    assert_eq!(told(&refused.headers), [policy, Some("\"credential\";r=0;t=60"), Some("20")]);
    sandbox.wait_seconds(20);
    assert_eq!(sandbox.ask().get("/ping").await.status, 200);
}

#[tokio::test]
async fn wrong_keys_are_counted_by_address_and_keep_nobody_else_from_asking() {
    let sandbox = limited().await;
    for path in ["/schedules", "/accounts"] {
        assert_eq!(from(&sandbox, "192.0.2.7", path).await.status, 401, "{path}");
    }
    let refused = from(&sandbox, "::ffff:192.0.2.7", "/schedules").await;
    assert_eq!(
        (refused.status, refused.text.contains("\"code\": \"too_many_requests\"")),
        (429, true),
        "{}",
        refused.text
    );
    let policy = "\"address\";q=2;w=600";
    assert_eq!(told(&refused.headers), [Some(policy), Some("\"address\";r=0;t=600"), Some("300")]);
    from(&sandbox, "192.0.2.7", "/accounts").await.is_bare(429);
    let refused = from(&sandbox, "192.0.2.7", "/kalends/v1/schedules").await;
    assert_eq!(refused.headers["content-type"], "application/problem+json");
    assert!(refused.text.contains("Retry-After"), "{}", refused.text);
    assert_eq!(from(&sandbox, "192.0.2.8", "/accounts").await.status, 401);
    assert_eq!(sandbox.ask().get("/ping").await.status, 200);
}

#[tokio::test]
async fn health_and_metrics_are_never_refused() {
    let sandbox = limited().await;
    for _ in 0..10 {
        for path in ["/healthz", "/metrics"] {
            assert_eq!(from(&sandbox, "192.0.2.7", path).await.status, 200);
        }
    }
    assert_eq!(from(&sandbox, "192.0.2.7", "/schedules").await.status, 401);
}
