//! `/accounts/{accountID}/products`.

use serde_json::{Value, json};

use super::images::upload;
use super::{account, john};
use crate::sandbox::{NOW, Sandbox, text};

fn product(image: &Value) -> Value {
    json!({
        "title": "SDK Test Product",
        "description": "A product with size options",
        "basePrice": {"currency": "USD", "valueDecimal": "19.99"},
        "images": [{"imageID": image}],
        "optionGroups": [{
            "name": "Size", "description": "Select a size", "minSelect": 1, "maxSelect": 1,
            "options": [
                {
                    "name": "Small",
                    "priceModifier": {"currency": "USD", "valueDecimal": "-4.00"},
                    "images": [{"imageID": image}],
                },
                {"name": "Large", "priceModifier": {"currency": "USD", "valueDecimal": "5.00"}},
            ],
        }],
    })
}

#[tokio::test]
async fn a_product_shows_its_images_and_goes_its_way() {
    let sandbox = Sandbox::open().await;
    let john = account(&sandbox, john()).await;
    let path = format!("/accounts/{john}/products");
    let mut image = upload(&sandbox, &john).await;
    let made = sandbox.ask().post(&path, product(&image["imageID"])).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let made = made.body();
    let id = text(&made, "productID");
    for time in ["createdOn", "updatedOn"] {
        image.as_object_mut().unwrap().remove(time);
    }
    let mut expected = product(&image["imageID"]);
    expected["images"] = json!([image]);
    expected["optionGroups"][0]["options"][0]["images"] = json!([image]);
    expected["productID"] = json!(id);
    expected["createdOn"] = json!(NOW);
    expected["updatedOn"] = json!(NOW);
    assert_eq!(made, expected);
    assert_eq!(sandbox.get(&format!("{path}/{id}")).await, made);
    assert_eq!(sandbox.get(&path).await, json!([made]));

    let body =
        json!({"title": "Another", "basePrice": {"currency": "USD", "valueDecimal": "39.99"}});
    let replaced = sandbox.put(&format!("{path}/{id}"), body).await;
    assert_eq!(replaced["title"], "Another");
    assert_eq!((replaced.get("images"), replaced.get("optionGroups")), (None, None));
    sandbox.delete(&format!("{path}/{id}")).await;
    sandbox.ask().get(&format!("{path}/{id}")).await.is_bare(404);
}

#[tokio::test]
async fn what_is_wrong_with_a_product_is_told_where_it_stands() {
    let sandbox = Sandbox::open().await;
    let path = format!("/accounts/{}/products", account(&sandbox, john()).await);
    let body = json!({
        "basePrice": {"currency": "dollars", "valueDecimal": "-1"},
        "images": [{"imageID": "c520f1b9-0ba7-42f5-b977-248cdbe41c69"}],
        "optionGroups": [{"name": "Size", "minSelect": 2, "maxSelect": 1, "options": [{}]}],
    });
    let told = json!({
        "title": "is not 1 to 255 characters",
        "basePrice": {
            "currency": "is not three letters",
            "valueDecimal": "is not a decimal of at most 9 places",
        },
        "images": {"0": {"imageID": "is no image of this account"}},
        "optionGroups": {"0": {
            "minSelect": "is more than maxSelect",
            "options": {"0": {"name": "is not 1 to 100 characters"}},
        }},
    });
    sandbox.ask().post(&path, body).await.is(422, &told);
}
