//! Holds answers to the documents that describe them: status, content type and shape. An
//! object has no field that its description does not have.

use std::sync::LazyLock;

use api::openapi::{Document, documents};
use serde_json::{Map, Value};

static DOCUMENTS: LazyLock<Vec<Document>> = LazyLock::new(documents);

/// A request and its answer.
pub(crate) struct Exchange<'a> {
    /// The name of the document that describes it.
    pub(crate) document: &'a str,
    pub(crate) method: &'a str,
    /// Without its query.
    pub(crate) path: &'a str,
    pub(crate) status: u16,
    pub(crate) content_type: Option<&'a str>,
    pub(crate) body: &'a str,
}

/// Asserts that an answer is as described. Paths that no document has are left alone.
#[track_caller]
pub(crate) fn assert_described(exchange: &Exchange<'_>) {
    let document = DOCUMENTS.iter().find(|it| it.name == exchange.document).unwrap();
    let Some(operation) = operation(&document.content, exchange) else { return };
    if let Some(fault) = answer_fault(&document.content, operation, exchange) {
        let Exchange { document, method, path, status, body, .. } = exchange;
        panic!(
            "{method} {path} answered {status}, and {document} does not say so: {fault}\n{body}"
        );
    }
}

fn operation<'a>(document: &'a Value, exchange: &Exchange<'_>) -> Option<&'a Value> {
    let method = exchange.method.to_ascii_lowercase();
    let paths = document["paths"].as_object()?;
    let literal = paths.get(exchange.path);
    let item = literal.or_else(|| {
        paths.iter().find(|(template, _)| matches(template, exchange.path)).map(|(_, item)| item)
    });
    item?.get(method)
}

fn matches(template: &str, path: &str) -> bool {
    let (template, path) = (template.split('/'), path.trim_end_matches('/').split('/'));
    template.clone().count() == path.clone().count()
        && template.zip(path).all(|(wanted, sent)| wanted == sent || wanted.starts_with('{'))
}

fn answer_fault(document: &Value, operation: &Value, exchange: &Exchange<'_>) -> Option<String> {
    let Some(response) = operation["responses"].get(exchange.status.to_string()) else {
        return Some("the status is not described".to_owned());
    };
    let response = resolved(document, response);
    let Some(content) = response.get("content").and_then(Value::as_object) else {
        return (!exchange.body.is_empty()).then(|| "no body is described".to_owned());
    };
    let bare = |kind: &str| kind.split(';').next().unwrap_or_default().trim().to_owned();
    let kind = bare(exchange.content_type.unwrap_or_default());
    let Some((_, described)) = content.iter().find(|(known, _)| bare(known) == kind) else {
        return Some(format!("the content type {kind:?} is not described"));
    };
    if !kind.ends_with("json") {
        return None;
    }
    match serde_json::from_str(exchange.body) {
        Ok(value) => fault(document, &described["schema"], &value, ""),
        Err(error) => Some(error.to_string()),
    }
}

/// What a reference leads to.
fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value.get("$ref").and_then(Value::as_str) {
        Some(reference) => document.pointer(reference.trim_start_matches('#')).unwrap(),
        None => value,
    }
}

/// What of a value is not as a schema has it, and where.
fn fault(document: &Value, schema: &Value, value: &Value, at: &str) -> Option<String> {
    let schema = resolved(document, schema);
    if let Some(ways) = schema.get("anyOf").and_then(Value::as_array) {
        let faults: Option<Vec<String>> =
            ways.iter().map(|way| fault(document, way, value, at)).collect();
        return faults.map(|faults| faults.join("; or "));
    }
    let differs = |wanted: &str| Some(format!("{at} is {value}, and not {wanted}"));
    if let Some(only) = schema.get("const").filter(|only| *only != value) {
        return differs(&only.to_string());
    }
    if let Some(words) = schema.get("enum").and_then(Value::as_array)
        && !words.contains(value)
    {
        return differs(&schema["enum"].to_string());
    }
    if let Some(kind) = schema.get("type").and_then(Value::as_str)
        && !is_of(kind, value)
    {
        return differs(kind);
    }
    if let (Some(format), Some(text)) = (schema.get("format"), value.as_str())
        && !is_formatted(format.as_str().unwrap(), text)
    {
        return differs(&format.to_string());
    }
    match value {
        Value::Object(fields) => object_fault(document, schema, fields, at),
        Value::Array(entries) => schema.get("items").and_then(|items| {
            let mut numbered = entries.iter().enumerate();
            numbered.find_map(|(place, it)| fault(document, items, it, &format!("{at}/{place}")))
        }),
        _ => None,
    }
}

fn object_fault(
    document: &Value,
    schema: &Value,
    fields: &Map<String, Value>,
    at: &str,
) -> Option<String> {
    let required = schema.get("required").and_then(Value::as_array);
    let missing = required.and_then(|names| {
        names.iter().filter_map(Value::as_str).find(|name| !fields.contains_key(*name))
    });
    if let Some(name) = missing {
        return Some(format!("{at}/{name} is missing"));
    }
    let (known, others) = (&schema["properties"], &schema["additionalProperties"]);
    fields.iter().find_map(|(name, value)| {
        let at = format!("{at}/{name}");
        match known.get(name) {
            Some(schema) => fault(document, schema, value, &at),
            None if others.is_object() => fault(document, others, value, &at),
            None if *others == Value::Bool(true) => None,
            None => Some(format!("{at} is not described")),
        }
    })
}

fn is_of(kind: &str, value: &Value) -> bool {
    match kind {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("no type is called {other}"),
    }
}

fn is_formatted(format: &str, text: &str) -> bool {
    match format {
        "date-time" => text.parse::<jiff::Timestamp>().is_ok(),
        "date" => text.parse::<jiff::civil::Date>().is_ok_and(|date| date.to_string() == text),
        "uuid" => uuid::Uuid::try_parse(text).is_ok(),
        _ => true,
    }
}
