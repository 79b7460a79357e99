//! Answers as Moov gives them: JSON, or nothing at all.

use axum::body::Body;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use serde_json::Value;

use super::refusal::Refusal;
use crate::idempotency::IDEMPOTENT_REPLAYED;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// What a handler gives.
pub type Answer = Result<Reply, Refusal>;

/// What is answered to a request that is not refused.
#[derive(Clone, PartialEq, Debug)]
pub struct Reply {
    status: StatusCode,
    content: Option<Content>,
    /// Whether it was given before, to the same request.
    is_replayed: bool,
}

#[derive(Clone, PartialEq, Debug)]
enum Content {
    Json(Value),
    Other(HeaderValue, Bytes),
}

impl Reply {
    /// A 200. Moov's SDKs take a 201 for a failure, so this is the success of a POST too.
    #[must_use]
    pub const fn json(body: Value) -> Reply {
        Reply::with_status(StatusCode::OK, body)
    }

    /// A 204.
    #[must_use]
    pub const fn none() -> Reply {
        Reply { status: StatusCode::NO_CONTENT, content: None, is_replayed: false }
    }

    /// A 200 without a body.
    #[must_use]
    pub const fn bare() -> Reply {
        Reply { status: StatusCode::OK, content: None, is_replayed: false }
    }

    /// JSON under another status, for the few operations that have one.
    #[must_use]
    pub const fn with_status(status: StatusCode, body: Value) -> Reply {
        Reply { status, content: Some(Content::Json(body)), is_replayed: false }
    }

    /// A 200 of something that is not JSON: an image.
    #[must_use]
    pub const fn bytes(content_type: &'static str, bytes: Bytes) -> Reply {
        let content = Content::Other(HeaderValue::from_static(content_type), bytes);
        Reply { status: StatusCode::OK, content: Some(content), is_replayed: false }
    }

    /// A 200 that was given before: its JSON, as it was sent then.
    #[must_use]
    pub fn replayed(json: Vec<u8>) -> Reply {
        let content = Content::Other(JSON, Bytes::from(json));
        Reply { status: StatusCode::OK, content: Some(content), is_replayed: true }
    }

    /// The JSON that is answered, as it is sent, where that is what is answered.
    pub(super) fn as_json(&self) -> Option<Vec<u8>> {
        match &self.content {
            Some(Content::Json(value)) => Some(value.to_string().into_bytes()),
            Some(Content::Other(..)) | None => None,
        }
    }
}

impl From<Reply> for Response<Body> {
    fn from(reply: Reply) -> Response<Body> {
        let mut response = match reply.content {
            None => response(reply.status, None, Body::empty()),
            Some(Content::Json(value)) => json_response(reply.status, &value),
            Some(Content::Other(content_type, bytes)) => {
                response(reply.status, Some(content_type), Body::from(bytes))
            }
        };
        if reply.is_replayed {
            let headers = response.headers_mut();
            headers.insert(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
        }
        response
    }
}

/// JSON on one line, as Go writes it.
pub(super) fn json_response(status: StatusCode, body: &Value) -> Response<Body> {
    response(status, Some(JSON), Body::from(body.to_string()))
}

pub(super) fn response(
    status: StatusCode,
    content_type: Option<HeaderValue>,
    body: Body,
) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    if let Some(content_type) = content_type {
        response.headers_mut().insert(CONTENT_TYPE, content_type);
    }
    response
}
