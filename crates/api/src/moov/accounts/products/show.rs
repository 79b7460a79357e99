//! Products as they are shown.

use std::collections::HashMap;

use bank::{Image, Product};
use serde_json::{Value, json};

use crate::moov::accounts::images;
use crate::moov::context::Context;
use crate::moov::ids::Kind;
use crate::moov::object::Object;
use crate::moov::refusal::Refusal;

/// A product, whole. Images that were removed are left out.
pub(super) async fn product(context: &Context, product: &Product) -> Result<Value, Refusal> {
    let kept = |name: &str| product.attributes.get(name).cloned();
    let mut groups = kept("optionGroups").unwrap_or_default();
    let keys: Vec<i64> = product.images.iter().copied().chain(keys_within(&groups)).collect();
    let found = context.bank().images_by_key(context.account.id, keys).await?;
    let found: HashMap<i64, Image> =
        found.into_iter().flatten().map(|image| (image.key, image)).collect();
    let shown = |keys: &mut dyn Iterator<Item = i64>| -> Vec<Value> {
        let images = keys.filter_map(|key| found.get(&key));
        images.map(|image| images::show::reference(context, image).into()).collect()
    };
    for option in options_of(&mut groups) {
        if let Some(images) = option.get_mut("images") {
            *images = json!(shown(&mut keys_of(images).into_iter()));
        }
    }
    let images = shown(&mut product.images.iter().copied());
    let object = Object::new()
        .with("productID", context.ids().render(Kind::Product, product.key))
        .maybe("title", kept("title"))
        .maybe("description", kept("description"))
        .maybe("basePrice", kept("basePrice"))
        .maybe("optionGroups", Some(groups).filter(|groups| !groups.is_null()))
        .maybe("images", (!images.is_empty()).then_some(images))
        .at("createdOn", product.created_at)
        .at("updatedOn", product.updated_at)
        .maybe_at("disabledOn", product.withdrawn_at);
    Ok(object.into())
}

fn options_of(groups: &mut Value) -> impl Iterator<Item = &mut Value> {
    let groups = groups.as_array_mut().into_iter().flatten();
    groups.filter_map(|group| group.get_mut("options")?.as_array_mut()).flatten()
}

fn keys_within(groups: &Value) -> Vec<i64> {
    let groups = groups.as_array().into_iter().flatten();
    let options = groups.filter_map(|group| group.get("options")?.as_array()).flatten();
    options.filter_map(|option| option.get("images")).flat_map(keys_of).collect()
}

fn keys_of(images: &Value) -> Vec<i64> {
    images.as_array().into_iter().flatten().filter_map(Value::as_i64).collect()
}
