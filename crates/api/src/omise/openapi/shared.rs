//! What every group says in the same words.

use serde_json::{Value, json};

use super::super::list::LIMIT_DEFAULT;
use super::super::version::Version;
use crate::openapi::schema::{
    boolean, either, instant, integer, list, named, object, or_null, perhaps, said, text, with,
    within, word,
};
use crate::openapi::{Description, Operation};

/// How answers are encoded.
const JSON: &str = "application/json";
/// What any operation may be refused with.
const ANY: [u16; 8] = [400, 401, 403, 408, 413, 429, 500, 502];

/// One version's description, under way.
pub(crate) struct Api {
    /// Of which version.
    pub(crate) version: Version,
    /// So far.
    pub(crate) it: Description,
}

impl Api {
    pub(crate) fn is_2017(&self) -> bool {
        self.version.is_2017()
    }

    /// What the version calls the moment at which something was made.
    pub(crate) fn created(&self) -> (&'static str, Value) {
        (if self.is_2017() { "created" } else { "created_at" }, instant())
    }

    /// An operation that answers with a schema.
    pub(crate) fn asking(tag: &str, id: &str, summary: &str, answer: &Value) -> Operation {
        Operation::new(tag, id, summary)
            .takes_shared("OmiseVersion")
            .answers(200, JSON, answer)
            .refused("Refused", &ANY)
    }

    /// `GET` of a list.
    pub(crate) fn lists(tag: &str, id: &str, summary: &str, answer: &Value) -> Operation {
        let names = paging().map(|(name, ..)| name);
        names.into_iter().fold(Api::asking(tag, id, summary, answer), Operation::takes_shared)
    }
}

impl Operation {
    /// There is something that it names and that may not be there.
    pub(crate) fn named_in_path(self) -> Operation {
        self.refused("Refused", &[404])
    }

    /// It may be asked to show in full what it refers to.
    pub(crate) fn expands(self) -> Operation {
        self.takes_shared("Expand")
    }

    /// It is a `POST`: done once under a key.
    pub(crate) fn once(self) -> Operation {
        self.takes_shared("IdempotencyKey").refused("Refused", &[409, 422])
    }

    /// It is told something, in which ids may name nothing.
    pub(crate) fn told(self, schema: &str) -> Operation {
        self.sent([JSON], &named(schema)).refused("Refused", &[404])
    }

    /// It may be told something.
    pub(crate) fn perhaps_told(self, schema: &str) -> Operation {
        self.may_be_sent([JSON], &named(schema)).refused("Refused", &[404])
    }

    /// A public key opens it too, as the user name.
    pub(crate) fn publicly(self) -> Operation {
        self.opened_by(json!([{ "secretKey": [] }]))
    }
}

/// By which parameters a list is read page by page.
pub(super) fn paging() -> [(&'static str, &'static str, Value); 5] {
    let moment = || said(text(), "A date, or a date and time.");
    let offset = with(within(0, i64::from(store::PageQuery::OFFSET_MAX)), "default", json!(0));
    let limit = with(json!({ "type": "integer", "minimum": 1 }), "default", json!(LIMIT_DEFAULT));
    let limit = said(limit, &format!("More than {0} count as {0}.", store::PageQuery::LIMIT_MAX));
    [
        ("From", "from", moment()),
        ("To", "to", moment()),
        ("Limit", "limit", limit),
        ("Offset", "offset", offset),
        ("Order", "order", word(ORDERS)),
    ]
}

pub(crate) const ORDERS: [&str; 2] = ["chronological", "reverse_chronological"];

fn envelope(of: Value, order: Value) -> Value {
    object([
        ("object", json!({ "const": "list" })),
        ("from", instant()),
        ("to", instant()),
        ("offset", integer()),
        ("limit", integer()),
        ("total", integer()),
        ("order", order),
        ("data", list(of)),
    ])
}

fn located(envelope: Value) -> Value {
    let mut envelope = perhaps(envelope, [("location", text())]);
    if let Some(required) = envelope.get_mut("required").and_then(Value::as_array_mut) {
        required.push(json!("location"));
    }
    envelope
}

/// A page of a list.
pub(crate) fn page(of: Value) -> Value {
    located(envelope(of, word(ORDERS)))
}

/// A page of a list below something else: 2017's do not say where they are.
pub(crate) fn nested(api: &Api, of: Value) -> Value {
    if api.is_2017() { envelope(of, word(ORDERS)) } else { page(of) }
}

/// The first of a list, inside what they belong to: 2017's have no order.
pub(crate) fn embedded(api: &Api, of: Value) -> Value {
    let order = if api.is_2017() { json!({ "type": "null" }) } else { word(ORDERS) };
    located(envelope(of, order))
}

/// An id, or what it names.
pub(crate) fn expandable(schema: &str) -> Value {
    either([text(), named(schema)])
}

/// A currency's code, in the case of the version.
pub(crate) fn currency(api: &Api) -> Value {
    let pattern = if api.is_2017() { "^[a-z]{3}$" } else { "^[A-Z]{3}$" };
    with(text(), "pattern", json!(pattern))
}

/// What is only here because Omise has it: it is always null.
pub(crate) fn nothing() -> Value {
    json!({ "type": "null" })
}

/// Text, or null.
pub(crate) fn text_or_null() -> Value {
    or_null(text())
}

/// Whether money is real.
pub(crate) fn livemode() -> (&'static str, Value) {
    ("livemode", boolean())
}
