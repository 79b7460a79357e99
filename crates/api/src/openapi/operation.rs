//! One operation: what it is for, what it takes, what it answers.

use serde_json::{Map, Value, json};

use super::document::shared_response;
use super::schema::{reference, with};

/// An operation under way.
pub(crate) struct Operation {
    fields: Map<String, Value>,
    parameters: Vec<Value>,
    responses: Map<String, Value>,
}

impl Operation {
    /// What it is, in a group.
    pub(crate) fn new(tag: &str, id: &str, summary: &str) -> Operation {
        let fields =
            [("tags", json!([tag])), ("operationId", json!(id)), ("summary", json!(summary))];
        Operation {
            fields: fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            parameters: Vec::new(),
            responses: Map::new(),
        }
    }

    /// It takes a parameter.
    pub(crate) fn takes(mut self, parameter: Value) -> Operation {
        self.parameters.push(parameter);
        self
    }

    /// It takes one of the document's own parameters.
    pub(crate) fn takes_shared(self, name: &str) -> Operation {
        self.takes(reference("parameters", name))
    }

    /// It takes a body, in one of these encodings.
    pub(crate) fn sent<const N: usize>(self, encodings: [&str; N], schema: &Value) -> Operation {
        self.with_body(encodings, schema, true)
    }

    /// It may take a body.
    pub(crate) fn may_be_sent<const N: usize>(
        self,
        encodings: [&str; N],
        schema: &Value,
    ) -> Operation {
        self.with_body(encodings, schema, false)
    }

    fn with_body<const N: usize>(
        mut self,
        encodings: [&str; N],
        schema: &Value,
        is_required: bool,
    ) -> Operation {
        let content: Map<String, Value> = encodings
            .iter()
            .map(|encoding| ((*encoding).to_owned(), json!({ "schema": schema })))
            .collect();
        let body = json!({ "required": is_required, "content": content });
        self.fields.insert("requestBody".to_owned(), body);
        self
    }

    /// It answers a status with something in an encoding.
    pub(crate) fn answers(self, status: u16, encoding: &str, schema: &Value) -> Operation {
        let response = json!({
            "description": "Done.",
            "content": { encoding: { "schema": schema } },
        });
        self.answers_as(status, response)
    }

    /// It answers a status, and nothing more.
    pub(crate) fn answers_bare(self, status: u16) -> Operation {
        self.answers_as(status, json!({ "description": "Done." }))
    }

    /// It answers a status in a way of its own.
    pub(crate) fn answers_as(mut self, status: u16, response: Value) -> Operation {
        self.responses.insert(status.to_string(), response);
        self
    }

    /// It may be refused by the document's own answers of these names, each of which ends
    /// in its status.
    pub(crate) fn refused(self, prefix: &str, statuses: &[u16]) -> Operation {
        statuses.iter().fold(self, |operation, status| {
            operation.answers_as(*status, shared_response(&format!("{prefix}{status}")))
        })
    }

    /// Nobody needs to show who they are.
    pub(crate) fn openly(self) -> Operation {
        self.opened_by(json!([]))
    }

    /// Other ways to show who one is than the document's.
    pub(crate) fn opened_by(mut self, security: Value) -> Operation {
        self.fields.insert("security".to_owned(), security);
        self
    }

    pub(super) fn into_json(self) -> Value {
        let mut all = Value::Object(self.fields);
        if !self.parameters.is_empty() {
            all = with(all, "parameters", json!(self.parameters));
        }
        let mut responses: Vec<(String, Value)> = self.responses.into_iter().collect();
        responses.sort_by(|one, other| one.0.cmp(&other.0));
        with(all, "responses", Value::Object(responses.into_iter().collect()))
    }
}

/// A parameter in the query.
pub(crate) fn query(name: &str, schema: &Value) -> Value {
    json!({ "name": name, "in": "query", "schema": schema })
}
