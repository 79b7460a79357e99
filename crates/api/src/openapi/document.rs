//! A whole document, put together group by group.

use serde_json::{Map, Value, json};

use super::operation::Operation;
use super::schema::{reference, with};

/// A description under way.
pub(crate) struct Description {
    version: &'static str,
    title: &'static str,
    said: String,
    tags: Vec<Value>,
    paths: Map<String, Value>,
    security: Map<String, Value>,
    parameters: Map<String, Value>,
    responses: Map<String, Value>,
    schemas: Map<String, Value>,
}

impl Description {
    /// Of nothing yet. `version` is that of the API that is described.
    pub(crate) fn new(title: &'static str, version: &'static str, said: &str) -> Description {
        Description {
            version,
            title,
            said: said.to_owned(),
            tags: Vec::new(),
            paths: Map::new(),
            security: Map::new(),
            parameters: Map::new(),
            responses: Map::new(),
            schemas: Map::new(),
        }
    }

    /// A group of operations.
    pub(crate) fn tag(&mut self, name: &str, description: &str) {
        self.tags.push(json!({ "name": name, "description": description }));
    }

    /// What answers on a path by a method (`get`, `post`, …).
    pub(crate) fn operation(&mut self, method: &str, path: &str, operation: Operation) {
        let item = self.paths.entry(path).or_insert_with(|| path_item(path));
        if let Some(methods) = item.as_object_mut() {
            methods.insert(method.to_owned(), operation.into_json());
        }
    }

    /// A way to show who one is.
    pub(crate) fn security(&mut self, name: &str, scheme: Value) {
        self.security.insert(name.to_owned(), scheme);
    }

    /// A parameter that several operations take.
    pub(crate) fn parameter(&mut self, name: &str, parameter: Value) {
        self.parameters.insert(name.to_owned(), parameter);
    }

    /// An answer that several operations give.
    pub(crate) fn response(&mut self, name: &str, response: Value) {
        self.responses.insert(name.to_owned(), response);
    }

    /// A schema.
    pub(crate) fn schema(&mut self, name: &str, schema: Value) {
        self.schemas.insert(name.to_owned(), schema);
    }

    /// The document. Any of the ways to show who one is opens what does not say otherwise.
    pub(crate) fn into_json(self) -> Value {
        let security: Vec<Value> = self.security.keys().map(|name| json!({ name: [] })).collect();
        json!({
            "openapi": "3.1.0",
            "info": {
                "title": self.title,
                "version": self.version,
                "description": self.said,
                "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
            },
            "servers": [{ "url": "/" }],
            "security": security,
            "tags": self.tags,
            "paths": self.paths,
            "components": {
                "securitySchemes": self.security,
                "parameters": self.parameters,
                "responses": self.responses,
                "schemas": self.schemas,
            },
        })
    }
}

/// What every method of a path takes: what stands in it in braces.
fn path_item(path: &str) -> Value {
    let named: Vec<Value> = path
        .split('/')
        .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| {
            json!({
                "name": name, "in": "path", "required": true,
                "schema": { "type": "string", "minLength": 1 },
            })
        })
        .collect();
    let item = json!({});
    if named.is_empty() { item } else { with(item, "parameters", json!(named)) }
}

/// An answer that stands among the document's own.
pub(super) fn shared_response(name: &str) -> Value {
    reference("responses", name)
}
