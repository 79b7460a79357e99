//! `GET /capability`: what can be paid with, and where to.

use super::openapi::{Api, nothing};
use crate::openapi::schema::{boolean, both, list, named, object as shape, text};
use bank::{Brand, country};
use engine::Account;
use serde_json::Value;

use super::answer::Answer;
use super::context::Context;
use super::customers::cards::render::brand;
use super::params::Params;
use super::recipients::banks;
use super::router::{Resource, Routes};
use super::version::Version;
use super::view::{insert_after, object};

/// Card schemes, those of the captures first.
const BRANDS: [Brand; 7] = [
    Brand::Jcb,
    Brand::Visa,
    Brand::Mastercard,
    Brand::AmericanExpress,
    Brand::UnionPay,
    Brand::Discover,
    Brand::DinersClub,
];

/// What can be done here.
pub(crate) fn routes() -> Routes {
    Routes::new().at("/capability", Resource::new().public_get(retrieve))
}

async fn retrieve(context: Context, _params: Params) -> Answer {
    Ok(capability(context.version, &context.account))
}

/// What an account can do. Only cards are built, so only cards are told.
fn capability(version: Version, account: &Account) -> Value {
    let installments = account.attributes.get("zero_interest_installments");
    object([
        ("object", "capability".into()),
        ("location", "/capability".into()),
        ("banks", banks::codes().collect()),
        ("payment_methods", vec![card_payments(version, account)].into()),
        ("country", account.country.as_str().into()),
        (
            "zero_interest_installments",
            installments.and_then(Value::as_bool).unwrap_or(false).into(),
        ),
    ])
}

fn card_payments(version: Version, account: &Account) -> Value {
    let currencies =
        country::supported_currencies(&account.country).map(|it| it.code().to_owned()).collect();
    let mut method = object([
        ("object", "payment_method".into()),
        ("name", "card".into()),
        ("currencies", currencies),
        ("card_brands", BRANDS.into_iter().map(brand).collect()),
        ("installment_terms", Value::Null),
    ]);
    if version == Version::V2019_05_29 {
        insert_after(&mut method, "installment_terms", [("banks", Value::Array(Vec::new()))]);
    }
    method
}

/// What can be done here, described.
pub(crate) fn describe(api: &mut Api) {
    let shown = "Shows what can be done here.";
    let shown = Api::asking("account", "retrieveCapability", shown, &named("Capability"));
    api.it.operation("get", "/capability", shown.publicly());
    let method = shape([
        ("object", serde_json::json!({ "const": "payment_method" })),
        ("name", text()),
        ("currencies", list(text())),
        ("card_brands", list(text())),
        ("installment_terms", nothing()),
    ]);
    let method =
        if api.is_2017() { method } else { both(method, shape([("banks", list(text()))])) };
    let capability = shape([
        ("object", serde_json::json!({ "const": "capability" })),
        ("location", text()),
        ("banks", list(text())),
        ("payment_methods", list(method)),
        ("country", text()),
        ("zero_interest_installments", boolean()),
    ]);
    api.it.schema("Capability", capability);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::omise::captures;

    #[test]
    fn capabilities_are_the_captured_ones_with_cards_alone_and_more_of_them() {
        let captured = [
            (Version::V2017_11_02, captures::elixir("capability/retrieve_capability.json")),
            (
                Version::V2019_05_29,
                captures::file("2019-05-29/swift/api.omise.co/capability-get.json"),
            ),
        ];
        for (version, mut shown) in captured {
            shown["payment_methods"].as_array_mut().unwrap().truncate(1);
            let card = &mut shown["payment_methods"][0];
            for (field, more) in [
                ("currencies", vec!["MYR"]),
                ("card_brands", vec!["American Express", "UnionPay", "Discover", "Diners Club"]),
            ] {
                card[field].as_array_mut().unwrap().extend(more.into_iter().map(Value::from));
            }
            let account = captures::account(&"2017-11-02T00:00:00Z".into());
            let again = capability(version, &account);
            assert_eq!(again.to_string(), shown.to_string());
        }
    }
}
