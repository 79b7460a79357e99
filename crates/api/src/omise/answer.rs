//! Answers as Omise writes them.

use axum::body::Body;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use serde_json::Value;

use super::error::OmiseError;

/// What a handler gives: an object for a 200, or a refusal.
pub type Answer = Result<Value, OmiseError>;

/// The version that an answer is in.
pub(crate) const OMISE_VERSION: HeaderName = HeaderName::from_static("omise-version");

/// A JSON answer.
pub(crate) fn json_response(status: StatusCode, body: Vec<u8>) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache, no-store"));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    response
}

/// A refusal, as an answer.
pub(crate) fn refusal(error: &OmiseError) -> Response<Body> {
    json_response(error.status, pretty(&error.body()))
}

/// JSON as Ruby's `JSON.pretty_generate` writes it: two spaces, empty arrays and
/// objects over several lines, a line feed at the end.
pub fn pretty(value: &Value) -> Vec<u8> {
    let mut text = Vec::with_capacity(1_024);
    write(value, 0, &mut text);
    text.push(b'\n');
    text
}

fn write(value: &Value, depth: usize, text: &mut Vec<u8>) {
    match value {
        Value::Array(entries) if entries.is_empty() => {
            text.extend_from_slice(b"[\n\n");
            indent(depth, text);
            text.push(b']');
        }
        Value::Array(entries) => {
            text.push(b'[');
            for (place, entry) in entries.iter().enumerate() {
                begin_line(place, depth + 1, text);
                write(entry, depth + 1, text);
            }
            end_lines(depth, b']', text);
        }
        Value::Object(fields) => {
            text.push(b'{');
            for (place, (name, field)) in fields.iter().enumerate() {
                begin_line(place, depth + 1, text);
                write_scalar(&Value::String(name.clone()), text);
                text.extend_from_slice(b": ");
                write(field, depth + 1, text);
            }
            end_lines(depth, b'}', text);
        }
        scalar => write_scalar(scalar, text),
    }
}

fn begin_line(place: usize, depth: usize, text: &mut Vec<u8>) {
    text.extend_from_slice(if place == 0 { b"\n" } else { b",\n" });
    indent(depth, text);
}

fn end_lines(depth: usize, close: u8, text: &mut Vec<u8>) {
    text.push(b'\n');
    indent(depth, text);
    text.push(close);
}

fn indent(depth: usize, text: &mut Vec<u8>) {
    text.extend(std::iter::repeat_n(b' ', depth * 2));
}

fn write_scalar(value: &Value, text: &mut Vec<u8>) {
    text.extend_from_slice(value.to_string().as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn json_is_laid_out_as_captured() {
        let value = json!({
            "object": "list", "total": 0, "on": {}, "data": [],
            "nested": {"data": [], "dates": ["2017-11-10", "2017-11-20"]},
            "percentage_of_balance": 75.0, "name": "ก\"\n",
        });
        let expected = "{\n  \"object\": \"list\",\n  \"total\": 0,\n  \"on\": {\n  },\n  \"data\": [\n\n  ],\n  \"nested\": {\n    \"data\": [\n\n    ],\n    \"dates\": [\n      \"2017-11-10\",\n      \"2017-11-20\"\n    ]\n  },\n  \"percentage_of_balance\": 75.0,\n  \"name\": \"ก\\\"\\n\"\n}\n";
        assert_eq!(String::from_utf8(pretty(&value)).unwrap(), expected);
    }
}
