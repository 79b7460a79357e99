//! A JSON object in the making. Moov leaves out what an object does not have; it
//! never says `null`.

use engine::Instant;
use serde_json::{Map, Value};

/// An object in the making.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Object(Map<String, Value>);

impl Object {
    /// An empty one.
    #[must_use]
    pub fn new() -> Object {
        Object::default()
    }

    /// With a field.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Object {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    /// With a field, where there is something to say.
    #[must_use]
    pub fn maybe(self, name: &str, value: Option<impl Into<Value>>) -> Object {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// With an instant, to the nanosecond.
    #[must_use]
    pub fn at(self, name: &str, instant: Instant) -> Object {
        self.with(name, instant.to_string())
    }

    /// With an instant, where there is one.
    #[must_use]
    pub fn maybe_at(self, name: &str, instant: Option<Instant>) -> Object {
        self.maybe(name, instant.map(|instant| instant.to_string()))
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Value {
        Value::Object(object.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_left_out() {
        let object = Object::new()
            .with("name", "Jules")
            .maybe("email", None::<String>)
            .at("createdOn", Instant::EPOCH)
            .maybe_at("disconnectedOn", None);
        let text = Value::from(object).to_string();
        assert_eq!(text, r#"{"name":"Jules","createdOn":"1970-01-01T00:00:00Z"}"#);
    }
}
