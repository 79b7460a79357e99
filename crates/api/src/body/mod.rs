//! What clients send, whatever they encode it in: JSON, forms with PHP's or
//! Rails' nesting, multipart, the query string, and bodies on GET.

mod error;
#[cfg(any(test, fuzzing))]
pub mod exercise;
mod form;
pub mod multipart;
mod receive;

use serde_json::{Map, Value};

pub use error::BodyError;
pub use receive::{RECEIVE_TIMEOUT, receive, receive_at_most};

/// The most bytes that a body may have, where an endpoint takes no files.
pub const BYTES_MAX: usize = 1_024 * 1_024;
/// The most values that a request may have, all levels together.
pub const PAIRS_MAX: usize = 1_000;
/// How deep values may be nested.
pub const DEPTH_MAX: usize = 8;
/// The most bytes that a key, or one level's name, may have.
pub const KEY_BYTES_MAX: usize = 256;

/// Reads query and body as one; where both name something, the body wins.
///
/// A body that is neither declared JSON nor a form is taken for what it looks like.
pub fn decode(
    content_type: Option<&str>,
    bytes: &[u8],
    query: Option<&str>,
) -> Result<Map<String, Value>, BodyError> {
    if bytes.len() > BYTES_MAX {
        return Err(BodyError::TooLarge { bytes_max: BYTES_MAX });
    }
    let mut params = form::decode(query.unwrap_or_default().as_bytes(), "query")?;
    for (name, value) in decode_body(content_type, bytes)? {
        params.insert(name, value);
    }
    Ok(params)
}

fn decode_body(content_type: Option<&str>, bytes: &[u8]) -> Result<Map<String, Value>, BodyError> {
    let Some(first) = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) else {
        return Ok(Map::new());
    };
    match media_type(content_type).as_str() {
        "application/x-www-form-urlencoded" => form::decode(bytes, "body"),
        media if media == "application/json" || media.ends_with("+json") => json(bytes),
        _ if *first == b'{' => json(bytes),
        _ => form::decode(bytes, "body"),
    }
}

/// `application/json` of `application/json; charset=utf-8`, lower-case.
#[must_use]
pub fn media_type(content_type: Option<&str>) -> String {
    let media = content_type.unwrap_or_default().split(';').next().unwrap_or_default();
    media.trim().to_ascii_lowercase()
}

fn json(bytes: &[u8]) -> Result<Map<String, Value>, BodyError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| BodyError::NotUtf8 { place: "body", byte: error.valid_up_to() })?;
    let value: Value = serde_json::from_str(text).map_err(|error| BodyError::NotJson {
        line: error.line(),
        column: error.column(),
        message: without_position(&error.to_string()).to_owned(),
    })?;
    let Value::Object(map) = value else { return Err(BodyError::NotAnObject) };
    bounded(&map, 1, &mut 0)?;
    Ok(map)
}

/// serde's messages end in the position, which is told in our own words.
pub(crate) fn without_position(message: &str) -> &str {
    message.rsplit_once(" at line ").map_or(message, |(message, _)| message)
}

/// Refuses what a form could not have said within its bounds either.
fn bounded(map: &Map<String, Value>, depth: usize, pairs: &mut usize) -> Result<(), BodyError> {
    for (key, value) in map {
        if key.len() > KEY_BYTES_MAX {
            return Err(BodyError::LongKey { key_bytes_max: KEY_BYTES_MAX });
        }
        bounded_value(value, depth, pairs)?;
    }
    Ok(())
}

fn bounded_value(value: &Value, depth: usize, pairs: &mut usize) -> Result<(), BodyError> {
    *pairs += 1;
    if *pairs > PAIRS_MAX {
        return Err(BodyError::TooMany { pairs_max: PAIRS_MAX });
    }
    match value {
        Value::Object(_) | Value::Array(_) if depth >= DEPTH_MAX => {
            Err(BodyError::TooDeep { depth_max: DEPTH_MAX })
        }
        Value::Object(map) => bounded(map, depth + 1, pairs),
        Value::Array(entries) => {
            entries.iter().try_for_each(|entry| bounded_value(entry, depth + 1, pairs))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
