//! Tokens, described.

use serde_json::json;

use crate::moov::openapi::Api;
use crate::openapi::schema::{integer, named, object, perhaps, said, text, word};

const TAG: &str = "oauth2";
const ENCODINGS: [&str; 2] = ["application/json", "application/x-www-form-urlencoded"];

pub(crate) fn describe(api: &mut Api) {
    api.it.tag(TAG, "Tokens that stand for a pair of keys.");
    // The keys may stand in the body, and then nothing else is asked for.
    let openly = json!([{ "keys": [] }, {}]);
    let given = Api::shows(TAG, "createAccessToken", "Gives tokens.", &named("Tokens"))
        .sent(ENCODINGS, &named("TokenRequest"))
        .refused("Refused", &[422])
        .opened_by(openly.clone());
    api.it.operation("post", "/oauth2/token", given);
    let revoked = "Has a token open nothing any more.";
    let revoked = Api::plain(TAG, "revokeAccessToken", revoked)
        .answers_bare(204)
        .sent(ENCODINGS, &named("RevokeRequest"))
        .refused("Refused", &[422])
        .opened_by(openly);
    api.it.operation("post", "/oauth2/revoke", revoked);
    let tokens = object([
        ("token_type", json!({ "const": "Bearer" })),
        ("access_token", text()),
        ("refresh_token", text()),
        ("expires_in", said(integer(), "In seconds.")),
        ("scope", text()),
    ]);
    api.it.schema("Tokens", tokens);
    let kinds = ["web", "device", "service", "w", "d", "s"];
    let request = perhaps(
        object([("grant_type", word(["client_credentials", "refresh_token"]))]),
        [
            ("client_id", text()),
            ("client_secret", text()),
            ("client_type", word(kinds)),
            ("scope", said(text(), "With spaces between. Needed for client_credentials.")),
            ("refresh_token", said(text(), "Needed for refresh_token.")),
        ],
    );
    api.it.schema("TokenRequest", request);
    let hint = word(["access_token", "refresh_token"]);
    let revoke = perhaps(
        object([("token", text())]),
        [("token_type_hint", hint), ("client_id", text()), ("client_secret", text())],
    );
    api.it.schema("RevokeRequest", revoke);
}
