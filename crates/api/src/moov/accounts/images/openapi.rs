//! Images, described.

use serde_json::{Value, json};

use super::metadata::ALTERNATIVE_TEXT_CHARACTERS_MAX;
use crate::moov::openapi::{Api, id, page, there_already};
use crate::moov::version::Version;
use crate::openapi::Operation;
use crate::openapi::schema::{
    any_of_these, either, instant, list, named, object, or_null, perhaps, short, text,
};

const TAG: &str = "images";
const MULTIPART: [&str; 1] = ["multipart/form-data"];

pub(crate) fn describe(api: &mut Api) {
    api.it.tag(TAG, "Pictures of what is sold.");
    let path = "/accounts/{accountID}/images";
    let listed = Api::shows(TAG, "listImages", "Images, newest first.", &list(named("Image")));
    api.it.operation("get", path, page(listed));
    let made = Api::plain(TAG, "uploadImage", "Takes a PNG, JPEG or WebP file.");
    let made = made.answers(201, "application/json", &named("Image"));
    let made = uploading(api, made.sent(MULTIPART, &named("NewImage")));
    api.it.operation("post", path, made);
    let one = "/accounts/{accountID}/images/{imageID}";
    let shown = Api::shows(TAG, "getImage", "Shows an image.", &named("Image"));
    api.it.operation("get", one, shown);
    let replaced = Api::shows(TAG, "updateImage", "Replaces what is sent.", &named("Image"));
    let replaced = uploading(api, replaced.sent(MULTIPART, &named("ImageChange")));
    api.it.operation("put", one, replaced);
    api.it.operation("delete", one, Api::ends(TAG, "deleteImage", "Removes an image."));
    let said = (TAG, "updateImageMetadata", "Replaces what is said of an image.");
    let said = Api::changes(said, "ImageMetadata", &named("Image"));
    api.it.operation("put", &format!("{one}/metadata"), said);
    let image = perhaps(
        reference(),
        [("createdOn", instant()), ("updatedOn", instant()), ("disabledOn", instant())],
    );
    let file = || json!({ "type": "string", "contentMediaType": "image/*" });
    let metadata = any_of_these([("altText", or_null(short(ALTERNATIVE_TEXT_CHARACTERS_MAX)))]);
    for (name, schema) in [
        ("Image", image),
        ("ImageMetadata", metadata),
        ("NewImage", perhaps(object([("image", file())]), [("metadata", named("ImageMetadata"))])),
        ("ImageChange", any_of_these([("image", file()), ("metadata", named("ImageMetadata"))])),
    ] {
        api.it.schema(name, schema);
    }
}

fn uploading(api: &Api, operation: Operation) -> Operation {
    let operation = operation.refused("Refused", &[409, 422]);
    if api.version < Version::V2026_10_00 {
        return operation;
    }
    operation.answers_as(409, there_already(&either([named("Image"), named("Error")])))
}

/// What names an image.
pub(in crate::moov) fn reference() -> Value {
    let image = object([("imageID", id()), ("link", text()), ("publicID", text())]);
    perhaps(image, [("altText", text())])
}
