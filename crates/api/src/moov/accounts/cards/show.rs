//! Cards as they are shown.

use bank::card::{Address, CardChecks, Check, Funding};
use bank::{Brand, Card};
use serde_json::{Value, json};

use crate::moov::context::Context;
use crate::moov::object::Object;

/// A card, without its payment methods.
pub(in crate::moov::accounts) fn card(context: &Context, card: &Card) -> Object {
    let link = card.link.as_ref();
    let funding = link.map(|link| link.funding);
    let (push, pull) = match funding {
        Some(Funding::Debit) => ("fast-funds", "supported"),
        _ => ("not-supported", "not-supported"),
    };
    Object::new()
        .with("cardID", context.ids().id(card.id))
        .with("fingerprint", card.fingerprint.as_str())
        .with("brand", brand(card.brand))
        .with("cardType", if funding == Some(Funding::Debit) { "debit" } else { "credit" })
        .with("lastFourCardNumber", card.last_digits.as_str())
        .with("bin", card.first_digits.as_str())
        .with("expiration", expiration(card))
        .maybe("holderName", Some(card.name.as_str()).filter(|name| !name.is_empty()))
        .with("billingAddress", address(&card.address))
        .maybe("cardVerification", link.map(|link| checks(link.checks)))
        .with("issuer", "TEST BANK")
        .with("issuerCountry", "US")
        .maybe("cardOnFile", link.and_then(|link| link.on_file))
        .maybe("merchantAccountID", link.and_then(|it| it.merchant).map(|it| context.ids().id(it)))
        .with("domesticPushToCard", push)
        .with("domesticPullFromCard", pull)
}

fn expiration(card: &Card) -> Value {
    let month = format!("{:02}", card.expiration_month);
    json!({"month": month, "year": format!("{:02}", card.expiration_year % 100)})
}

/// A scheme by the name it has here, where it is taken at all.
const fn brand(brand: Brand) -> &'static str {
    match brand {
        Brand::Visa => "Visa",
        Brand::Mastercard => "Mastercard",
        Brand::AmericanExpress => "American Express",
        Brand::Discover => "Discover",
        Brand::Jcb | Brand::UnionPay | Brand::DinersClub => "Unknown",
    }
}

fn address(address: &Address) -> Object {
    Object::new()
        .maybe("addressLine1", address.street1.clone())
        .maybe("addressLine2", address.street2.clone())
        .maybe("city", address.city.clone())
        .maybe("stateOrProvince", address.state.clone())
        .with("postalCode", address.postal_code.clone().unwrap_or_default())
        .maybe("country", address.country.clone())
}

fn checks(checks: CardChecks) -> Object {
    let names = checks.name.map(|names| {
        Object::new()
            .with("firstName", check(names.first))
            .with("lastName", check(names.last))
            .with("middleName", check(names.middle))
            .with("fullName", check(names.full))
    });
    Object::new()
        .with("cvv", check(checks.security_code))
        .with("addressLine1", check(checks.street))
        .with("postalCode", check(checks.postal_code))
        .maybe("accountName", names)
}

const fn check(check: Check) -> &'static str {
    match check {
        Check::Match => "match",
        Check::PartialMatch => "partialMatch",
        Check::NoMatch => "noMatch",
        Check::NotChecked => "notChecked",
        Check::Unavailable => "unavailable",
    }
}
