//! A charge on the wire.

use bank::{Card, Charge, ChargeStatus, Refund};
use engine::Instant;
use serde_json::Value;
use store::Page;

use super::{failure, refunds};
use crate::omise::customers::cards;
use crate::omise::ids::Kind;
use crate::omise::version::Version;
use crate::omise::view::{View, insert_after, metadata, object};

/// For how long a charge can be captured or paid where nothing else was said.
const EXPIRES_AFTER_DAYS: i64 = 7;
const DAY_SECONDS: i64 = 86_400;

/// Where a charge is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Place {
    /// As the answer.
    Alone,
    /// Among others: in a list, a search, an event. There 2019-05-29 always tells what
    /// was authorised and captured; alone only where an authorisation type was asked for.
    Listed,
}

/// What a charge is shown with.
pub(crate) struct Parts {
    /// The card charged.
    pub(crate) card: Option<Card>,
    /// The first of its refunds.
    pub(crate) refunds: Page<Refund>,
    /// The customer's id, or the customer.
    pub(crate) customer: Value,
    /// The schedule's id, or the schedule.
    pub(crate) schedule: Value,
    /// The transaction's id, or the transaction.
    pub(crate) transaction: Value,
}

/// A charge.
pub(crate) fn charge(view: &View, charge: &Charge, parts: Parts, place: Place) -> Value {
    let facts = Facts::of(charge, &parts.refunds, view.now);
    match view.version {
        Version::V2017_11_02 => charge_2017(view, charge, parts, &facts),
        Version::V2019_05_29 => charge_2019(view, charge, parts, &facts, place),
    }
}

/// What follows from a charge's state, and both versions show.
struct Facts {
    failure: Option<(&'static str, &'static str)>,
    funding_amount: i64,
    voided: bool,
    refundable: bool,
    expired: bool,
    expires_at: Instant,
    expired_at: Option<Instant>,
}

impl Facts {
    fn of(charge: &Charge, refunds: &Page<Refund>, now: Instant) -> Facts {
        let funding_amount = charge.captured.unwrap_or(charge.money.amount_minor);
        let expires_at = charge
            .expires_at
            .unwrap_or_else(|| charge.created_at.plus_seconds(EXPIRES_AFTER_DAYS * DAY_SECONDS));
        Facts {
            failure: charge.failure.map(failure::code_and_message),
            funding_amount,
            voided: refunds.entries.iter().any(|refund| refund.voided),
            refundable: is_paid(charge) && charge.refunded < funding_amount,
            // A charge whose time is up says when that was even if it was paid in time;
            // `expired` then says whether it was not.
            expired: match charge.status {
                ChargeStatus::Expired => true,
                ChargeStatus::Failed => expires_at <= now,
                ChargeStatus::Pending | ChargeStatus::Successful | ChargeStatus::Reversed => false,
            },
            expires_at,
            expired_at: charge.expired_at.or_else(|| (expires_at <= now).then_some(expires_at)),
        }
    }
}

