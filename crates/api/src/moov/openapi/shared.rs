//! What every group says in the same words.

use serde_json::{Value, json};

use super::super::version::Version;
use crate::openapi::schema::{
    any_of_these, integer, map, named, object, perhaps, said, text, with,
};
use crate::openapi::{Description, Operation};

const JSON: &str = "application/json";
/// What any operation may be refused with.
const ANY: [u16; 8] = [400, 401, 403, 404, 408, 413, 429, 500];

/// One version's description, under way.
pub(crate) struct Api {
    /// Of which version.
    pub(crate) version: Version,
    /// So far.
    pub(crate) it: Description,
}

impl Api {
    /// An operation with what any has.
    pub(crate) fn plain(tag: &str, id: &str, summary: &str) -> Operation {
        Operation::new(tag, id, summary).takes_shared("MoovVersion").refused("Refused", &ANY)
    }

    /// One that answers with a schema.
    pub(crate) fn shows(tag: &str, id: &str, summary: &str, answer: &Value) -> Operation {
        Api::plain(tag, id, summary).answers(200, JSON, answer)
    }

    /// One that takes a schema and answers with one.
    pub(crate) fn changes(
        (tag, id, summary): (&str, &str, &str),
        sent: &str,
        answer: &Value,
    ) -> Operation {
        Api::shows(tag, id, summary, answer)
            .sent([JSON], &named(sent))
            .refused("Refused", &[409, 422])
    }

    /// The same, whose problems stand under `error` in the oldest version.
    pub(crate) fn wrapping(&self, operation: Operation) -> Operation {
        if self.version > Version::DEFAULT {
            return operation;
        }
        let wrapped = object([("error", named("Problems"))]);
        let content = json!({ JSON: { "schema": wrapped } });
        let said = "It is well-formed, and not valid.";
        operation.answers_as(422, json!({ "description": said, "content": content }))
    }

    /// One that leaves nothing to be shown.
    pub(crate) fn ends(tag: &str, id: &str, summary: &str) -> Operation {
        Api::plain(tag, id, summary).answers_bare(204).refused("Refused", &[409])
    }
}

impl Operation {
    /// It may be asked to wait until something is there to be shown.
    pub(crate) fn waits_for(self, what: &str) -> Operation {
        self.takes(json!({
            "name": "X-Wait-For", "in": "header",
            "description": "Shows more, which it has waited for.",
            "schema": { "type": "string", "enum": [what] },
        }))
    }
}

/// It shows a page of a list.
pub(crate) fn page(operation: Operation) -> Operation {
    operation.takes_shared("Skip").takes_shared("Count")
}

/// An id.
pub(crate) fn id() -> Value {
    json!({ "type": "string", "format": "uuid" })
}

/// An amount of money, in the smallest unit of its currency.
pub(crate) fn amount() -> Value {
    object([("currency", text()), ("value", integer())])
}

/// An amount of money, as a decimal.
pub(crate) fn decimal() -> Value {
    object([("currency", text()), ("valueDecimal", text())])
}

/// What is sent for an amount.
pub(crate) fn money() -> Value {
    perhaps(object([("currency", text())]), [("value", integer())])
}

/// An object whose fields are all texts, of which none must be there.
pub(crate) fn words<const N: usize>(names: [&str; N]) -> Value {
    any_of_these(names.map(|name| (name, text())))
}

/// Texts that a client keeps with a thing.
pub(crate) fn metadata() -> Value {
    with(json!({ "type": "object" }), "additionalProperties", text())
}

/// An object that is read elsewhere, or not at all.
pub(crate) fn any_object(why: &str) -> Value {
    said(map(), why)
}
