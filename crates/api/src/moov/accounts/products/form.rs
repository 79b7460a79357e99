//! A product as it is given.

use bank::Metadata;
use engine::PartyId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::options::OptionGroup;
use crate::moov::context::Context;
use crate::moov::decimal::Decimal;
use crate::moov::ids::Kind;
use crate::moov::refusal::Refusal;
use crate::moov::validation::Problems;

/// The longest title of a product.
pub(super) const TITLE_CHARACTERS_MAX: usize = 255;
/// The longest description of a product.
pub(super) const DESCRIPTION_CHARACTERS_MAX: usize = 2_000;
/// The most images of a product, or of one of its options.
pub(super) const IMAGES_MAX: usize = 10;
/// The most groups of options.
pub(super) const OPTION_GROUPS_MAX: usize = 50;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Body {
    title: Option<String>,
    description: Option<String>,
    base_price: Option<Price>,
    images: Option<Vec<Assigned>>,
    option_groups: Option<Vec<OptionGroup>>,
}

/// A price, as exact as it was written.
#[derive(Deserialize, Serialize, Clone)]
#[serde(rename_all = "camelCase")]
pub(super) struct Price {
    currency: Option<String>,
    value_decimal: Option<String>,
}

/// An image that was uploaded before.
#[derive(Deserialize)]
pub(super) struct Assigned {
    #[serde(rename = "imageID")]
    image_id: Option<String>,
}

impl Body {
    /// What is kept of a product, and its images.
    pub(super) async fn read(
        self,
        context: &Context,
        party: PartyId,
    ) -> Result<(Metadata, Vec<i64>), Refusal> {
        let mut problems = Problems::new();
        let title = self.title.unwrap_or_default();
        if title.is_empty() || title.chars().count() > TITLE_CHARACTERS_MAX {
            problems.add("title", format!("is not 1 to {TITLE_CHARACTERS_MAX} characters"));
        }
        let description = self.description.unwrap_or_default();
        if description.chars().count() > DESCRIPTION_CHARACTERS_MAX {
            let told = format!("has more than {DESCRIPTION_CHARACTERS_MAX} characters");
            problems.add("description", told);
        }
        match &self.base_price {
            Some(price) => price.check(&mut problems, &["basePrice"], Sign::NotNegative),
            None => problems.add_at(&["basePrice", "valueDecimal"], "is missing"),
        }
        let mut gallery = Gallery { context, party };
        let images = gallery.read(self.images, &mut problems, &["images"]).await?;
        let groups = self.option_groups.unwrap_or_default();
        if groups.len() > OPTION_GROUPS_MAX {
            let told = format!("is one more than {OPTION_GROUPS_MAX}");
            problems.add_at(&["optionGroups", &OPTION_GROUPS_MAX.to_string(), "name"], told);
        }
        let mut kept_groups = Vec::new();
        for (index, group) in groups.into_iter().take(OPTION_GROUPS_MAX).enumerate() {
            let path = ["optionGroups", &index.to_string()];
            kept_groups.push(group.read(&mut gallery, &mut problems, &path).await?);
        }
        problems.finish()?;
        let mut kept = Metadata::new();
        kept.insert("title".to_owned(), Value::String(title));
        if !description.is_empty() {
            kept.insert("description".to_owned(), Value::String(description));
        }
        kept.insert("basePrice".to_owned(), json!(self.base_price));
        if !kept_groups.is_empty() {
            kept.insert("optionGroups".to_owned(), Value::Array(kept_groups));
        }
        Ok((kept, images))
    }
}

/// Whether a price may be below nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// A product's own.
    NotNegative,
    /// What an option adds, or takes off.
    Any,
}

impl Price {
    pub(super) fn check(&self, problems: &mut Problems, path: &[&str], sign: Sign) {
        let is_currency = |text: &String| engine::Currency::parse(text).is_some();
        if !self.currency.as_ref().is_some_and(is_currency) {
            problems.add_at(&[path, &["currency"]].concat(), "is not three letters");
        }
        let value = self.value_decimal.as_deref().and_then(Decimal::read);
        if value.is_none_or(|value| sign == Sign::NotNegative && value.is_negative()) {
            let told = format!("is not a decimal of at most {} places", Decimal::PLACES_MAX);
            problems.add_at(&[path, &["valueDecimal"]].concat(), told);
        }
    }
}

/// The images that an account has uploaded.
pub(super) struct Gallery<'a> {
    context: &'a Context,
    party: PartyId,
}

impl Gallery<'_> {
    /// The keys of images that are named.
    pub(super) async fn read(
        &mut self,
        assigned: Option<Vec<Assigned>>,
        problems: &mut Problems,
        path: &[&str],
    ) -> Result<Vec<i64>, Refusal> {
        let mut keys = Vec::new();
        for (index, image) in assigned.unwrap_or_default().into_iter().enumerate() {
            let index_text = index.to_string();
            let path = [path, &[index_text.as_str(), "imageID"]].concat();
            if index >= IMAGES_MAX {
                problems.add_at(&path, format!("is one more than {IMAGES_MAX}"));
                break;
            }
            let ids = self.context.ids();
            let key = image.image_id.and_then(|id| ids.parse(Kind::Image, &id));
            let bank = self.context.bank();
            let found = match key {
                Some(key) => bank.image(self.context.account.id, self.party, key).await.ok(),
                None => None,
            };
            match found {
                Some(image) => keys.push(image.key),
                None => problems.add_at(&path, "is no image of this account"),
            }
        }
        Ok(keys)
    }
}
