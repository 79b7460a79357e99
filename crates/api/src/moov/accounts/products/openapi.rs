//! Products, described.

use serde_json::Value;

use super::super::images::openapi::reference;
use super::form::{
    DESCRIPTION_CHARACTERS_MAX, IMAGES_MAX, OPTION_GROUPS_MAX, TITLE_CHARACTERS_MAX,
};
use crate::moov::openapi::{Api, decimal, id, page};
use crate::openapi::query;
use crate::openapi::schema::{instant, integer, list, named, object, perhaps, short, text, with};

const TAG: &str = "products";

pub(crate) fn describe(api: &mut Api) {
    api.it.tag(TAG, "What is sold.");
    let path = "/accounts/{accountID}/products";
    let all = list(named("Product"));
    let listed = Api::shows(TAG, "listProducts", "Products, newest first.", &all);
    api.it.operation("get", path, page(listed).takes(query("title", &text())));
    let made = Api::plain(TAG, "createProduct", "Makes a product.");
    let made = made.answers(201, "application/json", &named("Product"));
    let made = made.sent(["application/json"], &named("NewProduct"));
    api.it.operation("post", path, made.refused("Refused", &[409, 422]));
    let one = "/accounts/{accountID}/products/{productID}";
    let shown = Api::shows(TAG, "getProduct", "Shows a product.", &named("Product"));
    api.it.operation("get", one, shown);
    let replaced = (TAG, "updateProduct", "Replaces a product.");
    let replaced = Api::changes(replaced, "NewProduct", &named("Product"));
    api.it.operation("put", one, replaced);
    api.it.operation("delete", one, Api::ends(TAG, "disableProduct", "Withdraws a product."));
    api.it.schema("Product", product());
    api.it.schema("NewProduct", new());
}

fn product() -> Value {
    let option = perhaps(
        object([("name", text())]),
        [("description", text()), ("priceModifier", decimal()), ("images", list(reference()))],
    );
    let group = perhaps(
        object([("name", text())]),
        [
            ("description", text()),
            ("minSelect", integer()),
            ("maxSelect", integer()),
            ("options", list(option)),
        ],
    );
    let product = object([
        ("productID", id()),
        ("title", text()),
        ("basePrice", decimal()),
        ("createdOn", instant()),
        ("updatedOn", instant()),
    ]);
    perhaps(
        product,
        [
            ("description", text()),
            ("optionGroups", list(group)),
            ("images", list(reference())),
            ("disabledOn", instant()),
        ],
    )
}

fn new() -> Value {
    let most = |list, count: usize| with(list, "maxItems", serde_json::json!(count));
    let images = || most(list(object([("imageID", text())])), IMAGES_MAX);
    let option = perhaps(
        object([("name", text())]),
        [("description", text()), ("priceModifier", decimal()), ("images", images())],
    );
    let group = perhaps(
        object([("name", text())]),
        [
            ("description", text()),
            ("minSelect", integer()),
            ("maxSelect", integer()),
            ("options", list(option)),
        ],
    );
    let title = with(short(TITLE_CHARACTERS_MAX), "minLength", serde_json::json!(1));
    perhaps(
        object([("title", title), ("basePrice", decimal())]),
        [
            ("description", short(DESCRIPTION_CHARACTERS_MAX)),
            ("images", images()),
            ("optionGroups", most(list(group), OPTION_GROUPS_MAX)),
        ],
    )
}
