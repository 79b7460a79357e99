//! A card on the wire.

use bank::{Brand, Card};
use serde_json::Value;

use crate::omise::ids::Kind;
use crate::omise::version::Version;
use crate::omise::view::{View, insert_after, object};

/// Where test numbers were issued, as 2017-11-02 had it. 2019-05-29 leaves it empty.
const ISSUING_COUNTRY_2017: &str = "us";

/// A card; one that was deleted, such as of an old charge, is found nowhere.
pub(crate) fn card(view: &View, card: &Card) -> Value {
    let location = if card.deleted { None } else { location(view, card) };
    match view.version {
        Version::V2017_11_02 => card_2017(view, card, location),
        Version::V2019_05_29 => card_2019(view, card, location),
    }
}

/// A card that was just deleted, with the place where it was.
pub(crate) fn deleted_card(view: &View, gone: &Card) -> Value {
    match view.version {
        Version::V2017_11_02 => view.tombstone(Kind::Card, gone.id.0),
        Version::V2019_05_29 => card_2019(view, gone, location(view, gone)),
    }
}

fn card_2019(view: &View, card: &Card, location: Option<String>) -> Value {
    let address = &card.address;
    object([
        ("object", "card".into()),
        ("id", view.id(Kind::Card, card.id.0).into()),
        ("livemode", view.livemode().into()),
        ("location", location.into()),
        ("deleted", card.deleted.into()),
        ("street1", address.street1.clone().into()),
        ("street2", address.street2.clone().into()),
        ("city", address.city.clone().into()),
        ("state", address.state.clone().into()),
        ("phone_number", address.phone_number.clone().into()),
        ("postal_code", address.postal_code.clone().into()),
        ("country", address.country.as_deref().unwrap_or_default().into()),
        ("financing", "".into()),
        ("bank", "".into()),
        ("brand", brand(card.brand).into()),
        ("fingerprint", card.fingerprint.as_str().into()),
        ("first_digits", Value::Null),
        ("last_digits", card.last_digits.as_str().into()),
        ("name", card.name.as_str().into()),
        ("expiration_month", card.expiration_month.into()),
        ("expiration_year", card.expiration_year.into()),
        ("security_code_check", card.security_code_check.into()),
        ("tokenization_method", Value::Null),
        ("created_at", view.time(card.created_at)),
    ])
}

fn card_2017(view: &View, card: &Card, location: Option<String>) -> Value {
    let address = &card.address;
    let mut shown = object([
        ("object", "card".into()),
        ("id", view.id(Kind::Card, card.id.0).into()),
        ("livemode", view.livemode().into()),
        ("country", address.country.as_deref().unwrap_or(ISSUING_COUNTRY_2017).into()),
        ("city", address.city.clone().into()),
        ("postal_code", address.postal_code.clone().into()),
        ("financing", "".into()),
        ("bank", "".into()),
        ("last_digits", card.last_digits.as_str().into()),
        ("brand", brand(card.brand).into()),
        ("expiration_month", card.expiration_month.into()),
        ("expiration_year", card.expiration_year.into()),
        ("fingerprint", card.fingerprint.as_str().into()),
        ("name", card.name.as_str().into()),
        ("security_code_check", card.security_code_check.into()),
        ("created", view.time(card.created_at)),
    ]);
    if let Some(location) = location {
        insert_after(&mut shown, "livemode", [("location", location.into())]);
    }
    shown
}

/// Where a customer's card is found; a token's card is found nowhere.
fn location(view: &View, card: &Card) -> Option<String> {
    let customer = view.id(Kind::Customer, card.customer?.0);
    Some(format!("/customers/{customer}/cards/{}", view.id(Kind::Card, card.id.0)))
}

/// A card scheme, as Omise spells it.
pub(crate) const fn brand(brand: Brand) -> &'static str {
    match brand {
        Brand::Visa => "Visa",
        Brand::Mastercard => "MasterCard",
        Brand::Jcb => "JCB",
        Brand::AmericanExpress => "American Express",
        Brand::UnionPay => "UnionPay",
        Brand::Discover => "Discover",
        Brand::DinersClub => "Diners Club",
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::omise::captures::{self, Names};
    use crate::omise::list::ListShape;
    use store::PageQuery;

    const CARD: &str =
        "api.omise.co/customers/cust_test_63440m5rxrwz1lcwno0/cards/card_test_63440m1wwjc3ipgm9w4";

    #[test]
    fn cards_of_2019_are_the_captured_ones() {
        for method in ["get", "patch", "delete"] {
            let shown = captures::php(&format!("{CARD}-{method}.json"));
            let names = Arc::new(Names::default());
            let view = captures::view(Version::V2019_05_29, &names, &shown["created_at"]);
            let read = captures::card(&names, &shown);
            let rendered =
                if read.deleted { deleted_card(&view, &read) } else { card(&view, &read) };
            assert_eq!(rendered.to_string(), shown.to_string(), "{method}");
        }
    }

    #[test]
    fn cards_of_2017_are_the_captured_ones() {
        for path in ["customer/retrieve_card.json", "customer/update_card.json"] {
            let shown = captures::elixir(path);
            let names = Arc::new(Names::default());
            let view = captures::view(Version::V2017_11_02, &names, &shown["created"]);
            let rendered = card(&view, &captures::card(&names, &shown));
            assert_eq!(rendered.to_string(), shown.to_string(), "{path}");
        }
    }

    #[test]
    fn a_deleted_card_of_2017_is_the_captured_tombstone() {
        let shown = captures::elixir("customer/destroy_card.json");
        let names = Arc::new(Names::default());
        let before = captures::elixir("customer/retrieve_card.json");
        let view = captures::view(Version::V2017_11_02, &names, &before["created"]);
        let rendered = deleted_card(&view, &captures::card(&names, &before));
        assert_eq!(rendered.to_string(), shown.to_string());
    }

    #[test]
    fn a_list_of_cards_of_2017_is_the_captured_one() {
        let shown = captures::elixir("customer/list_cards.json");
        let names = Arc::new(Names::default());
        let view = captures::view(Version::V2017_11_02, &names, &shown["to"]);
        let cards = captures::page(&shown, |shown| captures::card(&names, shown));
        let data = cards.entries.iter().map(|shown| card(&view, shown)).collect();
        let page = PageQuery { to: view.now, ..PageQuery::first(20) };
        let list = ListShape::nested(view.version, "/left/out", page, cards.total, data);
        assert_eq!(list.envelope(view.version, &view.times).to_string(), shown.to_string());
    }
}
