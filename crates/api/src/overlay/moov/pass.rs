//! Passes on what is not answered here.

use axum::body::{Body, HttpBody as _};
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use engine::Account;
use gateway::passage::NotPassed;
use http::header::ACCEPT_ENCODING;
use http::{Method, StatusCode};
use serde_json::Value;

use super::super::Overlay;
use super::super::pass::{nothing_here, rewritten};
use super::{MoovOverlay, owners, references};
use crate::App;
use crate::authentication::shows_key_made_here;
use crate::moov::{Ids, Refusal, ids};

/// Passes on a request that has no route here.
pub(crate) async fn pass(State(app): State<App>, mut request: Request) -> Response {
    let Some((overlay, account)) = app.overlaid.clone() else { return nothing_here() };
    let Overlay::Moov(overlay) = overlay.as_ref() else { return nothing_here() };
    let path = request.uri().path().to_owned();
    if path == "/kalends" || path.starts_with("/kalends/") {
        return nothing_here();
    }
    if shows_key_made_here(request.headers()) {
        return Response::from(Refusal::forbidden());
    }
    let reads = Reads::of(request.method(), &path);
    if reads.is_some() {
        // What comes compressed could not be read.
        request.headers_mut().remove(ACCEPT_ENCODING);
    }
    let request = request.map(|body| (!body.is_end_stream()).then(|| body.into_data_stream()));
    let answered = match (overlay.api.pass(request).await, reads) {
        (Ok(answer), Some(reads)) if answer.status().is_success() => {
            let read = |body: &[u8]| reads.read(&app, overlay, &account, body);
            rewritten(answer.map(Body::new), read).await
        }
        (Ok(answer), _) => Ok(answer.map(Body::new)),
        (Err(reason), _) => Err(reason),
    };
    answered.unwrap_or_else(not_passed)
}

/// What an answer is read for on its way.
enum Reads {
    /// Transfers, which are to name schedules.
    Transfers,
    /// The payment methods of an account.
    MethodsOf(String),
}

impl Reads {
    fn of(method: &Method, path: &str) -> Option<Reads> {
        if method == Method::GET && references::may_be_in(path) {
            return Some(Reads::Transfers);
        }
        owners::account_of(path).and_then(ids::canonical).map(Reads::MethodsOf)
    }

    /// What is to be said instead, if anything.
    fn read(
        &self,
        app: &App,
        overlay: &MoovOverlay,
        account: &Account,
        body: &[u8],
    ) -> Option<Vec<u8>> {
        let mut answer: Value = serde_json::from_slice(body).ok()?;
        match self {
            Reads::MethodsOf(owner) => {
                overlay.owners.learn(owner, &answer);
                None
            }
            Reads::Transfers => references::put(&mut answer, &Ids::of(app, account))
                .then(|| serde_json::to_vec(&answer).ok())
                .flatten(),
        }
    }
}

fn not_passed(reason: NotPassed) -> Response {
    let (status, message) = match reason {
        NotPassed::Unreachable => (
            StatusCode::BAD_GATEWAY,
            "Moov could not be reached and has not seen the request; it may be sent again",
        ),
        NotPassed::Unanswered => (
            StatusCode::GATEWAY_TIMEOUT,
            "Moov did not answer, and may have done what was asked; look before it is sent again",
        ),
        NotPassed::Path => (StatusCode::BAD_REQUEST, "the path cannot be passed on to Moov"),
    };
    Response::from(Refusal::upstream(status, message)).into_response()
}
