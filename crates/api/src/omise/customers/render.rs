//! A customer on the wire.

use bank::{Card, Customer};
use serde_json::Value;
use store::Page;

use super::cards;
use crate::omise::ids::Kind;
use crate::omise::version::Version;
use crate::omise::view::{View, metadata, object};

/// A customer with the first of its cards.
pub(crate) fn customer(view: &View, customer: &Customer, cards: &Page<Card>) -> Value {
    match view.version {
        Version::V2017_11_02 => customer_2017(view, customer, cards),
        Version::V2019_05_29 => customer_2019(view, customer, cards),
    }
}

/// A customer that was just deleted, and its cards with it.
pub(crate) fn deleted_customer(view: &View, gone: &Customer) -> Value {
    match view.version {
        Version::V2017_11_02 => view.tombstone(Kind::Customer, gone.id.0),
        Version::V2019_05_29 => customer_2019(view, gone, &Page { entries: vec![], total: 0 }),
    }
}

fn customer_2019(view: &View, customer: &Customer, cards: &Page<Card>) -> Value {
    let id = view.id(Kind::Customer, customer.id.0);
    let location = format!("/customers/{id}");
    object([
        ("object", "customer".into()),
        ("id", id.into()),
        ("livemode", view.livemode().into()),
        ("location", location.as_str().into()),
        ("deleted", customer.deleted.into()),
        ("metadata", metadata(&customer.metadata)),
        ("cards", cards_list(view, &location, cards)),
        ("default_card", view.id_or_null(Kind::Card, customer.default_card.map(|card| card.0))),
        ("linked_accounts", view.embedded(&format!("{location}/linked_accounts"), 0, vec![])),
        ("description", customer.description.clone().into()),
        ("email", customer.email.clone().into()),
        ("created_at", view.time(customer.created_at)),
    ])
}

fn customer_2017(view: &View, customer: &Customer, cards: &Page<Card>) -> Value {
    let id = view.id(Kind::Customer, customer.id.0);
    let location = format!("/customers/{id}");
    object([
        ("object", "customer".into()),
        ("id", id.into()),
        ("livemode", view.livemode().into()),
        ("location", location.as_str().into()),
        ("default_card", view.id_or_null(Kind::Card, customer.default_card.map(|card| card.0))),
        ("email", customer.email.clone().into()),
        ("description", customer.description.clone().into()),
        ("metadata", metadata(&customer.metadata)),
        ("created", view.time(customer.created_at)),
        ("cards", cards_list(view, &location, cards)),
    ])
}

fn cards_list(view: &View, customer_location: &str, cards: &Page<Card>) -> Value {
    let shown = cards.entries.iter().map(|card| cards::render::card(view, card)).collect();
    view.embedded(&format!("{customer_location}/cards"), cards.total, shown)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::omise::captures::{self, Names};

    fn rendered(version: Version, shown: &Value, now: &Value) -> Value {
        let names = Arc::new(Names::default());
        let view = captures::view(version, &names, now);
        let (entity, cards) = captures::customer(&names, shown);
        if entity.deleted {
            deleted_customer(&view, &entity)
        } else {
            customer(&view, &entity, &cards)
        }
    }

    #[test]
    fn customers_of_2019_are_the_captured_ones() {
        let member = "api.omise.co/customers/cust_test_63440m5rxrwz1lcwno0";
        let mut captured = vec![captures::php("api.omise.co/customers-post.json")];
        captured.extend(
            ["get", "patch", "delete"].map(|m| captures::php(&format!("{member}-{m}.json"))),
        );
        let list = captures::php("api.omise.co/customers-get.json");
        captured.extend(list["data"].as_array().unwrap().iter().cloned());
        assert_eq!(captured.len(), 8);
        for shown in captured {
            let again = rendered(Version::V2019_05_29, &shown, &shown["cards"]["to"]);
            assert_eq!(again.to_string(), shown.to_string());
        }
    }

    #[test]
    fn customers_of_2017_are_the_captured_ones() {
        for path in [
            "customer/create_customer_with_card.json",
            "customer/create_customer_without_card.json",
            "customer/retrieve_customer.json",
            "customer/update_customer.json",
        ] {
            let shown = captures::elixir(path);
            let again = rendered(Version::V2017_11_02, &shown, &shown["cards"]["to"]);
            assert_eq!(again.to_string(), shown.to_string(), "{path}");
        }
    }

    #[test]
    fn a_deleted_customer_of_2017_is_the_captured_tombstone() {
        let shown = captures::elixir("customer/destroy_customer.json");
        let before = captures::elixir("customer/create_customer_without_card.json");
        let names = Arc::new(Names::default());
        let view = captures::view(Version::V2017_11_02, &names, &before["created"]);
        let (gone, _) = captures::customer(&names, &before);
        assert_eq!(deleted_customer(&view, &gone).to_string(), shown.to_string());
    }
}
