//! What can be chosen of a product: groups of options, such as sizes or colours.

use serde::Deserialize;
use serde_json::{Value, json};

use super::form::{Assigned, Gallery, Price, Sign};
use crate::moov::object::Object;
use crate::moov::refusal::Refusal;
use crate::moov::validation::Problems;

/// The most options in a group.
const OPTIONS_MAX: usize = 100;
/// The longest name.
const NAME_CHARACTERS_MAX: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OptionGroup {
    name: Option<String>,
    description: Option<String>,
    min_select: Option<u32>,
    max_select: Option<u32>,
    options: Option<Vec<Choice>>,
}

/// One that can be chosen.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Choice {
    name: Option<String>,
    description: Option<String>,
    price_modifier: Option<Price>,
    images: Option<Vec<Assigned>>,
}

impl OptionGroup {
    /// The group as it is kept: images by their keys.
    pub(super) async fn read(
        self,
        gallery: &mut Gallery<'_>,
        problems: &mut Problems,
        path: &[&str],
    ) -> Result<Value, Refusal> {
        let name = named(self.name, problems, path);
        let (least, most) = (self.min_select.unwrap_or(0), self.max_select.unwrap_or(1));
        if least > most {
            problems.add_at(&[path, &["minSelect"]].concat(), "is more than maxSelect");
        }
        let options = self.options.unwrap_or_default();
        if options.is_empty() || options.len() > OPTIONS_MAX {
            let told = format!("options are not 1 to {OPTIONS_MAX}");
            problems.add_at(&[path, &["name"]].concat(), told);
        }
        let mut kept = Vec::new();
        for (index, option) in options.into_iter().take(OPTIONS_MAX).enumerate() {
            let index = index.to_string();
            let path = [path, &["options", index.as_str()]].concat();
            kept.push(option.read(gallery, problems, &path).await?);
        }
        let group = Object::new()
            .with("name", name)
            .maybe("description", self.description.filter(|text| !text.is_empty()))
            .with("minSelect", least)
            .with("maxSelect", most)
            .with("options", kept);
        Ok(group.into())
    }
}

impl Choice {
    async fn read(
        self,
        gallery: &mut Gallery<'_>,
        problems: &mut Problems,
        path: &[&str],
    ) -> Result<Value, Refusal> {
        let name = named(self.name, problems, path);
        if let Some(price) = &self.price_modifier {
            price.check(problems, &[path, &["priceModifier"]].concat(), Sign::Any);
        }
        let images = gallery.read(self.images, problems, &[path, &["images"]].concat()).await?;
        let option = Object::new()
            .with("name", name)
            .maybe("description", self.description.filter(|text| !text.is_empty()))
            .maybe("priceModifier", self.price_modifier.map(|price| json!(price)))
            .maybe("images", (!images.is_empty()).then_some(images));
        Ok(option.into())
    }
}

fn named(name: Option<String>, problems: &mut Problems, path: &[&str]) -> String {
    let name = name.unwrap_or_default();
    if name.is_empty() || name.chars().count() > NAME_CHARACTERS_MAX {
        let told = format!("is not 1 to {NAME_CHARACTERS_MAX} characters");
        problems.add_at(&[path, &["name"]].concat(), told);
    }
    name
}
