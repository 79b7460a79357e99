//! What Omise says when it refuses.

use http::StatusCode;
use serde_json::{Value, json};
use store::StoreError;

/// A refusal, in Omise's words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OmiseError {
    /// HTTP status.
    pub status: StatusCode,
    /// One of Omise's codes.
    pub code: &'static str,
    /// What was wrong.
    pub message: String,
}

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident => $status:ident;)*) => {$(
        $(#[$doc])*
        pub fn $name(message: impl Into<String>) -> OmiseError {
            OmiseError::new(StatusCode::$status, stringify!($name), message)
        }
    )*};
}

impl OmiseError {
    /// A refusal under any code.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> OmiseError {
        OmiseError { status, code, message: message.into() }
    }

    /// There is no such thing, or it is somebody else's: `schedule missing was not found`.
    #[must_use]
    pub fn not_found(object: &str, id: &str) -> OmiseError {
        let message = format!("{object} {id} was not found");
        OmiseError::new(StatusCode::NOT_FOUND, "not_found", message)
    }

    /// No key, or one that does not open this.
    #[must_use]
    pub fn authentication_failure() -> OmiseError {
        let message = "authentication failed";
        OmiseError::new(StatusCode::UNAUTHORIZED, "authentication_failure", message)
    }

    /// The key is restricted, and does not reach this far.
    #[must_use]
    pub fn insufficient_scope(message: String) -> OmiseError {
        OmiseError::new(StatusCode::FORBIDDEN, "insufficient_scope", message)
    }

    /// The token was used.
    #[must_use]
    pub fn used_token() -> OmiseError {
        OmiseError::new(StatusCode::BAD_REQUEST, "used_token", "token was already used")
    }

    /// The `Idempotency-Key` was used before, for something else.
    #[must_use]
    pub fn key_used() -> OmiseError {
        let message = "Idempotency-Key was used for a different request";
        OmiseError::new(StatusCode::UNPROCESSABLE_ENTITY, "bad_request", message)
    }

    /// Something failed here. What did is for the log, not for the client.
    #[must_use]
    pub fn backend_error() -> OmiseError {
        let message = "something went wrong on our side; the request may be sent again";
        OmiseError::new(StatusCode::INTERNAL_SERVER_ERROR, "backend_error", message)
    }

    refusals! {
        /// Something about the request is wrong.
        bad_request => BAD_REQUEST;
        /// The card is wrong.
        invalid_card => BAD_REQUEST;
        /// The card token is wrong.
        invalid_card_token => BAD_REQUEST;
        /// There is no card.
        missing_card => BAD_REQUEST;
        /// The charge is wrong.
        invalid_charge => BAD_REQUEST;
        /// The charge has expired.
        expired_charge => BAD_REQUEST;
        /// The charge cannot be captured.
        failed_capture => BAD_REQUEST;
        /// The charge cannot be expired.
        failed_expire => BAD_REQUEST;
        /// The charge cannot be reversed.
        failed_reverse => BAD_REQUEST;
        /// The charge cannot be refunded.
        failed_refund => BAD_REQUEST;
        /// The charge cannot be voided.
        failed_void => BAD_REQUEST;
        /// The recipient is wrong.
        invalid_recipient => BAD_REQUEST;
        /// The bank account is wrong.
        invalid_bank_account => BAD_REQUEST;
        /// The amount is wrong.
        invalid_amount => BAD_REQUEST;
        /// The filters of a search are wrong.
        invalid_filters => BAD_REQUEST;
        /// The page of a search is wrong.
        invalid_page => BAD_REQUEST;
        /// The scope of a search is wrong.
        invalid_scope => BAD_REQUEST;
        /// No file was uploaded.
        missing_file => BAD_REQUEST;
        /// The file uploaded is of a wrong kind.
        invalid_file_type => BAD_REQUEST;
    }

    /// The envelope, the same in every version.
    #[must_use]
    pub fn body(&self) -> Value {
        json!({
            "object": "error",
            "location":
                format!("https://www.omise.co/api-errors#{}", self.code.replace('_', "-")),
            "code": self.code,
            "message": self.message,
        })
    }
}

impl From<StoreError> for OmiseError {
    fn from(error: StoreError) -> OmiseError {
        // Within the request's span, which carries its id.
        tracing::error!(%error, "the store failed");
        OmiseError::backend_error()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_envelope_is_the_captured_one() {
        assert_eq!(
            OmiseError::not_found("schedule", "missing").body().to_string(),
            r#"{"object":"error","location":"https://www.omise.co/api-errors#not-found","code":"not_found","message":"schedule missing was not found"}"#
        );
    }

    #[test]
    fn a_code_is_spelt_as_its_constructor() {
        let error = OmiseError::invalid_charge("currency is currently not supported");
        assert_eq!((error.status.as_u16(), error.code), (400, "invalid_charge"));
    }

    #[test]
    fn a_failing_store_tells_the_client_nothing_of_its_inside() {
        let error = OmiseError::from(StoreError::Database {
            during: "reading",
            message: "secret".to_owned(),
        });
        assert_eq!((error.status.as_u16(), error.code), (500, "backend_error"));
        assert!(!error.message.contains("secret"));
    }
}
