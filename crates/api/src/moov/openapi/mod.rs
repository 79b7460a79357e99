//! `/openapi/moov-….json`: what is served of Moov's API, one document for each version that
//! differs on the wire from the one before it.
//!
//! Each group says beside its routes what it answers; here is what they share.

mod shared;

use serde_json::{Value, json};

pub(crate) use self::shared::{Api, amount, any_object, decimal, id, metadata, money, page, words};
use super::{accounts, images, oauth2, ping, router, version::Version};
use crate::openapi::schema::{either, named, object, text, with};
use crate::openapi::{Description, Document};

/// The name of the document that describes a version: the oldest of those that are alike.
#[must_use]
pub fn name(version: Version) -> String {
    let mut newest_first = Version::ALL.into_iter();
    let alike = newest_first.find(|known| known.is_told_apart() && *known <= version);
    format!("moov-{}.json", alike.unwrap_or(Version::DEFAULT).text())
}

/// One document for each version that differs, oldest first.
pub(crate) fn documents() -> Vec<Document> {
    Version::ALL.into_iter().rev().filter(|version| version.is_told_apart()).map(document).collect()
}

fn document(version: Version) -> Document {
    let text = version.text();
    let said = format!(
        "What is served of Moov's API in its version {text}: schedules in full, and the \
         accounts, payment methods and transfers that they stand on. Ask for it by the header \
         `X-Moov-Version`; later versions up to the next document are alike."
    );
    let it = Description::new("Moov, as Kalends speaks it", version.name(), &said);
    let mut api = Api { version, it };
    callers(&mut api.it);
    parameters(&mut api);
    refusals(&mut api.it);
    for describe in [
        ping::describe,
        oauth2::openapi::describe,
        accounts::openapi::describe,
        accounts::capabilities::openapi::describe,
        accounts::cards::openapi::describe,
        accounts::bank_accounts::openapi::describe,
        accounts::wallets::openapi::describe,
        accounts::payment_methods::openapi::describe,
        accounts::images::openapi::describe,
        images::describe,
        accounts::products::openapi::describe,
        accounts::transfers::openapi::describe,
        accounts::schedules::openapi::describe,
    ] {
        describe(&mut api);
    }
    Document { name: name(version), content: api.it.into_json(), paths: router::paths() }
}

fn callers(it: &mut Description) {
    let keys = "A public key as the user name and a secret key as the password.";
    it.security("keys", json!({ "type": "http", "scheme": "basic", "description": keys }));
    let token = "An access token, which opens what its scopes name.";
    it.security("token", json!({ "type": "http", "scheme": "bearer", "description": token }));
}

fn parameters(api: &mut Api) {
    let version = json!({
        "name": "X-Moov-Version", "in": "header",
        "description": format!("In which version to answer; {} where it is not sent.", Version::DEFAULT.text()),
        "schema": { "type": "string", "const": api.version.text() },
    });
    api.it.parameter("MoovVersion", version);
    let key = json!({
        "name": "x-idempotency-key", "in": "header", "required": true,
        "description": "Under one key a thing is made once, for ever.",
        "schema": { "type": "string", "format": "uuid" },
    });
    api.it.parameter("IdempotencyKey", key);
    let once = json!({
        "name": "x-idempotency-key", "in": "header",
        "description": "The same request, sent again under it, is done once and answered as it was.",
        "schema": {
            "type": "string", "minLength": 1,
            "maxLength": crate::idempotency::KEY_CHARACTERS_MAX, "pattern": "^[!-~]+$",
        },
    });
    api.it.parameter("PerhapsIdempotencyKey", once);
    for (name, parameter) in [("Skip", "skip"), ("Count", "count")] {
        let parameter = json!({
            "name": parameter, "in": "query", "schema": { "type": "integer", "minimum": 0 },
        });
        api.it.parameter(name, parameter);
    }
}

fn refusals(it: &mut Description) {
    it.schema("Error", object([("error", text())]));
    let problems =
        json!({ "type": "object", "additionalProperties": either([text(), named("Problems")]) });
    let said = "What is wrong, under the name of the field that it is about.";
    it.schema("Problems", with(problems, "description", json!(said)));
    for (status, said, content) in [
        (400, "The request cannot be decoded, or not be done.", Some("Error")),
        (401, "No keys or token, or such that open nothing here.", None),
        (403, "The caller may not do this.", None),
        (404, "There is no such thing, or none that the caller may see; or no such version.", None),
        (408, "The body took too long to arrive.", Some("Error")),
        (409, "It conflicts with how things are now.", Some("Error")),
        (413, "The body is too long.", Some("Error")),
        (422, "It is well-formed, and not valid.", Some("Problems")),
        (429, "Too many requests; ask again after as many seconds as `Retry-After` says.", None),
        (500, "Something failed here; the log says what.", None),
    ] {
        let response = json!({ "description": said });
        let response = match content {
            Some(schema) => {
                let content = json!({ "application/json": { "schema": named(schema) } });
                with(response, "content", content)
            }
            None => response,
        };
        it.response(&format!("Refused{status}"), response);
    }
}

/// A 409 that shows what is there already.
pub(crate) fn there_already(shown: &Value) -> Value {
    let content = json!({ "application/json": { "schema": shown } });
    json!({ "description": "What was made before; or why there can be none.", "content": content })
}