fn charge_2019(view: &View, charge: &Charge, parts: Parts, facts: &Facts, place: Place) -> Value {
    let id = view.id(Kind::Charge, charge.id.0);
    let location = format!("/charges/{id}");
    let currency = view.currency(charge.money.currency);
    let net = facts.funding_amount - charge.fees.fee - charge.fees.tax;
    let attribute = |name: &str| charge.attributes.get(name).cloned().unwrap_or_default();
    let mut shown = object([
        ("object", "charge".into()),
        ("id", id.into()),
        ("location", location.as_str().into()),
        ("amount", charge.money.amount_minor.into()),
        ("acquirer_reference_number", Value::Null),
        ("net", net.into()),
        ("fee", charge.fees.fee.into()),
        ("fee_vat", charge.fees.tax.into()),
        ("interest", 0.into()),
        ("interest_vat", 0.into()),
        ("funding_amount", facts.funding_amount.into()),
        ("refunded_amount", charge.refunded.into()),
        ("transaction_fees", transaction_fees()),
        ("platform_fee", platform_fee()),
        ("currency", currency.as_str().into()),
        ("funding_currency", currency.as_str().into()),
        ("ip", attribute("ip")),
        ("refunds", refunds_list(view, &location, &parts.refunds)),
        ("link", Value::Null),
        ("description", charge.description.as_deref().into()),
        ("metadata", metadata(&charge.metadata)),
        ("card", parts.card.as_ref().map(|card| cards::render::card(view, card)).into()),
        ("source", Value::Null),
        ("schedule", parts.schedule),
        ("linked_account", Value::Null),
        ("customer", parts.customer),
        ("dispute", Value::Null),
        ("transaction", parts.transaction),
        ("failure_code", facts.failure.map(|(code, _)| code).into()),
        ("failure_message", facts.failure.map(|(_, message)| message).into()),
        ("merchant_advice", Value::Null),
        ("merchant_advice_code", Value::Null),
        ("status", status(charge.status).into()),
        ("authorize_uri", Value::Null),
        ("return_uri", attribute("return_uri")),
        ("created_at", view.time(charge.created_at)),
        ("paid_at", view.time_or_null(charge.paid_at)),
        ("authorized_at", view.time_or_null(charge.authorized_at)),
        ("expires_at", view.time(facts.expires_at)),
        ("expired_at", view.time_or_null(facts.expired_at)),
        ("reversed_at", view.time_or_null(charge.reversed_at)),
        ("multi_capture", false.into()),
        ("zero_interest_installments", false.into()),
        ("branch", Value::Null),
        ("terminal", Value::Null),
        ("device", Value::Null),
        ("authorized", charge.authorized_at.is_some().into()),
        ("capturable", is_capturable(charge).into()),
        ("capture", charge.capture.into()),
        ("disputable", facts.refundable.into()),
        ("livemode", view.livemode().into()),
        ("refundable", facts.refundable.into()),
        ("partially_refundable", facts.refundable.into()),
        ("reversed", (charge.status == ChargeStatus::Reversed).into()),
        ("reversible", is_capturable(charge).into()),
        ("voided", facts.voided.into()),
        ("paid", is_paid(charge).into()),
        ("expired", facts.expired.into()),
        ("can_perform_void", (facts.refundable && charge.refunded == 0).into()),
        ("approval_code", Value::Null),
    ]);
    if place == Place::Listed || authorization_type(charge).is_some() {
        tell_authorization(&mut shown, charge, facts);
    }
    shown
}

fn charge_2017(view: &View, charge: &Charge, parts: Parts, facts: &Facts) -> Value {
    let id = view.id(Kind::Charge, charge.id.0);
    let location = format!("/charges/{id}");
    let attribute = |name: &str| charge.attributes.get(name).cloned().unwrap_or_default();
    let mut shown = object([
        ("object", "charge".into()),
        ("id", id.into()),
        ("livemode", view.livemode().into()),
        ("location", location.as_str().into()),
        ("amount", charge.money.amount_minor.into()),
        ("currency", view.currency(charge.money.currency).into()),
        ("description", charge.description.as_deref().into()),
        ("metadata", metadata(&charge.metadata)),
        ("status", status(charge.status).into()),
        ("capture", charge.capture.into()),
        ("authorized", charge.authorized_at.is_some().into()),
        ("reversed", (charge.status == ChargeStatus::Reversed).into()),
        ("paid", is_paid(charge).into()),
        ("transaction", parts.transaction),
        ("refunded", charge.refunded.into()),
        ("refunds", refunds_list(view, &location, &parts.refunds)),
        ("return_uri", attribute("return_uri")),
        ("reference", Value::Null),
        ("authorize_uri", Value::Null),
        ("failure_code", facts.failure.map(|(code, _)| code).into()),
        ("failure_message", facts.failure.map(|(_, message)| message).into()),
        ("card", parts.card.as_ref().map(|card| cards::render::card(view, card)).into()),
        ("customer", parts.customer),
        ("ip", attribute("ip")),
        ("dispute", Value::Null),
        ("created", view.time(charge.created_at)),
        ("source", Value::Null),
    ]);
    if authorization_type(charge).is_some() {
        tell_authorization(&mut shown, charge, facts);
    }
    shown
}

/// How much may be captured, and was.
fn tell_authorization(shown: &mut Value, charge: &Charge, facts: &Facts) {
    insert_after(
        shown,
        "amount",
        [
            ("authorization_type", authorization_type(charge).into()),
            ("authorized_amount", charge.money.amount_minor.into()),
            ("captured_amount", facts.funding_amount.into()),
        ],
    );
}

fn authorization_type(charge: &Charge) -> Option<&str> {
    charge.attributes.get("authorization_type").and_then(Value::as_str)
}

fn refunds_list(view: &View, charge_location: &str, refunds: &Page<Refund>) -> Value {
    let shown = refunds
        .entries
        .iter()
        .map(|refund| refunds::render::refund_with_ids(view, refund))
        .collect();
    view.embedded(&format!("{charge_location}/refunds"), refunds.total, shown)
}

