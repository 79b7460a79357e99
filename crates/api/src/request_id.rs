//! The name of a request: in its answer, and in every line logged about it.

use engine::Instant;
use uuid::{Builder, Uuid};

/// A version-7 UUID, made of the clock that the caller goes by and 74 random bits.
pub(crate) fn request_id(now: Instant) -> Uuid {
    let milliseconds = u64::try_from(now.nanoseconds().div_euclid(1_000_000)).unwrap_or(0);
    let mut random = [0; 10];
    // Without randomness two ids may be alike; no request should fail for that.
    let _ = getrandom::fill(&mut random);
    Builder::from_unix_timestamp_millis(milliseconds, &random).into_uuid()
}
