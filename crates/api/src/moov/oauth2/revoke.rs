//! `POST /oauth2/revoke`: a token is worth nothing from now on.

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::client;
use crate::App;
use crate::moov::{Answer, Problems, Reply, Request};

#[derive(Deserialize)]
struct RevokeRequest {
    token: Option<String>,
    token_type_hint: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
}

/// With a refresh token go the access tokens that came of it. A token that is unknown,
/// or another client's, is a 204 too (RFC 7009, 2.2).
pub(super) async fn revoke(app: App, request: Request) -> Answer {
    let asked: RevokeRequest = request.json_or_form()?;
    let (id, secret) = (asked.client_id.as_deref(), asked.client_secret.as_deref());
    let client = client::authenticated(&app, &request, id, secret).await?;
    let mut problems = Problems::new();
    let token = asked.token.unwrap_or_default();
    if token.is_empty() {
        problems.add("token", "is missing");
    }
    if let Some(hint) = asked.token_type_hint
        && hint != "access_token"
        && hint != "refresh_token"
    {
        let message = format!("is {hint:?}; it would be access_token or refresh_token");
        problems.add("token_type_hint", message);
    }
    problems.finish()?;
    let sha256 = Sha256::digest(token).into();
    let grant = app.store().grant(sha256).await?;
    if grant.is_some_and(|grant| grant.credential == client.sha256) {
        app.store().revoke_grant(sha256).await?;
    }
    Ok(Reply::none())
}
