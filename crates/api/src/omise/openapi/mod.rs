//! `/openapi/omise-….json`: what is served of Omise's API, one document for each version.
//!
//! Each group says beside its routes what it answers; here is what they share.

mod shared;

use serde_json::{Value, json};

pub(crate) use self::shared::{
    Api, ORDERS, currency, embedded, expandable, livemode, nested, nothing, page, text_or_null,
};
use super::{
    Version, account, balance, capability, charges, customers, events, occurrences, recipients,
    refunds, router, schedules, search, system, tokens, transactions, transfers,
};
use crate::openapi::schema::{integer, named, object, text, with};
use crate::openapi::{Description, Document};

/// One document for each version, newest first.
pub(crate) fn documents() -> Vec<Document> {
    Version::ALL.into_iter().map(document).collect()
}

fn document(version: Version) -> Document {
    let said = format!(
        "What is served of Omise's API in its version {}: schedules in full, and what they \
         stand on. Ask for it by the header `Omise-Version`. Bodies may also be forms \
         (`application/x-www-form-urlencoded`), whose nested fields stand in brackets; numbers \
         and booleans may be texts, and what is null counts as not sent. In front of a real \
         account only schedules, their occurrences, events and searches are answered here; \
         Omise itself answers the rest.",
        version.as_str(),
    );
    let mut api = Api {
        version,
        it: Description::new("Omise, as Kalends speaks it", version.as_str(), &said),
    };
    keys(&mut api.it);
    parameters(&mut api);
    refusals(&mut api.it);
    for describe in [
        schedules::openapi::describe,
        occurrences::describe,
        events::openapi::describe,
        search::openapi::describe,
        tokens::openapi::describe,
        customers::openapi::describe,
        charges::openapi::describe,
        refunds::describe,
        recipients::openapi::describe,
        transfers::openapi::describe,
        transactions::openapi::describe,
        balance::describe,
        account::openapi::describe,
        capability::describe,
        system::describe,
    ] {
        describe(&mut api);
    }
    Document {
        name: format!("omise-{}.json", version.as_str()),
        content: api.it.into_json(),
        paths: router::paths(),
    }
}

fn keys(it: &mut Description) {
    let basic = |said: &str| json!({ "type": "http", "scheme": "basic", "description": said });
    it.security("secretKey", basic("A secret key as the user name, and no password."));
}

fn parameters(api: &mut Api) {
    let version = json!({
        "name": "Omise-Version", "in": "header",
        "description": "In which version to answer. The account's own counts where it is not sent.",
        "schema": { "type": "string", "const": api.version.as_str() },
    });
    api.it.parameter("OmiseVersion", version);
    let key = json!({
        "name": "Idempotency-Key", "in": "header",
        "description": "The same request, sent again under it within a day, is done once and answered as it was.",
        "schema": {
            "type": "string", "minLength": 1,
            "maxLength": crate::idempotency::KEY_CHARACTERS_MAX, "pattern": "^[!-~]+$",
        },
    });
    api.it.parameter("IdempotencyKey", key);
    let expand = json!({
        "name": "expand", "in": "query",
        "description": "Shows what is referred to in full, instead of its id.",
        "schema": { "type": "boolean", "default": false },
    });
    api.it.parameter("Expand", expand);
    for (name, parameter, schema) in shared::paging() {
        let parameter = json!({ "name": parameter, "in": "query", "schema": schema });
        api.it.parameter(name, parameter);
    }
}

fn refusals(it: &mut Description) {
    let error = object([
        ("object", json!({ "const": "error" })),
        ("location", text()),
        ("code", text()),
        ("message", text()),
    ]);
    it.schema("Error", error);
    for (status, said) in [
        (400, "Something about the request is wrong; `message` says all of it."),
        (401, "No key, or one that does not open this."),
        (403, "The key is restricted, and has not the scope that this wants."),
        (404, "There is no such thing."),
        (408, "The body took too long to arrive."),
        (409, "A request with this `Idempotency-Key` is being processed."),
        (413, "The body is too long."),
        (422, "The `Idempotency-Key` was used for another request."),
        (429, "Too many requests; ask again after as many seconds as `Retry-After` says."),
        (500, "Something failed here; the log says what."),
        (502, "The account behind this server could not be asked."),
    ] {
        let content = json!({ "application/json": { "schema": named("Error") } });
        let response = json!({ "description": said, "content": content });
        it.response(&format!("Refused{status}"), response);
    }
}

/// What 2017-11-02 answers to a deletion, and to whoever asks for what was deleted.
pub(crate) fn deleted() -> Value {
    object([
        ("object", text()),
        ("id", text()),
        ("livemode", crate::openapi::schema::boolean()),
        ("deleted", json!({ "const": true })),
    ])
}

/// An amount in the smallest unit of its currency.
pub(crate) fn amount() -> Value {
    with(integer(), "description", json!("In the smallest unit of the currency."))
}
