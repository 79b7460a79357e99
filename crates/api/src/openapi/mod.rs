//! Descriptions of what is served (`OpenAPI` 3.1), made of the words and bounds by which
//! requests are read. What an API's own module says of itself stands beside its endpoints;
//! here is what any of them needs to say it.
//!
//! Tests hold the descriptions to the code: every path and method that is registered is
//! described and no other ([`Recorded`] knows the paths), and every answer that any test
//! gets is of a status and shape that its operation has.

mod document;
mod operation;
mod recorded;
pub(crate) mod schema;

use std::sync::LazyLock;

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use serde_json::Value;

pub(crate) use self::document::Description;
pub(crate) use self::operation::{Operation, query};
pub(crate) use self::recorded::Recorded;
use crate::App;
use crate::{moov, native, omise};

/// A document that is served, and kept in the repository, under its name.
#[derive(Clone, Debug)]
pub struct Document {
    /// The name of its file.
    pub name: String,
    /// What it says.
    pub content: Value,
    /// The paths that the code has, by which it is checked.
    pub paths: Vec<String>,
}

/// All there are.
#[must_use]
pub fn documents() -> Vec<Document> {
    let mut all = vec![native::openapi::document()];
    all.extend(omise::openapi::documents());
    all.extend(moov::openapi::documents());
    all
}

/// Their names and texts, as they are served.
static SERVED: LazyLock<Vec<(String, Bytes)>> = LazyLock::new(|| {
    let all = documents().into_iter();
    all.map(|document| (document.name, document.content.to_string().into())).collect()
});

/// Serves each document, to anybody.
pub(crate) fn routes() -> Router<App> {
    SERVED.iter().fold(Router::new(), |router, (name, text)| {
        let serve = async move || -> Response {
            let json = HeaderValue::from_static("application/json");
            ([(CONTENT_TYPE, json)], text.clone()).into_response()
        };
        router.route(&format!("/openapi/{name}"), get(serve))
    })
}
