//! Reads any bytes as a request, and holds what is read to its bounds: for the fuzzer,
//! and for the test that replays its corpus.
#![allow(clippy::panic, reason = "that is how a fuzzer is told")]

use bytes::Bytes;
use futures::FutureExt as _;
use serde_json::Value;

use super::{DEPTH_MAX, KEY_BYTES_MAX, PAIRS_MAX, decode, multipart};

/// Reads a line with a content type, a line with a query, and a body below them.
///
/// # Panics
///
/// Where something was read that is beyond the bounds of [`super`].
pub fn exercise(request: &[u8]) {
    let mut lines = request.splitn(3, |byte| *byte == b'\n');
    let mut line = || lines.next().unwrap_or_default();
    let (content_type, query, body) = (line(), line(), line());
    let content_type = std::str::from_utf8(content_type).ok();
    let query = std::str::from_utf8(query).ok();
    let read = match content_type {
        Some(content_type) if multipart::is_multipart(Some(content_type)) => {
            let read = multipart::decode(content_type, Bytes::copy_from_slice(body));
            read.now_or_never().unwrap_or_else(|| panic!("the whole body is there, and waited for"))
        }
        _ => decode(content_type, body, query),
    };
    let Ok(read) = read else { return };
    // Query and body are counted each for itself.
    let values = held(&Value::Object(read), 0);
    assert!(values <= 2 * PAIRS_MAX * DEPTH_MAX, "{values} values were read");
}

/// How many values there are, none too deep and under no long name.
fn held(value: &Value, depth: usize) -> usize {
    let nested = |value| held(value, depth + 1);
    match value {
        Value::Object(_) | Value::Array(_) if depth > DEPTH_MAX => {
            panic!("values were read {depth} levels deep")
        }
        Value::Object(fields) => {
            let longest = fields.keys().map(String::len).max().unwrap_or_default();
            assert!(longest <= KEY_BYTES_MAX, "a name of {longest} bytes was read");
            fields.values().map(nested).sum()
        }
        Value::Array(entries) => entries.iter().map(nested).sum(),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn what_the_fuzzer_kept_is_read_within_bounds_or_refused() {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/body");
        let files: Vec<_> = std::fs::read_dir(&corpus).unwrap().collect();
        assert!(files.len() > 10, "{} files in {}", files.len(), corpus.display());
        for file in files {
            exercise(&std::fs::read(file.unwrap().path()).unwrap());
        }
    }
}