/// What a charge costs, as percentages.
fn transaction_fees() -> Value {
    object([("fee_flat", "0.0".into()), ("fee_rate", "3.65".into()), ("vat_rate", "7.0".into())])
}

fn platform_fee() -> Value {
    object([("fixed", Value::Null), ("amount", Value::Null), ("percentage", Value::Null)])
}

const fn is_paid(charge: &Charge) -> bool {
    matches!(charge.status, ChargeStatus::Successful)
}

/// Whether it is authorised and not yet captured, and so can also be reversed.
const fn is_capturable(charge: &Charge) -> bool {
    matches!(charge.status, ChargeStatus::Pending) && charge.authorized_at.is_some()
}

/// Where a charge stands.
pub(crate) const fn status(status: ChargeStatus) -> &'static str {
    match status {
        ChargeStatus::Pending => "pending",
        ChargeStatus::Successful => "successful",
        ChargeStatus::Failed => "failed",
        ChargeStatus::Expired => "expired",
        ChargeStatus::Reversed => "reversed",
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::omise::captures::{self, Names};

    const CHARGE: &str = "api.omise.co/charges/chrg_test_63444wyfsg4mtvvck1z";

    fn rendered(version: Version, shown: &Value, place: Place) -> Value {
        let names = Arc::new(Names::default());
        let view = captures::view(version, &names, &shown["refunds"]["to"]);
        let (entity, parts) = captures::charge(&names, shown);
        charge(&view, &entity, parts, place)
    }

    #[test]
    fn charges_of_2019_are_the_captured_ones() {
        let mut captured = vec![captures::php("api.omise.co/charges-post.json")];
        for suffix in ["-get", "-patch", "/capture-post", "/reverse-post"] {
            captured.push(captures::php(&format!("{CHARGE}{suffix}.json")));
        }
        for shown in captured {
            let again = rendered(Version::V2019_05_29, &shown, Place::Alone);
            assert_eq!(again.to_string(), shown.to_string());
        }
    }

    #[test]
    fn an_expired_charge_of_2019_is_the_captured_one_but_for_its_source() {
        let mut shown = captures::php(&format!("{CHARGE}/expire-post.json"));
        for of_sources in ["source", "authorize_uri"] {
            shown[of_sources] = Value::Null;
        }
        let again = rendered(Version::V2019_05_29, &shown, Place::Alone);
        assert_eq!(again.to_string(), shown.to_string());
    }

    #[test]
    fn listed_card_charges_of_2019_are_the_captured_ones_but_for_3_d_secure() {
        let list = captures::php("api.omise.co/charges-get.json");
        let card_charges: Vec<_> = list["data"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|shown| shown["source"].is_null())
            .collect();
        assert_eq!(card_charges.len(), 15);
        for shown in card_charges {
            let mut shown = shown.clone();
            shown["authorize_uri"] = Value::Null;
            for not_kept in ["financing", "bank"] {
                shown["card"][not_kept] = "".into();
            }
            let again = rendered(Version::V2019_05_29, &shown, Place::Listed);
            assert_eq!(again.to_string(), shown.to_string());
        }
    }

    #[test]
    fn charges_of_2017_are_the_captured_ones() {
        let mut captured = Vec::new();
        for path in [
            "capture_charge",
            "capture_charge_partial",
            "create_charge_with_customer",
            "create_charge_with_customer_and_card",
            "create_charge_with_token",
            "retrieve_charge",
            "reverse_uncaptured_charge",
            "update_charge",
        ] {
            captured.push(captures::elixir(&format!("charge/{path}.json")));
        }
        let list = captures::elixir("charge/list_charges.json");
        captured.extend(list["data"].as_array().unwrap().iter().cloned());
        assert_eq!(captured.len(), 10);
        for shown in captured {
            let again = rendered(Version::V2017_11_02, &shown, Place::Alone);
            assert_eq!(again.to_string(), shown.to_string());
        }
    }

    #[test]
    fn a_voided_charge_says_so_as_captured() {
        let shown = captures::file(
            "2019-05-29/swift/api.omise.co/charges/chrg_test_5frvn3hgya3qemayzrt-get.json",
        );
        let again = rendered(Version::V2019_05_29, &shown, Place::Alone);
        for field in [
            "status",
            "paid",
            "voided",
            "refundable",
            "disputable",
            "capturable",
            "reversible",
            "expired",
            "expires_at",
            "expired_at",
            "refunded_amount",
            "net",
        ] {
            assert_eq!(again[field], shown[field], "{field}");
        }
    }
}
