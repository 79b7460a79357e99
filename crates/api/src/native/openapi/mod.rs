//! `/openapi/kalends-v1.json`: Kalends' own API, described. The words and bounds in it are
//! those by which requests are read.

mod operations;
mod schemas;

use serde_json::json;

use crate::openapi::schema::{named, said, short};
use crate::openapi::{Description, Document};

/// The document.
pub(crate) fn document() -> Document {
    let mut description = Description::new(
        "Kalends",
        "1",
        "Kalends' own API: schedules of either dialect, the clock, previews of rules, keys, \
         webhooks, and what only a person can decide. Bodies may also be forms \
         (`application/x-www-form-urlencoded`), whose nested fields stand in brackets. Each \
         dialect has documents of its own beside this one, under `/openapi/`.",
    );
    for (name, said) in [
        ("schedules", "Schedules of either dialect."),
        ("clock", "The clock, which a test account can move."),
        ("preview", "The dates of rules."),
        ("keys", "The keys that open an account."),
        ("webhooks", "Where events are told, and what was told there."),
        ("decisions", "What only a person can decide."),
        ("operations", "What operators and their machines ask."),
    ] {
        description.tag(name, said);
    }
    description.security(
        "secretKey",
        json!({
            "type": "http",
            "scheme": "basic",
            "description": "A secret key as the user name, or a pair of keys as user name and password.",
        }),
    );
    description.parameter(
        "IdempotencyKey",
        json!({
            "name": "Idempotency-Key", "in": "header",
            "schema": said(
                crate::openapi::schema::with(
                    crate::openapi::schema::with(
                        short(crate::idempotency::KEY_CHARACTERS_MAX), "minLength", json!(1),
                    ),
                    "pattern", json!("^[!-~]+$"),
                ),
                "The same request, sent again under it, is done once and answered as it was.",
            ),
        }),
    );
    for (status, said) in REFUSALS {
        let problem = json!({ "schema": named("Problem") });
        let content = json!({ "application/problem+json": problem });
        let response = json!({ "description": said, "content": content });
        description.response(&format!("Refused{status}"), response);
    }
    operations::describe(&mut description);
    schemas::describe(&mut description);
    Document {
        name: "kalends-v1.json".to_owned(),
        content: description.into_json(),
        paths: super::paths(),
    }
}

/// Every refusal there is.
const REFUSALS: [(u16, &str); 12] = [
    (400, "Something about the request is wrong; `detail` says all of it."),
    (401, "No key, or one that opens nothing here."),
    (403, "The key does not open this, or what it asks for."),
    (404, "There is no such thing, or it is somebody else's."),
    (408, "The body took too long to arrive."),
    (409, "It conflicts with how things are now."),
    (410, "It was moved out of the data; `detail` says when, and into which file."),
    (413, "The body is too long."),
    (
        422,
        "It is more than can be done at once, or the `Idempotency-Key` was used for another request.",
    ),
    (429, "Too many requests; ask again after as many seconds as `Retry-After` says."),
    (500, "Something failed here; the log says what."),
    (503, "It cannot be done right now."),
];
