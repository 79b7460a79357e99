//! One request, from its first byte to its answer's last.

use std::panic::AssertUnwindSafe;

use axum::body::Body;
use engine::PartyId;
use futures::FutureExt as _;
use http::{HeaderMap, Response};
use tracing::Instrument as _;

use super::{BoxedAnswer, Path};
use crate::App;
use crate::body;
use crate::moov::answer::Answer;
use crate::moov::authentication::authenticate;
use crate::moov::context::Context;
use crate::moov::ids::canonical;
use crate::moov::refusal::Refusal;
use crate::moov::request::Request;
use crate::moov::scope::Requirement;
use crate::moov::version::Version;

/// The version that an answer is wanted in.
const X_MOOV_VERSION: &str = "x-moov-version";

/// Serves a request with whatever answers it.
///
/// The work goes on in a task of its own: a client that hangs up changes nothing
/// about what is done, and a panic is an answer like any other.
pub(super) async fn serve(
    app: App,
    wants: Requirement,
    path: Path,
    request: http::Request<Body>,
    answer: impl FnOnce(Context, Request, Option<PartyId>, Vec<String>) -> BoxedAnswer + Send + 'static,
) -> Response<Body> {
    let task = tokio::spawn(respond(app, wants, path, request, answer).in_current_span());
    let answered = task.await.unwrap_or_else(|error| {
        tracing::error!(%error, "a request's task ended early");
        Err(Refusal::failed())
    });
    match answered {
        Ok(reply) => reply.into(),
        Err(refusal) => refusal.into(),
    }
}

async fn respond(
    app: App,
    wants: Requirement,
    path: Path,
    request: http::Request<Body>,
    answer: impl FnOnce(Context, Request, Option<PartyId>, Vec<String>) -> BoxedAnswer + Send,
) -> Answer {
    let (head, body) = request.into_parts();
    let version = version(&head.headers)?;
    let now = app.runner.now();
    let (account, caller) = authenticate(&app, &head.headers).await?;
    let context = Context { account, caller, version, now, app };
    let party = admit(&context, wants, path.account.as_deref())?;
    let request = Request::new(head, body::receive(body).await?)?;
    let answer = async move { answer(context, request, party, path.segments).await };
    AssertUnwindSafe(answer).catch_unwind().await.unwrap_or_else(|_| {
        // The panic hook has told what and where.
        tracing::error!("a request's handler panicked");
        Err(Refusal::failed())
    })
}

/// The header's version; a 404 where that is none, as if its paths were not there.
fn version(headers: &HeaderMap) -> Result<Version, Refusal> {
    let Some(asked) = headers.get(X_MOOV_VERSION) else { return Ok(Version::DEFAULT) };
    asked.to_str().ok().and_then(Version::resolve).ok_or_else(Refusal::not_found)
}

/// The party that the path names, if the caller's scopes reach that far.
fn admit(
    context: &Context,
    wants: Requirement,
    account: Option<&str>,
) -> Result<Option<PartyId>, Refusal> {
    let ids = context.ids();
    let Some(account) = account else {
        // What is somebody's and named by no path is the platform's own.
        let platform = context.platform().map(|party| ids.id(party));
        let admitted = context.caller.may(wants, platform.as_deref());
        return if admitted { Ok(None) } else { Err(Refusal::forbidden()) };
    };
    let account = canonical(account).ok_or_else(Refusal::not_found)?;
    if !context.caller.may(wants, Some(&account)) {
        return Err(Refusal::forbidden());
    }
    ids.find(&account).map(Some).ok_or_else(Refusal::not_found)
}
