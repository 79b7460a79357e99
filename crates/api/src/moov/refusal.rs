//! Refusals. Which of them have a body, and which shape it has, is part of Moov's
//! contract (the responses in its published documents): 400 and 409 say `{"error": …}`,
//! 422 says it in a shape of the operation's own, all others say nothing. Where
//! what is not found was moved out of the data, a header says where it went.

use axum::body::Body;
use gateway::bank::{BankError, PartyError};
use http::header::{HeaderName, HeaderValue};
use http::{Response, StatusCode};
use serde_json::{Value, json};
use store::StoreError;

use super::answer::{json_response, response};
use crate::body::BodyError;

/// A request that is not done.
#[derive(Clone, PartialEq, Debug)]
pub struct Refusal {
    status: StatusCode,
    body: Option<Value>,
    /// Where it is, if it was moved out of the data.
    moved: Option<String>,
}

/// The header that says where something is that was moved out of the data.
const MOVED: HeaderName = HeaderName::from_static("x-kalends-moved");

impl Refusal {
    /// 400: what was sent cannot be decoded.
    pub fn malformed(message: impl Into<String>) -> Refusal {
        Refusal::told(StatusCode::BAD_REQUEST, message)
    }

    /// 401: no key or token, or one that opens nothing any more.
    #[must_use]
    pub const fn unauthorized() -> Refusal {
        Refusal { status: StatusCode::UNAUTHORIZED, body: None, moved: None }
    }

    /// 403: the caller is known and may not do this.
    #[must_use]
    pub const fn forbidden() -> Refusal {
        Refusal { status: StatusCode::FORBIDDEN, body: None, moved: None }
    }

    /// 404: there is no such thing, or none that the caller may see.
    #[must_use]
    pub const fn not_found() -> Refusal {
        Refusal { status: StatusCode::NOT_FOUND, body: None, moved: None }
    }

    /// 404 of what was moved out of the data, with where it is.
    pub(crate) fn moved(to: String) -> Refusal {
        Refusal { moved: Some(to), ..Refusal::not_found() }
    }

    /// 409: it conflicts with how things are now.
    pub fn conflict(message: impl Into<String>) -> Refusal {
        Refusal::told(StatusCode::CONFLICT, message)
    }

    /// 409 with what is there already, for the operations that answer so.
    #[must_use]
    pub const fn conflict_with(existing: Value) -> Refusal {
        Refusal { status: StatusCode::CONFLICT, body: Some(existing), moved: None }
    }

    /// 422: well-formed and not valid. [`super::Problems`] makes most of them.
    #[must_use]
    pub const fn invalid(body: Value) -> Refusal {
        Refusal { status: StatusCode::UNPROCESSABLE_ENTITY, body: Some(body), moved: None }
    }

    /// 500: something failed here. What did is for the log, not for the client.
    #[must_use]
    pub const fn failed() -> Refusal {
        Refusal { status: StatusCode::INTERNAL_SERVER_ERROR, body: None, moved: None }
    }

    /// 429: too much was asked in too short a time.
    pub(crate) const fn too_many_requests() -> Refusal {
        Refusal { status: StatusCode::TOO_MANY_REQUESTS, body: None, moved: None }
    }

    /// 502: the account behind this server did not say.
    pub(crate) fn upstream_silent(message: &str) -> Refusal {
        Refusal::upstream(StatusCode::BAD_GATEWAY, message)
    }

    /// What is between this server and the account behind it.
    pub(crate) fn upstream(status: StatusCode, message: &str) -> Refusal {
        Refusal::told(status, message)
    }

    /// 405: the path has other methods.
    pub(super) const fn unknown_method() -> Refusal {
        Refusal { status: StatusCode::METHOD_NOT_ALLOWED, body: None, moved: None }
    }

    fn told(status: StatusCode, message: impl Into<String>) -> Refusal {
        Refusal { status, body: Some(json!({"error": message.into()})), moved: None }
    }

    /// The status.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The body, where it has one.
    #[must_use]
    pub const fn body(&self) -> Option<&Value> {
        self.body.as_ref()
    }
}

impl From<Refusal> for Response<Body> {
    fn from(refusal: Refusal) -> Response<Body> {
        let mut answer = match refusal.body {
            Some(body) => json_response(refusal.status, &body),
            None => response(refusal.status, None, Body::empty()),
        };
        if let Some(moved) = refusal.moved.and_then(|it| HeaderValue::try_from(it).ok()) {
            answer.headers_mut().insert(MOVED, moved);
        }
        answer
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Refusal {
        // Within the request's span, which carries its id.
        tracing::error!(%error, "the store failed");
        Refusal::failed()
    }
}

impl From<BankError> for Refusal {
    fn from(error: BankError) -> Refusal {
        match error {
            BankError::NotFound(_) => return Refusal::not_found(),
            BankError::Party(PartyError::Disconnected) => {
                return Refusal::conflict("the account is disconnected: it can only be read");
            }
            _ => {}
        }
        tracing::error!(%error, "the bank failed, or refused for a reason that was not foreseen");
        Refusal::failed()
    }
}

impl From<BodyError> for Refusal {
    fn from(error: BodyError) -> Refusal {
        Refusal::told(error.status(), error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_body_in_moovs_documents_has_none() {
        for bodiless in [
            Refusal::unauthorized(),
            Refusal::forbidden(),
            Refusal::not_found(),
            Refusal::failed(),
            Refusal::unknown_method(),
        ] {
            assert_eq!(bodiless.body(), None, "{}", bodiless.status());
        }
    }

    #[test]
    fn a_failing_store_tells_the_client_nothing_of_its_inside() {
        let error = StoreError::Database { during: "reading", message: "secret".to_owned() };
        assert_eq!(Refusal::from(error), Refusal::failed());
    }
}
