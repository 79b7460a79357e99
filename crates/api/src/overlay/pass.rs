//! Passes on what is not answered here.

use axum::body::{Body, HttpBody as _};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use gateway::passage::{NotPassed, Passage};
use http::header::{ACCEPT_ENCODING, CONTENT_LENGTH, ETAG};
use http::{Method, StatusCode};
use http_body_util::{BodyExt as _, Limited};

use super::Overlay;
use super::place::{self, Place};
use super::{events, references};
use crate::App;
use crate::authentication::shows_key_made_here;
use crate::native::problem::Problem;
use crate::omise::OmiseError;
use crate::omise::answer::refusal;

/// The longest answer into which schedules are put, in bytes; a longer one goes as it came.
pub(super) const ANSWER_MAX: usize = 8 * 1024 * 1024;

/// Answers here, or passes on, a request that has a route here.
pub(crate) async fn elsewhere(State(app): State<App>, request: Request, next: Next) -> Response {
    let Some((overlay, account)) = app.overlaid.clone() else { return next.run(request).await };
    let Overlay::Omise(overlay) = overlay.as_ref() else { return next.run(request).await };
    match place::of_routed(&app, account.mode, request.uri()) {
        Place::Here => next.run(request).await,
        Place::Both if request.method() == Method::GET => {
            events::list(&app, &overlay.api, request, next).await
        }
        Place::Api | Place::Both => through(&app, &overlay.api, request).await,
        Place::Vault => through(&app, &overlay.vault, request).await,
    }
}

/// Passes on a request that has no route here.
pub(crate) async fn pass(State(app): State<App>, request: Request) -> Response {
    let Some((overlay, _)) = app.overlaid.clone() else { return nothing_here() };
    let Overlay::Omise(overlay) = overlay.as_ref() else { return nothing_here() };
    match place::of_unrouted(request.uri().path()) {
        Place::Here => nothing_here(),
        Place::Api | Place::Both => through(&app, &overlay.api, request).await,
        Place::Vault if request.method() == Method::POST && !overlay.allow_card_numbers => {
            card_numbers_refused()
        }
        Place::Vault => through(&app, &overlay.vault, request).await,
    }
}

pub(super) async fn through(app: &App, passage: &Passage, mut request: Request) -> Response {
    if shows_key_made_here(request.headers()) {
        return key_made_here();
    }
    let shows_payments =
        request.method() == Method::GET && references::may_be_in(request.uri().path());
    if shows_payments {
        // What comes compressed could not be read.
        request.headers_mut().remove(ACCEPT_ENCODING);
    }
    let request = request.map(|body| (!body.is_end_stream()).then(|| body.into_data_stream()));
    match passage.pass(request).await {
        Ok(answer) if shows_payments && answer.status() == StatusCode::OK => {
            with_references(app, answer.map(Body::new)).await
        }
        Ok(answer) => answer.map(Body::new),
        Err(reason) => not_passed(reason),
    }
}

/// The same answer, in which payments name the schedules kept here. One in which none does
/// goes out byte for byte as it came.
async fn with_references(app: &App, answer: Response) -> Response {
    let Some((_, account)) = &app.overlaid else { return answer };
    let code = references::code_of(app.store().installation(), account);
    let put = |body: &[u8]| {
        let mut answer = serde_json::from_slice(body).ok()?;
        references::put(&mut answer, code).then(|| crate::omise::answer::pretty(&answer))
    };
    rewritten(answer, put).await.unwrap_or_else(not_passed)
}

/// The same answer with another body, where `change` gives one for it; else byte for byte as
/// it came, as one is that is too long to be read.
pub(super) async fn rewritten(
    answer: Response,
    change: impl FnOnce(&[u8]) -> Option<Vec<u8>>,
) -> Result<Response, NotPassed> {
    let is_short = answer
        .headers()
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok())
        .is_none_or(|length| length <= ANSWER_MAX);
    if !is_short {
        return Ok(answer);
    }
    let (mut head, body) = answer.into_parts();
    let body = Limited::new(body, ANSWER_MAX).collect().await;
    let body = body.map_err(|_| NotPassed::Unanswered)?.to_bytes();
    let Some(changed) = change(&body) else {
        return Ok(Response::from_parts(head, Body::from(body)));
    };
    head.headers.remove(CONTENT_LENGTH);
    head.headers.remove(ETAG);
    Ok(Response::from_parts(head, Body::from(changed)))
}

pub(super) fn nothing_here() -> Response {
    use axum::response::IntoResponse as _;
    Problem::new(StatusCode::NOT_FOUND, "there is nothing here").into_response()
}

fn key_made_here() -> Response {
    refusal(&OmiseError::new(
        StatusCode::FORBIDDEN,
        "key_made_here",
        "this key was made by Kalends and opens schedules and /kalends/v1; what is passed on to Omise needs a key of Omise's",
    ))
}

fn card_numbers_refused() -> Response {
    refusal(&OmiseError::new(
        StatusCode::FORBIDDEN,
        "card_numbers_refused",
        "card numbers are not passed on by this server; make tokens at Omise's vault, or have allow_card_numbers set in its configuration",
    ))
}

pub(super) fn not_passed(reason: NotPassed) -> Response {
    let (status, code, message) = match reason {
        NotPassed::Unreachable => (
            StatusCode::BAD_GATEWAY,
            "upstream_unreachable",
            "Omise could not be reached and has not seen the request; it may be sent again",
        ),
        NotPassed::Unanswered => (
            StatusCode::GATEWAY_TIMEOUT,
            "upstream_unanswered",
            "Omise did not answer, and may have done what was asked; look before it is sent again",
        ),
        NotPassed::Path => {
            (StatusCode::BAD_REQUEST, "bad_request", "the path cannot be passed on to Omise")
        }
    };
    refusal(&OmiseError::new(status, code, message))
}
