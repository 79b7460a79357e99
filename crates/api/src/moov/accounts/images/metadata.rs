//! `PUT /accounts/{accountID}/images/{imageID}/metadata`: what is said of an image.

use engine::PartyId;
use serde::Deserialize;
use serde_json::json;

use super::{find, show};
use crate::moov::answer::{Answer, Reply};
use crate::moov::context::Context;
use crate::moov::refusal::Refusal;
use crate::moov::request::Request;

/// The longest text that is said of an image.
pub(super) const ALTERNATIVE_TEXT_CHARACTERS_MAX: usize = 125;

/// What is said of an image.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Metadata {
    pub(super) alt_text: Option<String>,
}

impl Metadata {
    /// The text, or what is wrong with it.
    pub(super) fn read(self) -> Result<Option<String>, String> {
        match self.alt_text.filter(|text| !text.is_empty()) {
            Some(text) if text.chars().count() > ALTERNATIVE_TEXT_CHARACTERS_MAX => {
                Err(format!("has more than {ALTERNATIVE_TEXT_CHARACTERS_MAX} characters"))
            }
            text => Ok(text),
        }
    }
}

/// Says something else of an image, or nothing.
pub(super) async fn replace(
    context: Context,
    request: Request,
    party: PartyId,
    image: String,
) -> Answer {
    let metadata: Metadata = request.json()?;
    let key = find(&context, &image)?;
    let text = metadata.read().map_err(|told| Refusal::invalid(json!({ "altText": told })))?;
    let bank = context.bank();
    let image = bank.update_image(context.bank_context(), party, key, None, Some(text)).await?;
    Ok(Reply::json(show::image(&context, &image)))
}
