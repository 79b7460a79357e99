//! `x-idempotency-key`: under one key a thing is made once, for ever.

use engine::IdempotencyKey;

use crate::moov::context::Context;
use crate::moov::refusal::Refusal;
use crate::moov::request::Request;

/// The header.
const HEADER: &str = "x-idempotency-key";
/// How long a key can be, in characters: as long as a UUID.
const LENGTH_MAX: usize = 36;

/// The key of a request, which must have one, for what is made at a path below others.
pub(super) fn key(
    context: &Context,
    request: &Request,
    place: &str,
) -> Result<IdempotencyKey, Refusal> {
    let given = request.header(HEADER).unwrap_or_default().trim();
    if given.is_empty() {
        return Err(Refusal::malformed(format!("the header {HEADER} is missing; it is a UUID")));
    }
    if given.len() > LENGTH_MAX {
        let told = format!("the header {HEADER} is longer than {LENGTH_MAX} characters");
        return Err(Refusal::malformed(told));
    }
    // In capitals it is the same UUID, the one in the path too.
    let key = format!("{place}{given}").to_ascii_lowercase();
    Ok(IdempotencyKey::of_request(context.account.id, &key))
}
