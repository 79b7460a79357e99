//! A `runTransfer` as it is shown.

use engine::Remitted;
use serde_json::{Map, Value, json};

use super::particulars::{Particulars, Said};
use crate::moov::ids::Ids;

/// A `runTransfer`, with its fields in the order of Moov's own example.
pub(crate) fn shown(ids: &Ids, remitted: &Remitted) -> Value {
    let particulars = Particulars::read(&remitted.particulars);
    let currency = remitted.money.currency.code();
    let mut shown = Map::new();
    let mut put = |name: &str, value: Value| shown.insert(name.to_owned(), value);
    put("amount", json!({"currency": currency, "value": remitted.money.amount_minor}));
    put("description", Value::String(particulars.description));
    put("destination", side(&ids.id(remitted.destination), &particulars.destination));
    if !particulars.line_items.is_empty() {
        put("lineItems", json!({"items": particulars.line_items}));
    }
    put("partnerAccountID", Value::String(ids.id(remitted.partner)));
    if let Some(tax) = particulars.sales_tax_minor {
        put("salesTaxAmount", json!({"currency": currency, "value": tax}));
    }
    put("source", side(&ids.id(remitted.source), &particulars.source));
    Value::Object(shown)
}

fn side(method: &str, said: &Said) -> Value {
    let mut side = Map::new();
    if let Some(ach) = &said.ach_details {
        side.insert("achDetails".to_owned(), json!(ach));
    }
    if let Some(card) = &said.card_details {
        side.insert("cardDetails".to_owned(), json!(card));
    }
    side.insert("paymentMethodID".to_owned(), Value::String(method.to_owned()));
    Value::Object(side)
}
