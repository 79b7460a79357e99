//! Refusals as problem details.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE};
use runner::ClockError;
use serde_json::json;
use store::StoreError;

use crate::body::BodyError;
use crate::omise::OmiseError;

/// A refusal: a status, and what was wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    detail: String,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Problem {
        Problem { status, detail: detail.into() }
    }

    pub(crate) fn bad_request(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, detail)
    }

    pub(crate) fn unauthorized() -> Problem {
        let detail = "no key, or one that opens nothing here; send a secret key as the user name of HTTP Basic authentication, or a pair of keys as user name and password";
        Problem::new(StatusCode::UNAUTHORIZED, detail)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let title = self.status.canonical_reason().unwrap_or_default();
        let body = json!({
            "type": "about:blank",
            "title": title,
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        let mut response = (self.status, body.to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Basic realm=\"kalends\"");
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Problem {
        tracing::error!(%error, "the store failed");
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the store failed; the log says why")
    }
}

impl From<BodyError> for Problem {
    fn from(error: BodyError) -> Problem {
        Problem::new(error.status(), error.to_string())
    }
}

impl From<OmiseError> for Problem {
    fn from(error: OmiseError) -> Problem {
        Problem::new(error.status, error.message)
    }
}

impl From<ClockError> for Problem {
    fn from(error: ClockError) -> Problem {
        let status = match error {
            ClockError::Store(error) => return Problem::from(error),
            ClockError::Advancing { .. }
            | ClockError::Held { .. }
            | ClockError::Backwards { .. }
            | ClockError::Overtaken { .. }
            | ClockError::NotStanding => StatusCode::CONFLICT,
            ClockError::TooLate { .. } => StatusCode::BAD_REQUEST,
            ClockError::TooMuch { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            ClockError::Stopping => StatusCode::SERVICE_UNAVAILABLE,
        };
        Problem::new(status, error.to_string())
    }
}
