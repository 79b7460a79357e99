mod revoke;
mod token;

use serde_json::{Value, json};

use crate::sandbox::Sandbox;

/// Tokens for some scopes.
pub(crate) async fn tokens(sandbox: &Sandbox, scope: &str) -> Value {
    let asked = json!({"grant_type": "client_credentials", "scope": scope});
    sandbox.ask().post("/oauth2/token", asked).await.ok()
}
