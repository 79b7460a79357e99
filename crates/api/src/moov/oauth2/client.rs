//! Which client asks for tokens: a pair of keys, in the body or as HTTP Basic.

use http::header::AUTHORIZATION;
use sha2::{Digest as _, Sha256};
use store::Credential;

use crate::App;
use crate::moov::{Refusal, Request};

/// The credential of the client. The body is asked first.
///
/// A pair in the body that opens nothing is a 400, for these operations document no 401;
/// one in the header is a 401, which OAuth 2.0 (RFC 6749, 5.2) wants there.
pub(super) async fn authenticated(
    app: &App,
    request: &Request,
    id: Option<&str>,
    secret: Option<&str>,
) -> Result<Credential, Refusal> {
    let store = app.store().as_ref();
    if let Some(id) = id {
        let unknown = || Refusal::malformed("client_id and client_secret open nothing here");
        let pair = format!("{id}:{}", secret.unwrap_or_default());
        let sha256 = Sha256::digest(pair).into();
        return app
            .credentials
            .opened_by(sha256, store, app.runner.wall_now())
            .await?
            .ok_or_else(unknown);
    }
    if !request.headers().contains_key(AUTHORIZATION) {
        let message = "no client is given; send client_id and client_secret, or HTTP Basic";
        return Err(Refusal::malformed(message));
    }
    let credential =
        app.credentials.of_pair(request.headers(), store, app.runner.wall_now()).await?;
    credential.ok_or_else(Refusal::unauthorized)
}
