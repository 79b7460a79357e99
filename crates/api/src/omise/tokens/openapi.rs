//! Tokens, described.

use serde_json::{Value, json};

use crate::omise::openapi::{Api, livemode};
use crate::omise::params::{ID_CHARACTERS_MAX, TEXT_CHARACTERS_MAX};
use crate::openapi::schema::{
    any_of_these, boolean, both, named, object, or_null, perhaps, short, text, within,
};

const TAG: &str = "tokens";

pub(crate) fn describe(api: &mut Api) {
    api.it.tag(TAG, "Cards, as they are handed over once.");
    let made = "Makes a token of a card. What the number does is in docs/omise.md.";
    let made = Api::asking(TAG, "createToken", made, &named("Token")).told("NewToken").once();
    api.it.operation("post", "/tokens", made.publicly());
    let shown = Api::asking(TAG, "retrieveToken", "Shows a token.", &named("Token"));
    api.it.operation("get", "/tokens/{id}", shown.named_in_path().publicly());
    let token = token(api);
    api.it.schema("Token", token);
    api.it.schema("NewToken", object([("card", card())]));
}

fn token(api: &Api) -> Value {
    let shown = object([
        ("object", json!({ "const": "token" })),
        ("id", text()),
        livemode(),
        ("location", text()),
        ("used", boolean()),
        ("card", or_null(named("Card"))),
        api.created(),
    ]);
    if api.is_2017() { shown } else { both(shown, object([("charge_status", text())])) }
}

fn card() -> Value {
    let card = object([
        ("number", short(ID_CHARACTERS_MAX)),
        ("name", short(ID_CHARACTERS_MAX)),
        ("expiration_month", within(1, 12)),
        ("expiration_year", within(0, 9_999)),
    ]);
    let address = ["street1", "street2", "city", "state", "country", "postal_code", "phone_number"];
    let address = address.map(|name| (name, short(TEXT_CHARACTERS_MAX)));
    let address = any_of_these(address);
    both(perhaps(card, [("security_code", short(ID_CHARACTERS_MAX))]), address)
}
