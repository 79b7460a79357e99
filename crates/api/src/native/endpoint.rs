//! Who asks Kalends' own API, and what was sent.

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Path};
use axum::response::{IntoResponse, Response};
use engine::Account;
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::request::Parts;
use serde_json::Value;
use store::{AuditEntry, CredentialKind, Deed};

use super::problem::Problem;
use crate::App;
use crate::body;
use crate::omise::Params;
use crate::scope;

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
        Actor::from_request_parts(parts, app).await.map(|actor| Caller(actor.account))
    }
}

/// Who asks for something that is kept on record.
pub(super) struct Actor {
    /// Whose secret key the request shows.
    pub(super) account: Account,
    /// The SHA-256 of that key.
    sha256: [u8; 32],
    /// How far it reaches.
    pub(super) kind: CredentialKind,
}

impl Actor {
    /// A name for the record: enough of the key's hash to tell keys apart, and nothing
    /// that opens anything.
    pub(super) fn name(&self) -> Box<str> {
        let [first, second, third, fourth, ..] = self.sha256;
        format!("key {first:02x}{second:02x}{third:02x}{fourth:02x}").into()
    }

    /// What is written down of something done by hand.
    pub(super) fn entry(&self, app: &App, deed: Deed, subject: &str, reason: &str) -> AuditEntry {
        AuditEntry {
            account: self.account.id,
            at: app.runner.wall_now(),
            actor: self.name(),
            deed,
            subject: subject.into(),
            reason: reason.into(),
        }
    }
}

impl FromRequestParts<App> for Actor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Actor, Problem> {
        app.runner.follow_clock().await?;
        let store = app.store().as_ref();
        let now = app.runner.wall_now();
        let credential = match app.credentials.of(&parts.headers, store, now).await? {
            None => app.credentials.of_pair(&parts.headers, store, now).await?,
            some => some,
        };
        let credential = credential
            .filter(|credential| credential.kind != CredentialKind::Public)
            .ok_or_else(Problem::unauthorized)?;
        scope::admit(credential.kind, scope::wanted(&parts.method, &parts.uri))
            .map_err(|detail| Problem::new(StatusCode::FORBIDDEN, detail))?;
        let account = app.store().account(credential.account).await?;
        let account = account.ok_or_else(Problem::unauthorized)?;
        Ok(Actor { account, sha256: credential.sha256, kind: credential.kind })
    }
}

/// What the path names.
pub(super) struct Named(pub(super) String);

impl FromRequestParts<App> for Named {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Named, Problem> {
        let named = Path::<String>::from_request_parts(parts, app).await;
        // What is not UTF-8 names nothing.
        let nothing = |_| Problem::new(StatusCode::NOT_FOUND, "the path names nothing");
        named.map(|Path(id)| Named(id)).map_err(nothing)
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
