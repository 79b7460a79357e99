//! What is sent and answered, as JSON Schema.

use serde_json::{Map, Value, json};

/// A named part of the document that this stands in.
pub(crate) fn reference(of: &str, name: &str) -> Value {
    json!({ "$ref": format!("#/components/{of}/{name}") })
}

/// A schema of this name.
pub(crate) fn named(schema: &str) -> Value {
    reference("schemas", schema)
}

/// An object with one field more.
pub(crate) fn with(mut object: Value, name: &str, value: Value) -> Value {
    if let Some(fields) = object.as_object_mut() {
        fields.insert(name.to_owned(), value);
    }
    object
}

/// An object that has all of these.
pub(crate) fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    let required: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
    json!({ "type": "object", "required": required, "properties": properties(fields) })
}

/// The same, which may have these too.
pub(crate) fn perhaps<const N: usize>(mut object: Value, fields: [(&str, Value); N]) -> Value {
    if let Some(known) = object.get_mut("properties").and_then(Value::as_object_mut) {
        known.extend(properties(fields));
    }
    object
}

/// An object that has all fields of two.
pub(crate) fn both(mut one: Value, mut other: Value) -> Value {
    for part in ["required", "properties"] {
        match (one.get_mut(part), other.get_mut(part).map(Value::take)) {
            (Some(Value::Array(names)), Some(Value::Array(more))) => names.extend(more),
            (Some(Value::Object(fields)), Some(Value::Object(more))) => fields.extend(more),
            _ => {}
        }
    }
    one
}

/// An object that may have these.
pub(crate) fn any_of_these<const N: usize>(fields: [(&str, Value); N]) -> Value {
    json!({ "type": "object", "properties": properties(fields) })
}

fn properties<const N: usize>(fields: [(&str, Value); N]) -> Map<String, Value> {
    fields.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect()
}

/// The same, and nothing else.
pub(crate) fn only(object: Value) -> Value {
    with(object, "additionalProperties", json!(false))
}

/// The same, with words for people.
pub(crate) fn said(schema: Value, description: &str) -> Value {
    with(schema, "description", json!(description))
}

pub(crate) fn or_null(schema: Value) -> Value {
    either([schema, json!({ "type": "null" })])
}

pub(crate) fn either<const N: usize>(schemas: [Value; N]) -> Value {
    json!({ "anyOf": Vec::from(schemas) })
}

pub(crate) fn list(of: Value) -> Value {
    with(json!({ "type": "array" }), "items", of)
}

/// One of a few words.
pub(crate) fn word(words: impl IntoIterator<Item = &'static str>) -> Value {
    let words: Vec<&str> = words.into_iter().collect();
    json!({ "type": "string", "enum": words })
}

pub(crate) fn text() -> Value {
    json!({ "type": "string" })
}

/// Text of at most so many characters.
pub(crate) fn short(characters_max: usize) -> Value {
    json!({ "type": "string", "maxLength": characters_max })
}

pub(crate) fn integer() -> Value {
    json!({ "type": "integer" })
}

/// An integer within bounds.
pub(crate) fn within(least: i64, greatest: i64) -> Value {
    json!({ "type": "integer", "minimum": least, "maximum": greatest })
}

pub(crate) fn number() -> Value {
    json!({ "type": "number" })
}

pub(crate) fn boolean() -> Value {
    json!({ "type": "boolean" })
}

pub(crate) fn instant() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

pub(crate) fn date() -> Value {
    json!({ "type": "string", "format": "date" })
}

/// An object of anything.
pub(crate) fn map() -> Value {
    json!({ "type": "object", "additionalProperties": true })
}
