//! Cards, described.

use serde_json::Value;

use crate::moov::openapi::{Api, id, words};
use crate::openapi::schema::{
    any_of_these, boolean, list, map, named, object, perhaps, said, text, word,
};

const TAG: &str = "cards";

pub(crate) fn describe(api: &mut Api) {
    api.it.tag(TAG, "Cards that an account has linked.");
    let path = "/accounts/{accountID}/cards";
    let listed = Api::shows(TAG, "listCards", "All cards.", &list(named("Card")));
    api.it.operation("get", path, listed);
    let linked = (TAG, "linkCard", "Links a card. What the number does is in docs/moov.md.");
    let linked = Api::changes(linked, "NewCard", &named("CardLinked"));
    api.it.operation("post", path, linked.waits_for("payment-method"));
    let one = "/accounts/{accountID}/cards/{cardID}";
    let shown = Api::shows(TAG, "getCard", "Shows a card.", &named("Card"));
    api.it.operation("get", one, shown);
    let changed = (TAG, "updateCard", "Changes what is given, and leaves the rest.");
    let changed = Api::changes(changed, "CardChange", &named("Card"));
    api.it.operation("patch", one, changed);
    let gone = Api::ends(TAG, "disableCard", "Unlinks a card.");
    api.it.operation("delete", one, gone);
    let methods = ("paymentMethods", list(named("PaymentMethodReference")));
    for (name, schema) in [
        ("Card", card()),
        ("CardLinked", perhaps(card(), [methods])),
        ("NewCard", perhaps(object(needed()), others())),
        ("CardChange", change()),
    ] {
        api.it.schema(name, schema);
    }
}

/// A card.
pub(in crate::moov::accounts) fn card() -> Value {
    let check = || word(["match", "partialMatch", "noMatch", "notChecked", "unavailable"]);
    let names = ["firstName", "lastName", "middleName", "fullName"].map(|name| (name, check()));
    let checks = perhaps(
        object(["cvv", "addressLine1", "postalCode"].map(|name| (name, check()))),
        [("accountName", object(names))],
    );
    let address = words(["addressLine1", "addressLine2", "city", "stateOrProvince", "country"]);
    let brands = ["Visa", "Mastercard", "American Express", "Discover", "Unknown"];
    let card = object([
        ("cardID", id()),
        ("fingerprint", text()),
        ("brand", word(brands)),
        ("cardType", word(["debit", "credit"])),
        ("lastFourCardNumber", text()),
        ("bin", text()),
        ("expiration", object([("month", text()), ("year", text())])),
        ("billingAddress", perhaps(address, [("postalCode", text())])),
        ("issuer", text()),
        ("issuerCountry", text()),
        ("domesticPushToCard", word(["fast-funds", "not-supported"])),
        ("domesticPullFromCard", word(["supported", "not-supported"])),
    ]);
    perhaps(
        card,
        [
            ("holderName", text()),
            ("cardVerification", checks),
            ("cardOnFile", boolean()),
            ("merchantAccountID", id()),
        ],
    )
}

fn needed() -> [(&'static str, Value); 4] {
    let address = words(["addressLine1", "addressLine2", "city", "stateOrProvince", "country"]);
    [
        ("cardNumber", text()),
        ("cardCvv", text()),
        ("expiration", object([("month", text()), ("year", text())])),
        ("billingAddress", perhaps(address, [("postalCode", text())])),
    ]
}

fn others() -> [(&'static str, Value); 5] {
    [
        ("holderName", text()),
        ("cardOnFile", boolean()),
        ("merchantAccountID", text()),
        ("verifyName", boolean()),
        ("e2ee", said(map(), "Cannot be decrypted here, and is refused.")),
    ]
}

fn change() -> Value {
    let [_, code, expiration, address] = needed();
    perhaps(any_of_these([code, expiration, address]), others())
}
