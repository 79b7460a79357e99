//! Who asks Kalends' own API, and what was sent.

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts};
use axum::response::{IntoResponse, Response};
use engine::Account;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::request::Parts;
use serde_json::Value;
use store::CredentialKind;

use super::problem::Problem;
use crate::App;
use crate::body;
use crate::omise::Params;

/// An answer.
pub(super) struct Reply(pub(super) Value);

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let json = HeaderValue::from_static("application/json");
        ([(CONTENT_TYPE, json)], self.0.to_string()).into_response()
    }
}

/// The account whose secret key the request shows.
pub(super) struct Caller(pub(super) Account);

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Caller, Problem> {
        let store = app.store().as_ref();
        let credential = match app.credentials.of(&parts.headers, store).await? {
            None => app.credentials.of_pair(&parts.headers, store).await?,
            some => some,
        };
        let credential = credential
            .filter(|credential| credential.kind == CredentialKind::Secret)
            .ok_or_else(Problem::unauthorized)?;
        let account = app.store().account(credential.account).await?;
        account.map(Caller).ok_or_else(Problem::unauthorized)
    }
}

/// What was sent, in any encoding that Omise's endpoints take.
pub(super) struct Sent(pub(super) Params);

impl FromRequest<App> for Sent {
    type Rejection = Problem;

    async fn from_request(request: http::Request<Body>, _app: &App) -> Result<Sent, Problem> {
        let (head, body) = request.into_parts();
        let bytes = body::receive(body).await?;
        let content_type = head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        Ok(Sent(Params(body::decode(content_type, &bytes, head.uri.query())?)))
    }
}
