//! Customers and their cards, described.

use serde_json::{Value, json};

use crate::omise::openapi::{
    Api, deleted, embedded, expandable, livemode, nested, nothing, page, text_or_null,
};
use crate::omise::params::{ID_CHARACTERS_MAX, TEXT_CHARACTERS_MAX};
use crate::openapi::schema::{
    any_of_these, boolean, both, either, integer, map, named, object, or_null, perhaps, short,
    text, within,
};

const TAG: &str = "customers";

pub(crate) fn describe(api: &mut Api) {
    api.it.tag(TAG, "People who pay, and their cards.");
    let known = api.or_deleted("Customer");
    let all = Api::lists(TAG, "listCustomers", "All customers.", &page(known.clone()));
    api.it.operation("get", "/customers", all.expands());
    let made = Api::asking(TAG, "createCustomer", "Makes a customer.", &named("Customer"));
    api.it.operation("post", "/customers", made.perhaps_told("NewCustomer").once());
    let one = "/customers/{id}";
    let shown = Api::asking(TAG, "retrieveCustomer", "Shows a customer.", &known);
    api.it.operation("get", one, shown.expands().named_in_path());
    let changed = Api::asking(TAG, "updateCustomer", "Changes a customer.", &known);
    api.it.operation("patch", one, changed.perhaps_told("CustomerChange"));
    let gone = Api::asking(TAG, "deleteCustomer", "Deletes a customer.", &known);
    api.it.operation("delete", one, gone.named_in_path());
    cards(api);
    for (name, schema) in [
        ("Customer", customer(api)),
        ("Card", card(api)),
        ("NewCustomer", any_of_these(particulars())),
        ("CustomerChange", change()),
        ("CardChange", card_change()),
    ] {
        api.it.schema(name, schema);
    }
    if api.is_2017() {
        api.it.schema("Deleted", deleted());
    }
}

fn cards(api: &mut Api) {
    let known = api.or_deleted("Card");
    let all = nested(api, named("Card"));
    let all = Api::lists(TAG, "listCards", "All cards of a customer.", &all).named_in_path();
    api.it.operation("get", "/customers/{id}/cards", all);
    let one = "/customers/{id}/cards/{part}";
    let shown = Api::asking(TAG, "retrieveCard", "Shows a card.", &known).named_in_path();
    api.it.operation("get", one, shown);
    let changed = Api::asking(TAG, "updateCard", "Changes a card.", &known);
    api.it.operation("patch", one, changed.perhaps_told("CardChange"));
    let gone = Api::asking(TAG, "deleteCard", "Deletes a card.", &known).named_in_path();
    api.it.operation("delete", one, gone);
}

fn customer(api: &Api) -> Value {
    let shown = object([
        ("object", json!({ "const": "customer" })),
        ("id", text()),
        livemode(),
        ("location", text()),
        ("default_card", or_null(expandable("Card"))),
        ("email", text_or_null()),
        ("description", text_or_null()),
        ("metadata", map()),
        ("cards", embedded(api, named("Card"))),
        api.created(),
    ]);
    if api.is_2017() {
        return shown;
    }
    let linked = embedded(api, nothing());
    both(shown, object([("deleted", boolean()), ("linked_accounts", linked)]))
}

fn card(api: &Api) -> Value {
    let shown = object([
        ("object", json!({ "const": "card" })),
        ("id", text()),
        livemode(),
        ("country", text()),
        ("city", text_or_null()),
        ("postal_code", text_or_null()),
        ("financing", text()),
        ("bank", text()),
        ("last_digits", text()),
        ("brand", text()),
        ("expiration_month", integer()),
        ("expiration_year", integer()),
        ("fingerprint", text()),
        ("name", text()),
        ("security_code_check", boolean()),
        api.created(),
    ]);
    if api.is_2017() {
        return perhaps(shown, [("location", text())]);
    }
    let more = object([
        ("location", text_or_null()),
        ("deleted", boolean()),
        ("street1", text_or_null()),
        ("street2", text_or_null()),
        ("state", text_or_null()),
        ("phone_number", text_or_null()),
        ("first_digits", nothing()),
        ("tokenization_method", nothing()),
    ]);
    both(shown, more)
}

fn particulars() -> [(&'static str, Value); 4] {
    [
        ("email", short(TEXT_CHARACTERS_MAX)),
        ("description", short(TEXT_CHARACTERS_MAX)),
        ("metadata", map()),
        ("card", short(ID_CHARACTERS_MAX)),
    ]
}

fn change() -> Value {
    perhaps(any_of_these(particulars()), [("default_card", short(ID_CHARACTERS_MAX))])
}

fn card_change() -> Value {
    any_of_these([
        ("name", short(TEXT_CHARACTERS_MAX)),
        ("expiration_month", within(1, 12)),
        ("expiration_year", within(0, 9_999)),
        ("city", short(TEXT_CHARACTERS_MAX)),
        ("postal_code", short(TEXT_CHARACTERS_MAX)),
    ])
}

impl Api {
    /// What stands for something that may have been deleted.
    pub(crate) fn or_deleted(&self, schema: &str) -> Value {
        if self.is_2017() { either([named(schema), named("Deleted")]) } else { named(schema) }
    }

    /// An id, or what it names, which may have been deleted.
    pub(crate) fn or_deleted_or_id(&self, schema: &str) -> Value {
        either([text(), self.or_deleted(schema)])
    }
}
