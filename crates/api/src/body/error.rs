//! Why a request could not be read.

/// Why a request could not be read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BodyError {
    /// Too many bytes.
    #[error("the body is larger than {bytes_max} bytes")]
    TooLarge {
        /// The limit.
        bytes_max: usize,
    },
    /// It took too long to arrive.
    #[error("the body did not arrive within {seconds_max} seconds")]
    TooSlow {
        /// The limit.
        seconds_max: u64,
    },
    /// It broke off.
    #[error("the body ended before it was complete")]
    Incomplete,
    /// Too many values.
    #[error("the request has more than {pairs_max} values")]
    TooMany {
        /// The limit.
        pairs_max: usize,
    },
    /// Nested too deep.
    #[error("the request is nested more than {depth_max} levels deep")]
    TooDeep {
        /// The limit.
        depth_max: usize,
    },
    /// A key is too long.
    #[error("a key of the request is longer than {key_bytes_max} bytes")]
    LongKey {
        /// The limit.
        key_bytes_max: usize,
    },
    /// Not UTF-8.
    #[error("the {place} is not UTF-8: see byte {byte}")]
    NotUtf8 {
        /// Query or body.
        place: &'static str,
        /// The first byte that is wrong, from 0.
        byte: usize,
    },
    /// Not JSON.
    #[error("the body is not JSON: {message} (line {line}, column {column})")]
    NotJson {
        /// From 1.
        line: usize,
        /// From 1; 0 where the line is empty.
        column: usize,
        /// What was expected.
        message: String,
    },
    /// JSON, but not an object.
    #[error("the body must be a JSON object")]
    NotAnObject,
    /// A form gives one name two shapes.
    #[error("{key} is given both as {one} and as {other}")]
    TwoShapes {
        /// Where.
        key: String,
        /// The first shape.
        one: &'static str,
        /// The second.
        other: &'static str,
    },
    /// A multipart body that does not follow its own boundary.
    #[error("the multipart body cannot be read: {message}")]
    Multipart {
        /// Why not.
        message: String,
    },
}

impl BodyError {
    /// 413 for a body that is too large, 408 for one that is too slow, else 400.
    #[must_use]
    pub const fn status(&self) -> http::StatusCode {
        match self {
            BodyError::TooLarge { .. } => http::StatusCode::PAYLOAD_TOO_LARGE,
            BodyError::TooSlow { .. } => http::StatusCode::REQUEST_TIMEOUT,
            _ => http::StatusCode::BAD_REQUEST,
        }
    }
}
