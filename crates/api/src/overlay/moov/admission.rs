//! Who asks, and what they may.
//!
//! Tokens are Moov's, and what they are for only Moov knows. So whoever does not show the
//! platform's own pair of keys is let in where Moov lets them do as much with transfers: see
//! them, to see schedules, and change them, to change schedules.

use std::convert::Infallible;

use bytes::Bytes;
use engine::{Account, PartyId};
use futures::stream;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, ORIGIN, REFERER};
use http::request::Parts;
use http::{HeaderMap, Method, Request, StatusCode};
use store::{Credential, CredentialKind};

use super::{MoovOverlay, parties};
use crate::App;
use crate::authentication::shows_key_made_here;
use crate::moov::scope::Requirement;
use crate::moov::{Caller, Refusal, ids};
use crate::scope;

/// A transfer that there is not: who may change one is told so, and nothing is changed.
const NO_TRANSFER: &str = "00000000-0000-0000-0000-000000000000";

/// Lets a request in that is about an account.
pub(crate) async fn admit(
    app: &App,
    overlay: &MoovOverlay,
    account: &Account,
    head: &Parts,
    wants: Requirement,
    named: Option<&str>,
) -> Result<(Caller, PartyId), Refusal> {
    let headers = &head.headers;
    let trusted = shows_own_key(app, account, head).await?;
    // A key made here that opens nothing any more is nobody else's to see all the same.
    let is_unknown = !headers.contains_key(AUTHORIZATION) || shows_key_made_here(headers);
    if !trusted && is_unknown {
        return Err(Refusal::unauthorized());
    }
    let id = named.and_then(ids::canonical).ok_or_else(Refusal::not_found)?;
    let caller = if trusted {
        Caller::unbound()
    } else {
        let shown = shown(headers);
        may(overlay, &shown, &id, wants).await?;
        Caller::let_in_upstream(shown)
    };
    let party = parties::party(app, overlay, account.id, &id).await?;
    Ok((caller, party.ok_or_else(Refusal::not_found)?))
}

/// Whether a request shows a key that the configuration names, or one that was made here and
/// reaches so far.
async fn shows_own_key(app: &App, account: &Account, head: &Parts) -> Result<bool, Refusal> {
    let (store, now) = (app.store().as_ref(), app.runner.wall_now());
    let credential = match app.credentials.of_pair(&head.headers, store, now).await? {
        None => app.credentials.of(&head.headers, store, now).await?,
        some => some,
    };
    let is_own = |it: &Credential| it.kind != CredentialKind::Public && it.account == account.id;
    let Some(own) = credential.filter(is_own) else { return Ok(false) };
    let wanted = scope::wanted(&head.method, &head.uri);
    scope::admit(own.kind, wanted).map_err(|_| Refusal::forbidden())?;
    Ok(true)
}

/// What of a request shows who asks.
fn shown(headers: &HeaderMap) -> HeaderMap {
    let shown = [AUTHORIZATION, ORIGIN, REFERER];
    let said =
        shown.into_iter().filter_map(|name| Some((name.clone(), headers.get(&name)?.clone())));
    said.collect()
}

/// Whether a caller may have transfers run on an account, given by its id; 403 if not.
pub(crate) async fn may_transfer(
    overlay: &MoovOverlay,
    caller: &Caller,
    account: &str,
) -> Result<(), Refusal> {
    match caller.shown_upstream() {
        None => Ok(()),
        Some(shown) => {
            let wants = crate::moov::scope::Family::Transfers.write();
            may(overlay, shown, account, wants).await
        }
    }
}

/// Asks the upstream for something that takes the same leave, and does nothing.
async fn may(
    overlay: &MoovOverlay,
    shown: &HeaderMap,
    account: &str,
    wants: Requirement,
) -> Result<(), Refusal> {
    let list = format!("/accounts/{account}/transfers");
    let look = async || status(overlay, shown, Method::GET, format!("{list}?count=1"), None).await;
    if wants.is_for_looking() {
        return admitted(look().await?);
    }
    let path = format!("{list}/{NO_TRANSFER}");
    match status(overlay, shown, Method::PATCH, path, Some("{}")).await? {
        StatusCode::BAD_REQUEST | StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY => Ok(()),
        // That there is no such transfer; or that this caller is shown no such account, which is
        // said of the list as well. One who may change and not look is refused the list.
        StatusCode::NOT_FOUND => match look().await? {
            StatusCode::FORBIDDEN => Ok(()),
            looked => admitted(looked),
        },
        changed => admitted(changed),
    }
}

/// What an answer says of whoever asked.
fn admitted(status: StatusCode) -> Result<(), Refusal> {
    match status {
        status if status.is_success() => Ok(()),
        StatusCode::UNAUTHORIZED => Err(Refusal::unauthorized()),
        StatusCode::FORBIDDEN => Err(Refusal::forbidden()),
        StatusCode::NOT_FOUND => Err(Refusal::not_found()),
        StatusCode::TOO_MANY_REQUESTS => Err(Refusal::too_many_requests()),
        _ => Err(silent()),
    }
}

async fn status(
    overlay: &MoovOverlay,
    shown: &HeaderMap,
    method: Method,
    path: String,
    body: Option<&'static str>,
) -> Result<StatusCode, Refusal> {
    let body = body.map(|text| stream::iter([Ok::<_, Infallible>(Bytes::from(text))]));
    let mut request = Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = path.parse().map_err(|_| Refusal::not_found())?;
    *request.headers_mut() = shown.clone();
    request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let answered = overlay.api.pass(request).await.map_err(|_| silent())?;
    Ok(answered.status())
}

fn silent() -> Refusal {
    let told = "Moov did not say what this caller may; the request may be sent again";
    Refusal::upstream_silent(told)
}
