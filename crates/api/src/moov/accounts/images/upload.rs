//! An image on its way in: `multipart/form-data` with a part `image`, the file, and a
//! part `metadata`, JSON.

use bank::picture;
use gateway::bank::{BankError, NewPicture, PartyError};
use serde_json::json;

use super::metadata::Metadata;
use super::show;
use crate::body::multipart;
use crate::moov::context::Context;
use crate::moov::refusal::Refusal;
use crate::moov::request::Request;
use crate::moov::version::Version;

/// An image that was uploaded.
pub(super) struct Upload {
    /// What it shows; `None` where the file was left out.
    pub(super) picture: Option<NewPicture>,
    /// What is said of it; `None` where the metadata was left out.
    pub(super) said: Option<Said>,
}

/// What is said of an image; nothing, where it was said to be nothing.
pub(super) struct Said(pub(super) Option<String>);

/// Reads an upload. What the file is, is told from its first bytes, whatever it is
/// called.
pub(super) async fn read(request: &Request) -> Result<Upload, Refusal> {
    if !multipart::is_multipart(request.header("content-type")) {
        return Err(Refusal::malformed("the body is not multipart/form-data"));
    }
    let content_type = request.header("content-type").unwrap_or_default();
    let parts = multipart::parts(content_type, request.body().clone()).await?;
    let part = |name: &str| parts.iter().find(|part| part.name == name);
    let picture = match part("image") {
        None => None,
        Some(part) => {
            let Some(media_type) = picture::media_type(&part.content) else {
                return Err(Refusal::invalid(json!({"image": "is no PNG, JPEG or WebP file"})));
            };
            let file = part.content.to_vec();
            Some(NewPicture { media_type: media_type.to_owned(), file })
        }
    };
    let said = match part("metadata") {
        None => None,
        Some(part) => {
            let metadata: Metadata = serde_json::from_slice(&part.content)
                .map_err(|error| Refusal::malformed(format!("metadata: {error}")))?;
            let wrong = |told| Refusal::invalid(json!({"metadata": {"altText": told}}));
            Some(Said(metadata.read().map_err(wrong)?))
        }
    };
    Ok(Upload { picture, said })
}

/// The refusal of an upload without a file.
pub(super) fn missing() -> Refusal {
    Refusal::invalid(json!({"image": "is missing"}))
}

/// The refusal of an image. One that is there already is shown since the newest version.
pub(super) fn refused(context: &Context, error: BankError) -> Refusal {
    match error {
        BankError::Party(PartyError::SameImage(image)) => {
            if context.version >= Version::V2026_10_00 {
                Refusal::conflict_with(show::image(context, &image))
            } else {
                Refusal::conflict("the same image was uploaded before")
            }
        }
        BankError::Party(PartyError::TooMany(_)) => {
            Refusal::conflict("the account has as many images as it can have")
        }
        error => error.into(),
    }
}
