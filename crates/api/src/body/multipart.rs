//! `multipart/form-data`, as Rack reads it: fields by name, files as objects.

use bytes::Bytes;
use futures::stream;
use serde_json::{Map, Value, json};

use super::{BYTES_MAX, BodyError, PAIRS_MAX, form};

/// Whether a body is multipart.
#[must_use]
pub fn is_multipart(content_type: Option<&str>) -> bool {
    super::media_type(content_type) == "multipart/form-data"
}

/// One part, as it came.
pub struct Part {
    /// Its name.
    pub name: String,
    /// What it is called, where it is a file.
    pub filename: Option<String>,
    /// What is in it.
    pub content: Bytes,
}

/// Reads the parts, in the order in which they came, of a body that is not too large for
/// whoever received it.
pub async fn parts(content_type: &str, bytes: Bytes) -> Result<Vec<Part>, BodyError> {
    let boundary = multer::parse_boundary(content_type).map_err(|error| unreadable(&error))?;
    let body = stream::iter([Ok::<_, std::io::Error>(bytes)]);
    let mut fields = multer::Multipart::new(body, boundary);
    let mut parts = Vec::new();
    while let Some(field) = fields.next_field().await.map_err(|error| unreadable(&error))? {
        if parts.len() >= PAIRS_MAX {
            return Err(BodyError::TooMany { pairs_max: PAIRS_MAX });
        }
        let name = field.name().unwrap_or_default().to_owned();
        let filename = field.file_name().map(str::to_owned);
        let content = field.bytes().await.map_err(|error| unreadable(&error))?;
        parts.push(Part { name, filename, content });
    }
    Ok(parts)
}

/// Reads fields and files. A file is an object of `filename` and `content`; one
/// that is not UTF-8 is refused, for no endpoint takes one.
pub async fn decode(content_type: &str, bytes: Bytes) -> Result<Map<String, Value>, BodyError> {
    if bytes.len() > BYTES_MAX {
        return Err(BodyError::TooLarge { bytes_max: BYTES_MAX });
    }
    let mut params = Map::new();
    for Part { name, filename, content } in parts(content_type, bytes).await? {
        let text = String::from_utf8(content.into()).map_err(|error| BodyError::NotUtf8 {
            place: "body",
            byte: error.utf8_error().valid_up_to(),
        })?;
        let value = match filename {
            Some(filename) => json!({"filename": filename, "content": text}),
            None => Value::String(text),
        };
        form::insert(&mut params, &name, value)?;
    }
    Ok(params)
}

fn unreadable(error: &multer::Error) -> BodyError {
    BodyError::Multipart { message: error.to_string() }
}
