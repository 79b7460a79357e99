//! How things are shown: in which version, under which ids, as of when.

use bank::RecordKind;
use engine::{Currency, Instant, Mode};
use serde_json::{Map, Value};

use super::context::Context;
use super::ids::{Ids, Kind};
use super::list::ListShape;
use super::time::Times;
use super::version::Version;

/// How things are shown.
#[derive(Clone)]
pub(crate) struct View {
    /// In which version of the wire format.
    pub(crate) version: Version,
    /// Whether money is real.
    pub(crate) mode: Mode,
    /// As of when.
    pub(crate) now: Instant,
    /// In which zone instants are written.
    pub(crate) times: Times,
    /// How keys become public ids.
    pub(crate) ids: Ids,
}

impl View {
    /// As a request's answer shows things.
    pub(crate) fn of(context: &Context) -> View {
        View {
            version: context.version,
            mode: context.account.mode,
            now: context.now,
            times: context.times.clone(),
            ids: context.ids(),
        }
    }

    /// The public id of something.
    pub(crate) fn id(&self, kind: Kind, key: i64) -> String {
        self.ids.render(kind, key)
    }

    /// The public id of something, or null.
    pub(crate) fn id_or_null(&self, kind: Kind, key: Option<i64>) -> Value {
        key.map(|key| self.id(kind, key)).into()
    }

    /// The public id of a record of the bank's.
    pub(crate) fn record_id(&self, kind: RecordKind, key: i64) -> String {
        self.id(Kind::of_record(kind), key)
    }

    /// An instant.
    pub(crate) fn time(&self, instant: Instant) -> Value {
        self.times.value(Some(instant))
    }

    /// An instant, or null.
    pub(crate) fn time_or_null(&self, instant: Option<Instant>) -> Value {
        self.times.value(instant)
    }

    /// A currency: upper-case since 2019-05-29.
    pub(crate) fn currency(&self, currency: Currency) -> String {
        match self.version {
            Version::V2017_11_02 => currency.code_lower(),
            Version::V2019_05_29 => currency.code().to_owned(),
        }
    }

    /// Whether money is real.
    pub(crate) fn livemode(&self) -> bool {
        self.mode == Mode::Live
    }

    /// The first of a list, inside what they belong to.
    pub(crate) fn embedded(&self, location: &str, total: u64, data: Vec<Value>) -> Value {
        ListShape::embedded(location, self.now, total, data).envelope(self.version, &self.times)
    }

    /// What 2017-11-02 answers to a deletion instead of the thing itself.
    pub(crate) fn tombstone(&self, kind: Kind, key: i64) -> Value {
        object([
            ("object", kind.word().into()),
            ("id", self.id(kind, key).into()),
            ("livemode", self.livemode().into()),
            ("deleted", true.into()),
        ])
    }
}

/// A JSON object with its keys in the order given.
pub(crate) fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Value::Object(fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

/// Puts fields behind `after`, or at the end where there is no such field.
pub(crate) fn insert_after<const N: usize>(
    target: &mut Value,
    after: &str,
    fields: [(&str, Value); N],
) {
    let Value::Object(map) = target else { return };
    let first = map.keys().position(|key| key == after).map_or(map.len(), |at| at + 1);
    for (position, (key, value)) in (first..).zip(fields) {
        map.shift_insert(position, key.to_owned(), value);
    }
}

/// A client's own data.
pub(crate) fn metadata(map: &Map<String, Value>) -> Value {
    Value::Object(map.clone())
}

/// The same request, whose answer names other things by their ids.
pub(crate) fn unexpanded(context: &Context) -> Context {
    Context { expand: false, ..context.clone() }
}
