//! What was sent: body, query, headers.

use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use serde::de::DeserializeOwned;

use super::query::Query;
use super::refusal::Refusal;
use crate::body::{self, BodyError};

/// What was sent.
#[derive(Clone, Debug)]
pub struct Request {
    headers: HeaderMap,
    query: Query,
    body: Bytes,
}

impl Request {
    /// A request whose body has arrived.
    pub(super) fn new(head: Parts, body: Bytes) -> Result<Request, Refusal> {
        let query = Query::read(head.uri.query().unwrap_or_default())?;
        Ok(Request { headers: head.headers, query, body })
    }

    /// The query.
    #[must_use]
    pub const fn query(&self) -> &Query {
        &self.query
    }

    /// A header that is visible ASCII.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Whether the client wants the answer only when this is there: one of the values
    /// of `x-wait-for`, such as `payment-method`.
    #[must_use]
    pub fn waits_for(&self, what: &str) -> bool {
        self.header("x-wait-for") == Some(what)
    }

    /// The body as it came, for what is not JSON.
    #[must_use]
    pub const fn body(&self) -> &Bytes {
        &self.body
    }

    /// `application/json` of `application/json; charset=utf-8`, lower-case.
    #[must_use]
    pub fn media_type(&self) -> String {
        body::media_type(self.header(CONTENT_TYPE.as_str()))
    }

    /// The body as JSON. A 400 that says where and what is wrong, where it cannot be
    /// read as one, or has another shape than `T`.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        read_json(&self.body)
    }

    /// The body as JSON, or as a form of texts where that is what it says it is.
    pub fn json_or_form<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        if self.media_type() != "application/x-www-form-urlencoded" {
            return self.json();
        }
        let text = str::from_utf8(&self.body)
            .map_err(|_| Refusal::malformed("the form in the body is not UTF-8"))?;
        let fields = Query::read(text)?.into_fields()?;
        serde_json::from_value(fields).map_err(|error| Refusal::malformed(error.to_string()))
    }

    /// The headers, for what authenticates in a manner of its own.
    pub(super) const fn headers(&self) -> &HeaderMap {
        &self.headers
    }
}

/// JSON is nested at most 128 deep (`serde_json`'s own bound), and so large as a body.
fn read_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Refusal::malformed("the body is empty; it would be JSON"));
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let read = serde_path_to_error::deserialize(&mut json)
        .map_err(|error| unreadable(Some(error.path()), error.inner()))?;
    json.end().map_err(|error| unreadable(None, &error))?;
    Ok(read)
}

fn unreadable(path: Option<&serde_path_to_error::Path>, error: &serde_json::Error) -> Refusal {
    let mut message = body::without_position(&error.to_string()).to_owned();
    if !error.is_data() {
        let (line, column) = (error.line(), error.column());
        return Refusal::from(BodyError::NotJson { line, column, message });
    }
    if let Some(path) = path.filter(|path| path.iter().next().is_some()) {
        message = format!("{path}: {message}");
    }
    Refusal::malformed(format!("{message} (line {}, column {})", error.line(), error.column()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde_json::{Value, json};

    #[derive(Deserialize, Debug)]
    struct Template {
        #[serde(rename = "runTransfer")]
        _run_transfer: Option<RunTransfer>,
    }

    #[derive(Deserialize, Debug)]
    struct RunTransfer {
        #[serde(rename = "lineItems")]
        _line_items: Vec<i64>,
    }

    fn refused(body: &str) -> Value {
        let refusal = read_json::<Template>(body.as_bytes()).unwrap_err();
        assert_eq!(refusal.status(), 400);
        refusal.body().unwrap().clone()
    }

    #[test]
    fn what_has_a_wrong_type_is_named_with_its_place() {
        assert_eq!(
            refused("{\"runTransfer\":\n {\"lineItems\": [1, \"two\"]}}"),
            json!({"error": "runTransfer.lineItems[1]: invalid type: string \"two\", expected i64 (line 2, column 24)"})
        );
        assert_eq!(
            refused("7"),
            json!({"error": "invalid type: integer `7`, expected struct Template (line 1, column 1)"})
        );
    }

    #[test]
    fn what_is_no_json_is_named_with_its_place() {
        assert_eq!(
            refused("{\"runTransfer\": }"),
            json!({"error": "the body is not JSON: expected value (line 1, column 17)"})
        );
        assert_eq!(
            refused("{} {}"),
            json!({"error": "the body is not JSON: trailing characters (line 1, column 4)"})
        );
        assert_eq!(refused(" \n"), json!({"error": "the body is empty; it would be JSON"}));
    }

    #[test]
    fn a_body_nested_without_end_is_refused() {
        let refusal = read_json::<Value>("[".repeat(100_000).as_bytes()).unwrap_err();
        assert_eq!(
            refusal.body(),
            Some(&json!({
                "error": "the body is not JSON: recursion limit exceeded (line 1, column 128)",
            }))
        );
    }
}
