//! Images as they are shown.

use bank::Image;
use serde_json::Value;

use crate::moov::context::Context;
use crate::moov::ids::Kind;
use crate::moov::images::public_id;
use crate::moov::object::Object;

/// An image, whole.
pub(super) fn image(context: &Context, image: &Image) -> Value {
    reference(context, image)
        .at("createdOn", image.created_at)
        .at("updatedOn", image.updated_at)
        .maybe_at("disabledOn", image.removed_at)
        .into()
}

/// An image as products and line items show it.
pub(crate) fn reference(context: &Context, image: &Image) -> Object {
    let id = context.ids().render(Kind::Image, image.key);
    let public = public_id::of(&id);
    Object::new()
        .with("imageID", id)
        .maybe("altText", image.alternative_text.clone())
        .with("link", format!("{}/{public}", crate::moov::images::PATH))
        .with("publicID", public)
}
