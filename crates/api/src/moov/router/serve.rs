//! One request, from its first byte to its answer's last.

use std::panic::AssertUnwindSafe;

use axum::body::Body;
use bank::RecordKind;
use engine::{Account, PartyId};
use futures::FutureExt as _;
use http::request::Parts;
use http::{HeaderMap, Response};
use store::RecordKey;
use tracing::Instrument as _;

use super::{Admission, BoxedAnswer, Path};
use crate::App;
use crate::body;
use crate::foreign::ForeignNames;
use crate::moov::answer::Answer;
use crate::moov::authentication::authenticate;
use crate::moov::context::Context;
use crate::moov::ids::canonical;
use crate::moov::refusal::Refusal;
use crate::moov::request::Request;
use crate::moov::scope::Requirement;
use crate::moov::version::Version;
use crate::overlay::moov;

/// The version that an answer is wanted in.
const X_MOOV_VERSION: &str = "x-moov-version";

/// Serves a request with whatever answers it, once the caller is known and admitted.
pub(super) async fn serve(
    app: App,
    admission: Admission,
    path: Path,
    request: http::Request<Body>,
    answer: impl FnOnce(Context, Request, Option<PartyId>, Vec<String>) -> BoxedAnswer + Send + 'static,
) -> Response<Body> {
    apart(async move {
        let (head, body) = request.into_parts();
        let version = version(&head.headers)?;
        let (context, party) = let_in(app, &head, version, admission, &path).await?;
        let body = body::receive_at_most(admission.bytes_max, body).await?;
        let request = Request::new(head, body)?;
        answer(context, request, party, path.segments).await
    })
    .await
}

/// Bytes of a body that anybody may send: as many at once as there may be connections.
const OPEN_BYTES_MAX: usize = 16 * 1_024;

/// Serves a request with whatever answers it, and asks for no authentication.
pub(super) async fn serve_openly<A>(
    app: App,
    request: http::Request<Body>,
    answer: impl FnOnce(App, Request) -> A + Send + 'static,
) -> Response<Body>
where
    A: Future<Output = Answer> + Send + 'static,
{
    apart(async move {
        let (head, body) = request.into_parts();
        version(&head.headers)?;
        let body = body::receive_at_most(OPEN_BYTES_MAX, body).await?;
        let request = Request::new(head, body)?;
        answer(app, request).await
    })
    .await
}

/// Answers in a task of its own: a client that hangs up changes nothing about what is
/// done, and a panic is an answer like any other.
async fn apart(answer: impl Future<Output = Answer> + Send + 'static) -> Response<Body> {
    let answer = AssertUnwindSafe(answer).catch_unwind().in_current_span();
    let answered = match tokio::spawn(answer).await {
        Ok(Ok(answered)) => answered,
        Ok(Err(_)) => {
            // The panic hook has told what and where.
            tracing::error!("a request's handler panicked");
            Err(Refusal::failed())
        }
        Err(error) => {
            tracing::error!(%error, "a request's task ended early");
            Err(Refusal::failed())
        }
    };
    answered.map_or_else(Response::from, Response::from)
}

/// The header's version; a 404 where that is none, as if its paths were not there.
fn version(headers: &HeaderMap) -> Result<Version, Refusal> {
    let Some(asked) = headers.get(X_MOOV_VERSION) else { return Ok(Version::DEFAULT) };
    asked.to_str().ok().and_then(Version::resolve).ok_or_else(Refusal::not_found)
}

/// Who asks, and the party that the path names.
async fn let_in(
    app: App,
    head: &Parts,
    version: Version,
    admission: Admission,
    path: &Path,
) -> Result<(Context, Option<PartyId>), Refusal> {
    app.runner.follow_clock().await?;
    let (now, named) = (app.runner.now(), path.account.as_deref());
    if let (Some(overlay), Some((_, account))) = (app.moov_overlay(), &app.overlaid) {
        let account = Account::clone(account);
        let (caller, party) =
            moov::admit(&app, overlay, &account, head, admission.wants, named).await?;
        let named = RecordKey { kind: RecordKind::Party, key: party.0 };
        let foreign = ForeignNames::among(&app, [named]).await?;
        return Ok((Context { account, caller, version, now, app, foreign }, Some(party)));
    }
    let (account, caller) = authenticate(&app, &head.headers).await?;
    let context = Context { account, caller, version, now, app, foreign: ForeignNames::default() };
    let party = admit(&context, admission.wants, named)?;
    Ok((context, party))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_handler_that_panics_is_answered_as_our_failure() {
        let answered = apart(async { panic!("a test's own panic") }).await;
        assert_eq!(answered.status(), 500);
    }
}
